"""Options of a run of a model, checked before anything is asked."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from instag.chat.endpoint import Endpoint
from instag.chat.local import check_weights, is_weights
from instag.chat.spending import Price, price_of, unpriced
from instag.checks import check_shard, expect, is_not_negative, is_number, is_positive, is_whole
from instag.choices import Structured
from instag.errors import InputError
from instag.model_options import filled

__all__ = ["Limits", "Settings", "check_cost", "check_limit", "priced", "sampling_of"]


@dataclass(frozen=True)
class Limits:
    """The limits of a run: how much is asked, how fast, and when it gives up.

    Attributes
    ----------
    concurrency
        Requests in flight at a time: `"auto"` starts with 32 and finds out how many the server can take, up to 1,024; a
        number is the most there will be, and is only lowered for a while if the server answers "too many requests".
    rpm, tpm
        Requests and tokens a minute; None for as fast as the server allows.
    max_cost
        US dollars that this run may spend: it stops before one more request could exceed them, by an estimate of its
        tokens. It needs a `price`. An answer counts as `max_tokens`, or as 1,024 tokens if that is not set, or as the
        longest answer so far if that was longer: then the first few may exceed the limit.
    attempts
        How often a question is asked before it counts as failed. "Too many requests" does not count as an attempt.
    timeout
        Seconds for a whole answer.
    max_unread
        The share of the last 500 answers that may be unreadable, once there are 20; those that were unreadable in an
        earlier run do not count.
    price
        What tokens cost.
    backoff
        Seconds before a question is asked for the second time; each further wait is twice as long, up to 30 s, and is
        shortened at random by up to a half.
    patience
        Seconds without an answer, or with nothing but "too many requests", after which the run stops. It does not wait
        longer than this either if the server asks for it.
    reask
        How often a question is asked again, in the same run, if its answer cannot be read.

    Raises
    ------
    InputError
        If a limit is out of its range, or `max_cost` is set without a price.

    Examples
    --------
    >>> Limits(rpm=500, concurrency=64).attempts
    6
    """

    concurrency: int | Literal["auto"] = "auto"
    rpm: float | None = None
    tpm: float | None = None
    max_cost: float | None = None
    attempts: int = 6
    timeout: float = 120.0
    max_unread: float = 0.5
    price: Price | None = None
    backoff: float = 0.5
    patience: float = 600.0
    reask: int = 2

    def __post_init__(self) -> None:
        if self.concurrency != "auto":
            expect("concurrency", self.concurrency, "'auto' or a whole number of 1 or more", is_whole)
        expect("attempts", self.attempts, "a whole number of 1 or more", is_whole)
        expect("max_unread", self.max_unread, "a share from 0 to 1", lambda found: is_number(found) and 0 <= found <= 1)
        expect("timeout", self.timeout, "a number above 0", is_positive)
        for name in ("rpm", "tpm"):
            expect(
                name,
                getattr(self, name),
                "a number above 0, or None",
                lambda found: found is None or is_positive(found),
            )
        expect("reask", self.reask, "a whole number of 0 or more", lambda found: found == 0 or is_whole(found))
        for name in ("backoff", "patience"):
            expect(name, getattr(self, name), "a number of 0 or more", is_not_negative)
        expect(
            "max_cost",
            self.max_cost,
            "US dollars, 0 or more, or None",
            lambda found: found is None or is_not_negative(found),
        )
        if self.price is not None and not isinstance(self.price, Price):
            raise InputError(f"price: expected a Price(input, output); found {self.price!r}")
        if self.max_cost is not None and self.price is None:
            raise InputError(f"max_cost / --max-cost: {unpriced('price=(0.15, 0.6) / --price 0.15,0.6')}")


OURS = frozenset({"model", "messages", "stream"})
LENGTHS = frozenset({"max_tokens", "max_completion_tokens"})


def priced(price: Price | tuple[float, float] | None, model: str, base_url: str | None) -> Price | None:
    """The price that was given, or the published one of the model; None if none is known."""
    if not model or not isinstance(model, str):
        raise InputError(f"model / --model: expected the model's name at the endpoint; found {model!r}")
    if price is None:
        return price_of(model, base_url or os.environ.get("OPENAI_BASE_URL"))
    if isinstance(price, Price):
        return price
    try:
        asked, answered = price
        return Price(float(asked), float(answered))
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"price / --price: expected US dollars for a million tokens asked and answered, such as (0.15, 0.6); "
            f"found {price!r}"
        ) from None


def check_limit(limit: Any) -> None:
    """A count, or None."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise InputError(f"limit / --limit: expected a count of 0 or more, or None; found {limit!r}")


def check_cost(max_cost: Any, price: Price | None) -> None:
    """Check that there is a price if there is a maximum cost."""
    if max_cost is not None and price is None:
        why = unpriced("price=(0.15, 0.6) / --price 0.15,0.6")
        raise InputError(f"max_cost / --max-cost: {why}, US dollars for a million tokens asked and answered")


def sampling_of(max_tokens: Any, temperature: Any, extra_body: Any) -> dict[str, Any]:
    """The fields of a request other than model and messages.

    Parameters
    ----------
    max_tokens, temperature, extra_body
        Those of :func:`instag.tag`.

    Raises
    ------
    InputError
        If one is invalid, or `extra_body` has a field that is set by another option.

    Examples
    --------
    >>> sampling_of(1024, None, {"seed": 7})
    {'max_tokens': 1024, 'seed': 7}
    """
    if max_tokens is not None and not is_whole(max_tokens):
        raise InputError(f"max_tokens / --max-tokens: expected a count of 1 or more, or None; found {max_tokens!r}")
    if temperature is not None and not (is_number(temperature) and temperature >= 0):
        raise InputError(f"temperature / --temperature: expected a number of 0 or more, or None; found {temperature!r}")
    if not isinstance(extra_body, Mapping | None) or not all(isinstance(name, str) for name in extra_body or {}):
        raise InputError(f"extra_body / --extra-body: expected fields by name, or None; found {extra_body!r}")
    more = dict(extra_body or {})
    if taken := sorted(OURS & more.keys()):
        raise InputError(f"extra_body / --extra-body: {', '.join(taken)} cannot be set there")
    if taken := sorted(LENGTHS & more.keys()):
        # The limit that cuts an answer off must be known, to ask again when it is raised.
        raise InputError(
            f"extra_body / --extra-body: found {', '.join(taken)}: give max_tokens= / --max-tokens instead"
        )
    own = {"temperature": temperature, "max_tokens": max_tokens}
    return {name: value for name, value in own.items() if value is not None} | more


@dataclass(frozen=True)
class Settings:
    """All options of a run of a model, checked.

    Attributes
    ----------
    model
        The model's name.
    weights
        The file with its weights, to run it in this process; None if it runs elsewhere.
    endpoints
        Its endpoints; none if nothing will be asked, or the model is in a file.
    limits, sampling, structured
        How it is asked; see :func:`instag.chat.ask`.
    journal
        The journal with the answers, None for the default name.
    retry_unread, limit, shard
        What is asked.
    progress
        Called with the tally.
    """

    model: str
    weights: Path | None
    endpoints: tuple[Endpoint, ...]
    limits: Limits
    sampling: Mapping[str, Any]
    structured: Structured
    journal: Any
    retry_unread: bool
    limit: int | None
    shard: tuple[int, int] | None
    progress: Callable[[Any], None] | None

    @classmethod
    def of(cls, model: str | Path, options: Mapping[str, Any], *, remote: bool = True) -> "Settings":
        """Check the options of :class:`instag.model_options.ModelOptions`.

        Parameters
        ----------
        model
            The model's name, or the path of its weights.
        options
            The options that were given.
        remote
            Whether an endpoint will be asked.

        Raises
        ------
        InputError
            If one is invalid.

        Examples
        --------
        >>> settings = Settings.of("m", {"base_url": "http://127.0.0.1:8000/v1", "max_tokens": 64})
        >>> settings.max_tokens, settings.endpoints
        (64, (Endpoint(model='m', base_url='http://127.0.0.1:8000/v1'),))
        """
        given = filled(options)
        weights = Path(model) if is_weights(model, given["base_url"], given["client"]) else None
        # Anything that is not a name is refused below.
        name: Any = model if weights is None else weights.stem
        check_limit(given["limit"])
        sampling = sampling_of(given["max_tokens"], given["temperature"], given["extra_body"])
        addresses = _each(given["base_url"])
        # With a limit of 0 nothing is asked: then no key is needed either.
        if weights is not None and remote and given["limit"] != 0:
            check_weights(weights)
        remote = remote and weights is None
        endpoints = () if given["limit"] == 0 or not remote else _endpoints(name, addresses, given)
        known = priced(given["price"], name, endpoints[0].base_url if endpoints else addresses[0])
        check_cost(given["max_cost"], known)
        names = ("concurrency", "rpm", "tpm", "max_cost", "attempts", "timeout", "max_unread", "patience", "reask")
        limits = Limits(price=known, **{name: given[name] for name in names})
        return cls(
            name,
            weights,
            endpoints,
            limits,
            sampling,
            given["structured"],
            given["journal"],
            given["retry_unread"],
            given["limit"],
            check_shard(given["shard"]),
            given["progress"],
        )

    @property
    def max_tokens(self) -> int | None:
        """The most tokens of an answer."""
        return self.sampling.get("max_tokens")


def _each(value: Any) -> list[Any]:
    """The value as a list of one or more."""
    return list(value) or [None] if isinstance(value, list | tuple) else [value]


def _endpoints(model: str, addresses: list[Any], given: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    keys = _each(given["api_key"])
    if len(keys) not in {1, len(addresses)}:
        raise InputError(
            f"api_key / --api-key-env: expected one, or one for each of the {len(addresses)} addresses; found {len(keys)}"
        )
    if len(keys) == 1:
        keys *= len(addresses)
    made = tuple(
        Endpoint.of(model, address, key, given["client"], given["headers"], insecure=given["insecure"])
        for address, key in zip(addresses, keys, strict=True)
    )
    if len({each.url for each in made}) < len(made):
        raise InputError("base_url / --base-url: an address is given twice")
    return made

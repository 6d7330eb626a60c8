"""Options: what a user may set for a run of a model, checked before anything is asked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from instag.chat.spending import Price, price_of, unpriced
from instag.checks import expect, is_not_negative, is_number, is_positive, is_whole
from instag.errors import InputError

__all__ = ["Limits", "check_cost", "check_limit", "priced", "sampling_of"]


@dataclass(frozen=True)
class Limits:
    """How much may be asked, and what is borne before it stops.

    Attributes
    ----------
    concurrency
        Requests in flight at a time: `"auto"` starts with 32 and finds what the server bears, up to 1,024; a number is
        the most there will be, and only a server that says "too many" brings it lower for a while.
    rpm, tpm
        Requests and tokens a minute; None for as fast as the server allows.
    max_cost
        US dollars that this run may spend: asking stops before, by an estimate of its tokens, one more request could
        exceed them. It needs a `price`. An answer is reckoned at `max_tokens`, or 1,024 where that is not set, and
        where an answer was longer than that, at the longest: then the first few may exceed it.
    attempts
        How often a question is asked before it counts as failed. "Too many requests" is no attempt.
    timeout
        Seconds for a whole answer.
    max_unread
        The share of the last 500 answers that may be unreadable, once there are 20; those that were unreadable in an
        earlier run do not count.
    price
        What tokens cost.
    backoff
        Seconds before a question is asked for the second time; each further wait is twice as long, 30 s at most, and
        up to half of it is left off by chance.
    patience
        Seconds of nothing but "too many requests" after which it stops. Longer than this it does not wait either where
        the server asks for it.

    Raises
    ------
    InputError
        Where a limit is out of its range, or `max_cost` comes without a price.

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
    """The price that was given, or else the published one of the model; None where none is known."""
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
    """A price, where there is a bound to what may be spent."""
    if max_cost is not None and price is None:
        why = unpriced("price=(0.15, 0.6) / --price 0.15,0.6")
        raise InputError(f"max_cost / --max-cost: {why}, US dollars for a million tokens asked and answered")


def sampling_of(max_tokens: Any, temperature: Any, extra_body: Any) -> dict[str, Any]:
    """What goes into a request beside model and messages.

    Parameters
    ----------
    max_tokens, temperature, extra_body
        Those of :func:`instag.tag`.

    Raises
    ------
    InputError
        Where one is not what it should be, or `extra_body` has a field that is set otherwise.

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
        # What cuts an answer off has to be known, to ask again when it grows.
        raise InputError(
            f"extra_body / --extra-body: found {', '.join(taken)}: give max_tokens= / --max-tokens instead"
        )
    own = {"temperature": temperature, "max_tokens": max_tokens}
    return {name: value for name, value in own.items() if value is not None} | more

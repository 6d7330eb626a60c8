"""Limits: how much may be asked at a time, in a minute, and at all."""

from dataclasses import dataclass
from typing import Literal

from instag.asking.price import Price
from instag.errors import InputError

__all__ = ["Limits"]


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
        exceed them. It needs a `price`.
    attempts
        How often a question is asked before it counts as failed. "Too many requests" is no attempt.
    timeout
        Seconds for a whole answer.
    max_unread
        The share of the last 500 answers that may be unreadable, once there are 20.
    price
        What tokens cost.
    backoff
        Seconds before a question is asked for the second time; each further wait is twice as long, 30 s at most, and
        up to half of it is left off by chance.
    patience
        Seconds of nothing but "too many requests" after which it stops.

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
            _expect("concurrency", self.concurrency, "'auto' or a whole number of 1 or more", _whole(self.concurrency))
        _expect("attempts", self.attempts, "a whole number of 1 or more", _whole(self.attempts))
        _expect("max_unread", self.max_unread, "a share from 0 to 1", 0 <= self.max_unread <= 1)
        for name in ("rpm", "tpm", "timeout"):
            value = getattr(self, name)
            _expect(name, value, "a number above 0", value is None or value > 0)
        for name in ("max_cost", "backoff", "patience"):
            value = getattr(self, name)
            _expect(name, value, "a number of 0 or more", value is None or value >= 0)
        if self.max_cost is not None and self.price is None:
            raise InputError("max_cost: the price of this model is not known: give price=Price(input, output)")


def _whole(value: object) -> bool:
    return isinstance(value, int) and value >= 1


def _expect(name: str, found: object, expected: str, holds: bool) -> None:  # noqa: FBT001 - what is checked
    if not holds:
        raise InputError(f"{name}: expected {expected}; found {found!r}")

"""Limits: how much may be asked at a time, in a minute, and at all."""

from dataclasses import dataclass
from typing import Literal

from instag.asking.price import Price, unpriced
from instag.checks import expect, is_not_negative, is_number, is_positive, is_whole
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

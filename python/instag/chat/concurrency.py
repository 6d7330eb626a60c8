"""Concurrency: how many requests may be in flight, and how many requests and tokens a minute."""

from typing import Literal

from instag.chat.options import Limits

__all__ = ["Bucket", "Pace", "Window"]

START, MOST = 32, 1024
# Down to a share; up by one when all in flight have been answered, or 25; before the first trouble, any two.
DOWN, UP, SWIFT_UP = 0.75, 25, 2
# Answers that take twice as long as the quickest did are queued at the server: more requests would bring nothing. At
# three times as long there are too many, but the number that it began with is always borne.
FULL, OVERFULL, LESS = 2.0, 3.0, 0.9
# So much of the time a request may take, that it is no time to grow.
SLOW = 0.25
# Of the last requests, how large a share may break down before there are too many; and how few there may be then.
BROKEN, FEWEST = 0.1, 4
# How many requests back averages look; and by how much the quickest answer's time is raised with each request, since a
# server may have become slower for good: it doubles in 100,000 requests.
LATENCIES, OUTCOMES, FORGET = 32, 32, 1.000007


class Window:
    """How many requests may be in flight: more while all goes well, fewer as soon as the server has too many.

    A number stays what it is unless the server says "too many requests". `"auto"` grows from 32 to as many as 1,024,
    and also heeds what a server without rate limits shows: answers that take ever longer, and errors.

    Parameters
    ----------
    concurrency
        The number, or `"auto"`.
    timeout
        Seconds that an answer may take.

    Examples
    --------
    >>> window = Window(100, 60.0)
    >>> window.throttled()
    >>> window.size
    75
    """

    def __init__(self, concurrency: int | Literal["auto"], timeout: float) -> None:
        self._auto = concurrency == "auto"
        self.most = MOST if concurrency == "auto" else concurrency
        self._size = float(START if concurrency == "auto" else concurrency)
        self._timeout = timeout
        self._swift = self._auto
        self._latency, self._quickest = 0.0, float("inf")
        self._seen = 0
        self._broken = 0.0
        self._since = 0

    @property
    def size(self) -> int:
        """How many at this time."""
        return int(self._size)

    def answered(self, seconds: float) -> None:
        """An answer came, after so long."""
        self._outcome(broken=False)
        if self._auto:
            self._observe(seconds)
            if self._crowded():
                return
        if self._size < self.most:
            self._size = min(self._size + 1 / (SWIFT_UP if self._swift else min(UP, self._size)), self.most)

    def throttled(self) -> None:
        """The server has too many requests."""
        self._shrink(DOWN, 1)

    def faltered(self) -> None:
        """A request broke down, or was not answered in time."""
        self._outcome(broken=True)
        if self._auto and self._broken > BROKEN and self._since >= self._size:
            self._shrink(DOWN, FEWEST)

    def _outcome(self, *, broken: bool) -> None:
        self._broken += (broken - self._broken) / OUTCOMES
        self._since += 1

    def _observe(self, seconds: float) -> None:
        self._seen += 1
        self._latency += (seconds - self._latency) / min(self._seen, LATENCIES)
        if self._seen >= LATENCIES:
            self._quickest = min(self._quickest * FORGET, self._latency)

    def _crowded(self) -> bool:
        """Whether the server queues what it is sent; shrinks where it queues too much."""
        if self._latency > OVERFULL * self._quickest and self._since >= self._size > START:
            self._shrink(LESS, START)
        crowded = self._latency > min(FULL * self._quickest, SLOW * self._timeout)
        self._swift = self._swift and not crowded
        return crowded

    def _shrink(self, share: float, fewest: int) -> None:
        self._size = max(self._size * share, min(fewest, self._size))
        self._swift = False
        self._since = 0


MINUTE = 60.0


class Bucket:
    """So much a minute, evenly: what a second brings may be taken at once, and what is taken too much is owed.

    Examples
    --------
    >>> bucket = Bucket(120, now=0.0)
    >>> bucket.take(2)
    >>> bucket.wait(1, now=0.0), bucket.wait(1, now=0.5)
    (0.5, 0.0)
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / MINUTE
        self._most = max(self._rate, 1.0)
        self._level = self._most
        self._at = now

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; what is more than the bucket holds, when it is full."""
        self._level = min(self._level + (now - self._at) * self._rate, self._most)
        self._at = now
        return max(min(amount, self._most) - self._level, 0.0) / self._rate

    def take(self, amount: float) -> None:
        """Take so much; less than nothing gives back."""
        self._level -= amount


class Pace:
    """Requests and tokens a minute, both or neither.

    Tokens are estimated at a quarter of a request's bytes, and put right when the server has counted them.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._requests = Bucket(limits.rpm, now) if limits.rpm else None
        self._tokens = Bucket(limits.tpm, now) if limits.tpm else None

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request of so many tokens may be sent."""
        requests = self._requests.wait(1, now) if self._requests else 0.0
        return max(requests, self._tokens.wait(tokens, now) if self._tokens else 0.0)

    def take(self, tokens: int) -> None:
        """A request is sent."""
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)

    def correct(self, tokens: int) -> None:
        """So many tokens more were used than had been taken."""
        if self._tokens:
            self._tokens.take(tokens)

"""The window: how many requests may be in flight."""

from typing import Literal

__all__ = ["Window"]

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
# How far back averages look, in requests; how soon a quick time is forgotten: it doubles in 100,000.
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

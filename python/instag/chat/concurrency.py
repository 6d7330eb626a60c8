"""Concurrency: how many requests may be in flight, and how many requests and tokens a minute."""

from collections import deque
from typing import Literal

from instag.chat.options import Limits

__all__ = ["Bucket", "LearnedRate", "Pace", "Window"]

START, MOST = 32, 1024
# After "too many requests" the window shrinks to this share of itself.
DOWN = 0.75
# It grows by one after as many answers as there are requests in flight, but at most this many; and until the server first
# refuses something, after so few.
UP, SWIFT_UP = 25, 2
# Answers that take twice as long as the quickest did are queued at the server: more requests would not help. At three
# times as long there are too many, but the window does not shrink below the number that it began with.
FULL, OVERFULL, LESS = 2.0, 3.0, 0.9
# An answer that took more than this share of the timeout is too slow for the window to grow.
SLOW = 0.25
# The share of the last requests that may fail before there are too many in flight; and how few these then become, at least.
BROKEN, FEWEST = 0.1, 4
# How many of the last requests are averaged. With each request the time of the quickest answer is raised by a factor,
# since a server may have become slower for good: it doubles in 100,000 requests.
LATENCIES, OUTCOMES, FORGET = 32, 32, 1.000007


class Window:
    """How many requests may be in flight: more while all goes well, fewer as soon as the server has too many.

    A number does not change unless the server answers "too many requests". `"auto"` grows from 32 up to 1,024, and also
    shrinks at the signs of overload that a server without rate limits shows: slower and slower answers, and errors.

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
        """How many requests may be in flight now."""
        return int(self._size)

    def answered(self, seconds: float) -> None:
        """Record an answer, and how long it took."""
        self._outcome(broken=False)
        if self._auto:
            self._observe(seconds)
            if self._crowded():
                return
        if self._size < self.most:
            self._size = min(self._size + 1 / (SWIFT_UP if self._swift else min(UP, self._size)), self.most)

    def throttled(self) -> None:
        """Record that the server has too many requests."""
        self._shrink(DOWN, 1)

    def faltered(self) -> None:
        """Record a request that failed or timed out."""
        self._outcome(broken=True)
        if self._auto and self._broken > BROKEN and self._since >= self._size:
            self._shrink(DOWN, FEWEST)

    def restart(self) -> None:
        """Begin with few requests again after an outage, and grow as at the start."""
        self._size = min(self._size, float(START))
        self._broken, self._since, self._swift = 0.0, 0, True

    def _outcome(self, *, broken: bool) -> None:
        self._broken += (broken - self._broken) / OUTCOMES
        self._since += 1

    def _observe(self, seconds: float) -> None:
        self._seen += 1
        self._latency += (seconds - self._latency) / min(self._seen, LATENCIES)
        if self._seen >= LATENCIES:
            self._quickest = min(self._quickest * FORGET, self._latency)

    def _crowded(self) -> bool:
        """Whether the server queues requests; shrinks the window if it queues too many."""
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
# Seconds of a wait from which the rate can be learned, and of the longest time in which servers count requests.
WORTH_LEARNING, LONGEST_COUNT = 0.5, 60.0
# The requests of this many seconds may be sent at once: timers are coarse.
MOMENT = 0.05
# The rate that was too high is multiplied by the first, and by the second if a lower one was learned just before.
BELOW, FAR_BELOW = 0.98, 0.9
# The rate has risen to what was found after this many of the spans in which the server counts.
RISEN = 5.0
# After the first, in seconds, or the second, in such spans, whichever is longer, twice the rate is tried; a rate that the
# server allowed for a while is well known, and then it is tried after the third times as long.
REGAINED, SLOWLY, KNOWN = 60.0, 30.0, 3.0


class Bucket:
    """An amount a minute, spread evenly: a second's share may be taken at once, and what is taken beyond it is owed.

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
        """Seconds until the amount may be taken; for more than the bucket holds, seconds until it is full."""
        self._level = min(self._level + (now - self._at) * self._rate, self._most)
        self._at = now
        return max(min(amount, self._most) - self._level, 0.0) / self._rate

    def take(self, amount: float) -> None:
        """Take the amount; a negative one is given back."""
        self._level -= amount


class LearnedRate:
    """Learns how many answers a second a server allows that answers "too many requests" with a time to wait.

    That time is about the span in which the server counts requests. So the number of answers in a span of that length
    is what it allows, or somewhat less if the span had a wait in it. Asking goes on at this rate, soon rises to just below
    the rate that was too high, stays there for a while, and then tries more.

    Examples
    --------
    >>> rate = LearnedRate()
    >>> for hundredth in range(101):
    ...     rate.answered(hundredth / 100)
    >>> rate.throttled(1.0, now=1.0)
    >>> for _ in range(10):
    ...     rate.take(now=1.0)
    >>> round(rate.wait(now=1.0), 3)
    0.051
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self._low, self._high, self._best = 0.0, 0.0, 0.0
        self._span, self._regained, self._learned_at = 1.0, REGAINED, 0.0
        self._next = 0.0

    def answered(self, now: float) -> None:
        """Record a good answer."""
        self._times.append(now)
        while now - self._times[0] > LONGEST_COUNT:
            self._times.popleft()

    def throttled(self, wait: float, now: float) -> None:
        """Record that the server has too many requests and asks to wait."""
        if wait < WORTH_LEARNING:
            return
        span = min(max(wait, 1.0), LONGEST_COUNT)
        # Nothing can be learned from a shorter time.
        if not self._times or now - self._times[0] < span:
            return
        measured, twice = (
            max(sum(now - time <= seconds for time in self._times), 1) / span for seconds in (span, 2 * span)
        )
        self._best = max(self._best, measured)
        # It lies between what was answered and what was too much: at first what was answered without the wait before.
        asked = self._at(now) if self._high else twice
        # A rate that was allowed for a while cannot have been too high.
        late = self._high > 0 and now - self._learned_at >= 2 * RISEN * span
        if late:
            self._high = BELOW * (self._high + asked) / 2
        else:
            self._high = (FAR_BELOW if self._high else BELOW) * asked
        self._low = min((measured + asked) / 2, self._high)
        # If the server always refuses, the rate must not fall without end.
        self._low, self._high = (max(each, self._best / 2) for each in (self._low, self._high))
        self._span, self._learned_at = span, now
        self._regained = max(REGAINED, SLOWLY * span) * (KNOWN if late else 1.0)

    def wait(self, now: float) -> float:
        """Seconds until the next request may be sent."""
        return max(self._next - now, 0.0)

    def take(self, now: float) -> None:
        """Record a request that is sent."""
        if self._high:
            self._next = max(self._next, now - MOMENT) + 1 / self._at(now)

    def _at(self, now: float) -> float:
        """The requests a second at a time."""
        # The wait that was asked for does not count: nothing was sent then.
        since = max(now - self._learned_at - self._span, 0.0) / self._span
        rate = self._low + (self._high - self._low) * min(since / RISEN, 1.0)
        # Slowly more at first, since the rate was learned; then faster, since the limit may be gone.
        return rate * (1 + (since * self._span / self._regained) ** 3)


class Pace:
    """The limits of requests and of tokens a minute, each of which may be absent.

    Tokens are estimated at a quarter of a request's bytes, and corrected when the server has counted them.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._requests = Bucket(limits.rpm, now) if limits.rpm else None
        self._tokens = Bucket(limits.tpm, now) if limits.tpm else None

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request with this many tokens may be sent."""
        requests = self._requests.wait(1, now) if self._requests else 0.0
        return max(requests, self._tokens.wait(tokens, now) if self._tokens else 0.0)

    def take(self, tokens: int) -> None:
        """Record a request that is sent."""
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)

    def correct(self, tokens: int) -> None:
        """Correct the tokens by how many more were used than taken."""
        if self._tokens:
            self._tokens.take(tokens)

"""Backing off: waiting when the server says so, and stopping when too much goes wrong."""

import random
import re
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from instag.chat.question import Fault, Unreadable

__all__ = ["CircuitBreaker", "Gate", "Outage", "held", "jittered", "span_of", "wait_in"]


def jittered(seconds: float) -> float:
    """Half of a time or more, by chance; it changes when things are done, never what comes of them."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret hangs on it


UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
# A number of seconds as large as this is a date: since 1970, in seconds or in milliseconds.
DATE, DATE_MS = 1e9, 1e12
# However much of a minute's allowance is used up, no more than a minute is waited for it.
MINUTE = 60.0
# Seconds, where the server names no time.
LONGEST = 60.0
# Seconds of the longest pause before an endpoint that was away is asked again.
LONGEST_PAUSE = 20.0


class Gate:
    """One gate for all requests: it closes when the server has too many, and opens when the server said so.

    Parameters
    ----------
    patience
        Seconds of closing after closing, with no answer between, after which there is no hope.
    backoff
        Where the server names no time it stays closed for twice so many seconds, and for twice as long each time in a
        row, but no more than a minute or the patience.

    Examples
    --------
    >>> gate = Gate(patience=600, backoff=0.5)
    >>> gate.close(seconds=4.0, sent=10.0, now=11.0), gate.close(seconds=None, sent=10.5, now=11.5)
    (True, False)
    >>> gate.wait(now=12.0)
    3.0
    """

    def __init__(self, patience: float, backoff: float) -> None:
        self._patience, self._backoff = patience, backoff
        self._until = 0.0
        self._closed_at = float("-inf")
        self._row = 0
        self._row_began = 0.0

    def wait(self, now: float) -> float:
        """Seconds until it opens; 0 or less where it is open."""
        return self._until - now

    def hold(self, seconds: float, now: float) -> None:
        """Keep it closed for some time, as the server advises with a good answer."""
        self._until = max(self._until, now + seconds)

    def close(self, seconds: float | None, sent: float, now: float) -> bool:
        """Close it because the server had too many requests.

        Parameters
        ----------
        seconds
            For how long, if the server said.
        sent, now
            When the request was sent, and the time.

        Returns
        -------
        bool
            Whether this closes it anew: answers to what was sent before it closed last tell nothing new.
        """
        new = sent >= self._closed_at
        if new:
            self._row_began = self._row_began if self._row else now
            self._row += 1
            own = jittered(min(self._backoff * 2.0 ** min(self._row, 10), LONGEST, self._patience))
            # A server that says "at once", and then refuses again, is not believed.
            self.hold(own if seconds is None else max(seconds, own if self._row > 1 else 0.0), now)
            self._closed_at = now
        elif seconds is not None:
            self.hold(seconds, now)
        return new

    @property
    def doubtful(self) -> bool:
        """Whether it was closed again before anything came through: then one question at a time is tried."""
        return self._row > 1

    def passed(self) -> None:
        """An answer came through."""
        self._row = 0

    def hopeless(self, now: float) -> str | None:
        """Why there is no hope where it would be, or has been, closed for too long; None where there is."""
        if (closed := self._until - now) > self._patience:
            return f"the server asks to wait {span_of(closed)}, and patience ends after {span_of(self._patience)}"
        if self._row > 0 and now - self._row_began > self._patience:
            return f"and nothing else for {span_of(self._patience)}"
        return None


class Outage:
    """An endpoint that does not answer: it rests, and is asked with one question at a time until it does.

    Parameters
    ----------
    patience
        Seconds without an answer after which there is no hope.
    backoff
        Seconds of the first pause, about; each further one is twice as long, up to 20.

    Attributes
    ----------
    since
        When it began, None while the endpoint answers.
    why
        What was found instead of an answer, for a person.

    Examples
    --------
    >>> outage = Outage(patience=60, backoff=0.5)
    >>> outage.begin("no connection", wait=20.0, now=100.0)
    >>> outage.wait(now=105.0), outage.over(now=159.0), outage.over(now=161.0)
    (15.0, False, True)
    """

    def __init__(self, patience: float, backoff: float) -> None:
        self._patience, self._backoff = patience, backoff
        self.since: float | None = None
        self.why = ""
        self._most, self._next, self._tries = patience, 0.0, 0

    def begin(self, why: str, wait: float | None, now: float, most: float = float("inf")) -> None:
        """The endpoint is away; `wait` is how long it asks to wait, and `most` bounds the patience."""
        self.since, self._tries = now, 0
        self._most = min(self._patience, most)
        self.failed(why, wait, now)

    def failed(self, why: str, wait: float | None, now: float) -> None:
        """It did not answer this time either."""
        assert self.since is not None  # noqa: S101 - as above
        self.why = why
        self._tries += 1
        own = jittered(min(self._backoff * 2.0 ** min(self._tries, 10), LONGEST_PAUSE))
        # The last attempt is made when patience ends, whatever the server asks for.
        self._next = max(now, min(now + max(wait or 0.0, own), self.since + self._most))

    def end(self) -> None:
        """It answers again."""
        self.since = None

    def wait(self, now: float) -> float:
        """Seconds until it is asked again; 0 where it is not away."""
        return 0.0 if self.since is None else max(self._next - now, 0.0)

    def over(self, now: float) -> bool:
        """Whether patience has ended."""
        return self.since is not None and now - self.since > self._most

    def words(self, whose: str, now: float) -> str:
        """Where it stands, for the line that a run shows."""
        assert self.since is not None  # noqa: S101 - as above
        clock = time.time() - now
        since, ends = (
            time.strftime("%H:%M", time.localtime(clock + at)) for at in (self.since, self.since + self._most)
        )
        return f"no answer from {whose} since {since}, trying again in {self.wait(now):.0f} s (patience ends {ends})"


def wait_in(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait for in a refusal; None where it does not say.

    Examples
    --------
    >>> wait_in({"retry-after": "4"}), wait_in({"retry-after-ms": "250"}), wait_in({})
    (4.0, 0.25, None)
    """
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    if "retry-after" in headers and (seconds := _seconds(headers["retry-after"])) is not None:
        return seconds
    return held(headers, float("inf")) or None


def held(headers: Mapping[str, str], most: float = MINUTE) -> float:
    """Seconds until there is more of what is used up, by the rate-limit headers; 0 where nothing is.

    Examples
    --------
    >>> held({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s"})
    60.0
    >>> held({"x-ratelimit-remaining-tokens": "12", "x-ratelimit-reset-tokens": "6ms"})
    0.0
    """
    longest = 0.0
    for name, value in headers.items():
        if "ratelimit" in name and "remaining" in name and _number(value) == 0:
            longest = max(longest, _seconds(headers.get(name.replace("remaining", "reset"), "")) or 0.0)
    return min(longest, most)


def span_of(seconds: float) -> str:
    """A time in the largest unit in which it is 1 or more."""
    seconds = round(seconds, 3)
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(number, 0.0) if isfinite(number) else None


def _seconds(text: str) -> float | None:
    """Seconds from now: a number, a span_of such as `6m0s`, or a date of any of three kinds."""
    if (number := _number(text)) is not None:
        if number >= DATE:
            return max((number / 1000 if number >= DATE_MS else number) - time.time(), 0.0)
        return number
    if parts := DURATION.findall(text):
        return sum(float(number) * UNITS[unit] for number, unit in parts)
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            date = read(text)
        except (ValueError, TypeError):
            continue
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(date.timestamp() - time.time(), 0.0)
    return None


# Answers looked back on, and how many there must be.
RECENT, ENOUGH = 500, 20
# Questions in a row that fail.
ROW = 20


class CircuitBreaker:
    """Counts what goes wrong, and says when it makes no sense to go on.

    That is: more answers that cannot be read than a share of the last 500, once there are 20; 20 questions in a row
    that fail after all attempts; 20 that are refused, each for itself, before one was answered. Questions that the
    journal knows, because they failed or could not be read before, do not count: to ask them again is what the run is
    for.

    Parameters
    ----------
    max_unread
        That share.
    ever
        Whether the journal has an answer already.

    Examples
    --------
    >>> breaker = CircuitBreaker(0.5)
    >>> fault = Fault(b"", "http 500", "boom", 6)
    >>> [breaker.failed(fault, refused=False, known=False) for _ in range(20)][-1]
    '20 questions in a row failed, the last for this: http 500: boom'
    """

    def __init__(self, max_unread: float, *, ever: bool = False) -> None:
        self._max_unread = max_unread
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._unread = 0
        self._row = self._refused = 0
        self._ever = ever

    def answered(self, problem: Unreadable | None, *, known: bool = False) -> str | None:
        """An answer came, readable or not; what to say where there is now too much wrong."""
        self._ever, self._row = True, 0
        if known and problem is not None:
            return None
        if len(self._recent) == RECENT:
            self._unread -= self._recent[0]
        self._recent.append(problem is not None)
        self._unread += problem is not None
        if problem is None or len(self._recent) < ENOUGH or self._unread <= self._max_unread * len(self._recent):
            return None
        share = self._unread / len(self._recent)
        return (
            f"{self._unread} of the last {len(self._recent)} answers cannot be read ({share:.0%}), the last for this: "
            f"{problem}; try another way to ask for JSON (structured / --structured), a larger model or a prompt with "
            "examples, or bear it with max_unread=1 / --max-unread 1"
        )

    def failed(self, fault: Fault, *, refused: bool, known: bool) -> str | None:
        """A question failed; what to say where there is now too much wrong.

        Parameters
        ----------
        fault
            Why.
        refused
            Whether the server refused this question, so that asking it again would not help.
        known
            Whether the journal knew it before this run.
        """
        if known or (refused and self._ever):
            return None
        if refused:
            self._refused += 1
            row = self._refused
        else:
            self._row += 1
            row = self._row
        if row < ROW:
            return None
        return f"{row} questions in a row failed, the last for this: {fault.reason}: {fault.detail}"

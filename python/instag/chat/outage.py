"""An outage of an endpoint: since when, when to try it again, and when to give up."""

import time

from instag.chat.pauses import jittered

__all__ = ["Outage"]

# Seconds of the longest pause before an endpoint that was away is asked again.
LONGEST_PAUSE = 20.0


class Outage:
    """An endpoint that does not answer: it is left alone for a while, and then asked one question at a time until it does.

    Parameters
    ----------
    patience
        Seconds without an answer after which it is given up.
    backoff
        About how many seconds the first pause is; each further one is twice as long, up to 20.

    Attributes
    ----------
    since
        When it began; None while the endpoint answers.
    why
        What happened instead of an answer, for messages.

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
        """Begin an outage; `wait` is how long the endpoint asks to wait, and `most` limits the patience."""
        self.since, self._tries = now, 0
        self._most = min(self._patience, most)
        self.failed(why, wait, now)

    def failed(self, why: str, wait: float | None, now: float) -> None:
        """Record another attempt without an answer."""
        assert self.since is not None  # noqa: S101 - as above
        self.why = why
        self._tries += 1
        own = jittered(min(self._backoff * 2.0 ** min(self._tries, 10), LONGEST_PAUSE))
        # The last attempt is made when patience ends, no matter how long the server asks to wait.
        self._next = max(now, min(now + max(wait or 0.0, own), self.since + self._most))

    def end(self) -> None:
        """End the outage: it answers again."""
        self.since = None

    def wait(self, now: float) -> float:
        """Seconds until it is asked again; 0 if there is no outage."""
        return 0.0 if self.since is None else max(self._next - now, 0.0)

    def over(self, now: float) -> bool:
        """Whether patience has ended."""
        return self.since is not None and now - self.since > self._most

    def words(self, whose: str, now: float) -> str:
        """The state of the outage, for the line of progress."""
        assert self.since is not None  # noqa: S101 - as above
        clock = time.time() - now
        since, ends = (
            time.strftime("%H:%M", time.localtime(clock + at)) for at in (self.since, self.since + self._most)
        )
        return f"no answer from {whose} since {since}, trying again in {self.wait(now):.0f} s (patience ends {ends})"

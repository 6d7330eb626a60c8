"""The gate of an endpoint: it closes for all requests when the server has too many."""

from instag.chat.pauses import jittered, span_of

__all__ = ["Gate"]

# Seconds, if the server gives no time.
LONGEST = 60.0


class Gate:
    """One gate for all requests: it closes when the server has too many, and opens after the time that the server gave.

    Parameters
    ----------
    patience
        Seconds of being closed again and again, with no answer between, after which the run gives up.
    backoff
        If the server gives no time, it stays closed for twice as many seconds, and twice as long each time in a row, but
        no longer than a minute or the patience.

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
        """Seconds until it opens; 0 or less if it is open."""
        return self._until - now

    def hold(self, seconds: float, now: float) -> None:
        """Keep it closed for some time, as the server asks with a good answer."""
        self._until = max(self._until, now + seconds)

    def close(self, seconds: float | None, sent: float, now: float) -> bool:
        """Close it because the server had too many requests.

        Parameters
        ----------
        seconds
            For how long, if the server gave a time.
        sent, now
            When the request was sent, and the time.

        Returns
        -------
        bool
            Whether this closes it again: answers to requests that were sent before it last closed do not.
        """
        new = sent >= self._closed_at
        if new:
            self._row_began = self._row_began if self._row else now
            self._row += 1
            own = jittered(min(self._backoff * 2.0 ** min(self._row, 10), LONGEST, self._patience))
            # If a server gives no wait and then refuses again, wait nevertheless.
            self.hold(own if seconds is None else max(seconds, own if self._row > 1 else 0.0), now)
            self._closed_at = now
        elif seconds is not None:
            self.hold(seconds, now)
        return new

    @property
    def doubtful(self) -> bool:
        """Whether it was closed again before any answer: then one question at a time is tried."""
        return self._row > 1

    def passed(self) -> None:
        """Record an answer."""
        self._row = 0

    def hopeless(self, now: float) -> str | None:
        """Why it is useless to wait, if it is closed for too long; else None."""
        if (closed := self._until - now) > self._patience:
            return f"the server asks to wait {span_of(closed)}, and patience ends after {span_of(self._patience)}"
        if self._row > 0 and now - self._row_began > self._patience:
            return f"and nothing else for {span_of(self._patience)}"
        return None

"""The circuit breaker: it ends a run when so much goes wrong that going on is useless."""

from collections import deque

from instag.chat.question import Fault, Unreadable

__all__ = ["CircuitBreaker"]

# How many of the last answers count, and how many there must be.
RECENT, ENOUGH = 500, 20
# How many questions in a row may fail.
ROW = 20


class CircuitBreaker:
    """Counts what goes wrong, and decides when it is useless to go on.

    That is when more than a share of the last 500 answers cannot be read, once there are 20; when 20 questions in a row
    fail after all attempts; or when 20 are refused, each for itself, before any was answered. Questions that failed or
    could not be read in an earlier run do not count, since the run is meant to ask them again.

    Parameters
    ----------
    max_unread
        The share of recent answers that may be impossible to read.
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
        """Count an answer, readable or not; returns a message if too much has gone wrong now."""
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
            "examples, or accept it with max_unread=1 / --max-unread 1"
        )

    def failed(self, fault: Fault, *, refused: bool, known: bool) -> str | None:
        """Count a question that failed; returns a message if too much has gone wrong now.

        Parameters
        ----------
        fault
            Why it failed.
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

"""The circuit breaker: it says when so much goes wrong that asking on makes no sense."""

from collections import deque

from instag.chat.question import Fault, Unreadable

__all__ = ["CircuitBreaker"]

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

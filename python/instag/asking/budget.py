"""The error budget: what is borne before it makes no sense to go on."""

from collections import deque

from instag.asking.reply import Fault, Unreadable

__all__ = ["Budget"]

# Answers looked back on, and how many there must be.
RECENT, ENOUGH = 500, 20
# Questions in a row that fail; and while not one has ever been answered.
ROW, FIRST_ROW = 20, 5


class Budget:
    """Counts what goes wrong, and says when it is too much.

    Too much are: an answer that cannot be read where that makes more than a share of the last 500, once there are 20;
    20 questions in a row that fail after all attempts, or 5 where none has ever been answered; 20 that are refused, each
    by itself, before one has ever been answered: a server that has answered is as it should be, and what it refuses
    is at fault.

    Questions that the journal knows, because they failed or could not be read before, do not count: to ask them again
    is what the run is for. Nothing is borne while nobody has been reached yet.

    Parameters
    ----------
    max_unread
        That share.
    ever
        Whether the journal has an answer already.

    Examples
    --------
    >>> Budget(0.5).failed(Fault(b"", "no connection", "refused", 6), refused=False, known=False, reached=False)
    'no connection: refused'
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
        return f"{self._unread} of the last {len(self._recent)} answers cannot be read, the last for this: {problem}"

    def failed(self, fault: Fault, *, refused: bool, known: bool, reached: bool) -> str | None:
        """A question failed; what to say where there is now too much wrong.

        Parameters
        ----------
        fault
            Why.
        refused
            Whether the server refused this question, so that asking it again would not help.
        known
            Whether the journal knew it before this run.
        reached
            Whether anybody has been reached yet.
        """
        words = f"{fault.reason}: {fault.detail}"
        # A question that takes too long may have taken too long before; where there is no connection nobody is.
        if not reached and not (known and fault.reason == "timeout"):
            return words
        if known or (refused and self._ever):
            return None
        if refused:
            self._refused += 1
            row, most = self._refused, ROW
        else:
            self._row += 1
            row, most = self._row, ROW if self._ever else FIRST_ROW
        return f"{row} questions in a row failed, the last for this: {words}" if row >= most else None

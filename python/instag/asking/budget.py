"""The error budget: what is borne before it makes no sense to go on."""

from collections import deque

from instag.asking.reply import Fault, Unreadable

__all__ = ["Budget"]

# Answers looked back on, and how many there must be.
RECENT, ENOUGH = 500, 20
# Questions in a row that fail; and while not one has been answered.
ROW, FIRST_ROW = 20, 5


class Budget:
    """Counts what goes wrong, and says when it is too much.

    Too much are: an answer that cannot be read where that makes more than a share of the last 500, once there are 20;
    20 questions in a row that fail, or 5 where none has been answered yet, or one where nobody has been reached yet.

    Parameters
    ----------
    max_unread
        That share.

    Examples
    --------
    >>> Budget(0.5).failed(Fault(b"", "no connection", "refused", 6), reached=False)
    'no connection: refused'
    """

    def __init__(self, max_unread: float) -> None:
        self._max_unread = max_unread
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._unread = 0
        self._row = 0
        self._any = False

    def answered(self, problem: Unreadable | None) -> str | None:
        """An answer came, readable or not; what to say where there is now too much wrong."""
        self._any, self._row = True, 0
        if len(self._recent) == RECENT:
            self._unread -= self._recent[0]
        self._recent.append(problem is not None)
        self._unread += problem is not None
        if problem is None or len(self._recent) < ENOUGH or self._unread <= self._max_unread * len(self._recent):
            return None
        return f"{self._unread} of the last {len(self._recent)} answers cannot be read, the last for this: {problem}"

    def failed(self, fault: Fault, *, reached: bool) -> str | None:
        """A question failed; what to say where there is now too much wrong."""
        self._row += 1
        words = f"{fault.reason}: {fault.detail}"
        if not reached:
            return words
        if self._row < (ROW if self._any else FIRST_ROW):
            return None
        return f"{self._row} questions in a row failed, the last for this: {words}"

"""Jobs: questions on their way, and those that wait to be asked again."""

from dataclasses import dataclass, field
from heapq import heappop, heappush

from instag.asking.reply import Fault

__all__ = ["Job", "Waiting"]


@dataclass(slots=True)
class Job:
    """A question on its way.

    Attributes
    ----------
    key
        The question's.
    messages
        Its messages, as JSON.
    attempts
        How often it was asked, other than for "too many requests".
    fault
        What came of the last attempt.
    cost
        Money set aside while it is asked.
    """

    key: bytes
    messages: bytes
    attempts: int = 0
    fault: Fault | None = None
    cost: float = 0.0


@dataclass
class Waiting:
    """Jobs that wait to be asked again, the one that is due first in front.

    Examples
    --------
    >>> waiting = Waiting()
    >>> waiting.add(Job(b"late", b"[]"), due=9.0)
    >>> waiting.add(Job(b"soon", b"[]"), due=5.0)
    >>> waiting.due(now=4.0), waiting.take().key
    (1.0, b'soon')
    """

    _heap: list[tuple[float, int, Job]] = field(default_factory=list)
    _count: int = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, job: Job, due: float) -> None:
        """Let a job wait until then; of several, the first to come is the first to go."""
        self._count += 1
        heappush(self._heap, (due, self._count, job))

    def due(self, now: float) -> float:
        """Seconds until the first is due."""
        return self._heap[0][0] - now if self._heap else float("inf")

    def take(self) -> Job:
        """Take out the first."""
        return heappop(self._heap)[2]

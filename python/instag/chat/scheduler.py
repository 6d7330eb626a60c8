"""Scheduling: what is asked next, and when."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

import orjson

from instag.chat.backoff import Gate
from instag.chat.concurrency import Pace, Window
from instag.chat.options import Limits
from instag.chat.question import Fault, Question
from instag.chat.request_format import RequestFormat
from instag.chat.spending import BYTES_A_TOKEN, Spending

__all__ = ["Job", "Scheduler", "Waiting"]


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


# So many wait to be asked again before no new ones are taken; while the form is being probed, one.
MOST_WAITING = 1024


class Scheduler:
    """Hands out jobs, one at a time, each as soon as all that limits the asking allows it.

    A job that is due again goes before a new question; while it waits, it holds no place in flight.

    Attributes
    ----------
    in_flight
        Jobs that were handed out and are not done.
    ended
        Why nothing more is handed out: `"interrupted"`, `"max_cost"` or `"stopped"`; None while it is, and where all
        has been asked.
    """

    def __init__(self, questions: Iterable[Question], form: RequestFormat, limits: Limits, stop: asyncio.Event) -> None:
        self._questions: Iterator[Question] | None = iter(questions)
        self._form, self._stop = form, stop
        self.window, self.gate = Window(limits.concurrency, limits.timeout), Gate(limits.patience, limits.backoff)
        self.pace, self.purse = Pace(limits, time.monotonic()), Spending(limits.price, limits.max_cost)
        self.waiting = Waiting()
        self._next: Job | None = None  # chosen, and kept back by the pace or the purse
        self._turn, self._changed = asyncio.Lock(), asyncio.Event()
        self.in_flight = 0
        self.ended: str | None = None

    @property
    def capacity(self) -> int:
        """How many may be in flight now; while the form is being probed, one."""
        return 1 if self._form.probing else self.window.size

    async def take(self) -> Job | None:
        """Wait for the next job; None where there will be none.

        Whoever comes first waits for what must be waited for, and all others behind it.
        """
        async with self._turn:
            while True:
                found = self._choose(time.monotonic())
                if not isinstance(found, float):
                    return found
                self._changed.clear()
                try:
                    async with asyncio.timeout(found if found < float("inf") else None):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    def done(self, job: Job) -> None:
        """A job is no longer in flight."""
        self.in_flight -= 1
        self.purse.reserve(-job.cost)
        self.wake()

    def again(self, job: Job, seconds: float) -> None:
        """Ask a job again, after some seconds."""
        self.waiting.add(job, time.monotonic() + seconds)

    def wake(self) -> None:
        """Look again at what may be asked."""
        self._changed.set()

    def end(self, why: str) -> None:
        """Hand out no more."""
        self.ended = self.ended or why
        self.wake()

    def left(self) -> Iterator[Job]:
        """Take out the jobs that have been asked, and would have been again."""
        if self._next is not None:
            yield self._next
            self._next = None
        while self.waiting:
            yield self.waiting.take()

    def _choose(self, now: float) -> Job | float | None:
        """The job to ask now, the seconds until there may be one, or None."""
        if self._stop.is_set() and (self._questions is not None or self.waiting or self._next):
            self.end("interrupted")
        if self.ended:
            return None
        if self.in_flight >= self.capacity:
            return float("inf")
        if (closed := self.gate.wait(now)) > 0:
            return closed
        if self._next is None:
            self._next = self._pick(now)
        job = self._next
        if job is None:
            due = self.waiting.due(now)
            return due if self.in_flight or self.waiting else None
        return self._allow(job, now)

    def _pick(self, now: float) -> Job | None:
        if self.waiting.due(now) <= 0:
            return self.waiting.take()
        if self._questions is None or len(self.waiting) >= (1 if self._form.probing else MOST_WAITING):
            return None
        question = next(self._questions, None)
        if question is None:
            self._questions = None
            return None
        return Job(question.key, _json(question.messages))

    def _allow(self, job: Job, now: float) -> Job | float | None:
        """Let a job go where there is time and money for it."""
        tokens = len(job.messages) // BYTES_A_TOKEN
        if (early := self.pace.wait(tokens, now)) > 0:
            return early
        job.cost = self.purse.most_of(len(job.messages), self._form.limit)
        if not self.purse.affords(job.cost):
            if self.in_flight:
                return float("inf")  # what is under way may turn out cheaper
            self.end("max_cost")
            return None
        self.pace.take(tokens)
        self.purse.reserve(job.cost)
        self._next = None
        self.in_flight += 1
        return job


def _json(messages: list[dict[str, str]]) -> bytes:
    try:
        return orjson.dumps(messages)
    except TypeError:  # half a surrogate pair, which UTF-8 has no place for
        sound = [{name: text.encode("utf-8", "replace").decode() for name, text in each.items()} for each in messages]
        return orjson.dumps(sound)

"""Scheduling: which question is asked next, where, and when."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import orjson

from instag.chat.lane import Job, Lane
from instag.chat.options import Limits
from instag.chat.question import Question
from instag.chat.spending import BYTES_A_TOKEN, Spending
from instag.surrogates import drop_lone

__all__ = ["Scheduler", "Waiting"]

# How many questions may wait to be asked again before no new ones are taken; and while the format is being found out.
MOST_WAITING, MOST_WHILE_PROBING = 1024, 32
INFINITE = float("inf")


@dataclass
class Waiting:
    """Jobs that wait to be asked again, ordered by when they are due.

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
        """Add a job and the time when it is due; jobs due at the same time keep their order."""
        self._count += 1
        heappush(self._heap, (due, self._count, job))

    def due(self, now: float) -> float:
        """Seconds until the first is due."""
        return self._heap[0][0] - now if self._heap else INFINITE

    def take(self) -> Job:
        """Take out the first."""
        return heappop(self._heap)[2]


class Scheduler:
    """Hands out jobs, one at a time, each as soon as all limits allow it.

    A job that is due again goes before a new question; while it waits, it does not count as in flight. Of several
    endpoints, the one with the fewest requests in flight is asked.

    Parameters
    ----------
    questions
        What is asked.
    lanes
        Where.
    limits, stop
        As for :func:`instag.chat.ask`.
    unread
        How many answers to a question could not be read in earlier runs.

    Attributes
    ----------
    in_flight
        Jobs that were handed out and are not done.
    ended
        Why no more jobs are handed out: `"interrupted"`, `"max_cost"` or `"stopped"`; None while they are, and if all were
        asked.
    """

    def __init__(
        self,
        questions: Iterable[Question],
        lanes: Sequence[Lane],
        limits: Limits,
        stop: asyncio.Event,
        unread: Callable[[bytes], int] = lambda _: 0,
    ) -> None:
        self._questions: Iterator[Question] | None = iter(questions)
        self._lanes, self._stop, self._unread = lanes, stop, unread
        self.spending = Spending(limits.price, limits.max_cost)
        self.waiting = Waiting()
        self._next: Job | None = None  # chosen, but held back by a limit of pace or cost
        self._turn, self._changed = asyncio.Lock(), asyncio.Event()
        self.in_flight = 0
        self.ended: str | None = None

    @property
    def capacity(self) -> int:
        """How many requests may be in flight now."""
        return sum(lane.capacity for lane in self._open)

    @property
    def most(self) -> int:
        """How many requests may ever be in flight."""
        return sum(lane.window.most for lane in self._lanes)

    @property
    def only(self) -> int:
        """How many of the questions taken so far are left; once no new ones come, that is all."""
        return len(self.waiting) + self.in_flight + (self._next is not None)

    @property
    def exhausted(self) -> bool:
        """Whether all questions were taken at least once."""
        return self._questions is None

    @property
    def _open(self) -> list[Lane]:
        return [lane for lane in self._lanes if lane.gone is None]

    async def take(self) -> tuple[Job, Lane] | None:
        """Wait for the next job and its endpoint; None if there will be none.

        Workers wait in line: the first waits until a job may be asked, the others for the first.
        """
        async with self._turn:
            while True:
                found = self._choose(time.monotonic())
                if not isinstance(found, float):
                    return found
                self._changed.clear()
                try:
                    async with asyncio.timeout(found if found < INFINITE else None):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    def done(self, job: Job, lane: Lane) -> None:
        """Record that a job is no longer in flight."""
        self.in_flight -= 1
        lane.in_flight -= 1
        self.spending.reserve(-job.cost)
        self.wake()

    def again(self, job: Job, seconds: float) -> None:
        """Ask a job again, after some seconds."""
        self.waiting.add(job, time.monotonic() + seconds)

    def wake(self) -> None:
        """Check again what may be asked."""
        self._changed.set()

    def end(self, why: str) -> None:
        """Hand out no more jobs."""
        self.ended = self.ended or why
        self.wake()

    def left(self) -> Iterator[Job]:
        """Remove the jobs that were asked and would have been asked again."""
        if self._next is not None:
            yield self._next
            self._next = None
        while self.waiting:
            yield self.waiting.take()

    def _choose(self, now: float) -> tuple[Job, Lane] | float | None:
        """The job to ask now with its endpoint, or the seconds until there may be one, or None."""
        if self._stop.is_set() and (self._questions is not None or self.waiting or self._next):
            self.end("interrupted")
        if self.ended or not self._open:
            return None
        # An endpoint that is away is tried with a question that has others after it, and not with one of the last.
        free = sorted(
            (lane for lane in self._open if lane.in_flight < lane.capacity),
            key=lambda lane: (lane.outage.since is not None and self.exhausted, lane.in_flight),
        )
        if not free:
            return INFINITE
        if (closed := min(lane.wait(now) for lane in free)) > 0:
            return closed
        if self._next is None:
            self._next = self._pick(now)
        job = self._next
        if job is None:
            due = self.waiting.due(now)
            return due if self.in_flight or self.waiting else None
        return self._allow(job, [lane for lane in free if lane.wait(now) <= 0], now)

    def _pick(self, now: float) -> Job | None:
        if self.waiting.due(now) <= 0:
            return self.waiting.take()
        probing = all(lane.form.probing for lane in self._open)
        if self._questions is None or len(self.waiting) >= (MOST_WHILE_PROBING if probing else MOST_WAITING):
            return None
        question = next(self._questions, None)
        if question is None:
            self._questions = None
            return None
        return Job(question.key, _json(question.messages), unread=self._unread(question.key))

    def _allow(self, job: Job, lanes: Sequence[Lane], now: float) -> tuple[Job, Lane] | float | None:
        """Hand out a job if the limits of pace and cost allow it."""
        tokens = len(job.messages) // BYTES_A_TOKEN
        early, lane = min(((lane.pace.wait(tokens, now), lane) for lane in lanes), key=lambda found: found[0])
        if early > 0:
            return early
        job.cost = self.spending.most_of(len(job.messages), job.limit or lane.form.limit)
        if not self.spending.affords(job.cost):
            if self.in_flight:
                return INFINITE  # requests in flight may cost less than was set aside
            self.end("max_cost")
            return None
        lane.pace.take(tokens)
        lane.learned.take(now)
        self.spending.reserve(job.cost)
        self._next = None
        self.in_flight += 1
        lane.in_flight += 1
        return job, lane


def _json(messages: list[dict[str, Any]]) -> bytes:
    try:
        return orjson.dumps(messages)
    except TypeError:  # half a surrogate pair, which UTF-8 cannot encode
        return orjson.dumps(drop_lone(messages))

"""A run: workers that take questions, ask them, and write the answers to the journal."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

from instag.chat.endpoint import Endpoint
from instag.chat.journal import Journal
from instag.chat.lane import Job, Lane
from instag.chat.lost import Lost
from instag.chat.options import Limits
from instag.chat.pace_notes import PaceNotes
from instag.chat.pauses import held
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import Question, Reply
from instag.chat.reading import Reading
from instag.chat.refusal import Trouble
from instag.chat.request_format import RequestFormat, Structured
from instag.chat.response import read_response
from instag.chat.scheduler import Scheduler
from instag.chat.state import RunState
from instag.chat.trouble import Troubles

__all__ = ["Run", "ask"]

# Seconds between two checks of the run, and seconds that requests in flight get when the run is ended.
TICK = 0.25
GRACE = 10.0
# Seconds between two notes on the pace in the journal.
PACED = 60.0


async def ask(  # noqa: PLR0913 - what is asked, of whom, how, and how much
    questions: Iterable[Question],
    *,
    endpoint: Endpoint | Sequence[Endpoint],
    journal: Journal,
    schema: Mapping[str, Any] | None,
    limits: Limits,
    read: Callable[[Reply], object],
    structured: Structured = "auto",
    sampling: Mapping[str, Any] | None = None,
    total: int | None = None,
    stop: asyncio.Event | None = None,
    watch: Callable[[Tally], None] | None = None,
) -> Tally:
    """Ask questions, many at a time, and write every reply and fault to a journal.

    Questions are taken from the iterable as they are needed, and forgotten once they are in the journal: memory does
    not grow with their number.

    Every question ends in one of three ways. It is answered: a :class:`Reply` is in the journal. It failed after all
    attempts: a :class:`Fault` with the reason is in the journal. Or it was not tried, because the run ended early: the
    journal has no record of it.

    Parameters
    ----------
    questions
        The questions, in order, with distinct keys that are not answered yet; see :meth:`Journal.answered`. Questions
        that failed before (:meth:`Journal.failed`) should come last.
    endpoint
        The endpoint, or several with limits of their own: the one with the fewest requests in flight is asked.
    journal
        An open journal.
    schema
        The JSON schema of an answer, or None.
    limits
        How much to ask at a time, in a minute, and in all.
    read
        Called with each reply; it raises :class:`Unreadable` for one that cannot be read. What it returns is ignored.
    structured
        How to ask the server for JSON: `"json_schema"` (OpenAI's, with a strict schema), `"structured_outputs"`
        (vLLM's), `"json_object"` (any JSON), `"none"` (by the messages alone). `"auto"` asks the first question in
        these ways, in this order, until one is not refused and its answer can be read. Each answer is paid for, and
        all are in the journal; the last one counts.
    sampling
        Other fields of a request: `temperature`, `max_tokens` and any that the server supports. If the server requires
        `max_completion_tokens`, or no temperature, requests are adapted, and the tally's notes say so.
    total
        How many questions there are, for the tally.
    stop
        Once it is set, nothing new is asked, and requests in flight are waited for.
    watch
        Called with the tally four times a second, and at the end.

    Returns
    -------
    Tally
        The counts; `stopped` says whether it ended early.

    Raises
    ------
    EndpointError
        If it is useless to go on: the server refuses the key, the payment, the model or the address; it is not a chat
        endpoint; there is no answer until the patience ends (then the tally's `stopped` is `"patience"`); or too much
        goes wrong: more unreadable answers than `limits.max_unread`, or 20 questions in a row that fail or are refused.
        Questions with a reply or a fault from earlier runs do not count. The message has the server's own words, and the
        error has a `tally`.
    InputError
        If an option is invalid, a library is missing, or the journal cannot be written.
    asyncio.CancelledError
        If the task is cancelled; the answers so far are in the journal.
    """
    endpoints = [endpoint] if isinstance(endpoint, Endpoint) else list(endpoint)
    began = time.monotonic()
    lanes = []
    for each in endpoints:
        form = RequestFormat(each.model, schema, structured, sampling or {})
        form.restore(journal.setup(each.base_url))
        lanes.append(Lane(each, form, limits, began))
    run = Run(
        questions,
        lanes=lanes,
        journal=journal,
        limits=limits,
        read=read,
        stop=stop or asyncio.Event(),
        watch=watch,
        total=total,
    )
    return await run.go()


class Run:
    """One run of :func:`instag.chat.ask`, with its parameters."""

    def __init__(
        self,
        questions: Iterable[Question],
        *,
        lanes: Sequence[Lane],
        journal: Journal,
        limits: Limits,
        read: Callable[[Reply], object],
        stop: asyncio.Event,
        watch: Callable[[Tally], None] | None,
        total: int | None,
    ) -> None:
        self.tally = Tally(total=total)
        self._lanes, self._watch, self._stop = lanes, watch, stop
        self._scheduler = Scheduler(questions, lanes, limits, stop, journal.unread)
        self._state = RunState(lanes, journal, limits, read, self._scheduler, self.tally)
        self._reading, self._troubles = Reading(self._state), Troubles(self._state)
        self._workers: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._began = time.monotonic()
        self._pace = PaceNotes(journal, self._began)

    async def go(self) -> Tally:
        """Ask all questions; see :func:`instag.chat.ask`."""
        scheduler = self._scheduler
        try:
            async with AsyncExitStack() as open_until_the_end:
                for lane in self._lanes:
                    await open_until_the_end.enter_async_context(lane.transport)
                async with asyncio.TaskGroup() as self._group:
                    self._hire()
                    self._group.create_task(self._look_around())
            self._close()
            self._pace.note(self.tally)
        except BaseExceptionGroup as group:
            # If several tasks raised errors, the first is raised.
            raise group.exceptions[0] from None
        finally:
            self._state.journal.sync()
            self._count()
        if self._state.words is None or self.tally.stopped is None:
            self.tally.stopped = None if self._state.words else scheduler.ended
        if self._watch is not None:
            self._watch(self.tally)
        if self._state.words is not None:
            raise EndpointError(self._state.words, self.tally)
        return self.tally

    def _close(self) -> None:
        """What to do with the questions that are left."""
        for job in self._scheduler.left():
            self._state.give_up(job)
        for lane in self._lanes:
            for job in lane.spent.values():
                self._state.give_up(job)
            if lane.aside and not lane.ever and self._state.words is None:
                self._troubles.bar(lane)
            elif lane.gone is None:
                self._state.settle(lane)

    def _hire(self) -> None:
        worker = self._group.create_task(self._work())
        self._workers.add(worker)
        worker.add_done_callback(self._leave)

    def _leave(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not self._workers:
            self._over.set()

    async def _work(self) -> None:
        scheduler = self._scheduler
        while (found := await scheduler.take()) is not None:
            job, lane = found
            # As many workers as requests in flight, and one that waits for the next.
            if len(self._workers) == scheduler.in_flight < scheduler.most:
                self._hire()
            try:
                await self._ask(job, lane)
            except asyncio.CancelledError:
                scheduler.again(job, 0.0)
                raise
            finally:
                scheduler.done(job, lane)

    async def _look_around(self) -> None:
        """Show the tally, sync the journal and wake waiting workers while there are any; end a stop that takes too long."""
        while not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._over.wait()
            self._count()
            self._state.journal.settle()
            self._pace.note(self.tally, PACED)
            self._scheduler.wake()
            if self._watch is not None:
                self._watch(self.tally)
            if self._stop.is_set():
                self._state.ended_at = min(self._state.ended_at, time.monotonic())
            if time.monotonic() - self._state.ended_at > GRACE:
                for worker in self._workers:
                    worker.cancel()

    async def _ask(self, job: Job, lane: Lane) -> None:
        form = lane.form
        sent, version, limit = time.monotonic(), form.version, job.limit or form.limit
        body = form.body(job.messages, way=job.way, temperature=job.temperature, limit=job.limit)
        try:
            answer = await lane.transport.post(body)
        except Lost as lost:
            kind: Any = "stop" if lost.hopeless else "away"
            self._troubles.meet(job, lane, Trouble(kind, lost.reason, lost.detail), sent, version, {})
            return
        found = read_response(answer, job.key, limit, lane.endpoint.hide)
        if isinstance(found, Reply):
            self._reading.answered(job, lane, found, sent)
        else:
            self._troubles.meet(job, lane, found, sent, version, answer.headers)
        if seconds := held(answer.headers):
            lane.gate.hold(seconds, time.monotonic())

    def _count(self) -> None:
        scheduler, tally, now = self._scheduler, self.tally, time.monotonic()
        tally.in_flight, tally.waiting, tally.concurrency = (
            scheduler.in_flight,
            len(scheduler.waiting),
            scheduler.capacity,
        )
        tally.cost = None if self._state.limits.price is None else scheduler.spending.spent
        tally.seconds = now - self._began
        found = dict.fromkeys(lane.form.structured for lane in self._lanes if not lane.form.probing)
        tally.structured = ", ".join(found) or None
        tally.away = [
            lane.outage.words(lane.endpoint.base_url, now)
            for lane in self._lanes
            if lane.gone is None and lane.outage.since is not None
        ]
        tally.changes([note for lane in self._lanes for note in lane.form.notes])

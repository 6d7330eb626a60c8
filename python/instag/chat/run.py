"""A run: workers that take questions, ask them, and put what comes into the journal."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from instag.chat.backoff import CircuitBreaker, held, jittered, wait_in
from instag.chat.endpoint import Endpoint
from instag.chat.journal import Journal
from instag.chat.options import Limits
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import Fault, Question, Reply, Unreadable
from instag.chat.request_format import RequestFormat, Structured
from instag.chat.response import Trouble, judge
from instag.chat.scheduler import Job, Scheduler
from instag.chat.spending import BYTES_A_TOKEN
from instag.chat.transport import Answer, Lost, Transport

__all__ = ["Run", "ask"]

LONGEST_BACKOFF = 30.0
# Seconds between two looks around, and for what is under way when the endpoint ends all asking.
TICK = 0.25
GRACE = 10.0
# Troubles that, where there has been no other answer yet, may mean that there is no server at all.
UNREACHED = frozenset({"no connection", "timeout"})


async def ask(  # noqa: PLR0913 - what is asked, of whom, how, and how much
    questions: Iterable[Question],
    *,
    endpoint: Endpoint,
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

    Every question ends in one of three ways. It is answered: a :class:`Reply` is in the journal. It failed: after all
    attempts a :class:`Fault` is in the journal, with the reason. Or, where the asking ended early, it was not tried:
    the journal has nothing of it.

    Parameters
    ----------
    questions
        What to ask, in this order: keys that are distinct, and not yet answered; see :meth:`Journal.answered`. Those
        that failed before (:meth:`Journal.failed`) had better come last.
    endpoint
        Whom to ask.
    journal
        An open journal.
    schema
        The JSON schema of an answer, or None.
    limits
        How much at a time, in a minute, and at all.
    read
        Called with each reply; it raises :class:`Unreadable` for one that cannot be read, and what it returns is
        thrown away.
    structured
        How to ask the server for JSON: `"json_schema"` (OpenAI's, with a strict schema), `"structured_outputs"`
        (vLLM's), `"json_object"` (any JSON), `"none"` (by the messages alone). `"auto"` puts the first question in
        these ways, in this order, until one is not refused and its answer can be read. Each answer is paid for: all
        are in the journal, the one that counts as the last.
    sampling
        What else goes into a request: `temperature`, `max_tokens` and whatever the server knows. Where the server
        wants `max_completion_tokens`, or no temperature, the request is adapted, and the tally's notes say so.
    total
        How many questions there are, for the tally.
    stop
        Once it is set, nothing new is asked; what is in flight is waited for.
    watch
        Called with the tally four times a second, and at the end.

    Returns
    -------
    Tally
        Where it stands; `stopped` says whether it ended early.

    Raises
    ------
    EndpointError
        Where asking on makes no sense: the server refuses the key (401, 403), the address (404) or further payment,
        says nothing but "too many requests" for too long, cannot be reached by the first question, or too much goes
        wrong: more unreadable answers than `limits.max_unread`, 20 questions in a row that fail, the first 5 of all, or
        the first 20 that the server refuses. Questions that the journal has a reply or a fault of do not count. The
        message has the server's own words, and the error a `tally`.
    InputError
        Where an option makes no sense, a library is missing, or the journal cannot be written.
    asyncio.CancelledError
        Where the task is cancelled; what was answered is in the journal.
    """
    run = Run(
        questions,
        endpoint=endpoint,
        journal=journal,
        form=RequestFormat(endpoint.model, schema, structured, sampling or {}),
        limits=limits,
        read=read,
        stop=stop or asyncio.Event(),
        watch=watch,
        total=total,
    )
    return await run.go()


class Run:
    """One run of :func:`instag.chat.ask`, whose parameters it has."""

    def __init__(  # noqa: PLR0913 - all that a run needs
        self,
        questions: Iterable[Question],
        *,
        endpoint: Endpoint,
        journal: Journal,
        form: RequestFormat,
        limits: Limits,
        read: Callable[[Reply], object],
        stop: asyncio.Event,
        watch: Callable[[Tally], None] | None,
        total: int | None,
    ) -> None:
        self._endpoint, self._journal, self._form, self._limits = endpoint, journal, form, limits
        self._read, self._watch = read, watch
        self._supply = Scheduler(questions, form, limits, stop)
        # What the journal holds before this run.
        self._replied, self._failed = journal.replied(), journal.failed()
        self._budget = CircuitBreaker(limits.max_unread, ever=len(self._replied) > 0)
        self._reached = False
        self._words: str | None = None  # why the endpoint ends all asking
        self._ended_at = float("inf")
        self._workers: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._began = time.monotonic()
        self.tally = Tally(total=total)

    async def go(self) -> Tally:
        """Ask everything; see :func:`instag.chat.ask`."""
        supply = self._supply
        try:
            async with (
                Transport(self._endpoint, supply.window.most, self._limits.timeout) as self._wire,
                asyncio.TaskGroup() as self._group,
            ):
                self._hire()
                self._group.create_task(self._look_around())
            for job in supply.left():
                self._give_up(job)
        except BaseExceptionGroup as group:
            # What one of many tasks raises is what went wrong.
            raise group.exceptions[0] from None
        finally:
            self._journal.sync()
            self._count()
        if self._words is None:
            self.tally.stopped = supply.ended
        if self._watch is not None:
            self._watch(self.tally)
        if self._words is not None:
            raise EndpointError(f"{self._endpoint.model} at {self._endpoint.base_url}: {self._words}", self.tally)
        return self.tally

    def _hire(self) -> None:
        worker = self._group.create_task(self._work())
        self._workers.add(worker)
        worker.add_done_callback(self._leave)

    def _leave(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not self._workers:
            self._over.set()

    async def _work(self) -> None:
        supply = self._supply
        while (job := await supply.take()) is not None:
            # As many workers as requests in flight, and one that waits for the next.
            if len(self._workers) == supply.in_flight < supply.window.most:
                self._hire()
            try:
                await self._ask(job)
            except asyncio.CancelledError:
                supply.again(job, 0.0)
                raise
            finally:
                supply.done(job)

    async def _look_around(self) -> None:
        """While there are workers: show the tally, sync the journal, wake who waits, and end a drain that takes long."""
        while not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._over.wait()
            self._count()
            self._journal.settle()
            self._supply.wake()
            if self._watch is not None:
                self._watch(self.tally)
            if time.monotonic() - self._ended_at > GRACE:
                for worker in self._workers:
                    worker.cancel()

    async def _ask(self, job: Job) -> None:
        sent, version, limit = time.monotonic(), self._form.version, self._form.limit
        try:
            answer = await self._wire.post(self._form.body(job.messages))
        except Lost as lost:
            self._reached = self._reached or lost.reason not in UNREACHED
            self._troubled(job, Trouble("again", lost.reason, lost.detail))
            return
        self._reached = True
        found = judge(answer, job.key, limit, self._endpoint.hide)
        if isinstance(found, Reply):
            self._answered(job, found, sent)
        elif found.kind == "busy":
            self._throttled(job, answer, found, sent)
        elif self._rephrased(found, version):
            self._supply.again(job, 0.0)
        else:
            if "retry-after" in answer.headers:
                self._supply.gate.hold(min(wait_in(answer.headers) or 0.0, self._limits.patience), time.monotonic())
            self._troubled(job, found)
        if seconds := held(answer.headers):
            self._supply.gate.hold(seconds, time.monotonic())

    def _rephrased(self, trouble: Trouble, version: int) -> bool:
        """Whether the form is another now than in the version that there is trouble with."""
        if not trouble.about_request:
            return False
        return version != self._form.version or self._form.refused(trouble.detail, passing=trouble.kind == "again")

    def _answered(self, job: Job, reply: Reply, sent: float) -> None:
        # Into the journal before it counts: it is paid for.
        self._journal.append(reply)
        supply, tally = self._supply, self.tally
        supply.purse.pay(reply, len(job.messages))
        used = reply.prompt_tokens + reply.completion_tokens
        supply.pace.correct(used - len(job.messages) // BYTES_A_TOKEN if used else 0)
        supply.gate.passed()
        supply.window.answered(time.monotonic() - sent)
        tally.prompt_tokens += reply.prompt_tokens
        tally.completion_tokens += reply.completion_tokens
        problem = self._problem(reply)
        if problem is None:
            self._form.understood()
        elif self._form.unread(problem.reason):
            supply.again(job, 0.0)
            return
        tally.answered += 1
        tally.unread += problem is not None
        self._end(self._budget.answered(problem, known=problem is not None and self._known(job)))

    def _problem(self, reply: Reply) -> Unreadable | None:
        try:
            self._read(reply)
        except Unreadable as problem:
            return problem.with_traceback(None)
        return None

    def _throttled(self, job: Job, answer: Answer, trouble: Trouble, sent: float) -> None:
        supply, now = self._supply, time.monotonic()
        self.tally.throttled += 1
        if supply.gate.close(wait_in(answer.headers), sent, now):
            supply.window.throttled()
        supply.again(job, 0.0)
        if why := supply.gate.hopeless(now):
            self._end(f"{trouble.reason}, {why}: {trouble.detail}")

    def _troubled(self, job: Job, trouble: Trouble) -> None:
        if trouble.kind == "stop":
            self._end(f"{trouble.reason}: {trouble.detail}")
            self._supply.again(job, 0.0)
            return
        job.attempts += 1
        job.fault = Fault(job.key, trouble.reason, trouble.detail, job.attempts)
        if trouble.kind == "again":
            self._supply.window.faltered()
            if job.attempts < self._limits.attempts:
                self.tally.retries += 1
                backoff = min(self._limits.backoff * 2.0 ** (job.attempts - 1), LONGEST_BACKOFF)
                self._supply.again(job, jittered(backoff))
                return
        self._give_up(job)
        refused = trouble.kind == "failed"
        self._end(self._budget.failed(job.fault, refused=refused, known=self._known(job), reached=self._reached))

    def _known(self, job: Job) -> bool:
        """Whether the journal had something of a question before this run."""
        return job.key in self._replied or job.key in self._failed

    def _give_up(self, job: Job) -> None:
        """Record what came of a job that is not asked again; one that only met a closed gate was not tried."""
        if job.fault is not None:
            self._journal.append(job.fault)
            self.tally.failed += 1

    def _end(self, words: str | None) -> None:
        """Ask no more, where there are words that say why."""
        if words is not None and self._words is None:
            self._words = words
            self._ended_at = time.monotonic()
            self._supply.end("stopped")

    def _count(self) -> None:
        supply, tally = self._supply, self.tally
        tally.in_flight, tally.waiting, tally.concurrency = supply.in_flight, len(supply.waiting), supply.capacity
        tally.cost = None if self._limits.price is None else supply.purse.spent
        tally.seconds = time.monotonic() - self._began
        tally.structured = None if self._form.probing else self._form.structured
        tally.notes = list(self._form.notes)

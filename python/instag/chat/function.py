"""A function that answers instead of an endpoint, with the same journal, progress and retries."""

import asyncio
import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from instag.chat.circuit_breaker import CircuitBreaker
from instag.chat.journal import Journal
from instag.chat.options import Limits
from instag.chat.pace_notes import PaceNotes
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import Fault, Question, Reply, Unreadable
from instag.errors import InputError

__all__ = ["ask_function", "name_of"]

# How many questions a function gets in a call, and how many calls of a coroutine function run at a time.
SIZE = 32
UNDER_WAY = 4
# Seconds between two looks at what is done, between two notes on the pace in the journal, and the longest wait before a
# question is asked again.
TICK = 0.25
PACED = 60.0
LONGEST_BACKOFF = 30.0
# How many questions may fail before any is answered, and in a row, until the run ends.
FIRST, ROW = 5, 20
# How many characters of an error are kept.
WORDS = 300


def name_of(function: Callable[..., Any]) -> str:
    """The name under which a function's answers are kept: its own, or that of its class.

    Examples
    --------
    >>> name_of(len), name_of(str.title)
    ('len', 'title')
    """
    inner = getattr(function, "func", function)
    return getattr(inner, "__name__", None) or type(inner).__name__


async def ask_function(  # noqa: PLR0913 - what is asked, of what, and how
    questions: Iterable[Question],
    *,
    function: Callable[[Sequence[str]], Any],
    write: Callable[[Any], str | None],
    journal: Journal,
    read: Callable[[Reply], object],
    limits: Limits,
    total: int | None = None,
    stop: asyncio.Event | None = None,
    watch: Callable[[Tally], None] | None = None,
) -> Tally:
    """Ask a function, a batch of questions at a time, and write every answer and fault to a journal.

    A batch at which the function raises an error is halved, until one question is left: that is tried `limits.attempts`
    times, and then failed. Questions whose answers cannot be read are asked again, `limits.reask` times. A function runs
    in a thread of its own, one batch after the other; a coroutine runs in this event loop, with several batches under
    way.

    Parameters
    ----------
    questions
        The questions, as for :func:`instag.chat.ask`; the function gets the last message of each.
    function
        From a list of texts to an answer for each, in order; or a coroutine function.
    write
        Turns an answer into the text that the journal keeps; None if it is not an answer.
    journal, read, limits, total, stop, watch
        As for :func:`instag.chat.ask`. Of the limits, `attempts`, `backoff`, `reask` and `max_unread` hold, and
        `concurrency` is the most questions in a batch: 32 if it is `"auto"`.

    Raises
    ------
    EndpointError
        If the first 5 questions fail, or 20 in a row, or too many answers cannot be read.
    InputError
        If the function does not return an answer for each text.
    """
    run = FunctionRun(function, write, journal, read, limits, stop or asyncio.Event(), Tally(total=total))
    return await run.go(questions, watch)


class FunctionRun:
    """One run of :func:`ask_function`."""

    def __init__(
        self,
        function: Callable[[Sequence[str]], Any],
        write: Callable[[Any], str | None],
        journal: Journal,
        read: Callable[[Reply], object],
        limits: Limits,
        stop: asyncio.Event,
        tally: Tally,
    ) -> None:
        self._function, self._write, self._journal, self._read = function, write, journal, read
        self._limits, self._stop, self.tally = limits, stop, tally
        self._awaits = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004 - whether calling it has to be awaited
        )
        # The same thread each time: connections and models may belong to one.
        self._thread = ThreadPoolExecutor(1)
        self._breaker = CircuitBreaker(limits.max_unread, ever=True)
        self._row, self._words = 0, ""

    async def go(self, questions: Iterable[Question], watch: Callable[[Tally], None] | None) -> Tally:
        """Ask all questions."""
        over, turn, given = asyncio.Event(), asyncio.Lock(), iter(questions)
        pace = PaceNotes(self._journal, time.monotonic())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look_around(over, pace, watch))
                count = UNDER_WAY if self._awaits else 1
                await asyncio.wait([group.create_task(self._work(given, turn)) for _ in range(count)])
                over.set()
            pace.note(self.tally)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._journal.sync()
        return self._ended()

    async def _work(self, given: Iterator[Question], turn: asyncio.Lock) -> None:
        """Ask batch after batch, until no questions are left."""
        while batch := await self._taken(given, turn):
            await self._ask(batch, 1)

    async def _taken(self, given: Iterator[Question], turn: asyncio.Lock) -> list[Question]:
        """The next batch; making questions reads texts, so it is done in a thread, by one worker at a time."""
        size = SIZE if self._limits.concurrency == "auto" else self._limits.concurrency
        async with turn:
            return [] if self._ending else await asyncio.to_thread(lambda: list(islice(given, size)))

    async def _look_around(self, over: asyncio.Event, pace: PaceNotes, watch: Callable[[Tally], None] | None) -> None:
        """Show the tally, sync the journal and note the pace, until the run is over."""
        began = time.monotonic()
        while not over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await over.wait()
            self._journal.settle()
            self.tally.seconds = time.monotonic() - began
            pace.note(self.tally, PACED)
            if watch is not None:
                watch(self.tally)

    @property
    def _ending(self) -> bool:
        return self._stop.is_set() or bool(self._words)

    def _ended(self) -> Tally:
        if self._words:
            raise EndpointError(f"{name_of(self._function)}: {self._words}", self.tally)
        if self._stop.is_set():
            self.tally.stopped = "interrupted"
        return self.tally

    async def _ask(self, batch: list[Question], attempt: int) -> None:
        if self._ending:
            return
        self.tally.in_flight += len(batch)
        try:
            answers = await self._called([question.messages[-1]["content"] for question in batch])
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a user's function raises is a fault of its questions
            await self._failed(batch, attempt, error)
            return
        finally:
            self.tally.in_flight -= len(batch)
        pairs = list(zip(batch, answers, strict=True))
        if again := [question for question, answer in pairs if self._answered(question, answer, attempt)]:
            await self._ask(again, 1)

    async def _called(self, texts: list[str]) -> list[Any]:
        if self._awaits:
            found = await self._function(texts)
        else:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._function, texts)
        answers = list(found) if isinstance(found, Iterable) and not isinstance(found, str | bytes | dict) else None
        if answers is None or len(answers) != len(texts):
            what = type(found).__name__ if answers is None else f"{len(answers):,} answers"
            raise InputError(f"model: expected a list with the tags of each of {len(texts):,} queries; found {what}")
        return answers

    async def _failed(self, batch: list[Question], attempt: int, error: Exception) -> None:
        if len(batch) > 1:
            # Perhaps it fails for a single question only.
            middle = len(batch) // 2
            for half in (batch[:middle], batch[middle:]):
                await self._ask(half, 1)
        elif attempt < self._limits.attempts:
            self.tally.retries += 1
            await asyncio.sleep(min(self._limits.backoff * 2.0 ** (attempt - 1), LONGEST_BACKOFF))
            await self._ask(batch, attempt + 1)
        else:
            self._fault(batch[0], type(error).__name__, str(error), attempt)

    def _answered(self, question: Question, answer: Any, attempt: int) -> bool:
        """Record an answer; returns whether to ask the question again, because the answer cannot be read."""
        content = self._write(answer)
        if content is None:
            self._fault(question, "no answer", "the function gave None", attempt)
            return False
        reply, problem = Reply(question.key, content, "stop"), None
        try:
            self._read(reply)
        except Unreadable as unreadable:
            problem = unreadable.with_traceback(None)
        except BaseException:
            self._journal.append(reply)
            raise
        unread = self._journal.unread(question.key)
        again = problem is not None and unread < self._limits.reask
        self._journal.append(replace(reply, unread=unread + 1) if again else reply)
        self._row = 0
        if again:
            self.tally.reasked += 1
        else:
            self.tally.answered += 1
            self.tally.unread += problem is not None
        self._words = self._words or self._breaker.answered(problem) or ""
        return again

    def _fault(self, question: Question, reason: str, detail: str, attempts: int) -> None:
        self._journal.append(Fault(question.key, reason, detail[:WORDS], attempts))
        self.tally.failed += 1
        self._row += 1
        if self._row >= (ROW if self.tally.answered else FIRST):
            self._words = f"{self._row} questions in a row failed, the last for this: {reason}: {detail[:WORDS]}"

"""A task for a model: questions of one kind, of which those without an answer are asked."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from instag.chat.endpoint import Endpoint
from instag.chat.journal import Journal, JournalReader, Paths
from instag.chat.local import serving
from instag.chat.options import Settings
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import Fault, Question, Reply, Unreadable, identity_of, key_of
from instag.chat.run import ask
from instag.progress import shown
from instag.warning import warn

__all__ = ["Asking", "Questions", "Task", "carry_out", "interruptible", "wanted"]

T = TypeVar("T")
Found_contra = TypeVar("Found_contra", contravariant=True)

Asking = Callable[..., Coroutine[Any, Any, Tally]]
"""A call of :func:`instag.chat.ask` with some of its options."""


@dataclass(frozen=True)
class Task(Generic[T]):
    """The model and prompt of a task, and how its answers are read.

    Attributes
    ----------
    model, prompt, schema
        The model's name, the prompt's identity, and the JSON schema of the answers.
    read
        Reads an answer, or raises :class:`Unreadable`.
    path
        The journal, or several of which the last is written to.

    Examples
    --------
    >>> task = Task("m", "p", None, lambda reply: reply.content, "answers.journal")
    >>> len(task.key("Why?"))
    16
    """

    model: str
    prompt: str
    schema: Mapping[str, Any] | None
    read: Callable[[Reply], T]
    path: Paths

    @property
    def identity(self) -> bytes:
        """The bytes that are hashed before each text."""
        return identity_of(self.model, self.prompt, self.schema)

    @property
    def written(self) -> Path:
        """The journal that is written to."""
        return Path(self.path) if isinstance(self.path, str | os.PathLike) else Path(self.path[-1])

    def key(self, text: str) -> bytes:
        """The key of a question about a text."""
        return key_of(self.identity, text)

    def open(self) -> Journal:
        """Open the journal, or create it; warns if a torn end was dropped."""
        journal = Journal.open(self.path, model=self.model, prompt=self.prompt, schema=self.schema)
        if journal.dropped:
            warn(f"{journal.path}: a crash had torn its last line: {journal.dropped:,} bytes were dropped")
        return journal

    def peek(self) -> JournalReader:
        """The content of the journal, which another run may be writing; empty if there is none."""
        return Journal.peek(self.path, model=self.model, prompt=self.prompt, schema=self.schema)


class Questions(Protocol[Found_contra]):
    """The questions of a task, and the table of their answers.

    Attributes
    ----------
    keys
        Their keys, 16 bytes each.
    """

    @property
    def keys(self) -> NDArray[Any]:
        """Their keys."""

    @property
    def unread(self) -> NDArray[np.bool_]:
        """Which questions have an answer that cannot be read."""

    def order(self, wanted: NDArray[np.bool_], most: int | None) -> NDArray[Any]:
        """The wanted questions, at most `limit`, in the order in which they are asked."""

    def questions(self, *chosen: NDArray[Any]) -> Iterator[Question]:
        """The messages about them, made one by one."""

    def read(self, replies: Iterable[Reply], reader: Callable[[Reply], Found_contra]) -> None:
        """Record replies; replies to other questions are skipped."""

    def take(self, key: bytes, found: Found_contra | Unreadable) -> None:
        """Record an answer, or why it cannot be read; an answer that can be read is never replaced by one that cannot."""

    def miss(self, faults: Iterable[Fault]) -> None:
        """Record why questions have no answers."""


@dataclass(frozen=True)
class Wanted:
    """The questions of a run: first new ones, then those that failed before."""

    turns: tuple[NDArray[Any], ...]
    kept: int
    limited: str | None
    """Why some questions without an answer are not asked."""

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(map(len, self.turns))


def _read(task: Task[T], questions: Questions[T], reply: Reply) -> None:
    """Read an answer, once, and record it; raises what the task's reader raises."""
    try:
        found = task.read(reply)
    except Unreadable as problem:
        questions.take(reply.key, problem)
        raise
    questions.take(reply.key, found)


def wanted(questions: Questions[T], journal: JournalReader, settings: Settings) -> Wanted:
    """Find the questions to ask, once all answers of a journal are recorded."""
    keys = questions.keys
    unanswered = ~journal.answered(settings.max_tokens, settings.limits.reask).isin(keys)
    if settings.retry_unread:
        unanswered |= questions.unread
    else:
        unanswered &= ~journal.failed(final=True).isin(keys)
    kept, limited = int((~unanswered).sum()), None
    if settings.shard is not None:
        part, parts = settings.shard
        # The last bytes of a key are as good as random, and the same on every machine.
        numbers = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), 16)[:, 8:].copy().view("<u8").ravel()
        mine = numbers % np.uint64(parts) == part - 1
        limited = "another shard" if (unanswered & ~mine).any() else None
        unanswered &= mine
    failed = unanswered & journal.failed().isin(keys)
    # If some always fail, the others still get a turn.
    new = questions.order(unanswered & ~failed, settings.limit)
    again = questions.order(failed, None if settings.limit is None else settings.limit - len(new))
    if len(new) + len(again) < unanswered.sum():
        limited = "limit"
    return Wanted((new, again), kept, limited)


async def carry_out(
    task: Task[T], questions: Questions[T], settings: Settings, asking: Asking = ask
) -> tuple[Tally, str | None]:
    """Ask the questions without an answer, and record all answers.

    Each answer is read once: those of the journal before anything is asked, the others as they come.

    Parameters
    ----------
    task, questions, settings
        The task, its questions, and the options.
    asking
        The function that asks: :func:`instag.chat.ask` for a model at an endpoint.

    Returns
    -------
    tuple
        The counts of the run, and why some questions were not tried, if there is a reason.
    """
    with task.open() as journal:
        await asyncio.to_thread(questions.read, journal.replies(), task.read)
        found = await asyncio.to_thread(wanted, questions, journal, settings)
        tally = Tally(total=found.kept + found.count, kept=found.kept)
        if found.count:
            async with _endpoints(settings) as endpoints:
                if asking is ask:
                    asking = partial(
                        ask,
                        endpoint=endpoints,
                        schema=task.schema,
                        structured=settings.structured,
                        sampling=settings.sampling,
                    )
                call = partial(
                    asking,
                    questions.questions(*found.turns),
                    journal=journal,
                    limits=settings.limits,
                    read=lambda reply: _read(task, questions, reply),
                    total=tally.total,
                )
                tally = await interruptible(call, tally, shown(settings.progress), journal.path)
        await asyncio.to_thread(questions.miss, journal.faults())
    return tally, tally.stopped or found.limited


@asynccontextmanager
async def _endpoints(settings: Settings) -> AsyncIterator[Sequence[Endpoint]]:
    """The endpoints of the questions; a model in a file runs here as long as the context is open."""
    if settings.weights is None:
        yield settings.endpoints
        return
    with ExitStack() as stack:
        model = serving(settings.weights, settings.model, settings.limits.concurrency)
        address = await asyncio.to_thread(stack.enter_context, model)
        yield (Endpoint.of(settings.model, address),)


async def interruptible(asking: Asking, tally: Tally, progress: Callable[[Tally], None] | None, journal: Path) -> Tally:
    """Ask; when cancelled once, let the requests in flight end; when cancelled twice, end at once.

    Parameters
    ----------
    asking
        :func:`instag.chat.ask` with all but its options `stop` and `watch`.
    tally
        The counts before the run.
    progress
        Called with the counts.
    journal
        The path of the journal with the answers.

    Raises
    ------
    asyncio.CancelledError
        If it was cancelled, with a message on what was done.
    """
    stop, now = asyncio.Event(), tally

    def watch(seen: Tally) -> None:
        nonlocal now
        now = seen
        now.kept = tally.kept
        if stop.is_set():
            now.stopped = "interrupted"
        if progress is not None:
            progress(now)

    task = asyncio.ensure_future(asking(stop=stop, watch=watch))
    try:
        watch(await asyncio.shield(task))
    except asyncio.CancelledError:
        stop.set()
        watch(now)
        with suppress(asyncio.CancelledError, EndpointError):
            watch(await task)
        raise asyncio.CancelledError(
            f"interrupted with {now.done:,} of {tally.total:,} done; they are in {journal}: run the same again to go on"
        ) from None
    return now

"""The plan: the questions about some samples, before any is asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.chat.journal_file import default_name
from instag.chat.question import Fault, Question, Reply, Unreadable
from instag.chat.task import Task
from instag.chat.truncate import Cut
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.conversation.samples import queries_in_pieces
from instag.tagging.answers import AnswerTable
from instag.tagging.examples import Examples, Hint
from instag.tagging.images import beside_images, pictured
from instag.tagging.model import QUERIES, Model, known_as
from instag.tagging.parsing import TagList, read_answer
from instag.tagging.prompt import Prompt, prompt_of
from instag.tagging.samples import Samples

__all__ = ["Plan", "Tagging"]

CHANGED = "the data have changed, or their order differs each time they are read: run it again when they are complete"
# Bytes of the hash of model and prompt in the names of journals.
DIGEST = 4


@dataclass(frozen=True)
class Plan:
    """The questions about some samples.

    Attributes
    ----------
    frame
        The data.
    samples
        Their queries.
    prompt
        What a model is asked about a query.
    cut
        Shortens a query, and counts the characters left out.
    task
        The model, the journal, and the function that reads answers.
    """

    frame: Frame
    samples: Samples
    prompt: Prompt
    cut: Callable[[str], tuple[str, int]]
    task: Task[TagList]

    @classmethod
    def of(  # noqa: PLR0913 - those of tag
        cls,
        data: Any,
        *,
        model: Model,
        prompt: str | Path | Prompt = "instag",
        examples: Examples = (),
        vocabulary: Hint = None,
        tags_in: str = "English",
        query: str | None = None,
        cut: int | Cut = 6000,
        journal: Any = None,
    ) -> "Plan":
        """Find the queries and the questions; the options are those of :func:`instag.tag`."""
        frame = wrap(data)
        found = QUERIES
        if not callable(model):
            found = prompt_of(prompt, examples=examples, vocabulary=vocabulary, tags_in=tags_in)
        shorten: Callable[[str], tuple[str, int]] = cut if isinstance(cut, Cut) else Cut(cut)
        hear = queries_in_pieces
        if found.shows_images:
            shorten, hear = beside_images(shorten), pictured
        name = model if isinstance(model, str) else known_as(model)
        task = Task(name, found.identity, found.schema, read_answer, "")
        samples = Samples.of(hear(frame, query), shorten, task.key)
        path = _named(name, found, task.identity) if journal is None else journal
        return cls(frame, samples, found, shorten, replace(task, path=path))

    def without_keys(self) -> "Plan":
        """A smaller plan for when all questions are asked, without what they are made from."""
        return replace(self, samples=self.samples.without_keys())

    def questions(self, *turns: NDArray[np.uint32]) -> Iterator[Question]:
        """The questions that some queries ask, made one by one."""
        samples = self.samples
        for queries in turns:
            for query, text in samples.texts(queries):
                key, asked = samples.keys[samples.question[query]].tobytes(), self.cut(text)[0]
                if self.frame.streams and self.task.key(asked) != key:
                    # Its answer would be kept under the key of another text.
                    raise InputError(
                        f"data: query {query:,} is no longer what it was when it was read first: {CHANGED}"
                    )
                yield Question(key, self.prompt.messages(asked))


@dataclass(frozen=True)
class Tagging:
    """The questions of a plan, and the table of their answers."""

    plan: Plan
    table: AnswerTable

    @property
    def keys(self) -> NDArray[Any]:
        """The keys of the questions, in ascending order."""
        return self.plan.samples.keys

    @property
    def unread(self) -> NDArray[np.bool_]:
        """Which questions have an answer that cannot be read."""
        return self.table.unread

    def order(self, wanted: NDArray[np.bool_], most: int | None) -> NDArray[Any]:
        """The queries that ask the wanted questions, in the order of the data."""
        return self.plan.samples.asked(wanted, most)

    def questions(self, *chosen: NDArray[Any]) -> Iterator[Question]:
        """The questions that some queries ask, made one by one."""
        return self.plan.questions(*chosen)

    def read(self, replies: Iterable[Reply], reader: Callable[[Reply], TagList]) -> None:
        """Record replies."""
        self.table.read(replies, reader)

    def take(self, key: bytes, found: TagList | Unreadable) -> None:
        """Record an answer, or why it cannot be read."""
        self.table.take(key, found)

    def miss(self, faults: Iterable[Fault]) -> None:
        """Record why there are no answers."""
        self.table.miss(faults)


def _named(model: str, prompt: Prompt, identity: bytes) -> Path:
    """The name of a journal, different for each model and prompt."""
    mark = blake2b(identity, digest_size=DIGEST).hexdigest()
    return Path(default_name(model, prompt.name, mark))

"""The plan: what is to be asked about which samples, before anything is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.chat import Journal, Question, identity_of, key_of
from instag.chat.journal import JournalReader
from instag.chat.truncate import Cut
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.queries import heard
from instag.tagging.answers import AnswerTable
from instag.tagging.examples import Examples, Hint
from instag.tagging.images import beside_images, pictured
from instag.tagging.model import QUERIES, Model, known_as
from instag.tagging.parsing import read_answer
from instag.tagging.prompt import Prompt, prompt_of
from instag.tagging.samples import Samples
from instag.warning import warn

__all__ = ["Plan"]

# Bytes of the hash that tells models and prompts apart in the names of journals.
TOLD_APART = 4


@dataclass(frozen=True)
class Plan:
    """What is to be asked about which samples.

    Attributes
    ----------
    frame
        The data.
    samples
        Their queries.
    model
        The model's name.
    prompt
        What the model is asked about a query.
    cut
        Makes of a query what is asked with, and counts the characters left out.
    path
        Where the journal is.
    """

    frame: Frame
    samples: Samples
    model: str
    prompt: Prompt
    cut: Callable[[str], tuple[str, int]]
    path: Path

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
        journal: str | Path | None = None,
    ) -> "Plan":
        """Find the queries and the questions; the options are those of :func:`instag.tag`."""
        if not isinstance(journal, str | Path | None):
            raise InputError(f"journal / --journal: expected the path of a file, or None; found {journal!r}")
        frame = wrap(data)
        found = QUERIES
        if not callable(model):
            found = prompt_of(prompt, examples=examples, vocabulary=vocabulary, tags_in=tags_in)
        shorten: Callable[[str], tuple[str, int]] = cut if isinstance(cut, Cut) else Cut(cut)
        hear = heard
        if found.shows_images:
            shorten, hear = beside_images(shorten), pictured
        name = model if isinstance(model, str) else known_as(model)
        identity = identity_of(name, found.identity, found.schema)
        samples = Samples.of(hear(frame, query), shorten, lambda text: key_of(identity, text))
        path = _named(name, found, identity) if journal is None else Path(journal)
        return cls(frame, samples, name, found, shorten, path)

    @property
    def identity(self) -> bytes:
        """What stands before each text in its key."""
        return identity_of(self.model, self.prompt.identity, self.prompt.schema)

    def without_keys(self) -> "Plan":
        """The same when all is asked."""
        return replace(self, samples=self.samples.without_keys())

    def open(self) -> Journal:
        """Open the journal, or begin it; where a torn end is dropped, a warning says so."""
        journal = Journal.open(self.path, model=self.model, prompt=self.prompt.identity, schema=self.prompt.schema)
        if journal.dropped:
            warn(f"{self.path}: a crash had torn its last line: {journal.dropped:,} bytes were dropped")
        return journal

    def peek(self) -> JournalReader:
        """What the journal holds, though another run may be writing it; where there is none, nothing."""
        return Journal.peek(self.path, model=self.model, prompt=self.prompt.identity, schema=self.prompt.schema)

    def unanswered(self, journal: JournalReader, max_tokens: int | None, *, retry_unread: bool) -> NDArray[np.bool_]:
        """Which questions have no answer yet, or one that is asked for again."""
        keys = self.samples.keys
        unanswered = ~journal.answered(max_tokens).isin(keys)
        if retry_unread:
            sheet = AnswerTable(keys)
            sheet.read(journal.replies(), read_answer)
            unanswered |= sheet.failed
        return np.asarray(unanswered)

    def turns(
        self, journal: JournalReader, unanswered: NDArray[np.bool_], limit: int | None
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The queries to ask with, at most so many: new ones first, and then those that failed before.

        Where some fail whenever they are asked, the others get their turn all the same.
        """
        failed = unanswered & journal.failed().isin(self.samples.keys)
        new = self.samples.asked(unanswered & ~failed, limit)
        return new, self.samples.asked(failed, None if limit is None else limit - len(new))

    def questions(self, *turns: NDArray[np.uint32]) -> Iterator[Question]:
        """The questions that some queries ask, made one by one."""
        samples = self.samples
        for queries in turns:
            for query, text in samples.texts(queries):
                key = samples.keys[samples.question[query]].tobytes()
                yield Question(key, self.prompt.messages(self.cut(text)[0]))


def _named(model: str, prompt: Prompt, identity: bytes) -> Path:
    """A journal's name that no other model or prompt has."""
    mark = blake2b(identity, digest_size=TOLD_APART).hexdigest()
    name = f"{model}.{prompt.name}.{mark}.journal"
    return Path(re.sub(r"[^\w.-]+", "-", name))

"""The plan: what is to be asked about which samples, before anything is."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.asking import Journal, Question, identity_of, key_of
from instag.asking.price import Price, price_of
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.io.hearing import heard
from instag.tagging.answer import read_answer
from instag.tagging.cut import Cut
from instag.tagging.examples import Examples, Hint
from instag.tagging.prompt import Prompt, prompt_of
from instag.tagging.samples import Samples
from instag.tagging.sheet import Sheet

__all__ = ["Plan", "priced"]

# Hexadecimal digits that tell the prompts apart in the names of journals.
TOLD_APART = 8


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
        What it is told about a query.
    cut
        How much of a query is asked with.
    path
        Where the journal is.
    """

    frame: Frame
    samples: Samples
    model: str
    prompt: Prompt
    cut: Cut
    path: Path

    @classmethod
    def of(
        cls,
        data: Any,
        *,
        model: str,
        prompt: str | Path | Prompt = "instag",
        examples: Examples = (),
        vocabulary: Hint = None,
        queries: str | None = None,
        cut: int | Cut = 6000,
        journal: str | Path | None = None,
    ) -> "Plan":
        """Find the queries and the questions; the options are those of :func:`instag.tag`."""
        if not model:
            raise InputError("model: expected the model's name at the endpoint; found none")
        frame = wrap(data)
        found = prompt_of(prompt, examples=examples, vocabulary=vocabulary)
        shorten = cut if isinstance(cut, Cut) else Cut(cut)
        identity = identity_of(model, found.identity, found.schema)
        samples = Samples.of(heard(frame, queries), shorten, lambda text: key_of(identity, text))
        path = _named(model, found) if journal is None else Path(journal)
        return cls(frame, samples, model, found, shorten, path)

    @property
    def identity(self) -> bytes:
        """What stands before each text in its key."""
        return identity_of(self.model, self.prompt.identity, self.prompt.schema)

    def without_keys(self) -> "Plan":
        """The same when all is asked."""
        return replace(self, samples=self.samples.without_keys())

    def open(self) -> Journal:
        """Open the journal, or begin it."""
        return Journal.open(self.path, model=self.model, prompt=self.prompt.identity, schema=self.prompt.schema)

    def unanswered(self, journal: Journal, max_tokens: int | None, *, retry_unread: bool) -> NDArray[np.bool_]:
        """Which questions have no answer yet, or one that is asked for again."""
        keys = self.samples.keys
        unanswered = ~journal.answered(max_tokens).isin(keys)
        if retry_unread:
            sheet = Sheet(keys)
            sheet.read(journal.replies(), read_answer)
            unanswered |= sheet.failed
        return np.asarray(unanswered)

    def questions(self, queries: NDArray[np.uint32]) -> Iterator[Question]:
        """The questions that some queries ask, made one by one."""
        samples = self.samples
        for query, text in samples.texts(queries):
            key = samples.keys[samples.question[query]].tobytes()
            yield Question(key, self.prompt.messages(self.cut(text)[0]))


def priced(price: Price | tuple[float, float] | None, model: str, base_url: str | None) -> Price | None:
    """The price that is told, or else the published one; None where nobody knows."""
    if price is None:
        return price_of(model, base_url or os.environ.get("OPENAI_BASE_URL"))
    return price if isinstance(price, Price) else Price(*price)


def _named(model: str, prompt: Prompt) -> Path:
    """A journal's name that no other model or prompt has."""
    name = f"{model}.{prompt.name}.{prompt.identity[:TOLD_APART]}.journal"
    return Path(re.sub(r"[^\w.-]+", "-", name))

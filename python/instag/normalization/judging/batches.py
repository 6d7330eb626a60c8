"""Tags in batches of 20, each of which is one question to a model, and the answers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from instag.chat.question import KEY, Fault, Reply, Unreadable
from instag.chat.question import Question as Asked
from instag.chat.task import Task
from instag.normalization.judging.answer import Answer
from instag.normalization.judging.prompt import messages_of, text_of
from instag.normalization.judging.question import Judgement, Question

__all__ = ["BATCH", "Batches"]

BATCH = 20
"""How many tags a question has."""


class Batches:
    """The questions for a model, of up to 20 tags each, and its answers.

    Parameters
    ----------
    questions
        The tags, each with its candidates.
    task
        The prompt and the journal.
    """

    def __init__(self, questions: Sequence[Question], task: Task[Answer]) -> None:
        self._questions = questions
        self.batches = [questions[start : start + BATCH] for start in range(0, len(questions), BATCH)]
        self.texts = [text_of(batch) for batch in self.batches]
        self._keys = [task.key(text) for text in self.texts]
        self._known = frozenset(self._keys)
        self._answers: dict[bytes, Answer] = {}
        self._unread: set[bytes] = set()

    @property
    def keys(self) -> NDArray[np.void]:
        """The keys of the questions."""
        return np.frombuffer(b"".join(self._keys), f"V{KEY}")

    @property
    def unread(self) -> NDArray[np.bool_]:
        """Which questions have an answer that cannot be read."""
        return np.array([key in self._unread for key in self._keys], np.bool_)

    def order(self, wanted: NDArray[np.bool_], most: int | None) -> NDArray[np.intp]:
        """The questions that are wanted, those of the most frequent tags first."""
        return np.flatnonzero(wanted)[:most]

    def questions(self, *chosen: NDArray[np.intp]) -> Iterator[Asked]:
        """The chosen questions, created one by one."""
        return (Asked(self._keys[nth], messages_of(self.texts[nth])) for nth in chain(*chosen))

    def read(self, replies: Iterable[Reply], reader: Callable[[Reply], Answer]) -> None:
        """Record the answers in replies; replies to other questions are skipped."""
        for reply in replies:
            if reply.key in self._known:
                try:
                    self.take(reply.key, reader(reply))
                except Unreadable as problem:
                    self.take(reply.key, problem)

    def take(self, key: bytes, found: Answer | Unreadable) -> None:
        """Record an answer, or that it cannot be read, which does not replace an answer that was read earlier."""
        if not isinstance(found, Unreadable):
            self._answers[key] = found
            self._unread.discard(key)
        elif key in self._known and key not in self._answers:
            self._unread.add(key)

    def miss(self, faults: Iterable[Fault]) -> None:
        """Do nothing: the tally already counts the questions without an answer."""

    def judgements(self) -> list[Judgement | None]:
        """A judgement for each tag, in order; None if its question has no readable answer."""
        found: list[Judgement | None] = []
        for key, batch in zip(self._keys, self.batches, strict=True):
            answer = self._answers.get(key)
            # A tag that an answer leaves out has no candidate that is the same or broader.
            found += [None if answer is None else answer.get(question.tag, Judgement()) for question in batch]
        return found

"""Combine earlier judgements with a judge, who is asked about the other tags."""

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.embedding.vectors import Vectors
from instag.errors import InputError
from instag.normalization.judging.asking import Refused, ask
from instag.normalization.judging.candidates import candidates
from instag.normalization.judging.judgments import Judged
from instag.normalization.judging.model import ModelJudge
from instag.normalization.judging.question import Judge, Question
from instag.normalization.state import State
from instag.progress import Progress, Stage, shown
from instag.warning import warn

__all__ = ["Bench", "judge_of", "progress_of", "questions_of", "vectors_of"]


@dataclass(frozen=True)
class Bench:
    """A judge, and earlier judgements, which take precedence."""

    judge_of: Judge | None
    before: Sequence[Judged]

    def __bool__(self) -> bool:
        """Whether there is a judge, or any earlier judgement."""
        return self.judge_of is not None or bool(self.before)

    def check(self, texts: AbstractSet[str]) -> None:
        """Warn if no earlier judgement is about any of these tags, given in their cleaned spelling."""
        known = set(_core.clean([each.tag for each in self.before]))
        if known and known.isdisjoint(texts):
            warn(f"judgments: none of their {len(known):,} tags is in these data")

    def judge(self, questions: Sequence[Question], progress: Callable[[Progress], None]) -> list[Judged]:
        """The earlier judgements, and what the judge says about the tags that have none."""
        known = set(_core.clean([each.tag for each in self.before]))
        judged = list(self.before)
        if self.judge_of is None:
            return judged
        texts = _core.clean([question.tag for question in questions])
        left = [each for each, text in zip(questions, texts, strict=True) if text not in known and each.candidates]
        refused = Refused()
        judged += ask(left, self.judge_of, refused, progress)
        if refused.names:
            warn(str(refused))
        return judged


def progress_of(judge: Judge | None, progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """The callback for progress reports: the user's own, or else a bar if a model is asked from a notebook."""
    return shown(progress) if isinstance(judge, ModelJudge) else progress


def judge_of(judge: Any) -> Judge | None:
    """The judge that a user asked for: a function, or a model by its name.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(judge, str):
        return ModelJudge(judge)
    if judge is None or callable(judge):
        return judge  # type: ignore[no-any-return]
    raise InputError(
        f"judge: expected the name of a model, a ModelJudge, or a function from a list of questions to judgements; found "
        f"{judge!r}"
    )


def questions_of(state: State, vectors: Vectors | None, progress: Callable[[Progress], None]) -> list[Question]:
    """A question for each tag that has candidates, the most frequent first."""
    order = state.order.tolist()
    tags, texts = [state.tags[tag] for tag in order], [state.cleaned[tag] for tag in order]
    found, shared = vectors_of(texts, vectors), _Companions(state)
    by_place = candidates(texts, found, shared, progress=lambda done: progress(Stage("candidates", done, len(texts))))
    counts = state.counts[state.order].tolist()
    return [
        Question(tag, count, tuple(tags[place] for place in places))
        for tag, count, places in zip(tags, counts, by_place, strict=True)
        if places
    ]


def vectors_of(texts: Sequence[str], vectors: Vectors | None) -> NDArray[np.float32] | None:
    """A vector for each text, zeros if the embedder has none for it."""
    if vectors is None:
        return None
    some = [text for text in texts if vectors.covers(text)]
    vectors.of(some)
    known = frozenset(some)
    found = vectors.where_known(texts)
    # Vectors that are left from earlier calls are not used; otherwise results would depend on what was embedded before.
    found[[text not in known for text in texts]] = 0
    return found


class _Companions:
    """The tags that share the most rows with a tag."""

    def __init__(self, state: State) -> None:
        self._codes, self._offsets = state.sets.codes, state.sets.offsets
        self._order = state.order
        self._place = np.full(len(state.counts), len(state.order))
        self._place[state.order] = np.arange(len(state.order))
        # The assignments ordered by tag, so that the rows of a tag are next to each other.
        self._by_tag = np.argsort(self._codes, kind="stable")
        self._starts = np.searchsorted(self._codes[self._by_tag], np.arange(len(state.counts) + 1))

    def __call__(self, place: int, most: int) -> list[int]:
        tag = self._order[place]
        pairs = self._by_tag[self._starts[tag] : self._starts[tag + 1]]
        rows = np.searchsorted(self._offsets, pairs, side="right") - 1
        together = Counter(
            other
            for row in rows.tolist()
            for other in self._codes[self._offsets[row] : self._offsets[row + 1]].tolist()
        )
        before = ((-count, int(self._place[other])) for other, count in together.items() if self._place[other] < place)
        return [other for _, other in sorted(before)[:most]]

"""Who judges: what was said before, and for the rest a judge."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from instag import _core
from instag.embedding.vectors import Vectors
from instag.normalization.judging.asking import Refused, ask
from instag.normalization.judging.candidates import candidates
from instag.normalization.judging.judgments import Judged
from instag.normalization.judging.question import Judge, Question
from instag.normalization.state import State
from instag.progress import Progress, Stage
from instag.warning import warn

__all__ = ["Bench", "questions_of"]


@dataclass(frozen=True)
class Bench:
    """A judge, and what was said before, which counts more."""

    judge: Judge | None
    before: Sequence[Judged]

    def judge_tags(self, state: State, vectors: Vectors | None, progress: Callable[[Progress], None]) -> list[Judged]:
        """What is said of the tags as they stand."""
        known = set(_core.clean([each.tag for each in self.before]))
        tags = state.names.gather(state.order).to_list()
        texts = _core.clean(tags)
        here = set(texts)
        if self.before and known.isdisjoint(here):
            warn(f"judgments: none of their {len(known):,} tags is in these data")
        judged = list(self.before)
        if self.judge is not None:
            asked = [
                each
                for each, text in zip(questions_of(state, vectors, progress), texts, strict=True)
                if text not in known
            ]
            refused = Refused()
            judged += ask([each for each in asked if each.candidates], self.judge, refused, progress)
            if refused.names:
                warn(str(refused))
        return judged


def questions_of(state: State, vectors: Vectors | None, progress: Callable[[Progress], None]) -> list[Question]:
    """A question for each tag, the most frequent first."""
    tags = state.names.gather(state.order).to_list()
    texts = _core.clean(tags)
    found = None
    if vectors is not None:
        known = np.array([vectors.covers(text) for text in texts], bool)
        found = np.zeros((len(texts), 1), np.float32)
        if known.any():
            some = vectors.of([text for text, whether in zip(texts, known, strict=True) if whether])
            found = np.zeros((len(texts), some.shape[1]), np.float32)
            found[known] = some
    shared = _Companions(state)
    by_place = candidates(texts, found, shared, progress=lambda done: progress(Stage("candidates", done, len(texts))))
    counts = state.counts[state.order].tolist()
    return [
        Question(tag, count, tuple(tags[place] for place in places))
        for tag, count, places in zip(tags, counts, by_place, strict=True)
    ]


class _Companions:
    """The tags that share most samples with a tag."""

    def __init__(self, state: State) -> None:
        self._codes, self._offsets = state.sets.codes, state.sets.offsets
        self._order = state.order
        self._place = np.full(len(state.counts), len(state.order))
        self._place[state.order] = np.arange(len(state.order))
        # The assignments by tag, so that the rows of one stand together.
        self._by_tag = np.argsort(self._codes, kind="stable")
        self._starts = np.searchsorted(self._codes[self._by_tag], np.arange(len(state.counts) + 1))

    def __call__(self, place: int, most: int) -> list[int]:
        tag = self._order[place]
        held = self._by_tag[self._starts[tag] : self._starts[tag + 1]]
        rows = np.searchsorted(self._offsets, held, side="right") - 1
        beside = Counter(
            other
            for row in rows.tolist()
            for other in self._codes[self._offsets[row] : self._offsets[row + 1]].tolist()
        )
        before = ((-count, int(self._place[other])) for other, count in beside.items() if self._place[other] < place)
        return [other for _, other in sorted(before)[:most]]

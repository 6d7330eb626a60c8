"""Rare tags speak through broader ones: their rows get what they are a kind or a part of, where that is not rare."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from instag.normalization.state import State
from instag.normalization.tree import Parents, bottom_up, nearest

__all__ = ["Way", "broader"]


class Way(NamedTuple):
    """How a rare tag comes to a broader one: by the first step on the way there."""

    target: int
    first: int


@dataclass(frozen=True)
class _Rows:
    """The rows of rare tags; the others are known to have enough rows."""

    enough: int
    held: dict[int, set[int]]

    @classmethod
    def of(cls, state: State, enough: int) -> "_Rows":
        rare = (state.counts > 0) & (state.counts < enough)
        kept = np.flatnonzero(rare[state.sets.codes])
        rows = np.searchsorted(state.sets.offsets, kept, side="right") - 1
        held: dict[int, set[int]] = defaultdict(set)
        for tag, row in zip(state.sets.codes[kept].tolist(), rows.tolist(), strict=True):
            held[tag].add(row)
        return cls(enough, held)

    def stands(self, tag: int) -> bool:
        """Whether enough rows have a tag, or one that speaks through it."""
        return tag not in self.held or len(self.held[tag]) >= self.enough


def broader(state: State, parents: Parents, min_count: int) -> dict[int, list[Way]]:
    """The broader tags by which each rare one is replaced.

    From the finest tags up: where fewer than `min_count` rows have a tag, they count for its broader ones, so that what
    many rare tags have in common stands. A tag is replaced by the nearest that stand.
    """
    rows = _Rows.of(state, min_count)
    rare = [tag for tag in bottom_up(parents) if tag in rows.held]
    speaking = []
    for tag in rare:
        if not rows.stands(tag) and tag in parents:
            speaking.append(tag)
            for above in parents[tag]:
                if above in rows.held:
                    rows.held[above] |= rows.held[tag]
    found = {}
    for tag in sorted(speaking):
        first: dict[int, int] = {}
        for above in parents[tag]:
            for target in [above] if rows.stands(above) else nearest(above, parents, rows.stands):
                first.setdefault(target, above)
        ways = [Way(target, first[target]) for target in nearest(tag, parents, rows.stands)]
        if ways:
            found[tag] = ways
    return found

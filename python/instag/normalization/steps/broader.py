"""Rare tags are replaced by broader ones that are not rare: those of which they are a kind or a part."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from instag.normalization.state import State
from instag.normalization.tree import Parents, bottom_up, nearest

__all__ = ["Way", "broader"]


class Way(NamedTuple):
    """The broader tag that replaces a rare tag, and the first step on the way there."""

    target: int
    first: int


@dataclass(frozen=True)
class _Rows:
    """The rows of rare tags; all other tags have enough rows."""

    enough: int
    by_tag: dict[int, set[int]]

    @classmethod
    def of(cls, state: State, enough: int) -> "_Rows":
        rare = (state.counts > 0) & (state.counts < enough)
        kept = np.flatnonzero(rare[state.sets.codes])
        rows = np.searchsorted(state.sets.offsets, kept, side="right") - 1
        by_tag: dict[int, set[int]] = defaultdict(set)
        for tag, row in zip(state.sets.codes[kept].tolist(), rows.tolist(), strict=True):
            by_tag[tag].add(row)
        return cls(enough, by_tag)

    def stands(self, tag: int) -> bool:
        """Whether enough rows have a tag, or a rare tag below it."""
        return tag not in self.by_tag or len(self.by_tag[tag]) >= self.enough


def broader(state: State, parents: Parents, min_count: int) -> dict[int, list[Way]]:
    """The broader tags that replace each rare one.

    Working from the finest tags up, the rows of a tag that fewer than `min_count` rows have also count for its broader
    tags, so that a broader tag that many rare ones have in common is kept. A rare tag is replaced by the nearest
    broader tags that are kept.
    """
    rows = _Rows.of(state, min_count)
    rare = [tag for tag in bottom_up(parents) if tag in rows.by_tag]
    replaced = []
    for tag in rare:
        if not rows.stands(tag) and tag in parents:
            replaced.append(tag)
            for above in parents[tag]:
                if above in rows.by_tag:
                    rows.by_tag[above] |= rows.by_tag[tag]
    found = {}
    for tag in sorted(replaced):
        first: dict[int, int] = {}
        for above in parents[tag]:
            for target in [above] if rows.stands(above) else nearest(above, parents, rows.stands):
                first.setdefault(target, above)
        ways = [Way(target, first[target]) for target in nearest(tag, parents, rows.stands)]
        if ways:
            found[tag] = ways
    return found

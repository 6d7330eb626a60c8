"""The state of a normalisation: which tag each raw tag has become, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.tagsets import TagSets

__all__ = ["DROPPED", "NOWHERE", "Change", "Changes", "State", "Step", "resolved", "spread"]

DROPPED = -1
# In place of the neighbour, if a tag joined its target directly.
NOWHERE = -1
Names = NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """Why a tag became another, or was dropped.

    Attributes
    ----------
    source
        The code of the tag.
    target
        The code of the tag that it became, or `DROPPED`.
    why
        The reason, for users.
    via
        The neighbour through which it joined a cluster, if that is not the target.
    figures
        The numbers behind the reason, by the names of columns of `merges`.
    """

    source: int
    target: int
    why: str
    via: int | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """Many changes, a column for each attribute of :class:`Change`.

    Examples
    --------
    >>> changes = Changes.of([Change(2, 0, "alike", via=1, figures={"similarity": 0.9}), Change(3, DROPPED, "rare")])
    >>> changes.source.tolist(), changes.target.tolist(), changes.via.tolist()
    ([2, 3], [0, -1], [1, -1])
    >>> changes.figures.rows()
    [(0.9,), (None,)]
    """

    source: Names
    target: Names
    why: pl.Series
    via: Names
    figures: pl.DataFrame

    @classmethod
    def of(cls, changes: "Sequence[Change] | Changes") -> "Changes":
        """Convert a sequence of changes to columns."""
        if isinstance(changes, Changes):
            return changes
        figures = pl.DataFrame([change.figures for change in changes], infer_schema_length=None)
        return cls(
            np.array([change.source for change in changes], np.int64),
            np.array([change.target for change in changes], np.int64),
            pl.Series([change.why for change in changes], dtype=pl.String),
            np.array([NOWHERE if change.via is None else change.via for change in changes], np.int64),
            figures if figures.width else pl.DataFrame(height=len(changes)),
        )

    @classmethod
    def plain(cls, source: Names, target: Names, why: pl.Series) -> "Changes":
        """Changes without figures or neighbours."""
        return cls(source, target, why, np.full(len(source), NOWHERE), pl.DataFrame(height=len(source)))

    @classmethod
    def all(cls, parts: "Sequence[Changes]") -> "Changes":
        """Concatenate several."""
        return cls(
            np.concatenate([part.source for part in parts]),
            np.concatenate([part.target for part in parts]),
            pl.concat([part.why for part in parts]),
            np.concatenate([part.via for part in parts]),
            pl.concat([part.figures for part in parts], how="diagonal"),
        )

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True)
class Step:
    """The result of a step: its changes, and the pairs that it considered and kept apart."""

    changes: Sequence[Change] | Changes
    apart: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class State:
    """The rows with the tags as they are now.

    A tag keeps the code of one raw spelling throughout, the one that is shown.

    Attributes
    ----------
    rows
        The original rows.
    counts
        The number of rows that hold each tag; 0 if it has become another.
    fates
        How many assignments the last step kept, merged, dropped and deduplicated.
    """

    rows: TagSets
    counts: NDArray[np.uint32]
    fates: tuple[int, int, int, int]
    # The rows after tags were last joined, and the tags that have been dropped since.
    _sets: _core.TagSets
    _names: Names

    @classmethod
    def of(cls, rows: TagSets) -> "State":
        """The state before any step, with repeats in rows removed."""
        kept = len(rows.codes)
        return cls(rows, rows.holders, (kept, 0, 0, int(rows.given.sum()) - kept), rows.sets, np.arange(rows.n_tags))

    def after(self, names: Names) -> "State":
        """The state after each tag has got its new name."""
        names = self._through(names)
        gone = (names == DROPPED) & (self.counts > 0)
        lost = int(self.counts[gone].sum(dtype=np.int64))
        if not self._joins(names).any():
            # If tags are only dropped, the others keep their codes, and the rows are rebuilt only when they are needed.
            counts = np.where(gone, np.uint32(0), self.counts)
            return State(self.rows, counts, (self.n_pairs - lost, 0, lost, 0), self._sets, names)
        sets, (kept, merged, _, deduplicated) = _core.relabel(self._sets, names)
        return State(self.rows, sets.holders, (kept, merged, lost, deduplicated), sets, np.arange(len(names)))

    def spread(self, targets: Mapping[int, Sequence[int]]) -> "State":
        """The state after tags were replaced in their rows, each by several others."""
        gone = np.zeros(len(self.counts), bool)
        gone[list(targets)] = True
        others = [targets.get(code, [code]) for code in range(len(self.counts))]
        replaced = spread(self.sets, others, len(self.counts))
        merged = int(self.counts[gone].sum(dtype=np.int64))
        given = int(replaced.given.sum())
        fates = (self.n_pairs - merged, merged, 0, given - len(replaced.codes))
        return State(self.rows, replaced.holders, fates, replaced, np.arange(len(self.counts)))

    def _through(self, names: Names) -> Names:
        """New names for the tags in `_sets`, some of which have been dropped since."""
        return np.ascontiguousarray(np.where(self._names == DROPPED, DROPPED, names), np.int64)

    def _joins(self, names: Names) -> NDArray[np.bool_]:
        """Which of the current tags become others."""
        joins: NDArray[np.bool_] = (self.counts > 0) & (names != DROPPED) & (names != np.arange(len(names)))
        return joins

    @property
    def names(self) -> pl.Series:
        """The raw tag of each code."""
        return self.rows.names

    @property
    def tags(self) -> list[str]:
        """The raw tag of each code, as a list."""
        return self.rows.spellings

    @property
    def cleaned(self) -> list[str]:
        """The raw tag of each code in its cleaned spelling."""
        return self.rows.cleaned

    @cached_property
    def sets(self) -> _core.TagSets:
        """The tags of each row, each once."""
        if len(self._sets.codes) == self.n_pairs:
            return self._sets
        return _core.relabel(self._sets, self._names)[0]

    @cached_property
    def n_pairs(self) -> int:
        """The number of assignments: of tags in rows."""
        return int(self.counts.sum(dtype=np.int64))

    @cached_property
    def order(self) -> Names:
        """The current tags, most frequent first, ties by name."""
        current = np.flatnonzero(self.counts)
        return _ordered(current, self.counts[current])

    @cached_property
    def ranked(self) -> Names:
        """The current tags, those whose own spelling was given most often first, ties by name.

        If tags join those that come before them in this order, each group is shown by its most frequent spelling.
        """
        current = np.flatnonzero(self.counts)
        return _ordered(current, self.rows.given[current])


def spread(sets: _core.TagSets, targets: Sequence[Sequence[int]], n_tags: int) -> _core.TagSets:
    """Replace each tag in tag sets by none, one or several others: `targets` has those of each code.

    Examples
    --------
    >>> sets = _core.TagSets(np.array([0, 2, 3]), np.array([0, 1, 0], np.uint32), 2)
    >>> spread(sets, [[1, 2], [1]], 3).codes.tolist()
    [1, 2, 1, 2]
    """
    many = np.array([len(some) for some in targets], np.int64)
    flat = np.array([code for some in targets for code in some], np.uint32)
    starts = np.cumsum(many) - many
    # Each assignment is repeated once for each of its targets; `nth` says which of them a copy is.
    copies = many[sets.codes]
    nth = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    offsets = np.concatenate([[0], np.cumsum(copies)])[sets.offsets].astype(np.int64)
    return _core.TagSets(offsets, flat[np.repeat(starts[sets.codes], copies) + nth], n_tags)


def _ordered(current: Names, counts: NDArray[np.integer]) -> Names:
    # Codes are in the order of names.
    return current[np.argsort(-counts.astype(np.int64), kind="stable")]


def resolved(size: int, changes: Sequence[Change] | Changes) -> Names:
    """The new name of each tag, following chains of the changes of a step."""
    names = np.arange(size, dtype=np.int64)
    changes = Changes.of(changes)
    names[changes.source] = changes.target
    while True:
        further = np.where(names == DROPPED, DROPPED, names[names])
        if np.array_equal(further, names):
            return names
        names = further

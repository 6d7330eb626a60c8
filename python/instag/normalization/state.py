"""Where a normalisation stands: which tag each raw tag has become, and what was done to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.normalization.rows import Rows

__all__ = ["DROPPED", "Change", "State", "Step", "named"]

DROPPED = -1
Names = NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """Why a tag became another, or went away.

    Attributes
    ----------
    source
        The code of the tag.
    target
        The code of the tag that it became, or `DROPPED`.
    why
        The reason, for people.
    via
        The neighbour through which it came to a cluster, where that is not the target.
    figures
        The numbers behind the reason, by the names of columns of `merges`.
    """

    source: int
    target: int
    why: str
    via: int | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What a step did: its changes, and pairs that it looked at and kept apart."""

    changes: list[Change]
    apart: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class State:
    """The tags in their rows.

    A tag is known by the code of one raw spelling, throughout: the one that people read.

    Attributes
    ----------
    tags
        The raw tag of each code.
    offsets, codes
        The tags of each row, each once.
    counts
        The number of rows that hold each tag; 0 where it has become another.
    fates
        What the last relabelling did to the assignments: kept, merged, dropped, deduplicated.
    """

    tags: list[str]
    offsets: NDArray[np.int64]
    codes: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    fates: tuple[int, int, int, int]

    @classmethod
    def of(cls, rows: Rows) -> "State":
        """The state before any step, with repeats in rows removed."""
        return cls._relabelled(rows.tags, rows.offsets, rows.codes, np.arange(len(rows.tags)))

    def after(self, names: Names) -> "State":
        """The state after each tag has got its new name."""
        return self._relabelled(self.tags, self.offsets, self.codes, names)

    @classmethod
    def _relabelled(
        cls, tags: list[str], offsets: NDArray[np.int64], codes: NDArray[np.uint32], names: Names
    ) -> "State":
        offsets, codes, counts, fates = _core.relabel(offsets, codes, np.ascontiguousarray(names, np.int64))
        return cls(tags, offsets, codes, counts, fates)

    @property
    def live(self) -> list[int]:
        """The tags there are, most frequent first, ties by name."""
        held = np.flatnonzero(self.counts)
        # Codes are in the order of names.
        return held[np.argsort(-self.counts[held].astype(np.int64), kind="stable")].tolist()  # type: ignore[no-any-return]


def named(size: int, changes: Iterable[Change]) -> Names:
    """The new name of each tag, through all the changes of a step."""
    names = np.arange(size, dtype=np.int64)
    for change in changes:
        names[change.source] = change.target
    while True:
        further = np.where(names == DROPPED, DROPPED, names[names])
        if np.array_equal(further, names):
            return names
        names = further

"""What one part of the data, a group or a selection, has more of than another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.analysis.samples import ALL, Counts, Groups
from instag.analysis.selections import Picks
from instag.analysis.terminal import fitted, table
from instag.errors import InputError
from instag.tagsets import TagSets

__all__ = ["Comparison", "Part", "Parts", "against"]

# Columns for each of two names, so that both fit on one line.
NAME = 36

# Names listed in an error.
LISTED = 20


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `a` over- and under-represents compared with `b`.

    Both frames have `n_a` and `n_b`, the numbers of samples; `share_a` and `share_b`, their shares of `a` and `b`;
    `expected`, the number of samples `a` would have at the share of `b`; and `ratio`, which is
    log2((n_a + 1) / (expected + 1)): 0 is as in `b`, 1 twice as many, -1 half as many. The added ones keep rare tags,
    about which little can be said, near 0. The most over-represented come first, the most under-represented last.

    Attributes
    ----------
    a, b
        The names of the two parts.
    tags
        One line for each `tag` that either part has.
    groups
        One line for each `group`; empty if the data have no groups.
    """

    a: str
    b: str
    tags: pl.DataFrame
    groups: pl.DataFrame

    def __repr__(self) -> str:
        groups = "" if self.groups.is_empty() else f"\n\n{table(self.groups)}"
        return f"{fitted(repr(self.a), NAME)} beside {fitted(repr(self.b), NAME)}\n{table(self.tags)}{groups}"


def against(names: pl.Series, n_a: NDArray[np.int64], n_b: NDArray[np.int64], samples: tuple[int, int]) -> pl.DataFrame:
    """Compare two parts' counts of tags or groups, leaving out those that neither part has."""
    a, b = samples
    expected = n_b * (a / max(b, 1))
    columns = {
        names.name: names,
        "n_a": pl.Series(n_a, dtype=pl.UInt32),
        "n_b": pl.Series(n_b, dtype=pl.UInt32),
        "share_a": _share(n_a, a),
        "share_b": _share(n_b, b),
        "expected": expected,
        "ratio": np.log2((n_a + 1) / (expected + 1)),
    }
    either = (n_a > 0) | (n_b > 0)
    order = ("ratio", "n_a", names.name)
    return pl.DataFrame(columns).filter(either).sort(order, descending=[True, True, False])


def _share(counts: NDArray[np.int64], total: int) -> pl.Series:
    """The counts as shares of a total; null if the total is 0."""
    return pl.Series(counts / total) if total else pl.Series([None] * len(counts), dtype=pl.Float64)


@dataclass(frozen=True)
class Part:
    """The counts of one part of the data.

    Attributes
    ----------
    samples
        The number of samples.
    tags
        The number of samples that hold each tag.
    groups
        The number of samples in each group.
    """

    samples: int
    tags: NDArray[np.int64]
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """The parts of the data that can be compared, by name.

    Attributes
    ----------
    tags, groups
        The names of the tags and the groups.
    whole
        All samples.
    sizes, counts
        The number of samples in each group, and how many of them hold each tag.
    selections
        The selections.
    """

    tags: pl.Series
    groups: pl.Series
    whole: Part
    sizes: NDArray[np.uint32]
    counts: Counts
    selections: Mapping[str, Part]

    @classmethod
    def of(cls, pool: TagSets, groups: Groups, picks: Mapping[str, Picks]) -> "Parts":
        """Count the whole data and the selections. A group is counted when it is first compared."""
        whole = Part(pool.samples, pool.holders.astype(np.int64), groups.sizes.astype(np.int64))
        selections = {name: _picked(pick, groups) for name, pick in picks.items()}
        return cls(pool.names, groups.names, whole, groups.sizes, groups.counts, selections)

    def part(self, name: object, option: str) -> Part:
        """Get a part by name.

        Raises
        ------
        InputError
            If there is no such part; the message lists those that exist.
        """
        if name == ALL:
            return self.whole
        if isinstance(name, str) and name in self.selections:
            return self.selections[name]
        nth = self.groups.index_of(name) if isinstance(name, str) else None
        if nth is None:
            names = [ALL, *self.selections, *self.groups]
            listed = ", ".join(map(repr, names[:LISTED])) + (", …" if len(names) > LISTED else "")
            raise InputError(f"{option}: expected a group or a selection, one of {listed}; found {name!r}")
        alone = np.where(np.arange(len(self.groups)) == nth, self.sizes, 0)
        return Part(int(self.sizes[nth]), self.counts.of(nth, len(self.tags)), alone.astype(np.int64))


def _picked(pick: Picks, groups: Groups) -> Part:
    tags = pick.sets.holders.astype(np.int64)
    if pick.groups is None:
        return Part(pick.frame.height, tags, np.empty(0, np.int64))
    counted = pick.groups.value_counts(name="n")
    names = groups.names.alias("group").to_frame()
    each = names.join(counted, on="group", how="left", maintain_order="left").get_column("n")
    return Part(pick.frame.height, tags, each.fill_null(0).cast(pl.Int64).to_numpy())

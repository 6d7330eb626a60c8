"""What one part of the data, a group or a selection, holds more of than another."""

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

# The most characters of a name, so that two have room on a line.
NAMED = 36

# Names listed in an error.
LISTED = 20


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `a` over- and under-represents beside `b`.

    Both frames have `n_a` and `n_b`, the samples; `share_a` and `share_b`, their shares of each part; `expected`, the
    samples of `a` there would be at the share of `b`; and `ratio`, the binary logarithm of how many times that there
    are, one sample added to both: 0 is as in `b`, 1 twice as many, -1 half. The sample added keeps what is rare, and
    says little, near 0. The most over-represented come first, the most under-represented last.

    Attributes
    ----------
    a, b
        The names of what is compared.
    tags
        One line for each `tag` that either has.
    groups
        One line for each `group`; none where samples are in no groups.
    """

    a: str
    b: str
    tags: pl.DataFrame
    groups: pl.DataFrame

    def __repr__(self) -> str:
        groups = "" if self.groups.is_empty() else f"\n\n{table(self.groups)}"
        return f"{fitted(repr(self.a), NAMED)} beside {fitted(repr(self.b), NAMED)}\n{table(self.tags)}{groups}"


def against(names: pl.Series, n_a: NDArray[np.int64], n_b: NDArray[np.int64], samples: tuple[int, int]) -> pl.DataFrame:
    """Compare two series of counts by name; names with no counts in either are left out."""
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


def _share(counts: NDArray[np.int64], of: int) -> pl.Series:
    """The counts as shares, null if they are shares of nothing."""
    return pl.Series(counts / of) if of else pl.Series([None] * len(counts), dtype=pl.Float64)


@dataclass(frozen=True)
class Part:
    """Some of the samples.

    Attributes
    ----------
    samples
        How many they are.
    tags
        How many of them hold each tag.
    groups
        How many of them are in each group.
    """

    samples: int
    tags: NDArray[np.int64]
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """All parts by name.

    Attributes
    ----------
    tags, groups
        The names of the tags and the groups.
    every
        All samples.
    sizes, counts
        The number of samples in each group, and how often it holds each tag.
    selections
        The selections.
    """

    tags: pl.Series
    groups: pl.Series
    every: Part
    sizes: NDArray[np.uint32]
    counts: Counts
    selections: Mapping[str, Part]

    @classmethod
    def of(cls, pool: TagSets, groups: Groups, picks: Mapping[str, Picks]) -> "Parts":
        """Count what the parts hold; a group only when it is asked for."""
        every = Part(pool.samples, pool.holders.astype(np.int64), groups.sizes.astype(np.int64))
        selections = {name: _picked(pick, groups) for name, pick in picks.items()}
        return cls(pool.names, groups.names, every, groups.sizes, groups.counts, selections)

    def part(self, name: object, option: str) -> Part:
        """The part of that name.

        Raises
        ------
        InputError
            If there is none; the message lists those there are.
        """
        if name == ALL:
            return self.every
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
    held = pick.sets.holders.astype(np.int64)
    if pick.groups is None:
        return Part(pick.frame.height, held, np.empty(0, np.int64))
    counted = pick.groups.value_counts(name="n")
    names = groups.names.alias("group").to_frame()
    each = names.join(counted, on="group", how="left", maintain_order="left").get_column("n")
    return Part(pick.frame.height, held, each.fill_null(0).cast(pl.Int64).to_numpy())

"""What can be compared: all samples, the groups and the selections."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.analysis.grouping import ALL, Counts, Groups
from instag.analysis.picks import Picks
from instag.analysis.pool import Pool
from instag.errors import InputError

__all__ = ["Part", "Parts"]

# Names listed in an error.
LISTED = 20


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
    def of(cls, pool: Pool, groups: Groups, picks: Mapping[str, Picks]) -> "Parts":
        """Count what the parts hold; a group only when it is asked for."""
        every = Part(pool.samples, pool.counts.astype(np.int64), groups.sizes.astype(np.int64))
        selections = {name: _picked(pick, pool, groups) for name, pick in picks.items()}
        return cls(pool.names, groups.names, every, groups.sizes, groups.counts, selections)

    def part(self, name: object, option: str) -> Part:
        """The part of that name.

        Raises
        ------
        InputError
            Where there is none; the message lists those there are.
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


def _picked(pick: Picks, pool: Pool, groups: Groups) -> Part:
    held = np.bincount(pick.codes, minlength=len(pool.names))
    if pick.groups is None:
        return Part(pick.frame.height, held, np.empty(0, np.int64))
    counted = pick.groups.value_counts(name="n")
    names = groups.names.alias("group").to_frame()
    each = names.join(counted, on="group", how="left", maintain_order="left").get_column("n")
    return Part(pick.frame.height, held, each.fill_null(0).cast(pl.Int64).to_numpy())

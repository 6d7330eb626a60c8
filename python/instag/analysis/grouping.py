"""Groups of samples, and how often each holds each tag."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.analysis.pool import Pool
from instag.errors import InputError
from instag.frame import Frame

__all__ = ["ALL", "Counts", "Groups", "groups_of", "labels"]

ALL = "all"
NONE = "(none)"


@dataclass(frozen=True)
class Counts:
    """How many samples of each group hold each tag: compressed sparse rows, one a group."""

    offsets: NDArray[np.int64]
    tags: NDArray[np.uint32]
    counts: NDArray[np.uint32]

    def of(self, group: int, n_tags: int) -> NDArray[np.int64]:
        """The counts of one group, for every tag."""
        held = slice(self.offsets[group], self.offsets[group + 1])
        dense = np.zeros(n_tags, np.int64)
        dense[self.tags[held]] = self.counts[held]
        return dense


@dataclass(frozen=True)
class Groups:
    """Groups of samples, the largest first, ties by name.

    Attributes
    ----------
    names
        Their names; none where samples are in no groups.
    codes
        The group of each sample; none where samples are in no groups.
    sizes
        The number of samples in each.
    counts
        How often each holds each tag.
    """

    names: pl.Series
    codes: NDArray[np.uint32]
    sizes: NDArray[np.uint32]
    counts: Counts

    def with_all(self, samples: pl.DataFrame) -> pl.DataFrame:
        """Every sample once as one of all, `group` 0, and once as one of its group, counted from 1."""
        every = samples.select(pl.lit(0, pl.UInt32).alias("group"), pl.all())
        if self.names.is_empty():
            return every
        return pl.concat([every, samples.select(pl.Series("group", self.codes + np.uint32(1)), pl.all())])

    def named(self, numbers: pl.Series) -> pl.Series:
        """Names for the numbers of `with_all`."""
        return pl.Series("group", [ALL, *self.names], pl.String).gather(numbers)


def groups_of(frame: Frame, by: str | None, pool: Pool) -> Groups:
    """Group the samples by a column; without one, they are in no groups.

    Raises
    ------
    InputError
        Where there is no such column, or its values are no names.
    """
    if by is None:
        nothing = np.empty(0, np.uint32)
        return Groups(pl.Series(dtype=pl.String), nothing, nothing, Counts(np.zeros(1, np.int64), nothing, nothing))
    column = labels(frame, by)
    sizes = column.value_counts(name="samples").sort("samples", "group", descending=[True, False])
    names = sizes.get_column("group")
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.UInt32).to_numpy()
    counts = Counts(*_core.count_groups(*pool.arrays, codes, len(names)))
    return Groups(names, codes, sizes.get_column("samples").to_numpy(), counts)


def labels(frame: Frame, by: str) -> pl.Series:
    """The group of each sample, as a string."""
    try:
        column = frame.column(by)
    except InputError as error:
        if by not in frame.columns:
            raise
        raise _no_names(by, "values of no one type") from error
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        raise _no_names(by, str(column.dtype))
    # "all" is every sample, whatever a group is called.
    return column.cast(pl.String).fill_null(NONE).replace(ALL, f"{ALL} ({by})").alias("group")


def _no_names(by: str, found: str) -> InputError:
    return InputError(f"by: expected a column of names, numbers or dates; found {found} in {by!r}")

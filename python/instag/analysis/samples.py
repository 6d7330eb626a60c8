"""The samples: the groups they are in, and the queries in each."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import count_groups
from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.samples import queries_if_known
from instag.tagsets import TagSets

__all__ = ["ALL", "Counts", "Groups", "Queries", "groups_of", "labels", "queries_of"]

ALL = "all"
NONE = "(none)"

LONGEST = 200


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


def groups_of(frame: Frame, by: str | None, pool: TagSets) -> Groups:
    """Group the samples by a column; without one, they are in no groups.

    Raises
    ------
    InputError
        If there is no such column, or its values are no names.
    """
    if by is None:
        nothing = np.empty(0, np.uint32)
        return Groups(pl.Series(dtype=pl.String), nothing, nothing, Counts(np.zeros(1, np.int64), nothing, nothing))
    column = labels(frame, by)
    sizes = column.value_counts(name="samples").sort("samples", "group", descending=[True, False])
    names = sizes.get_column("group")
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.UInt32).to_numpy()
    counts = Counts(*count_groups(pool.sets, codes, len(names)))
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
    # "all" is always every sample, even if a group has that name.
    return column.cast(pl.String).fill_null(NONE).replace(ALL, f"{ALL} ({by})").alias("group")


def _no_names(by: str, found: str) -> InputError:
    return InputError(f"by: expected a column of names, numbers or dates; found {found} in {by!r}")


@dataclass(frozen=True)
class Queries:
    """The queries of each sample: a list of strings, or null."""

    column: pl.Series

    @property
    def counts(self) -> NDArray[np.uint32]:
        """The number of queries of each sample."""
        return self.column.list.len().fill_null(0).to_numpy()

    def first(self, rows: NDArray[np.uint32]) -> pl.Series:
        """The first query of each of some samples, null if there is none."""
        return self.column.gather(rows).list.first()

    def examples(self, rows: NDArray[np.uint32]) -> pl.Series:
        """The same, cut to 200 characters: the last of them is "…" where something was left out."""
        query = pl.col("query")
        short = pl.concat_str(query.str.slice(0, LONGEST - 1), pl.lit("…"))
        shown = pl.when(query.str.len_chars() > LONGEST).then(short).otherwise(query).fill_null("")
        return self.first(rows).alias("query").to_frame().select(shown).to_series()


def queries_of(frame: Frame) -> Queries | None:
    """The users' queries; None if no column of the frame has them."""
    said = queries_if_known(frame)
    return None if said is None else Queries(said)

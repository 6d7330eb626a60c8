"""The samples: their groups and their queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import count_groups
from instag.errors import InputError
from instag.frame import Frame
from instag.frame.batches import compact
from instag.frame.kinds import is_name
from instag.io.conversation.samples import known_queries_in_pieces
from instag.tagsets import TagSets

__all__ = ["ALL", "Counts", "Groups", "Queries", "groups_of", "labels", "queries_of"]

ALL = "all"
NONE = "(none)"

# Characters of a query that are shown.
LONGEST = 200


@dataclass(frozen=True)
class Counts:
    """The number of samples of each group that hold each tag, as compressed sparse rows, one per group."""

    offsets: NDArray[np.int64]
    tags: NDArray[np.uint32]
    counts: NDArray[np.uint32]

    def of(self, group: int, n_tags: int) -> NDArray[np.int64]:
        """The counts of one group, for every tag."""
        row = slice(self.offsets[group], self.offsets[group + 1])
        dense = np.zeros(n_tags, np.int64)
        dense[self.tags[row]] = self.counts[row]
        return dense


@dataclass(frozen=True)
class Groups:
    """Groups of samples, the largest first, ties by name. All attributes are empty if there are no groups.

    Attributes
    ----------
    names
        The names of the groups.
    codes
        The group of each sample.
    sizes
        The number of samples in each group.
    counts
        The number of samples of each group that hold each tag.
    """

    names: pl.Series
    codes: NDArray[np.uint32]
    sizes: NDArray[np.uint32]
    counts: Counts

    def with_all(self, samples: pl.DataFrame) -> pl.DataFrame:
        """List every sample twice: under `group` 0, which is all samples, and under its own group, numbered from 1."""
        whole = samples.select(pl.lit(0, pl.UInt32).alias("group"), pl.all())
        if self.names.is_empty():
            return whole
        return pl.concat([whole, samples.select(pl.Series("group", self.codes + np.uint32(1)), pl.all())])

    def names_of(self, numbers: pl.Series) -> pl.Series:
        """The names for the group numbers of `with_all`."""
        return pl.Series("group", [ALL, *self.names], pl.String).gather(numbers)


def groups_of(frame: Frame, by: str | None, pool: TagSets) -> Groups:
    """Group the samples by a column. Without a column there are no groups.

    Raises
    ------
    InputError
        If there is no such column, or its values cannot serve as names.
    """
    if by is None:
        nothing = np.empty(0, np.uint32)
        return Groups(pl.Series(dtype=pl.String), nothing, nothing, Counts(np.zeros(1, np.int64), nothing, nothing))
    # Each name once, and a number a sample: in order of appearance, then of size.
    found: dict[str, int] = {}
    parts = []
    for piece in _labels(frame, by):
        here = piece.unique(maintain_order=True)
        numbers = np.array([found.setdefault(name, len(found)) for name in here], np.uint32)
        parts.append(numbers[piece.cast(pl.Enum(here)).to_physical().to_numpy()])
    first = np.concatenate(parts)
    counted = pl.DataFrame(
        {"group": list(found), "samples": np.bincount(first, minlength=len(found))},
        {"group": pl.String, "samples": pl.UInt32},
    )
    sizes = counted.with_row_index("code").sort("samples", "group", descending=[True, False])
    names = sizes.get_column("group")
    place = np.empty(len(found), np.uint32)
    place[sizes.get_column("code").to_numpy()] = np.arange(len(found), dtype=np.uint32)
    codes = place[first]
    counts = Counts(*count_groups(pool.sets, codes, len(names)))
    return Groups(names, codes, sizes.get_column("samples").to_numpy(), counts)


def labels(frame: Frame, by: str) -> pl.Series:
    """The group name of each sample."""
    return pl.concat(list(_labels(frame, by)))


def _labels(frame: Frame, by: str) -> Iterator[pl.Series]:
    """The group name of each sample, piece by piece."""
    try:
        for column in frame.chunks(by):
            if not is_name(column.dtype):
                raise _not_names(by, str(column.dtype))
            # A group called "all" is renamed, since "all" stands for all samples.
            yield column.cast(pl.String).fill_null(NONE).replace(ALL, f"{ALL} ({by})").alias("group")
    except InputError as error:
        if by not in frame.columns or str(error).startswith("by: "):
            raise
        raise _not_names(by, "values of mixed types") from error


def _not_names(by: str, found: str) -> InputError:
    return InputError(f"by: expected a column of names, numbers or dates; found {found} in {by!r}")


@dataclass(frozen=True)
class Queries:
    """The user's queries in each sample: a list of strings, or null.

    Attributes
    ----------
    pieces
        The column piece by piece; it can be iterated over any number of times, and files are read again each time.
    """

    pieces: Iterable[pl.Series]

    @cached_property
    def counts(self) -> NDArray[np.uint32]:
        """The number of queries of each sample."""
        return np.concatenate([piece.list.len().fill_null(0).to_numpy() for piece in self.pieces])

    def first(self, rows: NDArray[np.integer[Any]]) -> pl.Series:
        """The first query of each of some samples, null if there is none."""
        return self._gathered(rows, pl.col("query").list.first())

    def of(self, rows: NDArray[np.integer[Any]]) -> pl.Series:
        """All queries of each of some samples."""
        return self._gathered(rows, pl.col("query"))

    def _gathered(self, rows: NDArray[np.integer[Any]], what: pl.Expr) -> pl.Series:
        wanted, places = np.unique(rows, return_inverse=True)
        found, start = [], 0
        for piece in self.pieces:
            here = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, start + len(piece))]
            found.append(compact(piece.gather(here - start).alias("query").to_frame().select(what)))
            start += len(piece)
        return pl.concat(found).to_series().gather(places)

    def examples(self, rows: NDArray[np.uint32]) -> pl.Series:
        """The first query of each given row, cut to 200 characters, the last of which is then "…"."""
        query = pl.col("query")
        short = pl.concat_str(query.str.slice(0, LONGEST - 1), pl.lit("…"))
        shown = pl.when(query.str.len_chars() > LONGEST).then(short).otherwise(query).fill_null("")
        return self.first(rows).alias("query").to_frame().select(shown).to_series()


def queries_of(frame: Frame) -> Queries | None:
    """Find the queries of a frame; None if no column holds any."""
    found = known_queries_in_pieces(frame)
    return None if found is None else Queries(found)

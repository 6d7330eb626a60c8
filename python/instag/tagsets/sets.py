"""The tags of each row as integers, checked once and read-only."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag._core import clean, measure

__all__ = ["TagSets"]


@dataclass(frozen=True, eq=False)
class TagSets:
    """The tags of each row of a column as compressed sparse rows of integers, without repeats within a row.

    The arrays are checked once, when an instance is made, and are read-only from then on.

    Attributes
    ----------
    sets
        The rows in the type that the functions of the core take.
    tags
        The tag of each code, in the data type of the column.
    null
        The number of rows that are null: not tagged, or the tagging failed.
    empty
        The number of rows whose list of tags is empty.
    is_null
        Which rows are null.
    outer
        For lists of lists that were encoded list by list: the number of inner lists of each outer list, null if the
        outer list is null. None for plain lists of tags.
    whole
        Whether the column can be built again from the codes: it holds plain lists, of which none repeats a tag or holds
        a null.
    """

    sets: Sets
    tags: pl.Series
    null: int
    empty: int
    is_null: pl.Series
    outer: pl.Series | None = field(default=None, repr=False)
    whole: bool = field(default=False, repr=False)

    @classmethod
    def of(
        cls, lengths: NDArray[np.integer], codes: NDArray[np.uint32], tags: pl.Series, is_null: pl.Series
    ) -> "TagSets":
        """Build from the number of codes of each row, and the codes of all rows in sequence."""
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        null = int(is_null.sum())
        empty = int((np.asarray(lengths) == 0).sum()) - null
        return cls(Sets(offsets, codes, len(tags)), tags, null, empty, is_null)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where the codes of each row begin in `codes`, and where those of the last row end. Read-only."""
        return self.sets.offsets

    @property
    def codes(self) -> NDArray[np.uint32]:
        """The codes of all rows, one row after the other. Read-only."""
        return self.sets.codes

    @property
    def n_tags(self) -> int:
        """The number of distinct tags."""
        return len(self.tags)

    @property
    def samples(self) -> int:
        """The number of rows, with and without tags."""
        return len(self.sets)

    @property
    def tagged(self) -> int:
        """The number of rows with a tag."""
        return self.samples - self.null - self.empty

    @property
    def known(self) -> int:
        """The number of rows that are not null."""
        return self.samples - self.null

    @cached_property
    def names(self) -> pl.Series:
        """The tag of each code, as a string."""
        return self.tags.cast(pl.String)

    @cached_property
    def spellings(self) -> list[str]:
        """The tag of each code, as a list of strings."""
        return self.names.to_list()

    @cached_property
    def cleaned(self) -> list[str]:
        """The tag of each code in its cleaned spelling."""
        return clean(self.spellings)

    @property
    def holders(self) -> NDArray[np.uint32]:
        """The number of rows that hold each tag. Read-only."""
        return self.sets.holders

    @cached_property
    def given(self) -> NDArray[np.int64]:
        """How often each tag was given, repeats within a row included."""
        return self.sets.given

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of tags of each row."""
        return np.diff(self.offsets)

    def measure(self, rows: NDArray[np.uint32] | None = None) -> tuple[int, int]:
        """Count the (row, tag) pairs and the distinct tags, of all rows or of some."""
        return measure(self.sets, rows)

    def taken(self, rows: NDArray[np.integer]) -> "TagSets":
        """Some of the rows, or all of them in another order; the tags keep their codes."""
        starts = self.offsets[:-1][rows]
        lengths = self.offsets[1:][rows] - starts
        ends = np.cumsum(lengths)
        places = np.repeat(starts - (ends - lengths), lengths)
        places += np.arange(len(places))
        return replace(TagSets.of(lengths, self.codes[places], self.tags, self.is_null[rows]), whole=self.whole)

    def codes_of(self, names: pl.Series) -> NDArray[np.int64]:
        """The code of each of these tags; `n_tags` for a tag that the column does not hold."""
        known = pl.DataFrame({"tag": self.names, "code": np.arange(self.n_tags)})
        wanted = names.alias("tag").to_frame()
        found = wanted.join(known, on="tag", how="left", maintain_order="left").get_column("code")
        return found.fill_null(self.n_tags).to_numpy()

"""Columns of lists, made of their lengths and of what is in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag.tagsets.encoding import TagSets

__all__ = ["Replaced", "lists_of"]


@dataclass(frozen=True, eq=False)
class Replaced:
    """A column of tags in the place of another, made piece by piece.

    Attributes
    ----------
    before
        The tags that were there.
    sets
        Those that take their place.
    names
        The name of each of their codes.
    """

    before: TagSets
    sets: Sets
    names: pl.Series

    def __len__(self) -> int:
        """The number of rows of the column."""
        outer = self.before.outer
        return len(self.sets) if outer is None else len(outer)

    @property
    def dtype(self) -> pl.DataType:
        """Lists of tags, or lists of such lists."""
        lists = pl.List(self.names.dtype)
        return lists if self.before.outer is None else pl.List(lists)

    def slice(self, start: int, length: int) -> pl.Series:
        """Some of the rows."""
        outer, name = self.before.outer, self.before.is_null.name
        if outer is None:
            return self._rows(start, start + length).alias(name)
        some = outer.slice(start, length)
        first, last = self._ends[start], self._ends[start + length]
        return lists_of(some.fill_null(0).to_numpy(), self._rows(first, last), some.is_null()).alias(name)

    def all(self) -> pl.Series:
        """All of the rows."""
        return self.slice(0, len(self))

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """Where the lists of each outer list begin, and where the last one's end."""
        lengths = self.before.outer.fill_null(0).to_numpy()  # type: ignore[union-attr]
        return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])

    def _rows(self, start: int, end: int) -> pl.Series:
        offsets = self.sets.offsets[start : end + 1]
        codes = self.sets.codes[offsets[0] : offsets[-1]]
        return lists_of(np.diff(offsets), self.names.gather(codes), self.before.is_null[start:end])


def lists_of(lengths: NDArray[np.integer], items: pl.Series, null: pl.Series | None = None) -> pl.Series:
    """Cut a column into lists of these lengths, empty ones too; null ones, of length 0, where `null` says so.

    Examples
    --------
    >>> lists_of(np.array([2, 0, 1]), pl.Series(["a", "b", "c"])).to_list()
    [['a', 'b'], [], ['c']]
    """
    ends = np.cumsum(lengths)
    bounds = pl.DataFrame({"start": ends - lengths, "end": ends}, schema_overrides={"start": pl.Int64, "end": pl.Int64})
    start = pl.col("start") if null is None else pl.when(~null).then("start")

    def cut(places: pl.Series) -> pl.Series:
        # The places of a range come in order.
        return items.slice(places[0], len(places)) if len(places) else items.clear()

    every = pl.element().map_batches(cut, return_dtype=items.dtype, is_elementwise=True)
    return bounds.select(pl.int_ranges(start, "end").list.eval(every)).to_series().alias(items.name)

"""Build columns of lists from their lengths and items."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag.tagsets.sets import TagSets

__all__ = ["Replaced", "lists_of"]


@dataclass(frozen=True, eq=False)
class Replaced:
    """A column of tags that replaces another; it can be built piece by piece.

    Attributes
    ----------
    before
        The original tags.
    sets
        The tags that replace them.
    names
        The name of each code in `sets`.
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
        """The rows from `start` on, as many as `length`."""
        outer, name = self.before.outer, self.before.is_null.name
        if outer is None:
            return self._rows(start, start + length).alias(name)
        some = outer.slice(start, length)
        first, last = self._ends[start], self._ends[start + length]
        return lists_of(some.fill_null(0).to_numpy(), self._rows(first, last), some.is_null()).alias(name)

    def all(self) -> pl.Series:
        """All rows."""
        return self.slice(0, len(self))

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """Where the inner lists of each outer list begin, and where those of the last one end."""
        lengths = self.before.outer.fill_null(0).to_numpy()  # type: ignore[union-attr]
        return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])

    def _rows(self, start: int, end: int) -> pl.Series:
        offsets = self.sets.offsets[start : end + 1]
        codes = self.sets.codes[offsets[0] : offsets[-1]]
        return lists_of(np.diff(offsets), self.names.gather(codes), self.before.is_null[start:end])


def lists_of(lengths: NDArray[np.integer], items: pl.Series, null: pl.Series | None = None) -> pl.Series:
    """Cut a column into lists of these lengths. Where `null` is true the length is 0 and the list is null.

    Examples
    --------
    >>> lists_of(np.array([2, 0, 1]), pl.Series(["a", "b", "c"])).to_list()
    [['a', 'b'], [], ['c']]
    """
    ends = np.cumsum(lengths)
    bounds = pl.DataFrame({"start": ends - lengths, "end": ends}, schema_overrides={"start": pl.Int64, "end": pl.Int64})
    start = pl.col("start") if null is None else pl.when(~null).then("start")

    def cut(places: pl.Series) -> pl.Series:
        # The positions of a range are consecutive, so a slice is enough.
        return items.slice(places[0], len(places)) if len(places) else items.clear()

    cut_out = pl.element().map_batches(cut, return_dtype=items.dtype, is_elementwise=True)
    return bounds.select(pl.int_ranges(start, "end").list.eval(cut_out)).to_series().alias(items.name)

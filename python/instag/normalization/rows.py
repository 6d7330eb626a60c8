"""A column of tags as rows of codes, and back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.tagsets import TagSets, encode, lists_of

__all__ = ["Rows", "rows_of"]


@dataclass(frozen=True)
class Rows:
    """The lists of a column, each a row.

    A list of lists has a row for each of the inner ones: the tags of each query were given together.

    Attributes
    ----------
    names
        The tag of each code.
    offsets, codes
        The tags of all rows as compressed sparse rows.
    counts
        How often each tag was given, repeats in rows included.
    """

    names: pl.Series
    offsets: NDArray[np.int64]
    codes: NDArray[np.uint32]
    counts: NDArray[np.int64]
    _column: pl.Series

    @cached_property
    def tags(self) -> list[str]:
        """The tag of each code, as a list."""
        return self.names.to_list()

    @property
    def known(self) -> int:
        """The number of rows that are not null."""
        inner = _inner(self._column) if _is_nested(self._column) else self._column
        return len(inner) - inner.null_count()

    def replaced(self, offsets: NDArray[np.int64], codes: NDArray[np.uint32], names: pl.Series) -> pl.Series:
        """The column with other tags in its rows; what is null stays null."""
        column, lengths, flat = self._column, np.diff(offsets), names.gather(codes)
        if not _is_nested(column):
            return lists_of(lengths, flat, column.is_null()).alias(column.name)
        rows = lists_of(lengths, flat, _inner(column).is_null())
        return lists_of(column.list.len().fill_null(0).to_numpy(), rows, column.is_null()).alias(column.name)


def rows_of(column: pl.Series) -> Rows:
    """Encode a column of lists of tags, or of lists of such lists.

    Raises
    ------
    InputError
        Where the column holds anything else.

    Examples
    --------
    >>> rows = rows_of(pl.Series("tags", [[["a", "b"], ["a"]], None]))
    >>> rows.tags, rows.offsets.tolist(), rows.codes.tolist()
    (['a', 'b'], [0, 2, 3], [0, 1, 0])
    """
    column = column.arr.to_list() if isinstance(column.dtype, pl.Array) else column
    encoded = encode(_inner(column) if _is_nested(column) else column)
    return Rows(*_compact(encoded), column)


def _compact(encoded: TagSets) -> tuple[pl.Series, NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]:
    """Number the tags that occur, in the order of their names, so that nothing depends on the order of rows."""
    counts = np.bincount(encoded.codes, minlength=encoded.n_tags)
    names = encoded.tags.cast(pl.String)
    order = names.arg_sort().to_numpy()
    place = np.empty(encoded.n_tags, np.uint32)
    place[order] = np.arange(encoded.n_tags, dtype=np.uint32)
    codes = place[encoded.codes]
    codes.flags.writeable = False
    return names.gather(order), encoded.offsets, codes, counts[order]


def _is_nested(column: pl.Series) -> bool:
    return isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.List)


def _inner(column: pl.Series) -> pl.Series:
    return column.explode(empty_as_null=False, keep_nulls=False)

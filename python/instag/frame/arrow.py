"""Tables of Arrow, which become columns of Polars batch by batch."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from instag.frame.base import Rows
from instag.frame.path import resolve
from instag.frame.polars import PolarsFrame
from instag.frame.rows import mask_and_place

__all__ = ["ArrowFrame"]


class ArrowFrame(PolarsFrame):
    """A `pyarrow.Table`: rows that are taken come as a Polars DataFrame.

    A column of Polars takes 16 bytes for each text beside those of Arrow. Batch by batch, the same memory serves again,
    and of the other columns only the rows taken become ones of Polars.
    """

    def __init__(self, table: Any) -> None:
        self._table = table

    @cached_property
    def _data(self) -> pl.DataFrame:  # type: ignore[override]
        return _in_polars(self._table)

    @property
    def columns(self) -> list[str]:
        return list(self._table.column_names)

    def arranged(self, key: str) -> "ArrowFrame":
        """The same rows with the batches in the order of their first keys.

        Where files in the order of a key come in any order of their own, this puts all rows in order without copying any.
        """
        batches = [batch for batch in self._table.to_batches() if batch.num_rows]
        starts = np.cumsum([0] + [batch.num_rows for batch in batches])[:-1]
        order = self.column(key)[starts].arg_sort()
        return ArrowFrame(type(self._table).from_batches([batches[nth] for nth in order], self._table.schema))

    def _column(self, name: str) -> pl.Series:
        return _in_polars(self._table.select([name])).to_series()

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        column = self._table.select([name])
        for batch in column.to_batches() or (column,):
            yield _in_polars(batch).to_series()

    def _chunks_within(self, name: str) -> Iterator[pl.Series]:
        for piece in self._chunks(str(self._head(name))):
            value, _ = resolve(piece.to_frame().schema, name)
            yield piece.to_frame().select(value.alias(name)).to_series()

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.DataFrame:
        mask, place = mask_and_place(rows, self._table.num_rows)
        try:
            taken = self._table.filter(mask)
        except NotImplementedError:
            # Arrow does not take from every type that it has, such as views of texts.
            return super()._take(rows, added)
        return pl.DataFrame(taken)[place].hstack(added)


def _in_polars(table: Any) -> pl.DataFrame:
    """The rows in the pieces in which they were read: copying them into one takes longer than going through them."""
    return pl.DataFrame(pl.from_arrow(table, rechunk=False))

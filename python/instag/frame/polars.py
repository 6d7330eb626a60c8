"""Frames of Polars in memory; lazy ones are in `lazy`."""

import polars as pl

from instag.frame.base import Frame, Rows
from instag.frame.extent import spread
from instag.frame.rows import take_rows


class PolarsFrame(Frame):
    """A Polars DataFrame."""

    def __init__(self, data: pl.DataFrame) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return self._data.columns

    def lazy(self) -> pl.LazyFrame:
        return self._data.lazy()

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame]:  # noqa: ARG002 - it is known
        height = self._data.height
        return height, pl.concat([self._data.slice(*place) for place in spread(height)])

    def _column(self, name: str) -> pl.Series:
        return self._data.get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.DataFrame:
        return take_rows(self._data, rows).hstack(added)

    def _with_columns(self, columns: pl.DataFrame) -> pl.DataFrame:
        return self._data.with_columns(columns.get_columns())

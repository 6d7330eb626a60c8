"""Plans whose rows are made each time that they are read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

__all__ = ["generated"]


def generated(
    frames: Callable[[list[str], int | None], Iterator[pl.DataFrame]], schema: Mapping[str, Any]
) -> pl.LazyFrame:
    """A plan of frames that a function yields.

    Parameters
    ----------
    frames
        A function from the columns that are wanted, and the number of rows or None for all, to frames that follow one
        another; one at least, if without rows.
    schema
        All columns and their types.

    Examples
    --------
    >>> def numbers(columns, rows):
    ...     yield pl.DataFrame({"number": range(3)}).head(3 if rows is None else rows).select(columns)
    >>> generated(numbers, {"number": pl.Int64}).filter(pl.col("number") > 1).collect().item()
    2
    """

    def read(
        names: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        for frame in frames(list(schema) if names is None else names, n_rows):
            yield frame if predicate is None else frame.filter(predicate)

    return register_io_source(read, schema=schema)

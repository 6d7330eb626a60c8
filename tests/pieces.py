"""Plans and tables whose batches are cut where a test says."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import polars as pl
import pyarrow as pa
from polars.io.plugins import register_io_source

__all__ = ["in_batches", "in_pieces"]


def in_pieces(frame: pl.DataFrame, cuts: list[int]) -> pl.LazyFrame:
    """A plan that gives the rows of a frame in pieces, which end at these rows and the last."""
    ends = [0, *sorted(min(cut, frame.height) for cut in cuts), frame.height]

    def read(names: list[str] | None, predicate: Any, n_rows: int | None, _: int | None) -> Iterator[pl.DataFrame]:
        whole = frame if n_rows is None else frame.head(n_rows)
        for start, end in pairwise(ends):
            piece = whole[start:end].select(names or frame.columns)
            yield piece if predicate is None else piece.filter(predicate)

    return register_io_source(read, schema=frame.schema)


def in_batches(frame: pl.DataFrame, rows: int) -> pa.Table:
    """A table of Arrow in batches of so many rows."""
    table = frame.to_arrow().combine_chunks()
    return pa.Table.from_batches(table.to_batches(max_chunksize=rows), table.schema)

"""Polars frames, of which one is lazy, and rows taken from them in order."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.io.plugins import register_io_source

from instag.errors import InputError
from instag.frame.base import Frame, Rows

# Rows put together at a time when a LazyFrame is read.
PIECE = 1 << 16
# Bytes of a column that are kept once they have been read.
SMALL = 1 << 26


class PolarsFrame(Frame):
    """A Polars DataFrame."""

    def __init__(self, data: pl.DataFrame) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return self._data.columns

    def lazy(self) -> pl.LazyFrame:
        return self._data.lazy()

    def _column(self, name: str) -> pl.Series:
        return self._data.get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.DataFrame:
        return take_rows(self._data, rows).hstack(added)

    def _with_columns(self, columns: pl.DataFrame) -> pl.DataFrame:
        return self._data.with_columns(columns.get_columns())


class LazyPolarsFrame(Frame):
    """A Polars LazyFrame: a column that is asked for is collected, and kept; the others are read on demand."""

    def __init__(self, data: pl.LazyFrame) -> None:
        self._data = data
        self._schema = data.collect_schema()
        self._kept: dict[str, pl.Series] = {}

    @property
    def columns(self) -> list[str]:
        return self._schema.names()

    def lazy(self) -> pl.LazyFrame:
        return self._data

    def _column(self, name: str) -> pl.Series:
        if name not in self._kept:
            self._kept[name] = self._data.select(name).collect().get_column(name)
        return self._kept[name]

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        if name in self._kept:
            yield self._kept[name]
            return
        # Where there is not one batch, there is still a type.
        read = [pl.Series(name, dtype=self._schema[name])]
        size = 0.0
        yield read[0]
        for batch in self._data.select(name).collect_batches(maintain_order=True):
            size += batch.estimated_size()
            if size <= SMALL:
                read.append(batch.get_column(name))
            yield batch.get_column(name)
        if size <= SMALL:
            # So it need not be read again.
            self._kept[name] = pl.concat(read)

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.LazyFrame:
        def picked(
            names: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _: int | None
        ) -> Iterator[pl.DataFrame]:
            wanted = list(schema) if names is None else names
            mask, place = mask_and_place(rows, int(rows.max(initial=0)) + 1)
            taken = pl.DataFrame([*self._filter_kept(mask, wanted), *self._filter_read(mask, wanted)]).rechunk()
            total = len(rows) if n_rows is None else min(n_rows, len(rows))
            # Piece by piece, so that whoever writes them need not wait for the last, and can be stopped.
            for start in range(0, max(total, 1), PIECE):
                end = min(start + PIECE, total)
                there = taken[place[start:end]] if taken.columns else taken
                frame = pl.DataFrame([*there, *added[start:end]]).select(wanted)
                yield frame if predicate is None else frame.filter(predicate)

        schema = {**self._schema, **added.schema}
        return register_io_source(picked, schema=schema)

    def _with_columns(self, columns: pl.DataFrame) -> pl.LazyFrame:
        names = [*self.columns, *(name for name in columns.columns if name not in self.columns)]
        rest = self._data.select(name for name in self.columns if name not in columns.columns)
        # Side by side, not as literals: a filter that Polars moves below those would meet columns of other lengths.
        return pl.concat([rest, columns.lazy()], how="horizontal").select(names)

    def _filter_kept(self, mask: NDArray[np.bool_], wanted: list[str]) -> pl.DataFrame:
        kept = pl.DataFrame([column for name, column in self._kept.items() if name in wanted])
        return kept.head(len(mask)).filter(mask[: kept.height]) if kept.columns else kept

    def _filter_read(self, mask: NDArray[np.bool_], wanted: list[str]) -> pl.DataFrame:
        """Filter what is read batch by batch, so that only the rows taken are ever held."""
        unread = self._data.select([name for name in self.columns if name not in self._kept and name in wanted])
        if not unread.collect_schema():
            return pl.DataFrame()
        parts = [unread.head(0).collect()]
        start = 0
        for batch in unread.collect_batches(maintain_order=True):
            held = mask[start : start + batch.height]
            kept = batch.head(len(held)).filter(held)
            parts.append(kept if 2 * kept.height > batch.height else compact(kept))
            start += batch.height
        if start < len(mask):
            raise InputError(
                f"data: row {len(mask) - 1:,} was chosen, and now there are only {start:,} rows: the data have changed "
                "since their tags were read, or come in another order each time; choose again"
            )
        return pl.concat(parts)


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """A copy that holds nothing but its own rows.

    The strings of a filtered frame are views of the batch that it was filtered from, each of which keeps all of it.
    """
    if pl.Object in frame.dtypes:
        return frame
    buffer = BytesIO()
    frame.write_ipc_stream(buffer)
    buffer.seek(0)
    return pl.read_ipc_stream(buffer)


def take_rows(data: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Take distinct rows in the order given."""
    if not data.columns:
        return data
    if max(data.n_chunks("all")) == 1:
        return data[rows]
    # From several chunks Polars gathers by first copying them into one; a filter copies only what it keeps.
    mask, place = mask_and_place(rows, data.height)
    return data.filter(mask).rechunk()[place]


def mask_and_place(rows: Rows, height: int) -> tuple[NDArray[np.bool_], Rows]:
    """Which of `height` rows are taken, and which of those taken comes at each place."""
    mask = np.zeros(height, np.bool_)
    mask[rows] = True
    place = np.empty(len(rows), np.uint32)
    place[np.argsort(rows)] = np.arange(len(rows), dtype=np.uint32)
    return mask, place

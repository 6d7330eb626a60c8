"""Lazy frames of Polars: columns and rows that are read when they are asked for, batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame.base import Columns, Frame, Pieces, Rows
from instag.frame.batches import batches, compact
from instag.frame.extent import SAMPLE, rows_of
from instag.frame.generated import generated
from instag.frame.path import resolve
from instag.frame.rows import mask_and_place
from instag.frame.stamps import Stamps

# With at least this many rows, some are looked at before all are read.
LARGE = 20_000
# Rows put together at a time when a LazyFrame is read.
PIECE = 1 << 16
# A column of up to this many bytes is kept once it has been read.
SMALL = 1 << 26
CHANGED = "the data have changed since their tags were read, or come in another order each time; choose again"


class LazyPolarsFrame(Frame):
    """A Polars LazyFrame: columns are read when they are asked for, and small ones are kept."""

    streams = True

    def __init__(self, data: pl.LazyFrame) -> None:
        self._data = data
        self._schema = data.collect_schema()
        self._kept: dict[str, pl.Series] = {}

    @property
    def columns(self) -> list[str]:
        return self._schema.names()

    def lazy(self) -> pl.LazyFrame:
        return self._data

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame] | None:
        rows = rows_of(self._data, exact=True) if exact else self._rows
        # With few rows it is not worth reading some of them twice.
        if rows is None or (rows < LARGE and not exact):
            return None
        _ = self._stamps
        try:
            # The first ones: for others Polars may have to read all before them.
            return rows, self._data.head(SAMPLE).collect()
        except (pl.exceptions.PolarsError, OSError):
            # The error is raised when all of the data are read.
            return None

    @cached_property
    def _rows(self) -> int | None:
        """How many rows there are at most; None if that is not known before all are read."""
        return rows_of(self._data)

    @cached_property
    def _stamps(self) -> Stamps:
        """The files as they were when something was first read of them."""
        return Stamps.of(self._data)

    def _column(self, name: str) -> pl.Series:
        if name not in self._kept:
            read = list(self._chunks(name))
            return self._kept.get(name, pl.concat(read))
        return self._kept[name]

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        if name in self._kept:
            yield self._kept[name]
            return
        # Even without a batch there is a type.
        read = [pl.Series(name, dtype=self._schema[name])]
        size = 0.0
        yield read[0]
        for chunk in self._read(pl.col(name), name):
            # The first one tells that a long column will not be kept.
            size += chunk.estimated_size() if size else self._foreseen(chunk)
            if size <= SMALL:
                read.append(chunk)
            else:
                read.clear()
            yield chunk
        if size <= SMALL:
            # So it need not be read again.
            self._kept[name] = pl.concat(read)

    def _foreseen(self, chunk: pl.Series) -> float:
        """The bytes of a chunk, or of the whole column if all of it is known to be too large to be kept."""
        size = float(chunk.estimated_size())
        whole = size * (self._rows or 0) / max(len(chunk), 1)
        return whole if whole > SMALL else size

    def _chunks_within(self, name: str) -> Iterator[pl.Series]:
        value, dtype = resolve(self._schema, name)
        yield pl.Series(name, dtype=dtype)
        yield from self._read(value, name)

    def _within(self, name: str) -> pl.Series | None:
        return None if self._head(name) is None else pl.concat(list(self._chunks_within(name)))

    def _read(self, value: pl.Expr, name: str) -> Iterator[pl.Series]:
        _ = self._stamps
        for batch in batches(self._data.select(value.alias(name))):
            yield batch.get_column(name)

    def alone(self, name: str, alias: str) -> tuple[pl.LazyFrame, Any]:
        self._head(name)
        value, dtype = resolve(self._schema, name)
        return self._data.select(value.alias(alias)), dtype

    def pieces(self, plan: pl.LazyFrame) -> Iterable[pl.Series]:
        return _Column(plan, self._stamps)

    def replace(self, name: str, pieces: Pieces, beside: str | None = None) -> pl.LazyFrame:
        if beside is None or name not in self._schema:
            return self._put(self._with_copy(name, beside), _Replaced(name, pieces))
        return self._put(self._data, _Replaced(name, pieces), {beside: name})

    def with_columns(self, columns: Columns) -> pl.LazyFrame:
        return self._put(self._data, columns)

    def _put(self, data: pl.LazyFrame, columns: Columns, copies: Mapping[str, str] | None = None) -> pl.LazyFrame:
        """Rows as they are read, with columns added or in place of others, and copies of those by other names.

        Columns are copied here and not in the plan: each step of a plan that is read within another holds more batches.
        """
        of = dict(copies or {})
        copied = {name: self._schema[held] for name, held in of.items()}
        schema = {**data.collect_schema(), **copied, **columns.schema}
        _ = self._stamps

        def put(wanted: list[str], n_rows: int | None) -> Iterator[pl.DataFrame]:
            total = len(columns) if n_rows is None else min(n_rows, len(columns))
            read = {of.get(each, each): each for each in wanted if each not in columns.schema}
            for frame in self._beside(data, read, columns, total):
                yield frame.select(wanted)

        return generated(put, schema)

    def _beside(
        self, data: pl.LazyFrame, names: dict[str, str], columns: Columns, total: int
    ) -> Iterator[pl.DataFrame]:
        """Some columns of the data under the names that they get, and the new ones beside them."""
        if not names:
            for start in range(0, max(total, 1), PIECE):
                yield columns.slice(start, min(PIECE, total - start))
            return
        start = 0
        plan = data.select(list(names))
        yield pl.DataFrame(schema=plan.collect_schema()).rename(names).with_columns(columns.slice(0, 0).get_columns())
        for batch in self._stamps.parts(plan.head(total) if total < len(columns) else plan):
            if start + batch.height > len(columns):
                raise InputError(f"data: there were {len(columns):,} rows, and now there are more: {CHANGED}")
            yield batch.rename(names).with_columns(columns.slice(start, batch.height).get_columns())
            start += batch.height
        if start < total:
            raise InputError(f"data: there were {len(columns):,} rows, and now there are only {start:,}: {CHANGED}")

    def change(
        self, name: str, change: Callable[[pl.Series], pl.Series], dtype: pl.DataType, beside: str | None = None
    ) -> pl.LazyFrame:
        value, _ = resolve(self._schema, name)
        changed = value.map_batches(change, return_dtype=dtype, is_elementwise=True).alias(name)
        plan, stamps = self._with_copy(name, beside).with_columns(changed), self._stamps
        if not stamps.files:
            return plan

        def put(wanted: list[str], n_rows: int | None) -> Iterator[pl.DataFrame]:
            rows = plan.select(wanted)
            yield pl.DataFrame(schema=rows.collect_schema())
            yield from stamps.parts(rows if n_rows is None else rows.head(n_rows))

        return generated(put, plan.collect_schema())

    def _with_copy(self, name: str, copy: str | None) -> pl.LazyFrame:
        """The data, with a column once more under another name."""
        return self._data if copy is None else self._data.with_columns(resolve(self._schema, name)[0].alias(copy))

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.LazyFrame:
        return self._take_knowing(rows, added, {})

    def _take_knowing(self, rows: Rows, added: pl.DataFrame, known: Mapping[str, Pieces]) -> pl.LazyFrame:
        known = {name: pieces for name, pieces in known.items() if self._schema.get(name) == pieces.dtype}
        if len(rows) and bool((rows[1:] > rows[:-1]).all()):
            return self._sift(rows, added, known)

        def picked(wanted: list[str], n_rows: int | None) -> Iterator[pl.DataFrame]:
            mask, place = mask_and_place(rows, int(rows.max(initial=0)) + 1)
            unknown = [name for name in wanted if name not in known]
            taken = _side_by_side([*self._filter_kept(mask, unknown), *self._filter_read(mask, unknown)]).rechunk()
            total = len(rows) if n_rows is None else min(n_rows, len(rows))
            # Piece by piece, so that writing need not wait for the last one, and can be stopped.
            for start in range(0, max(total, 1), PIECE):
                end = min(start + PIECE, total)
                there = taken[place[start:end]] if taken.columns else taken
                built = [known[name].slice(start, end - start).alias(name) for name in wanted if name in known]
                yield _side_by_side([*there, *built, *added[start:end]]).select(wanted)

        return generated(picked, {**self._schema, **added.schema})

    def _sift(self, rows: Rows, added: pl.DataFrame, known: Mapping[str, Pieces]) -> pl.LazyFrame:
        """Rows in the order of the data: they are passed on as they are read, and never held."""

        def sifted(wanted: list[str], n_rows: int | None) -> Iterator[pl.DataFrame]:
            taken = rows if n_rows is None else rows[:n_rows]
            mask = np.zeros(int(taken[-1]) + 1 if len(taken) else 0, np.bool_)
            mask[taken] = True
            there = _side_by_side(
                [
                    *self._filter_kept(mask, [name for name in wanted if name not in known]),
                    *(known[name].slice(0, len(taken)).alias(name) for name in wanted if name in known),
                    *added.head(len(taken)),
                ]
            )
            unread = [name for name in self._unread(wanted) if name not in known]
            for start, kept in self._sifted(mask, unread) if unread else [(0, there.select())]:
                beside = there.slice(start, kept.height) if unread else there
                yield _side_by_side([*kept, *beside]).select(wanted)

        return generated(sifted, {**self._schema, **added.schema})

    def _sifted(self, mask: NDArray[np.bool_], names: list[str]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Some columns of the rows of a mask, batch by batch: how many came before, and these."""
        plan = self._data.select(names)
        yield 0, pl.DataFrame(schema=plan.collect_schema())
        seen = given = 0
        for batch in self._stamps.read(plan):
            held = mask[seen : seen + batch.height]
            kept = batch.head(len(held)).filter(held)
            yield given, kept if 2 * kept.height > batch.height else compact(kept)
            seen, given = seen + batch.height, given + kept.height
            if seen >= len(mask):
                break
        if seen < len(mask):
            raise InputError(f"data: row {len(mask) - 1:,} was chosen, and now there are only {seen:,} rows: {CHANGED}")
        self._stamps.check()

    def _with_columns(self, columns: pl.DataFrame) -> pl.LazyFrame:
        return self.with_columns(columns)

    def _unread(self, wanted: list[str]) -> list[str]:
        """The columns of the data that are wanted and not kept."""
        return [name for name in self.columns if name not in self._kept and name in wanted]

    def _filter_kept(self, mask: NDArray[np.bool_], wanted: list[str]) -> pl.DataFrame:
        kept = _side_by_side([column for name, column in self._kept.items() if name in wanted])
        return kept.head(len(mask)).filter(mask[: kept.height]) if kept.columns else kept

    def _filter_read(self, mask: NDArray[np.bool_], wanted: list[str]) -> pl.DataFrame:
        """Filter what is read batch by batch, so that only the rows taken are ever held."""
        if not (unread := self._unread(wanted)):
            return pl.DataFrame()
        return pl.concat(kept for _, kept in self._sifted(mask, unread))


def _side_by_side(columns: Iterable[pl.Series]) -> pl.DataFrame:
    """Columns beside one another, under their names: from a list, Polars would give one without a name another."""
    return pl.DataFrame({column.name: column for column in columns})


@dataclass(frozen=True)
class _Replaced:
    """A column that replaces another, as columns of which any rows can be made."""

    name: str
    pieces: Pieces

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({self.name: self.pieces.dtype})

    def __len__(self) -> int:
        return len(self.pieces)

    def slice(self, start: int, length: int) -> pl.DataFrame:
        return self.pieces.slice(start, length).alias(self.name).to_frame()


@dataclass(frozen=True)
class _Column:
    """The only column of a plan, read again each time; it is an error if its files have changed since."""

    plan: pl.LazyFrame
    stamps: Stamps

    def __iter__(self) -> Iterator[pl.Series]:
        any_rows = False
        for batch in self.stamps.read(self.plan):
            any_rows = True
            yield batch.to_series()
        if not any_rows:
            yield pl.DataFrame(schema=self.plan.collect_schema()).to_series()

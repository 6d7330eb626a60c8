"""Data frames of any kind in, the same kind out."""

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.io.plugins import register_io_source

from instag.errors import InputError

__all__ = ["Frame", "wrap"]

Rows = NDArray[np.uint32]

# Rows put together at a time when a LazyFrame is read.
PIECE = 1 << 16


class Frame(ABC):
    """What selection needs of a data frame: a column, and some rows in a given order."""

    @property
    @abstractmethod
    def columns(self) -> list[str]:
        """The names of the columns."""

    @abstractmethod
    def lazy(self) -> pl.LazyFrame:
        """The whole frame, as Polars knows it."""

    @abstractmethod
    def _column(self, name: str) -> pl.Series: ...

    @abstractmethod
    def _take(self, rows: Rows, added: pl.DataFrame) -> Any: ...

    @abstractmethod
    def _with_columns(self, columns: pl.DataFrame) -> Any: ...

    def column(self, name: str) -> pl.Series:
        """One column.

        Raises
        ------
        InputError
            Where there is no such column; the message lists those there are.
        """
        if name not in self.columns:
            names = ", ".join(self.columns) or "none"
            raise InputError(f"no column {name!r}; the columns are: {names}")
        return self._column(name)

    def take(self, rows: Rows, added: pl.DataFrame) -> Any:
        """Rows in the order given, with columns added, as the kind of frame that came in.

        Raises
        ------
        InputError
            Where the frame already has a column that would be added.
        """
        if taken := [name for name in added.columns if name in self.columns]:
            names = ", ".join(map(repr, taken))
            raise InputError(f"details: the data already have {names}; rename or drop them first")
        return self._take(rows, added)

    def with_columns(self, columns: pl.DataFrame) -> Any:
        """All rows, with columns added or in the place of others, as the kind of frame that came in."""
        return self._with_columns(columns)


def wrap(data: Any) -> Frame:
    """Recognise the kind of frame.

    Raises
    ------
    InputError
        Where it is no kind of frame that instag knows.
    """
    if isinstance(data, pl.DataFrame):
        return PolarsFrame(data)
    if isinstance(data, pl.LazyFrame):
        return LazyPolarsFrame(data)
    # Who holds a Dataset has imported the library; looking it up saves importing it for all others.
    hub = sys.modules.get("datasets")
    if hub is not None and isinstance(data, hub.Dataset):
        return HubFrame(data)
    if hub is not None and isinstance(data, hub.DatasetDict):
        splits = ", ".join(map(str, data))
        raise InputError(f"data: expected one data set; found a DatasetDict with the splits {splits}: pass one of them")
    native = nw.from_native(data, eager_only=True, pass_through=True)
    if isinstance(native, nw.DataFrame):
        return NarwhalsFrame(native)
    if hasattr(data, "__arrow_c_stream__"):
        return StreamFrame(data)
    raise InputError(
        "data: expected a Polars, pandas or pyarrow frame, a Hugging Face Dataset, or an object with the "
        f"Arrow C stream; found {type(data).__module__}.{type(data).__qualname__}"
    )


def take_rows(data: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Take distinct rows in the order given."""
    if not data.columns:
        return data
    if max(data.n_chunks("all")) == 1:
        return data[rows]
    # From several chunks Polars gathers by first copying them into one; a filter copies only what it keeps.
    mask, place = _mask_and_place(rows, data.height)
    return data.filter(mask).rechunk()[place]


def _mask_and_place(rows: Rows, height: int) -> tuple[NDArray[np.bool_], Rows]:
    """Which of `height` rows are taken, and which of those taken comes at each place."""
    mask = np.zeros(height, np.bool_)
    mask[rows] = True
    place = np.empty(len(rows), np.uint32)
    place[np.argsort(rows)] = np.arange(len(rows), dtype=np.uint32)
    return mask, place


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
    """A Polars LazyFrame: only the column that is asked for is collected, and kept; the others are read on demand."""

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

    def _take(self, rows: Rows, added: pl.DataFrame) -> pl.LazyFrame:
        def picked(
            names: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _: int | None
        ) -> Iterator[pl.DataFrame]:
            wanted = list(schema) if names is None else names
            mask, place = _mask_and_place(rows, int(rows.max(initial=0)) + 1)
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
            parts.append(batch.head(len(held)).filter(held))
            start += batch.height
        return pl.concat(parts)


class HubFrame(Frame):
    """A Hugging Face `datasets.Dataset`."""

    def __init__(self, data: Any) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return list(self._data.column_names)

    def lazy(self) -> pl.LazyFrame:
        return pl.LazyFrame(self._data.with_format("arrow")[:])

    def _column(self, name: str) -> pl.Series:
        table = self._data.select_columns([name]).with_format("arrow")[:]
        return pl.DataFrame(table).get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        picked = self._data.select(rows)
        for column in added:
            picked = picked.add_column(column.name, column.to_list())
        return picked

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        names = [*self.columns, *(name for name in columns.columns if name not in self.columns)]
        data = self._data.remove_columns([name for name in columns.columns if name in self.columns])
        for column in columns:
            data = data.add_column(column.name, column.to_list())
        return data.select_columns(names)


class NarwhalsFrame(Frame):
    """pandas, pyarrow, and whatever else Narwhals speaks."""

    def __init__(self, data: nw.DataFrame[Any]) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return self._data.columns

    def lazy(self) -> pl.LazyFrame:
        return pl.LazyFrame([self._column(name) for name in self.columns])

    def _column(self, name: str) -> pl.Series:
        column = self._data.get_column(name)
        try:
            return column.to_polars()
        except (ImportError, NotImplementedError, TypeError, ValueError):
            # Objects that Arrow does not take, or no pyarrow to ask: item by item.
            return _from_objects(name, column.to_list())

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        backend = self._data.implementation
        series = [nw.new_series(column.name, column.to_list(), backend=backend) for column in added]
        return self._data[rows].with_columns(*series).to_native()

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        backend = self._data.implementation
        series = [nw.new_series(column.name, column.to_list(), backend=backend) for column in columns]
        return self._data.with_columns(*series).to_native()


def _from_objects(name: str, items: list[Any]) -> pl.Series:
    """Lists or arrays as a column of lists; None and NaN are null."""
    lists = [None if isinstance(item, float) and math.isnan(item) else item for item in items]
    for nth, item in enumerate(lists):
        if item is not None and not isinstance(item, list | tuple | np.ndarray):
            raise InputError(f"column {name!r}, row {nth}: expected a list of tags; found {item!r}")
    kinds = sorted({type(tag).__name__ for item in lists for tag in (() if item is None else item) if tag is not None})
    if len(kinds) > 1:
        raise InputError(f"column {name!r}: expected tags of one type; found {' and '.join(kinds)}")
    return pl.Series(name, [item if item is None else list(item) for item in lists])


class StreamFrame(Frame):
    """Any other holder of the Arrow C stream.

    It comes back as its own kind where that kind has a `from_arrow`, as a Polars DataFrame where it has not.
    """

    def __init__(self, data: Any) -> None:
        self._kind = type(data)
        self._data = pl.DataFrame(data)

    @property
    def columns(self) -> list[str]:
        return self._data.columns

    def lazy(self) -> pl.LazyFrame:
        return self._data.lazy()

    def _column(self, name: str) -> pl.Series:
        return self._data.get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        picked = take_rows(self._data, rows).hstack(added)
        back = getattr(self._kind, "from_arrow", None)
        return picked if back is None else back(picked)

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        replaced = self._data.with_columns(columns.get_columns())
        back = getattr(self._kind, "from_arrow", None)
        return replaced if back is None else back(replaced)

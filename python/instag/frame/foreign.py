"""Frames of other libraries."""

import math
from collections.abc import Iterator
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame.base import Frame, Rows
from instag.frame.extent import SAMPLE, spread
from instag.frame.polars import PolarsFrame
from instag.surrogates import count_lone, replace_lone, warn_of_lone

# Rows of a Hub data set that are looked at together.
PIECE = 1 << 17


class HubFrame(Frame):
    """A Hugging Face `datasets.Dataset`."""

    def __init__(self, data: Any) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return list(self._data.column_names)

    def lazy(self) -> pl.LazyFrame:
        return pl.LazyFrame(self._data.with_format("arrow")[:])

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame]:  # noqa: ARG002 - it is known
        rows, arrow = len(self._data), self._data.with_format("arrow")
        return rows, pl.concat([pl.DataFrame(arrow[start : start + length]) for start, length in spread(rows)])

    def _column(self, name: str) -> pl.Series:
        table = self._data.select_columns([name]).with_format("arrow")[:]
        return pl.DataFrame(table).get_column(name)

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        column = self._data.select_columns([name]).with_format("arrow")
        for start in range(0, max(len(self._data), 1), PIECE):
            yield pl.DataFrame(column[start : start + PIECE]).get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        picked = self._data.select(rows)
        for column in added:
            picked = picked.add_column(column.name, _as_arrow(column))
        return picked

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        names = [*self.columns, *(name for name in columns.columns if name not in self.columns)]
        data = self._data.remove_columns([name for name in columns.columns if name in self.columns])
        for column in columns:
            data = data.add_column(column.name, _as_arrow(column))
        return data.select_columns(names)


class NarwhalsFrame(Frame):
    """pandas, pyarrow, and all else that Narwhals supports."""

    def __init__(self, data: nw.DataFrame[Any]) -> None:
        self._data = data

    @property
    def columns(self) -> list[str]:
        return self._data.columns

    def lazy(self) -> pl.LazyFrame:
        return pl.LazyFrame([self._column(name) for name in self.columns])

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame] | None:  # noqa: ARG002 - it is known
        try:
            return len(self._data), NarwhalsFrame(self._data.head(SAMPLE)).lazy().collect()
        except InputError:
            # A column that is not needed may hold what Polars cannot; for one that is needed, a later error names the row.
            return None

    def _column(self, name: str) -> pl.Series:
        column = self._data.get_column(name)
        try:
            return column.to_polars()
        except pl.exceptions.ComputeError:
            # Lists that are views, which Polars does not read.
            return pl.Series(name, column.to_list())
        except UnicodeEncodeError:
            return _whole(name, column.to_list())
        except (ImportError, NotImplementedError, TypeError, ValueError):
            # Arrow does not take these objects, or there is no pyarrow: they are converted item by item.
            return _from_objects(name, column.to_list())

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        return self._taken(rows).with_columns(*map(self._own, added)).to_native()

    def _taken(self, rows: Rows) -> nw.DataFrame[Any]:
        if not self._data.implementation.is_pyarrow():
            return self._data[rows]
        import pyarrow as pa  # noqa: PLC0415 - installed if the user has one of its tables

        table = self._data.to_native()
        plain = pa.schema([field.with_type(_without_views(field.type)) for field in table.schema])
        if plain.equals(table.schema):
            return self._data[rows]
        # pyarrow cannot take rows of texts that are views, but it can convert texts back into views.
        return nw.from_native(table.cast(plain).take(rows).cast(table.schema), eager_only=True)

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        return self._data.with_columns(*map(self._own, columns)).to_native()

    def _own(self, column: pl.Series) -> nw.Series[Any]:
        """A column of the same library as the frame."""
        backend = self._data.implementation
        if not backend.is_pyarrow():
            return nw.new_series(column.name, column.to_list(), backend=backend)
        import pyarrow as pa  # noqa: PLC0415 - installed if the user has one of its tables

        own: nw.Series[Any] = nw.from_native(pa.chunked_array([_as_arrow(column)]), series_only=True)
        return own.alias(column.name)


def _as_arrow(column: pl.Series) -> Any:
    """The column in the types that pyarrow and `datasets` give to Python lists, even without any rows or tags."""
    import pyarrow as pa  # noqa: PLC0415 - it comes with both

    array = column.to_arrow(compat_level=pl.CompatLevel.oldest())
    try:
        return array.cast(_usual(array.type))
    except pa.ArrowInvalid:
        # More text than 32-bit offsets can count.
        return array


def _without_views(kind: Any) -> Any:
    """A type of pyarrow's with texts that are not views into shared memory."""
    import pyarrow as pa  # noqa: PLC0415 - installed if the user has one of its tables

    if pa.types.is_large_list(kind):
        return pa.large_list(_without_views(kind.value_type))
    if pa.types.is_list(kind):
        return pa.list_(_without_views(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_views(field.type)) for field in kind])
    return pa.large_string() if pa.types.is_string_view(kind) else kind


def _usual(kind: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - it comes with both

    if pa.types.is_large_list(kind):
        return pa.list_(_usual(kind.value_type))
    return pa.string() if pa.types.is_large_string(kind) else kind


def _whole(name: str, items: list[Any]) -> pl.Series:
    """Texts, by themselves or within lists and dicts, as Polars can hold them; anything else is null."""
    items = [None if isinstance(item, float) and math.isnan(item) else item for item in items]
    items = [item.tolist() if isinstance(item, np.ndarray) else item for item in items]
    warn_of_lone(count_lone(items), f"column {name!r}")
    items = replace_lone(items)
    try:
        return pl.Series(name, items)
    except TypeError:
        return _from_objects(name, items)


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


class StreamFrame(PolarsFrame):
    """Any other holder of the Arrow C stream.

    The result is of the same kind if that has a `from_arrow`, and otherwise a Polars DataFrame.
    """

    def __init__(self, data: Any) -> None:
        super().__init__(pl.DataFrame(data))
        self._back = getattr(type(data), "from_arrow", lambda frame: frame)

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        return self._back(super()._take(rows, added))

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        return self._back(super()._with_columns(columns))

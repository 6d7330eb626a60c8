"""The operations that instag needs of a data frame of any kind."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import check_name
from instag.errors import InputError
from instag.frame.extent import Extent
from instag.frame.path import heads, resolve
from instag.tagsets import Counts, TagSets, count_tags, encode

Rows = NDArray[np.uint32]


class Pieces(Protocol):
    """A new column, of which any piece can be made when it is wanted."""

    @property
    def dtype(self) -> pl.DataType:
        """Its type."""

    def __len__(self) -> int:
        """The number of its rows."""

    def slice(self, start: int, length: int) -> pl.Series:
        """Some of its rows."""


class Columns(Protocol):
    """New columns, of which any rows can be made when they are wanted."""

    @property
    def schema(self) -> pl.Schema:
        """Their names and types."""

    def __len__(self) -> int:
        """The number of their rows."""

    def slice(self, start: int, length: int) -> pl.DataFrame:
        """Some of their rows."""


class Frame(ABC):
    """What selection needs of a data frame: a column, and some rows in a given order."""

    # Whether the rows are read from somewhere each time, and need not fit into memory.
    streams = False

    @property
    def rereads(self) -> bool:
        """Whether columns are read again when rows are taken."""
        return self.streams

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
        """One column, or what is within one, by its path: the column's name and then those of fields, with dots between.

        Raises
        ------
        InputError
            If there is no such column; the message lists the columns.
        """
        within = self._within(name)
        return self._column(name) if within is None else within

    def chunks(self, name: str) -> Iterator[pl.Series]:
        """One column piece by piece, so that it need not be in memory whole.

        Raises
        ------
        InputError
            If there is no such column; the message lists the columns.
        """
        return self._chunks(name) if self._head(name) is None else self._chunks_within(name)

    def alone(self, name: str, alias: str) -> tuple[pl.LazyFrame, Any]:
        """One column by another name, or what is within one, and its type.

        Raises
        ------
        InputError
            If there is no such column; the message lists the columns.
        """
        held = self.column(name).alias(alias)
        return pl.LazyFrame([held]), held.dtype

    def pieces(self, plan: pl.LazyFrame) -> Iterable[pl.Series]:
        """The only column of a plan of these rows, piece by piece; it can be iterated over any number of times."""
        return [plan.collect(engine="streaming").to_series()]

    def tag_sets(self, name: str) -> TagSets:
        """The tags of each row, as integers.

        Raises
        ------
        InputError
            If there is no such column, or it holds no lists of tags.
        """
        return encode(self.chunks(name))

    def tag_counts(self, name: str) -> Counts:
        """How often each tag was given, and in how many lists of tags.

        Raises
        ------
        InputError
            If there is no such column, or it holds no lists of tags.
        """
        return count_tags(self.chunks(name))

    def extent(self, tags: str, *, exact: bool = False) -> Extent | None:
        """About how large the data are; None if only reading them could show it.

        Parameters
        ----------
        tags
            The column with the tags.
        exact
            Whether the rows are counted, however long that takes.

        Raises
        ------
        InputError
            If there is no such column, or it holds no lists of tags.
        """
        self._head(tags)
        found = self._sample(exact=exact)
        if found is None:
            return None
        rows, sample = found
        value, _ = resolve(sample.schema, tags)
        return Extent.of(rows, sample, sample.select(value.alias(tags)).to_series())

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame] | None:  # noqa: ARG002 - few kinds do not know
        """The number of rows, and some rows from all parts of the data."""
        return None

    def empty(self, name: str) -> pl.Series:
        """A column without rows, of the type of that one."""
        return next(self.chunks(name)).clear()

    def places(self, rows: Rows) -> Rows:
        """The places of the rows with these numbers: rows are numbered in their order or, with a key, in the key's."""
        return rows

    def row_name(self, row: int) -> str:
        """The name of the row at a place, as users know it."""
        return f"row {row:,}"

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        yield self._column(name)

    def _chunks_within(self, name: str) -> Iterator[pl.Series]:
        yield self.column(name)

    def _within(self, name: str) -> pl.Series | None:
        """What is within a column, by its path; None if a column has exactly this name."""
        head = self._head(name)
        if head is None:
            return None
        held = self._column(head).alias(head)
        value, _ = resolve(held.to_frame().schema, name)
        return held.to_frame().select(value.alias(name)).to_series()

    def _head(self, name: str) -> str | None:
        """The column that a path leads into; None if a column has exactly this name."""
        check_name("column", name)
        if name in self.columns:
            return None
        head = next((each for each in heads(name) if each in self.columns), None)
        if head is not None:
            return head
        names = ", ".join(map(str, self.columns)) or "none"
        each = name == "tags" and "query_tags" in self.columns
        hint = "; the tags of each query are there: --tags query_tags / tags='query_tags'" if each else ""
        raise InputError(f"no column {name!r}; the columns are: {names}{hint}")

    def take(self, rows: Rows, added: pl.DataFrame, known: Mapping[str, Pieces] | None = None) -> Any:
        """Rows in the order given, with columns added, as the kind of frame that came in.

        Parameters
        ----------
        rows
            Where the rows are.
        added
            Columns that are put beside theirs.
        known
            Columns of these rows that need not be read again; those that the data do not have are left out.

        Raises
        ------
        InputError
            If the frame already has a column that would be added.
        """
        if taken := [name for name in added.columns if name in self.columns]:
            names = ", ".join(map(repr, taken))
            raise InputError(f"details: the data already have {names}; rename or drop them first")
        return self._take_knowing(rows, added, known) if known else self._take(rows, added)

    def _take_knowing(self, rows: Rows, added: pl.DataFrame, known: Mapping[str, Pieces]) -> Any:
        del known
        return self._take(rows, added)

    def with_columns(self, columns: Columns) -> Any:
        """All rows, with columns added or in place of others, as the kind of frame that came in.

        Parameters
        ----------
        columns
            The columns: a Polars DataFrame, or an object that makes some of its rows when they are needed.
        """
        return self._with_columns(columns.slice(0, len(columns)))

    def replace(self, name: str, pieces: Pieces, beside: str | None = None) -> Any:
        """All rows, with another column in place of one, as the kind of frame that came in.

        Parameters
        ----------
        name
            The column, or the path of what is within one, which becomes a column of its own.
        pieces
            What takes its place.
        beside
            The name under which the original is kept; None does not keep it.
        """
        columns = {name: pieces.slice(0, len(pieces))}
        if beside is not None:
            columns[beside] = self.column(name)
        return self._with_columns(pl.DataFrame(columns))

    def change(
        self, name: str, change: Callable[[pl.Series], pl.Series], dtype: pl.DataType, beside: str | None = None
    ) -> Any:
        """Replace a column as :meth:`replace` does, if the new value of each row depends on that row alone.

        Parameters
        ----------
        name, beside
            As for :meth:`replace`.
        change
            A function from some rows of the column to their new values.
        dtype
            The type of the new values.
        """
        column = self.column(name)
        columns = {name: change(column).cast(dtype)}
        if beside is not None:
            columns[beside] = column
        return self._with_columns(pl.DataFrame(columns))

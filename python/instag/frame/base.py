"""What instag asks of a data frame, whatever its kind."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame.path import heads, resolve
from instag.tagsets import TagSets, encode

Rows = NDArray[np.uint32]


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
        """One column, or what is within one by its path: the names of fields after it, parted by dots.

        Raises
        ------
        InputError
            Where there is no such column; the message lists those there are.
        """
        within = self._within(name)
        return self._column(name) if within is None else within

    def chunks(self, name: str) -> Iterator[pl.Series]:
        """One column piece by piece, so that whoever wants less than all of it need not hold all of it.

        Raises
        ------
        InputError
            Where there is no such column; the message lists those there are.
        """
        within = self._within(name)
        return self._chunks(name) if within is None else iter([within])

    def tag_sets(self, name: str) -> TagSets:
        """The tags of each row, as integers.

        Raises
        ------
        InputError
            Where there is no such column, or it holds no lists of tags.
        """
        return encode(self.chunks(name))

    def places(self, rows: Rows) -> Rows:
        """Where the rows of these numbers stand: rows are numbered as they come, unless they have a key."""
        return rows

    def row_name(self, row: int) -> str:
        """What a user knows the row by that stands at a place."""
        return f"row {row:,}"

    def _chunks(self, name: str) -> Iterator[pl.Series]:
        yield self._column(name)

    def _within(self, name: str) -> pl.Series | None:
        """What is within a column, by its path; None where there is a column of that very name."""
        if name in self.columns:
            return None
        head = next((each for each in heads(name) if each in self.columns), None)
        if head is not None:
            held = self._column(head).alias(head)
            value, _ = resolve(held.to_frame().schema, name)
            return held.to_frame().select(value.alias(name)).to_series()
        names = ", ".join(self.columns) or "none"
        each = name == "tags" and "query_tags" in self.columns
        hint = "; the tags of each query are there: --tags query_tags / tags='query_tags'" if each else ""
        raise InputError(f"no column {name!r}; the columns are: {names}{hint}")

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

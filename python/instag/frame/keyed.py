"""Rows in the order of a key, so that ties go the same way however the rows come."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame.base import Frame, Pieces, Rows
from instag.tagsets import TagSets

__all__ = ["KeyedFrame", "check_keys"]


class KeyedFrame(Frame):
    """Another frame, whose rows are numbered in the order of a column."""

    def __init__(self, frame: Frame, key: str) -> None:
        self._frame = frame
        self._key = key

    @cached_property
    def _order(self) -> Rows:
        keys = self._frame.column(self._key)
        order = keys.arg_sort()
        check_keys(keys[order], self._key)
        return order.to_numpy()

    @property
    def columns(self) -> list[str]:
        return self._frame.columns

    def lazy(self) -> pl.LazyFrame:
        return self._frame.lazy().sort(self._key)

    def _sample(self, *, exact: bool) -> tuple[int, pl.DataFrame] | None:
        return self._frame._sample(exact=exact)  # noqa: SLF001 - a frame asks another

    def tag_sets(self, name: str) -> TagSets:
        return self._frame.tag_sets(name).taken(self._order)

    def places(self, rows: Rows) -> Rows:
        places = np.empty_like(self._order)
        places[self._order] = np.arange(len(places), dtype=places.dtype)
        return places[rows]

    def row_name(self, row: int) -> str:
        return self._frame.row_name(self._order[row])

    def _column(self, name: str) -> pl.Series:
        return self._frame.column(name)[self._order]

    @property
    def rereads(self) -> bool:
        return self._frame.rereads

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        return self._take_knowing(rows, added, {})

    def _take_knowing(self, rows: Rows, added: pl.DataFrame, known: Mapping[str, Pieces]) -> Any:
        rows = self._order[rows]
        return self._frame.take(rows, added.with_columns(row=rows) if "row" in added.columns else added, known)

    def _with_columns(self, columns: pl.DataFrame) -> Any:
        return self._frame.with_columns(columns[self.places(np.arange(columns.height, dtype=np.uint32))])


def check_keys(keys: pl.Series, name: str) -> None:
    """Expect a sorted key whose values all differ."""
    if not (keys.dtype.is_integer() or keys.dtype == pl.String):
        raise InputError(f"key: expected texts or whole numbers in column {name!r}; found {keys.dtype}")
    if keys.null_count():
        raise InputError(f"key: {keys.null_count():,} of {len(keys):,} rows have none in column {name!r}")
    twice = keys.filter(keys == keys.shift())
    if len(twice):
        raise InputError(
            f"key: expected a different one in each row of column {name!r}; found {twice[0]!r} more than once, "
            f"and {len(twice):,} such rows in all"
        )

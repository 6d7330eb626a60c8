"""Placement: the columns made from a conversation take the places of the columns that they are made from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from instag.errors import InputError

__all__ = ["Placement", "head_of"]


def head_of(path: str, schema: Mapping[str, Any]) -> str:
    """Name the column that a path begins with.

    Parameters
    ----------
    path
        A column, or a path into one.
    schema
        The columns.

    Examples
    --------
    >>> head_of("body.messages", {"body": None})
    'body'
    """
    while path not in schema:
        path = path.rpartition(".")[0]
    return path


class Placement:
    """Puts columns in place of those that they are made from: what a row did not use stays in its column.

    Parameters
    ----------
    schema
        The columns before.

    Examples
    --------
    >>> whole = pl.DataFrame({"q": ["Why?"], "id": [1]})
    >>> placement = Placement(whole.schema)
    >>> rest = placement.rest(whole, [frozenset({"q"})])
    >>> placement.put(rest, pl.DataFrame({"messages": ["Why?"]}))
    shape: (1, 2)
    ┌──────────┬─────┐
    │ messages ┆ id  │
    │ ---      ┆ --- │
    │ str      ┆ i64 │
    ╞══════════╪═════╡
    │ Why?     ┆ 1   │
    └──────────┴─────┘
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._counts: Counter[str] = Counter()
        self._left: set[str] = set()
        self._rows = 0

    def rest(self, whole: pl.DataFrame, used: Sequence[frozenset[str]]) -> pl.DataFrame:
        """What is left of some rows without what was used of them; call it for all rows before the first :meth:`put`."""
        counts = Counter(column for columns in used for column in columns)
        self._counts.update(counts)
        self._rows += whole.height
        rest = whole.with_columns(
            pl.when(pl.Series([column in each for each in used], dtype=pl.Boolean))
            .then(None)
            .otherwise(pl.col(column))
            .alias(column)
            for column in counts
            if column in self._schema
        )
        self._left |= {column for column in rest.columns if rest.get_column(column).null_count() < whole.height}
        return rest

    def put(self, rest: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
        """Put new columns in the places of the columns that they were made from.

        Raises
        ------
        InputError
            If a column that is left has the name of one that was made.
        """
        heads: dict[str, list[str]] = {}
        for column in self._counts:
            heads.setdefault(head_of(column, self._schema), []).append(column)
        kept = rest
        for head, columns in heads.items():
            for column in columns:
                if column != head and head in kept.columns:
                    kept = _without(kept, head, column[len(head) + 1 :])
                elif (
                    column == head
                    and head in kept.columns
                    and (self._counts[head] == self._rows or head not in self._left)
                ):
                    kept = kept.drop(head)
        if clash := set(kept.columns) & set(made.columns):
            raise InputError(f"column {min(clash)!r} would be written twice: rename the one in the data")
        if not made.columns:
            return kept
        columns = list(self._schema)
        at = min((columns.index(head) for head in heads), default=len(columns))
        before = [name for name in columns[:at] if name in kept.columns]
        order = [*before, *made.columns, *(name for name in kept.columns if name not in before)]
        return kept.hstack(made).select(order)


def _without(frame: pl.DataFrame, head: str, path: str) -> pl.DataFrame:
    """Take a field out of a column of structs; a column of which nothing is left is dropped."""
    dtype = frame.schema[head]
    name = path.partition(".")[0]
    if not isinstance(dtype, pl.Struct) or name not in dict(dtype):
        return frame.drop(head) if isinstance(dtype, pl.List) else frame
    if "." in path:
        return frame
    rest = [field.name for field in dtype.fields if field.name != name]
    if not rest:
        return frame.drop(head)
    return frame.with_columns(pl.struct(pl.col(head).struct.field(each) for each in rest).alias(head))

"""Placement: the columns that are made of a conversation stand where those stood that they are made from."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from instag.errors import InputError

__all__ = ["head_of", "placed"]


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


def placed(whole: pl.DataFrame, made: pl.DataFrame, used: list[frozenset[str]]) -> pl.DataFrame:
    """Put the columns made in the place of those used; what a row did not use stays in its column."""
    counts = Counter(column for columns in used for column in columns)
    heads: dict[str, list[str]] = {}
    for column in counts:
        heads.setdefault(head_of(column, whole.schema), []).append(column)
    kept = whole
    for head, columns in heads.items():
        for column in columns:
            if column == head:
                rest = pl.col(head)
                if counts[column] < whole.height:
                    mask = pl.Series([column in each for each in used], dtype=pl.Boolean)
                    rest = pl.when(mask).then(None).otherwise(rest).alias(head)
                    kept = kept.with_columns(rest)
                if counts[column] == whole.height or kept.get_column(head).null_count() == whole.height:
                    kept = kept.drop(head)
            elif head in kept.columns:
                kept = _without(kept, head, column[len(head) + 1 :])
    if clash := set(kept.columns) & set(made.columns):
        raise InputError(f"column {min(clash)!r} would be written twice: rename the one there is")
    if not made.columns:
        return kept
    at = min((whole.columns.index(head) for head in heads), default=len(whole.columns))
    before = [name for name in whole.columns[:at] if name in kept.columns]
    order = [*before, *made.columns, *(name for name in kept.columns if name not in before)]
    return kept.hstack(made).select(order)


def _without(frame: pl.DataFrame, head: str, path: str) -> pl.DataFrame:
    """Take a field out of a column of structs; a column of which nothing is left goes."""
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

"""Paths: columns, and what is within them."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError

# JSON of mixed types is kept as its text in such a struct.
JSON = pl.Struct({"$json": pl.String})


def resolve(schema: Mapping[str, Any], path: str) -> tuple[pl.Expr, Any]:
    """Find a column, or what is within one, by its path.

    Parameters
    ----------
    schema
        The columns and their types.
    path
        The name of a column; after it, with dots between, the names of fields and the places in lists.

    Returns
    -------
    tuple
        The expression and its type.

    Raises
    ------
    InputError
        If there is nothing at that path; the message says what there is.

    Examples
    --------
    >>> _, dtype = resolve({"meta": pl.Struct({"lang": pl.String})}, "meta.lang")
    >>> dtype
    String
    """
    head = next((name for name in (path, *heads(path)) if name in schema), None)
    if head is None:
        raise InputError(f"there is no column {path!r}: expected one of {', '.join(schema) or 'none'}")
    value, dtype, rest = pl.col(head), schema[head], path[len(head) + 1 :]
    before = head
    for name in rest.split(".") if rest else ():
        if isinstance(dtype, pl.Struct) and name in dict(dtype):
            value, dtype = value.struct.field(name), dict(dtype)[name]
        elif isinstance(dtype, pl.List) and name.isdecimal():
            value, dtype = value.list.get(int(name), null_on_oob=True), dtype.inner
        elif isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct) and name in dict(dtype.inner):
            value, dtype = value.list.eval(pl.element().struct.field(name)), pl.List(dict(dtype.inner)[name])
        elif dtype == JSON:
            inner = value.struct.field("$json")
            value = inner.map_batches(partial(_member, name=name), return_dtype=JSON, is_elementwise=True)
        else:
            fields = ", ".join(dict(dtype)) if isinstance(dtype, pl.Struct) else None
            found = f"expected one of {fields}" if fields else f"{before} is {dtype}, and has no fields"
            raise InputError(f"there is no {name!r} within {before!r}: {found}")
        before = f"{before}.{name}"
    return value, dtype


def heads(path: str) -> Iterator[str]:
    """Walk the beginnings of a path, the longest first, because a column may have dots in its name."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def _member(texts: pl.Series, name: str) -> pl.Series:
    values = [pick(orjson.loads(text), name) if text else None for text in texts]
    return pl.Series(
        [None if value is None else {"$json": orjson.dumps(value).decode()} for value in values], dtype=JSON
    )


def pick(row: Any, path: str) -> Any:
    """Take a value out of a parsed row by its path.

    Parameters
    ----------
    row
        The row.
    path
        As for :func:`resolve`.

    Returns
    -------
    Any
        The value; None if there is none.

    Examples
    --------
    >>> pick({"a": [{"b": 1}]}, "a.0.b")
    1
    """
    if isinstance(row, Mapping):
        if path in row:
            return row[path]
        for head in heads(path):
            if head in row:
                return pick(row[head], path[len(head) + 1 :])
    if isinstance(row, list):
        head, _, rest = path.partition(".")
        if head.isdecimal():
            member = row[int(head)] if int(head) < len(row) else None
            return pick(member, rest) if rest else member
        return [pick(each, path) for each in row]
    return None

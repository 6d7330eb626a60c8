"""The union of several parts: their rows under one another, in columns that hold the values of all."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame.path import JSON
from instag.io.json.records import decode, plain, wrap
from instag.io.json.text import dump
from instag.io.part import Part

PLAIN = (pl.Null, pl.Boolean, pl.String, pl.List, pl.Struct)


def union(parts: Sequence[Part]) -> pl.LazyFrame:
    """Put the rows of several parts under one another, and mark them with where they are from.

    Parameters
    ----------
    parts
        The files or splits.

    Returns
    -------
    polars.LazyFrame
        Every column of every part, null if a part lacks it; and ``source``, unless the data have one.
    """
    frames = [part.frame for part in parts]
    if len(parts) == 1 and not parts[0].split:
        return frames[0]
    if not any("source" in frame.collect_schema() for frame in frames):
        frames = [part.frame.with_columns(source=pl.lit(part.name)) for part in parts]
    return stacked(frames)


def stacked(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Put the rows of several frames under one another, in columns that hold the values of all; null where one lacks it.

    Examples
    --------
    >>> stacked([pl.LazyFrame({"id": [7]}), pl.LazyFrame({"id": ["a"], "said": [True]})]).collect().to_dicts()
    [{'id': {'$json': '7'}, 'said': None}, {'id': {'$json': '"a"'}, 'said': True}]
    """
    schemas = [frame.collect_schema() for frame in frames]
    columns = list(dict.fromkeys(name for schema in schemas for name in schema))
    whole = {
        name: reduce(
            lambda one, other: _merge(name, one, other), [schema[name] for schema in schemas if name in schema]
        )
        for name in columns
    }
    return pl.concat(
        [
            frame.select(
                _fit(pl.col(name), schema[name], whole[name]).alias(name)
                if name in schema
                else pl.lit(None, dtype=whole[name]).alias(name)
                for name in columns
            )
            for frame, schema in zip(frames, schemas, strict=True)
        ]
    )


def _merge(column: str, one: Any, other: Any) -> Any:
    """Find the type that holds the values of both."""
    if other in (one, pl.Null()):
        return one
    if one == pl.Null:
        return other
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_merge(column, one.inner, other.inner))
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct) and JSON not in (one, other):
        types = {field.name: field.dtype for field in one.fields}
        for field in other.fields:
            types[field.name] = _merge(column, types.get(field.name, pl.Null()), field.dtype)
        return pl.Struct(types)
    if JSON in (one, other) or _mixed(one, other):
        return JSON
    try:
        empty = [pl.Series(column, [], dtype=dtype).to_frame() for dtype in (one, other)]
        return pl.concat(empty, how="vertical_relaxed").schema[column]
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"column {column!r}: found {one} in one file and {other} in another: expected one type; read them apart"
        ) from error


def _mixed(one: Any, other: Any) -> bool:
    """Whether two types are types of JSON, and are different ones there too."""
    of_json = all(isinstance(dtype, PLAIN) or dtype.is_numeric() for dtype in (one, other))
    return of_json and not (one.is_numeric() and other.is_numeric())


def _fit(value: pl.Expr, dtype: Any, target: Any) -> pl.Expr:
    """Hold the values of one type in a wider one."""
    if dtype == target:
        return value
    if wrap(target) is None:
        return value.cast(target, strict=False)
    return value.map_batches(lambda values: _wrapped(values, target), return_dtype=target, is_elementwise=True)


def _wrapped(values: pl.Series, target: Any) -> pl.Series:
    put = wrap(pl.Struct({"value": target}))
    records = [{"value": plain(value)} for value in values.to_list()]
    lines = pl.LazyFrame(
        {"line": [dump(put(record) if put else record) for record in records]}, schema={"line": pl.String}
    )
    return decode(lines, {"value": target}).collect()["value"]

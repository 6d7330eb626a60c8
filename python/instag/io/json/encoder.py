"""Encoding: the rows of a frame as JSON, with JSON text put back where it was kept."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.frame.path import JSON
from instag.io.conversation.speech import speech
from instag.io.json.records import Wrap
from instag.io.json.text import parsed

# Rows that are objects of Python at a time.
STEP = 1_000
# Types whose values orjson writes as they should be in JSON.
READY = (pl.Null, pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time)


def encoder(schema: Mapping[str, Any]) -> Wrap:
    """Build the function that makes a row ready for orjson.

    Parameters
    ----------
    schema
        The columns and their types.

    Returns
    -------
    callable
        A function from a row, as a dict, to what orjson writes. In nested records null keys are left out, for they
        and absent ones are the same to Polars; but the words of a turn are kept even when null.

    Examples
    --------
    >>> row = {"id": None, "turns": [{"role": "user", "content": {"$json": '["hi"]'}, "name": None}]}
    >>> orjson.dumps(encoder(pl.DataFrame([row]).schema)(row))
    b'{"id":null,"turns":[{"role":"user","content":["hi"]}]}'
    """
    encoders = {name: each for name, dtype in schema.items() if (each := _value(name, dtype))}
    return lambda row: row | {name: each(row[name]) for name, each in encoders.items()}


def dumped(frame: pl.LazyFrame, dump: Callable[[Any], str]) -> pl.LazyFrame:
    """Make a text of each row, few rows at a time: as objects of Python they take many times as much memory.

    Parameters
    ----------
    frame
        The rows.
    dump
        A function from what :func:`encoder` makes of a row to its text.

    Returns
    -------
    polars.LazyFrame
        One column, ``text``.
    """
    encode = encoder(frame.collect_schema())

    def texts(rows: pl.Series) -> pl.Series:
        parts = [
            pl.Series([dump(encode(row)) for row in part.to_series().to_list()], dtype=pl.String)
            for part in rows.to_frame().iter_slices(STEP)
        ]
        return pl.concat(parts) if parts else pl.Series(dtype=pl.String)

    return frame.select(text=pl.struct(pl.all()).map_batches(texts, return_dtype=pl.String, is_elementwise=True))


def records(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows as they would be read from JSON Lines.

    Examples
    --------
    >>> list(records(pl.DataFrame({"id": [1], "said": [{"$json": '["hi"]'}]})))
    [{'id': 1, 'said': ['hi']}]
    """
    encode = encoder(frame.schema)
    for row in frame.iter_rows(named=True):
        yield parsed(orjson.dumps(encode(row)).decode())[0]


def is_special(value: pl.Expr, dtype: Any) -> pl.Expr | None:
    """Build the expression for whether Polars would write a value in another form than :func:`encoder` does.

    Parameters
    ----------
    value
        A column, a field or an element.
    dtype
        Its type.

    Returns
    -------
    polars.Expr or None
        True for null keys, for JSON text, and for values that JSON has no form of its own for.
    """
    if isinstance(dtype, pl.Struct) and dtype != JSON:
        fields = [value.struct.field(name).is_null() for name, _ in dtype]
        return value.is_not_null() & pl.any_horizontal(fields) if fields else None
    if isinstance(dtype, pl.Float64):
        return ~value.is_finite()
    plain = isinstance(dtype, pl.Null | pl.Boolean | pl.String | pl.List) or dtype in (pl.Int64, pl.Int32)
    return None if plain else pl.lit(value=True)


def _value(column: str, dtype: Any) -> Wrap | None:
    """Build the function for the values of one type, None if they are ready as they are."""
    if dtype == JSON:
        return _json
    if isinstance(dtype, pl.Struct):
        return _struct(column, dtype)
    if isinstance(dtype, pl.List | pl.Array):
        inner = _value(column, dtype.inner)
        return inner and (lambda value: None if value is None else [inner(item) for item in value])
    if isinstance(dtype, pl.Map):
        return _map(column, dtype)
    if dtype.is_float() or isinstance(dtype, pl.Int128 | pl.UInt128 | pl.Decimal):
        return _endless if dtype.is_float() else _number
    if isinstance(dtype, READY) or dtype.is_integer():
        return None
    raise InputError(f"column {column!r}: {dtype} has no place in JSON: write .parquet or .arrow, or cast the column")


def _map(column: str, dtype: pl.Map) -> Wrap:
    """Objects by their keys, as texts; values that are null stay, for other keys are not there at all."""
    key: Any = dtype.key
    if not (isinstance(key, pl.String | pl.Categorical | pl.Enum) or key.is_integer()):
        raise InputError(
            f"column {column!r}: keys of {key} have no place in JSON: write .parquet or .arrow, or cast the column"
        )
    inner = _value(column, dtype.value) or (lambda value: value)
    return lambda value: None if value is None else {str(name): inner(member) for name, member in value.items()}


def _struct(column: str, dtype: pl.Struct) -> Wrap:
    encoders = {field.name: _value(column, field.dtype) for field in dtype.fields}
    words = (speech(dtype) or ("", ""))[1:]

    def encode(value: Any) -> Any:
        if value is None:
            return None
        return {
            key: each(member) if (each := encoders[key]) else member
            for key, member in value.items()
            if member is not None or key in words
        }

    return encode


def _json(value: Any) -> Any:
    return None if value is None or value["$json"] is None else orjson.Fragment(value["$json"])


def _number(value: Any) -> Any:
    return None if value is None else orjson.Fragment(format(value, "d" if isinstance(value, int) else "f"))


def _endless(value: float | None) -> Any:
    """Spell NaN and infinity as Python does."""
    return value if value is None or math.isfinite(value) else orjson.Fragment(json.dumps(value))

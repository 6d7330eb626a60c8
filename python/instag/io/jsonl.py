"""JSON Lines and JSON lists as frames: at the speed of Polars where it is exact, record by record where not."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.io.files import glob_safe, lines
from instag.io.records import DEEPEST, EXACT, Shape, any_within, decode, frame, is_record, parse
from instag.surrogates import replace_escapes, warn_of_lone

# What the text of a string leaf looks like when the JSON may have held no string: Polars turns all else into text.
COERCED = r"^(?:[\[{]|-?\d[\d.eE+-]*$|true$|false$)"
# What stands beside a list that is in a list with other values: Polars makes a list of each of those.
LISTED = r'\]\s*,\s*(?:[-\dtfn{]|"(?:[^"\\]|\\.)*"\s*[,\]])|["\del}]\s*,\s*\['
NAME = re.compile(r"[A-Za-z0-9_ -]+")
# Polars makes this of a lone surrogate, which is no text.
NUL = "\0"
ORDERING = 100  # lines
NOUNS = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number", bool: "a boolean"}


# No broader: a query of this module's own that fails would make every file slow, and nobody would know.
UNREADABLE = (
    pl.exceptions.ComputeError,
    pl.exceptions.SchemaError,
    pl.exceptions.DuplicateError,
    pl.exceptions.PanicException,
    orjson.JSONDecodeError,
)


def scan(path: Path) -> pl.LazyFrame:
    """Scan a JSON Lines file, lazily unless a field mixes JSON types.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    polars.LazyFrame
        One row a line that is not blank.
    """
    source = lines(path).filter(pl.col("line").str.strip_chars() != "")
    try:
        found = pl.scan_ndjson(glob_safe(path), infer_schema_length=None).collect_schema()
        if all(map(_safe, found.dtypes())):
            schema = _ordered(source, found)
            if _agrees(source, schema):
                return decode(source, schema)
    except UNREADABLE:
        pass  # the exact way reads what Polars cannot, or says on which line the fault is
    return _exact(path)


def _safe(dtype: Any, depth: int = 0) -> bool:
    """Whether Polars holds the values of this type as they are, but for those that it changes as seen below."""
    if isinstance(dtype, pl.List):
        return depth < DEEPEST and _safe(dtype.inner, depth + 1)
    if isinstance(dtype, pl.Struct):
        return depth < DEEPEST and is_record(dict(dtype)) and all(_safe(each, depth + 1) for _, each in dtype)
    return dtype in (pl.Null, pl.Boolean, pl.Int64, pl.Float64, pl.String)


def _ordered(source: pl.LazyFrame, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put fields in the order of the first lines, then of their names; Polars finds them in any order."""
    shape = Shape()
    for line in source.head(ORDERING).collect()["line"]:
        shape.add(parse(line))

    def order(dtype: Any, shape: Shape) -> Any:
        if isinstance(dtype, pl.List):
            return pl.List(order(dtype.inner, shape.item or Shape()))
        if not isinstance(dtype, pl.Struct):
            return dtype
        first = {name: place for place, name in enumerate(shape.fields)}
        names = sorted(dict(dtype), key=lambda name: (first.get(name, len(first)), name))
        return pl.Struct({name: order(dict(dtype)[name], shape.fields.get(name, Shape())) for name in names})

    return dict(order(pl.Struct(dict(schema)), shape))


def _agrees(source: pl.LazyFrame, schema: Mapping[str, Any]) -> bool:
    """Whether the values that Polars might have changed are in truth of the types it found."""
    whole, line, record = pl.Struct(dict(schema)), pl.col("line"), pl.col("record")
    doubts = [
        any_within(record, whole, _changed),
        line.str.contains_any(["true", "false"]) & any_within(record, whole, _binary),
        line.str.contains("|".join(_wrapped(whole)) or "$^") & any_within(record, whole, _single),
    ]
    decoded = source.with_columns(record=line.str.json_decode(whole))
    shape = Shape()
    for batch in decoded.filter(pl.any_horizontal(doubts)).select("line").collect_batches():
        for line in batch["line"]:
            shape.add(parse(line))
    return _holds(whole, shape)


def _changed(value: pl.Expr, dtype: Any) -> pl.Expr | None:
    """Whether Polars may have made text of something else, or rounded an integer."""
    if isinstance(dtype, pl.String):
        return value.str.contains(COERCED) | value.str.contains(NUL, literal=True)
    if isinstance(dtype, pl.Float64):
        return value.abs() >= EXACT
    return None


def _binary(value: pl.Expr, dtype: Any) -> pl.Expr | None:
    """Whether a number may have been a boolean."""
    return (value == 0) | (value == 1) if isinstance(dtype, pl.Int64 | pl.Float64) else None


def _single(value: pl.Expr, dtype: Any) -> pl.Expr | None:
    """Whether this is a list of one."""
    return value.list.len() == 1 if isinstance(dtype, pl.List) else None


def _wrapped(dtype: Any, *, listed: bool = False) -> Iterator[str]:
    """Find what a line looks like where Polars made a list of a single value, as it does within lists."""
    if isinstance(dtype, pl.List):
        if isinstance(dtype.inner, pl.List):
            yield LISTED
        yield from _wrapped(dtype.inner, listed=True)
    if isinstance(dtype, pl.Struct):
        for name, each in dtype:
            if listed and isinstance(each, pl.List):
                # A name that may be spelt with escapes is looked for nowhere, and so found everywhere.
                yield rf'"{name}"\s*:\s*[^\s\[n]' if NAME.fullmatch(name) else "(?:)"
            yield from _wrapped(each, listed=listed)


def _holds(dtype: Any, shape: Shape | None) -> bool:
    """Whether a type that Polars inferred holds the values seen in the doubtful lines."""
    if shape is None:
        return True
    if isinstance(dtype, pl.List):
        return shape.kinds <= {list} and _holds(dtype.inner, shape.item)
    if isinstance(dtype, pl.Struct):
        return all(_holds(field.dtype, shape.fields.get(field.name)) for field in dtype.fields)
    if isinstance(dtype, pl.String):
        return shape.kinds <= {str}
    rounded = isinstance(dtype, pl.Float64) and not shape.floats
    return isinstance(dtype, pl.Boolean) or not (rounded or bool in shape.kinds)


def _exact(path: Path) -> pl.LazyFrame:
    """Parse every line on its own."""
    values, numbers, halves = [], [], 0
    for number, line in enumerate(lines(path).collect()["line"], start=1):
        if line.strip():
            try:
                value, replaced = _parsed(line)
            except ValueError as error:
                reason = getattr(error, "msg", error)
                raise InputError(
                    f"{path}, line {number}: not valid JSON: {reason}: expected one object a line"
                ) from error
            values.append(value)
            numbers.append(number)
            halves += replaced
    warn_of_lone(halves, str(path))
    return _rows(values, path, lambda row: f"line {numbers[row]}")


def _parsed(text: str) -> tuple[Any, int]:
    """The value of JSON, and how many lone surrogates were replaced in it."""
    try:
        return parse(text), 0
    except ValueError:
        mended, halves = replace_escapes(text)
        if not halves:
            raise
        return parse(mended), halves


def array(path: Path) -> pl.LazyFrame:
    """Read a JSON file that holds one list of objects; JSON Lines by another name are read as such.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    polars.LazyFrame
        One row an object.
    """
    text = "\n".join(lines(path).collect()["line"])
    try:
        value, halves = _parsed(text)
    except ValueError as error:
        if text.lstrip().startswith("{") and text.strip().find("\n") > 0:
            return scan(path)
        reason, number = getattr(error, "msg", error), getattr(error, "lineno", 1)
        raise InputError(f"{path}, line {number}: not valid JSON: {reason}: expected a list of objects") from error
    if isinstance(value, dict):
        keys = ", ".join(map(repr, value))
        raise InputError(
            f"{path}: found one object with the keys {keys}: expected a list of objects; "
            "save the list itself as the file"
        )
    if not isinstance(value, list):
        raise InputError(f"{path}: found {NOUNS.get(type(value), 'null')}: expected a list of objects")
    warn_of_lone(halves, str(path))
    return _rows(value, path, lambda row: f"record {row + 1}")


def _rows(values: list[Any], path: Path, where: Callable[[int], str]) -> pl.LazyFrame:
    """Hold objects as rows, or lists of strings as rows of their turns."""
    if not values:
        raise InputError(f"{path}: the file is empty: expected at least one record")
    if all(isinstance(value, list) and all(isinstance(turn, str) for turn in value) for value in values):
        values = [{"turns": value} for value in values]
    for row, value in enumerate(values):
        if not isinstance(value, dict):
            raise InputError(f"{path}, {where(row)}: found {NOUNS.get(type(value), 'null')}: expected an object")
    return frame(values).lazy()

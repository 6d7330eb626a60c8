"""Types that Polars infers of JSON Lines: whether they hold what stands in the lines, exactly."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from io import BytesIO
from typing import Any

import polars as pl

from instag.frame.batches import batches
from instag.io.json_text import parse
from instag.io.pace import passed
from instag.io.records import DEEPEST, EXACT, FREE, Shape, Test, any_within, decode, is_record

# What the text of a string leaf looks like when the JSON may have held no string: Polars turns all else into text.
COERCED = r"^(?:[\[{]|-?\d[\d.eE+-]*$|true$|false$)"
# What stands beside a list that is in a list with other values: Polars makes a list of each of those.
LISTED = r'\]\s*,\s*(?:[-\dtfn{]|"(?:[^"\\]|\\.)*"\s*[,\]])|["\del}]\s*,\s*\['
NAME = re.compile(r"[A-Za-z0-9_ -]+")
Names = dict[str, Any]
"""The names of fields, each with those within it."""

# Polars makes this of a lone surrogate, which is no text.
NUL = "\0"
ORDERING = 100  # lines
WIDE = 20  # fields
BATCH = 20_000  # lines
HELD = 1 << 26  # bytes of lines


def is_safe(dtype: Any, depth: int = 0) -> bool:
    """Whether Polars holds the values of this type as they are, but for those that it changes as seen below."""
    if (
        isinstance(dtype, pl.Struct)
        and depth
        and any(isinstance(each, pl.Struct) and name in FREE for name, each in dtype)
    ):
        return False
    if isinstance(dtype, pl.List):
        return depth < DEEPEST and is_safe(dtype.inner, depth + 1)
    if isinstance(dtype, pl.Struct):
        return depth < DEEPEST and is_record(dict(dtype)) and all(is_safe(each, depth + 1) for _, each in dtype)
    return dtype in (pl.Null, pl.Boolean, pl.Int64, pl.Float64, pl.String)


def inferred(source: pl.LazyFrame) -> Mapping[str, Any] | None:
    """Find the types of large files part by part, for Polars keeps all of a file that it looks at whole.

    Parameters
    ----------
    source
        Lines that are not blank, in the column ``line``.

    Returns
    -------
    mapping or None
        The columns and their types; None where the parts differ in a way that only a look at the whole resolves.
    """
    whole: Any = pl.Struct({})
    for batch in batches(source):
        if batch.height:
            text = "\n".join(batch.get_column("line")).encode()
            found = pl.scan_ndjson(BytesIO(text), infer_schema_length=None).collect_schema()
            whole = _joined(whole, pl.Struct(dict(found)))
            if whole is None:
                return None
    return dict(whole)


def _joined(one: Any, other: Any) -> Any:
    """The type that holds the values of both, where that is plain; else None."""
    if other in (one, pl.Null()):
        return one
    if one == pl.Null():
        return other
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        inner = _joined(one.inner, other.inner)
        return None if inner is None else pl.List(inner)
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        fields, more = dict(one), dict(other)
        fields |= {name: _joined(fields.get(name, pl.Null()), dtype) for name, dtype in more.items()}
        return None if None in fields.values() else pl.Struct(fields)
    return pl.Float64() if {one, other} == {pl.Int64(), pl.Float64()} else None


def ordered(source: pl.LazyFrame, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put fields in the order of the first lines, then of their names; Polars finds them in any order."""
    seen: Names = {}
    for line in source.head(ORDERING).collect()["line"]:
        _add_names(seen, parse(line))

    def order(dtype: Any, seen: Names) -> Any:
        if isinstance(dtype, pl.List):
            return pl.List(order(dtype.inner, seen))
        if not isinstance(dtype, pl.Struct):
            return dtype
        fields = dict(dtype)
        first = {name: place for place, name in enumerate(seen)}
        names = sorted(fields, key=lambda name: (first.get(name, len(first)), name))
        return pl.Struct({name: order(fields[name], seen.get(name, {})) for name in names})

    return dict(order(pl.Struct(dict(schema)), seen))


def _add_names(seen: Names, value: Any) -> None:
    """Take the names of fields in the order in which they come, those of the elements of a list together."""
    if isinstance(value, dict):
        if not value.keys() <= seen.keys():
            for name in value:
                seen.setdefault(name, {})
        for name, member in value.items():
            if isinstance(member, dict | list):
                _add_names(seen[name], member)
    elif isinstance(value, list):
        for member in value:
            _add_names(seen, member)


def proven(source: pl.LazyFrame, schema: Mapping[str, Any]) -> pl.LazyFrame | None:
    """Read the objects in lines by the types that Polars found, where these are in truth the types of all values.

    Parameters
    ----------
    source
        The column ``line``.
    schema
        The columns and their types.

    Returns
    -------
    polars.LazyFrame or None
        The rows, of few lines held in memory, for they were read to prove it; None where a value is of another type.
    """
    whole, line = pl.Struct(dict(schema)), pl.col("line")
    looks = line.str.contains("|".join(_wrapped(whole)) or "$^")
    shape = Shape()
    held: list[pl.DataFrame] = []
    size = rows = 0
    for batch in source.with_columns(record=line.str.json_decode(whole)).collect_batches(chunk_size=BATCH):
        doubts = [
            (batch, _changed),
            (batch.filter(line.str.contains_any(["true", "false"])), _binary),
            (batch.filter(looks), _single),
        ]
        for lines, test in doubts:
            for value in _doubtful(lines, test):
                shape.add(value)
        rows += batch.height
        passed("checking", rows)
        size += int(batch.get_column("line").str.len_bytes().sum())
        held = [*held, batch.select("record").unnest("record")] if size <= HELD and schema else []
    if not _holds(whole, shape):
        return None
    return pl.concat(held).lazy() if held and size <= HELD else decode(source, schema)


def _doubtful(rows: pl.DataFrame, test: Test) -> Iterator[Any]:
    """Parse the lines in which something may not be what Polars made of it, and take from them what is in doubt."""
    suspected = _suspected(rows.get_column("record"), test)
    if suspected is None:
        return
    # To look for the lines takes a while for every field that is suspected; all of them are soon read.
    wide = len(list(_leaves(suspected))) > WIDE
    found = rows if wide else rows.filter(any_within(pl.col("record"), suspected, test))
    for line in found.get_column("line"):
        yield _taken(parse(line), suspected)


def _taken(value: Any, dtype: Any) -> Any:
    """Take from a parsed value what a type has."""
    if isinstance(value, dict) and isinstance(dtype, pl.Struct):
        return {each.name: _taken(value.get(each.name), each.dtype) for each in dtype.fields}
    if isinstance(value, list) and isinstance(dtype, pl.List):
        return [_taken(member, dtype.inner) for member in value]
    return value


def _leaves(dtype: Any) -> Iterator[Any]:
    if isinstance(dtype, pl.Struct):
        for _, each in dtype:
            yield from _leaves(each)
    elif isinstance(dtype, pl.List):
        yield from _leaves(dtype.inner)
    else:
        yield dtype


def _suspected(values: pl.Series, test: Test) -> Any:
    """Find the part of a type whose values pass a test at least once; None if none do.

    All the values of one type and one length are tested as one: a test for each field would take its time for each.
    """
    alike: dict[tuple[int, Any], dict[str, pl.Series]] = {}
    left = [("", values)]
    while left:
        path, held = left.pop()
        if len(held) and test(pl.col(path), held.dtype) is not None:
            alike.setdefault((len(held), held.dtype), {})[path] = held.alias("values")
        if isinstance(held.dtype, pl.Struct):
            left += [(f"{path}.{nth}", each) for nth, each in enumerate(held.struct.unnest().get_columns())]
        elif isinstance(held.dtype, pl.List):
            left.append((f"{path}.", held.explode(empty_as_null=False, keep_nulls=False)))
    found: set[str] = set()
    for (length, dtype), columns in alike.items():
        flag = test(pl.col("values"), dtype)
        if flag is not None:
            flags = pl.concat(list(columns.values())).to_frame().select(flag.fill_null(value=False)).to_series()
            any_of = flags.reshape((len(columns), length)).arr.any().to_list()
            found |= {path for path, one in zip(columns, any_of, strict=True) if one}
    return _pruned(values.dtype, "", found)


def _pruned(dtype: Any, path: str, found: AbstractSet[str]) -> Any:
    """Leave those parts of a type that are at one of some paths, or above them."""
    if isinstance(dtype, pl.Struct):
        fields = {each.name: _pruned(each.dtype, f"{path}.{nth}", found) for nth, each in enumerate(dtype.fields)}
        kept = {name: each for name, each in fields.items() if each is not None}
        return pl.Struct(kept) if kept else None
    if isinstance(dtype, pl.List):
        inner = _pruned(dtype.inner, f"{path}.", found)
        return pl.List(inner) if inner is not None else dtype if path in found else None
    return dtype if path in found else None


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

"""JSON Lines and JSON lists as frames: at the speed of Polars where it is exact, record by record where not."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.io.files import glob_safe, interruptible, lines
from instag.io.layout import CHATS
from instag.io.records import DEEPEST, EXACT, FREE, Shape, Test, any_within, decode, frame, is_record, parse
from instag.io.roles import is_turn
from instag.surrogates import replace_escapes, warn_of_lone
from instag.warning import warn

# What the text of a string leaf looks like when the JSON may have held no string: Polars turns all else into text.
COERCED = r"^(?:[\[{]|-?\d[\d.eE+-]*$|true$|false$)"
# What stands beside a list that is in a list with other values: Polars makes a list of each of those.
LISTED = r'\]\s*,\s*(?:[-\dtfn{]|"(?:[^"\\]|\\.)*"\s*[,\]])|["\del}]\s*,\s*\['
NAME = re.compile(r"[A-Za-z0-9_ -]+")
# Polars makes this of a lone surrogate, which is no text.
NUL = "\0"
ORDERING = 100  # lines
WIDE = 20  # fields
BATCH = 20_000  # lines
LISTED_LINES = 5
AROUND = 30  # characters
NUMBERS = re.compile(r"\b(?:NaN|-?Infinity)\b")
NOUNS = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number", bool: "a boolean"}


# No broader: a query of this module's own that fails would make every file slow, and nobody would know.
UNREADABLE = (
    pl.exceptions.ComputeError,
    pl.exceptions.SchemaError,
    pl.exceptions.DuplicateError,
    pl.exceptions.PanicException,
    orjson.JSONDecodeError,
)


def scan(path: Path, name: object = None, *, skip: int = 0) -> pl.LazyFrame:
    """Scan a JSON Lines file, lazily unless a field mixes JSON types.

    A list of objects by this name, or objects of several lines each, are read as such.

    Parameters
    ----------
    path
        The file, compressed or not.
    name
        What to call it in an error.
    skip
        How many lines that cannot be read may be skipped.

    Returns
    -------
    polars.LazyFrame
        One row a line that is not blank.
    """
    source = lines(path).filter(pl.col("line").str.strip_chars() != "")
    try:
        plan = pl.scan_ndjson(glob_safe(path), infer_schema_length=None)
        found = interruptible(plan.collect_schema)
        if all(map(_safe, found.dtypes())):
            schema = _ordered(source, found)
            if _agrees(source, schema):
                return decode(source, schema)
    except UNREADABLE:
        pass  # the exact way reads what Polars cannot, or says on which line the fault is
    return _exact(path, name or path, skip)


def _safe(dtype: Any, depth: int = 0) -> bool:
    """Whether Polars holds the values of this type as they are, but for those that it changes as seen below."""
    if (
        isinstance(dtype, pl.Struct)
        and depth
        and any(isinstance(each, pl.Struct) and name in FREE for name, each in dtype)
    ):
        return False
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
    whole, line = pl.Struct(dict(schema)), pl.col("line")
    looks = line.str.contains("|".join(_wrapped(whole)) or "$^")
    shape = Shape()
    for batch in source.with_columns(record=line.str.json_decode(whole)).collect_batches(chunk_size=BATCH):
        doubts = [
            (batch, _changed),
            (batch.filter(line.str.contains_any(["true", "false"])), _binary),
            (batch.filter(looks), _single),
        ]
        for rows, test in doubts:
            for text in _doubtful(rows, test):
                shape.add(parse(text))
    return _holds(whole, shape)


def _doubtful(rows: pl.DataFrame, test: Test) -> pl.Series:
    """Find the lines in which something may not be what Polars made of it."""
    suspected = _suspected(rows.get_column("record"), test)
    if suspected is None:
        return pl.Series(dtype=pl.String)
    # To look for the lines takes a while for every field that is suspected; all of them are soon read.
    wide = len(list(_leaves(suspected))) > WIDE
    found = rows if wide else rows.filter(any_within(pl.col("record"), suspected, test))
    return found.get_column("line")


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

    All the values of one length are tested at once: an expression for each field would take its time for each.
    """
    dtypes: dict[str, Any] = {}
    frames: dict[int, list[pl.Series]] = {}
    left = [("", values)]
    while left:
        path, held = left.pop()
        if test(pl.col(path), held.dtype) is not None:
            dtypes[path] = held.dtype
            frames.setdefault(len(held), []).append(held.alias(path))
        if isinstance(held.dtype, pl.Struct):
            left += [(f"{path}.{nth}", each) for nth, each in enumerate(held.struct.unnest().get_columns())]
        elif isinstance(held.dtype, pl.List):
            left.append((f"{path}.", held.explode(empty_as_null=False, keep_nulls=False)))
    found: set[str] = set()
    for columns in frames.values():
        tests = (test(pl.col(each.name), each.dtype) for each in columns)
        flags = pl.DataFrame(columns).select(
            flag.any().alias(each.name) for each, flag in zip(columns, tests, strict=True) if flag is not None
        )
        found |= {name for name, flag in zip(flags.columns, flags.row(0), strict=True) if flag}
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


def _exact(path: Path, name: object, skip: int) -> pl.LazyFrame:
    """Parse every line on its own."""
    values: list[Any] = []
    numbers: list[int] = []
    halves = 0
    bad: list[str] = []
    texts = lines(path).collect().get_column("line")
    for number, line in enumerate(texts, start=1):
        if not line.strip():
            continue
        try:
            value, replaced = _parsed(line)
        except ValueError as error:
            if not values and not bad and (held := _whole(texts)) is not None:
                return _rows(held, name, lambda row: f"record {row + 1}", jsonl=True)
            fault = _fault(name, number, line, error)
            bad.append(fault)
            if len(bad) > skip:
                hint = _hint(line) or (
                    f"mend the line, or skip lines that cannot be read with skip_bad_lines={len(bad)} / --skip-bad-lines {len(bad)}"
                    if not skip
                    else f"more than {skip:,} lines cannot be read"
                )
                raise InputError(f"{fault}: expected one object a line; {hint}") from error
            continue
        values.append(value)
        numbers.append(number)
        halves += replaced
    warn_of_lone(halves, str(name))
    if bad:
        listed = "; ".join(bad[:LISTED_LINES]) + (
            f"; and {len(bad) - LISTED_LINES:,} more" if len(bad) > LISTED_LINES else ""
        )
        many = "lines that cannot be read were" if len(bad) > 1 else "line that cannot be read was"
        warn(f"{name}: {len(bad):,} {many} skipped: {listed}")
    if len(values) == 1 and isinstance(values[0], list) and not (values[0] and isinstance(values[0][0], list | str)):
        # One line that is a list: of rows, unless these are the turns of one conversation.
        inner = values[0]
        if not inner or not all(is_turn(each, exchanges=False) for each in inner):
            return _rows(inner, name, lambda row: f"record {row + 1}", jsonl=True)
    return _rows(values, name, lambda row: f"line {numbers[row]}", jsonl=True)


def records(path: Path) -> list[dict[str, Any]] | None:
    """Parse a small file of JSON Lines; None where it is anything else, or something is wrong with it.

    Parameters
    ----------
    path
        The file, in UTF-8 and not packed.

    Returns
    -------
    list of dict or None
        One object a line.
    """
    try:
        values = [parse(line) for line in path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    except (ValueError, OSError):
        return None
    return values if values and all(isinstance(value, dict) for value in values) else None


def held(values: list[dict[str, Any]]) -> pl.LazyFrame:
    """Hold parsed objects as rows.

    Parameters
    ----------
    values
        One dict a row.

    Returns
    -------
    polars.LazyFrame
        The rows.
    """
    return frame(values).lazy()


def _fault(name: object, number: int, line: str, error: ValueError) -> str:
    """Say where a line is no JSON, and what stands there."""
    reason, column = getattr(error, "msg", str(error)), getattr(error, "colno", 1)
    around = line[max(column - 1 - AROUND, 0) : column - 1 + AROUND].strip()
    return f"{name}, line {number}, column {column}: not valid JSON: {reason}, near {around!r}"


def _hint(line: str) -> str | None:
    """Say what a line is that looks like something else than JSON."""
    if line.count(",") and not line.lstrip().startswith(("{", "[", '"')):
        return "this looks like a table: read it with format='csv' / --format csv"
    return None


def _whole(texts: pl.Series) -> list[Any] | None:
    """Parse a file as one list, or as objects of several lines each; None if it is neither."""
    start = next((line.lstrip()[:1] for line in texts if line.strip()), "")
    if start not in ("[", "{"):
        return None
    text = "\n".join(texts)
    try:
        value = _parsed(text)[0]
    except ValueError:
        return _concatenated(text)
    return value if isinstance(value, list) else [value]


def _concatenated(text: str) -> list[Any] | None:
    """Parse objects that stand one after another, each of as many lines as it likes."""
    values: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return values


def _parsed(text: str) -> tuple[Any, int]:
    """The value of JSON, and how many lone surrogates were replaced in it."""
    try:
        return parse(text), 0
    except ValueError:
        mended, halves = replace_escapes(text)
        if halves:
            return parse(mended), halves
        if NUMBERS.search(text):
            # As Python writes what is no number.
            return json.loads(text), 0
        raise


def array(path: Path, name: object = None, *, skip: int = 0, field: str | None = None) -> pl.LazyFrame:
    """Read a JSON file that holds one list of objects; JSON Lines by another name are read as such.

    Parameters
    ----------
    path
        The file, compressed or not.
    name
        What to call it in an error.
    skip
        How many lines that cannot be read may be skipped, where the file holds lines.
    field
        The key that holds the rows, where the file is one object.

    Returns
    -------
    polars.LazyFrame
        One row an object.
    """
    name = name or path
    text = "\n".join(lines(path).collect().get_column("line"))
    try:
        value, halves = _parsed(text)
    except ValueError as error:
        if text.lstrip().startswith(("{", "[")) and text.strip().find("\n") > 0 and not _is_one(text):
            return scan(path, name, skip=skip)
        if text.lstrip().startswith("{") and (held := _concatenated(text)) is not None:
            return _rows(held, name, lambda row: f"record {row + 1}")
        reason, number = getattr(error, "msg", error), getattr(error, "lineno", 1)
        line = text.split("\n")[number - 1] if number <= text.count("\n") + 1 else ""
        column = getattr(error, "colno", 1)
        around = line[max(column - 1 - AROUND, 0) : column - 1 + AROUND].strip()
        raise InputError(
            f"{name}, line {number}, column {column}: not valid JSON: {reason}, near {around!r}: expected a list of objects"
        ) from error
    if isinstance(value, dict):
        value = rows_within(value, name, field)
    elif field is not None:
        raise InputError(f"{name}: there is no key {field!r}, for the file is a list: leave out field= / --field")
    if not isinstance(value, list):
        raise InputError(f"{name}: found {NOUNS.get(type(value), 'null')}: expected a list of objects")
    warn_of_lone(halves, str(name))
    return _rows(value, name, lambda row: f"record {row + 1}")


def _is_one(text: str) -> bool:
    """Whether a text that is no JSON was to be one list, rather than a value a line."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        parse(first)
    except ValueError:
        return text.lstrip().startswith("[") or not rest.lstrip().startswith("{")
    return False


def _rows(values: list[Any], name: object, where: Callable[[int], str], *, jsonl: bool = False) -> pl.LazyFrame:
    """Hold objects as rows, lists as rows of conversations, and strings as rows of prompts."""
    if not values:
        raise InputError(f"{name}: the file is empty: expected at least one record")
    if all(isinstance(value, list) for value in values):
        values = _conversations(values)
    elif all(isinstance(value, str) for value in values) and (not jsonl or len(values) > 1):
        values = [{"text": value} for value in values]
    for row, value in enumerate(values):
        if not isinstance(value, dict):
            raise InputError(f"{name}, {where(row)}: found {NOUNS.get(type(value), 'null')}: expected an object")
    return frame(values).lazy()


def _conversations(values: list[Any]) -> list[Any]:
    """Name the column of conversations that are rows by themselves."""
    turns = [turn for value in values for turn in value]
    if all(isinstance(turn, str) for turn in turns):
        return [{"conversation": value} for value in values]
    if turns and all(is_turn(turn) for turn in turns):
        column = "conversations" if "from" in turns[0] else "messages" if "role" in turns[0] else "conversation"
        return [{column: value} for value in values]
    return values


def rows_within(value: dict[str, Any], name: object, field: str | None = None) -> list[Any]:
    """Find the rows in one JSON object.

    Parameters
    ----------
    value
        The object.
    name
        What to call the file in an error.
    field
        The key that holds the rows, where that is known.

    Returns
    -------
    list
        The rows.

    Examples
    --------
    >>> rows_within({"rows": [{"row": {"prompt": "Why?"}}], "total": 1}, "data.json")
    [{'prompt': 'Why?'}]
    >>> rows_within({"prompt": {"0": "Why?", "1": "How?"}}, "data.json")
    [{'prompt': 'Why?'}, {'prompt': 'How?'}]
    """
    if field is not None:
        if field not in value:
            raise InputError(f"{name}: there is no key {field!r}: expected one of {', '.join(map(repr, value))}")
        inner = value[field]
        return (
            _unwrapped(inner)
            if isinstance(inner, list)
            else rows_within(inner, name)
            if isinstance(inner, dict)
            else [inner]
        )
    if not value:
        raise InputError(f"{name}: the file is empty: expected at least one record")
    if _is_sample(value):
        return [value]
    table = _table(value)
    if table is not None:
        return table
    lists = {key: member for key, member in value.items() if isinstance(member, list)}
    records = {key: member for key, member in lists.items() if member and isinstance(member[0], dict | list)}
    for key in ("data", "rows"):
        if isinstance(value.get(key), list):
            return _unwrapped(value[key])
    if len(records or lists) == 1:
        return _unwrapped(next(iter((records or lists).values())))
    keys = ", ".join(map(repr, value))
    several = ", ".join(map(repr, records))
    hint = (
        f"say which key holds the rows with field= / --field: {several}"
        if records
        else "save the list itself as the file"
    )
    raise InputError(f"{name}: found one object with the keys {keys}: expected a list of objects; {hint}")


def _table(value: dict[str, Any]) -> list[Any] | None:
    """Turn the columns that a table is kept by into rows; None if it is kept in another way."""
    members = list(value.values())
    if value.keys() >= {"columns", "data"} and all(isinstance(value[key], list) for key in ("columns", "data")):
        return [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
    if all(isinstance(member, dict) and member for member in members):
        keys = list(members[0])
        if any(list(member) != keys for member in members):
            return None
        # Columns of rows by their number, as pandas writes them; or rows by name.
        columns = all(key.isdecimal() for key in keys)
        return [{name: member[key] for name, member in value.items()} for key in keys] if columns else members
    side_by_side = len(members) > 1 and all(isinstance(member, list) for member in members)
    if side_by_side and len({len(member) for member in members}) == 1:
        first = [member[0] for member in members if member]
        if not any(isinstance(each, dict) for each in first):
            return [dict(zip(value, row, strict=True)) for row in zip(*members, strict=True)]
    return None


def _unwrapped(rows: list[Any]) -> list[Any]:
    """Take rows out of what says their number, as the viewer of data sets sends them."""
    if rows and all(isinstance(row, dict) and isinstance(row.get("row"), dict) for row in rows):
        return [row["row"] for row in rows]
    return rows


def _is_sample(value: dict[str, Any]) -> bool:
    """Whether an object is itself a row: a conversation, or texts side by side."""
    # A question with its answer is a turn under a name that says so, and a row under any other.
    chats = (
        isinstance(member, list) and member and all(is_turn(each, exchanges=key.lower() in CHATS) for each in member)
        for key, member in value.items()
        if key not in {"data", "items"}
    )
    if any(chats):
        return not any(key in value for key in ("data", "rows"))
    return all(not isinstance(member, list | dict) for member in value.values())

"""JSON files of one value: a list of objects, or an object that holds one."""

from pathlib import Path

import polars as pl

from instag.errors import InputError
from instag.io import jsonl
from instag.io.files import lines
from instag.io.json_text import concatenated, near, parse, parsed
from instag.io.json_values import NOUNS, rows_of, rows_within
from instag.surrogates import warn_of_lone


def read(path: Path, name: object = None, *, skip: int = 0, field: str | None = None) -> pl.LazyFrame:
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
        value, halves = parsed(text)
    except ValueError as error:
        if text.lstrip().startswith(("{", "[")) and text.strip().find("\n") > 0 and not _is_one(text):
            return jsonl.scan(path, name, skip=skip)
        if text.lstrip().startswith("{") and (held := concatenated(text)) is not None:
            return rows_of(held, name, lambda row: f"record {row + 1}")
        reason, number = getattr(error, "msg", error), getattr(error, "lineno", 1)
        line = text.split("\n")[number - 1] if number <= text.count("\n") + 1 else ""
        column = getattr(error, "colno", 1)
        raise InputError(
            f"{name}, line {number}, column {column}: not valid JSON: {reason}, near {near(line, column)}: expected a list of objects"
        ) from error
    if isinstance(value, dict):
        value = rows_within(value, name, field)
    elif field is not None:
        raise InputError(f"{name}: there is no key {field!r}, for the file is a list: leave out field= / --field")
    if not isinstance(value, list):
        raise InputError(f"{name}: found {NOUNS.get(type(value), 'null')}: expected a list of objects")
    warn_of_lone(halves, str(name))
    return rows_of(value, name, lambda row: f"record {row + 1}")


def _is_one(text: str) -> bool:
    """Whether a text that is no JSON was to be one list, rather than a value a line."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        parse(first)
    except ValueError:
        return text.lstrip().startswith("[") or not rest.lstrip().startswith("{")
    return False

"""Checks that the files of each source can be read as its options say; what is wrong is a fault of the option that it is about."""

import json
import re
import shlex
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.io.files import type_of
from instag.io.filetypes import type_called
from instag.io.opening import opened
from instag.io.options import options_of
from instag.io.union import union
from instag.io.where import kept
from instag.recipe.faults import Faults
from instag.recipe.recipe import Recipe, Source

__all__ = ["add_unread", "check"]

# Options that name a column of the files.
COLUMNS = ("query", "answer", "system", "history", "id")
COLUMN = re.compile(r"(?:there is no )?column '([^']+)'")
# Errors that a format of its own explains better than the files do.
FORMAT = re.compile(
    r"expected (?:the|a) layout|this looks like|this is a Parquet file|cannot be read as (?:parquet|arrow)"
)
# A column that a condition in SQL names, and that is not there.
LACKING = re.compile(r"where: no column '([^']+)'")
# What a function advises about columns that are not found, for Python and for the command line.
ADVICE = re.compile(r"; name (?:the user's|the columns),? .*?(instag convert .*)", re.DOTALL)


def check(recipe: Recipe, faults: Faults) -> list[tuple[Source, pl.Schema]]:
    """Add what is wrong with the sources; returns those that can be read without their faulty options, with their columns."""
    found = []
    for nth, source in enumerate(recipe.sources):
        _unfit(source, nth, faults)
        options: dict[str, Any] = dict(source.options)
        while (schema := _schema(source, options, recipe, faults)) is None:
            # Only the first error is raised: without that option the next is found.
            wrong = next((key for key in options if faults.has("source", nth, key)), None)
            if wrong is None:
                break
            options.pop(wrong)
        if schema is not None:
            found.append((source, schema))
    return found


def add_unread(faults: Faults, recipe: Recipe, source: Source, error: InputError) -> None:
    """Add the fault of a source that cannot be read, which is one of an option, or of its files."""
    nth = recipe.sources.index(source)
    said = _in_words_of_recipes(str(error))
    key = _responsible(said, source.options)
    if key == "format":
        said = f"{said.partition('; the nearest')[0]}; leave format out, or name the one that the files have"
    if (named := LACKING.match(said)) and f'"{named[1]}"' in str(source.options.get("where")):
        first, line, rest = said.partition("\n")
        said = f"{first}; a text in SQL stands in single quotes: '{named[1]}'{line}{rest}"
    if said.partition(":")[0] not in source.options:
        said = f"{key}: {said}"
    faults.add_error("source", {key: None}, said, "source", nth)


def _schema(source: Source, options: dict[str, Any], recipe: Recipe, faults: Faults) -> pl.Schema | None:
    """The columns of a source; None if it cannot be read, whose fault is then added."""
    files = list(map(str, source.files))
    try:
        return _opened(files, options)
    except InputError as error:
        part = Source(source.name, source.files, options)
        if _responsible(str(error), part.options) != "files" or len(files) == 1:
            add_unread(faults, recipe, source, error)
            return None
        first = error
    wrong = [each for file in files if (each := _error(file, options)) is not None]
    for each in wrong or [first]:
        add_unread(faults, recipe, source, each)
    return None


def _error(file: str, options: dict[str, Any]) -> InputError | None:
    try:
        _opened([file], {name: value for name, value in options.items() if name != "where"})
    except InputError as error:
        return error
    return None


def _opened(files: list[str], options: dict[str, Any]) -> pl.Schema:
    """The columns of files whose conversations are found."""
    wanted = options_of(**options)
    with warnings.catch_warnings():
        # The run says it when it reads them.
        warnings.simplefilter("ignore")
        parts = opened(files, wanted, whole=True)
        schema = kept(union(parts), wanted.where).collect_schema()
    added = all(part.asked for part in parts)
    return pl.Schema({name: kind for name, kind in schema.items() if not (added and name == "queries")})


def _responsible(error: str, options: Any) -> str:
    """The option that an error of reading is about, or `files`."""
    first = error.partition(":")[0]
    if first in options:
        return first
    if (named := COLUMN.search(error)) and (found := [key for key in COLUMNS if options.get(key) == named[1]]):
        return found[0]
    if "field" in options and "there is no key" in error:
        return "field"
    if "encoding" in options and f" is not {options['encoding']}" in error:
        return "encoding"
    return "format" if FORMAT.search(error) and options.get("format", "auto") != "auto" else "files"


def _in_words_of_recipes(error: str) -> str:
    """An error of reading, with advice that can be followed in a recipe.

    Examples
    --------
    >>> _in_words_of_recipes("a.csv: no layout; name the user's with query= / --query: instag convert a.csv --query b -o X")
    'a.csv: no layout; name it with columns = { query = "b" }'
    """
    advice = ADVICE.search(error)
    if advice is None:
        return error
    words = shlex.split(advice[1])
    named = [
        f"{word[2:]} = {json.dumps(value, ensure_ascii=False)}"
        for word, value in pairwise(words)
        if word.startswith("--")
    ]
    return (
        f"{error[: advice.start()]}; name {'it' if len(named) == 1 else 'them'} with columns = {{ {', '.join(named)} }}"
    )


def _unfit(source: Source, nth: int, faults: Faults) -> None:
    """Add the faults of options that have no effect on any of the files."""
    given = source.options
    kinds = {_kind(path, str(given.get("format", "auto"))) for path in source.files}
    if not kinds or "" in kinds:
        return
    if given.get("field") is not None and "json" not in kinds:
        said = "it is for .json files that are one object each; found none: leave it out"
        faults.add(f"[[source]] field: {said}", "source", nth, "field")
    if given.get("encoding") is not None and all(type_called(each).binary for each in kinds):
        said = f"it is for files of text; found {', '.join(sorted(kinds))}: leave it out"
        faults.add(f"[[source]] encoding: {said}", "source", nth, "encoding")


def _kind(path: Path, format: str) -> str:
    """The type of a file, by its name or its format; empty if it is a folder or not known."""
    if path.is_dir():
        return ""
    try:
        return type_of(path, format, packed=True)
    except InputError:
        return ""

"""A recipe as its file has it: sources, steps, and values that replace its own."""

import glob
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instag import io
from instag.errors import InputError, unread_file

if TYPE_CHECKING:
    import polars as pl

__all__ = ["VERSION", "Recipe", "Source", "files_of", "override", "parsed"]

VERSION = 1
# How many characters of a line are shown on either side of an error.
WIDTH = 60
QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Source:
    """A source of data.

    Attributes
    ----------
    name
        Its name, which becomes the column `source`.
    files
        The files, in order.
    options
        The options of reading, as for :func:`instag.read`.
    sample
        How many of its rows to take, at random by the seed; None for all.
    quality
        A column that becomes `quality`.
    about
        Its licence and address.
    """

    name: str
    files: tuple[Path, ...]
    options: Mapping[str, Any]
    sample: int | None = None
    quality: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def load(self, to: str = "auto") -> "pl.LazyFrame":
        """Open its files; `to` is as for :func:`instag.io.load`."""
        return io.load([str(file) for file in self.files], to=to, **self.options)


@dataclass(frozen=True)
class Recipe:
    """A recipe: sources, and steps in order.

    Attributes
    ----------
    path, text
        The file, and its text.
    name, seed, output
        The name, the seed and the output folder of the whole recipe.
    sources
        Where the data come from.
    steps
        The options of each step, in the order of the steps.
    overrides
        Values that replace those in the file.
    mark
        A hash that changes with the recipe and the files that it names.
    """

    path: Path
    text: str
    name: str
    seed: int
    output: Path
    sources: tuple[Source, ...]
    steps: Mapping[str, Mapping[str, Any]]
    overrides: tuple[str, ...] = ()
    mark: str = ""


def parsed(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a recipe, and its parsed content.

    Raises
    ------
    InputError
        If it cannot be read, with the line and a mark below the place.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise unread_file(path, "a recipe in TOML", error) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        raise InputError(
            f"{path}, line {line}: expected text in UTF-8; found the byte 0x{byte:02x}: save it as UTF-8"
        ) from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}{_shown(text, str(error))}") from error


def files_of(folder: Path, value: Any) -> list[Path]:
    """The files that paths and globs mean, from a recipe's folder; a glob's by name."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        path = str(folder / os.path.expanduser(str(each)))  # noqa: PTH111 - Path raises errors for users that are not there
        # A path may be absolute, which Path.glob refuses.
        matches = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]  # noqa: PTH207
        found += [Path(match) for match in matches if os.path.exists(match)]  # noqa: PTH110 - Path raises errors for long names
    return found


def override(table: dict[str, Any], text: str) -> None:
    """Replace a value of a recipe, as in ``select.budget=3000``."""
    name, equals, value = text.partition("=")
    *tables, key = (each.strip() for each in name.split("."))
    if not equals or not all((*tables, key)):
        raise InputError(f"--set: expected STEP.KEY=VALUE, such as select.budget=3000; found {text!r}")
    try:
        # A second line would set another key.
        read = tomllib.loads(f"value = {' '.join(value.split(chr(10)))}")["value"]
    except tomllib.TOMLDecodeError:
        read = value.strip()
    at: Any = table
    for each in tables:
        at = at.setdefault(each, {}) if isinstance(at, dict) else at
    if not isinstance(at, dict):
        of = "; what a source is stands in the recipe alone" if tables[0] == "source" else ""
        raise InputError(f"--set: expected a table and a key of it, such as select.budget=3000; found {text!r}{of}")
    at[key] = read


def _shown(text: str, error: str) -> str:
    """The place of a syntax error: the line, the column, and the line with a mark below the place."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", error)
    lines = text.splitlines() or [""]
    number, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
    if number > len(lines):
        number, column = len(lines), len(lines[-1]) + 1
    said = error.partition(" (at ")[0]
    # A table is named as TOML writes it, not as a tuple.
    said = re.sub(r"\('[^)]*\)", lambda names: f"[{'.'.join(re.findall(QUOTED, names[0]))}]", said)
    said = f"{said[:1].lower()}{said[1:]}{_hint(said, lines[number - 1], text)}"
    # Of a long line, what is around the place.
    first = max(column - 1 - WIDTH, 0)
    shown = lines[number - 1][first : first + 2 * WIDTH]
    return f", line {number}, column {column}: this is not TOML: {said}\n  {shown}\n  {' ' * (column - 1 - first)}^"


# What is often meant by a line that is not TOML.
HINTS = (
    (r"[\u201c\u201d\u2018\u2019\u201e]", "write quotes as \" or '"),
    (r"=\s*[\d.]+\s*%", 'write a share in quotes, such as "10%", or as a number, such as 0.1'),
    (r"=\s*\d{1,3}(,\d{3})+\b", "write a large number without commas, or with _ as in 1_000"),
    (r"=\s*[+-]?\.\d", "write a 0 before the point"),
    (r"=\s*[+-]?0\d", "write a number without a 0 at its beginning"),
    (r"\{[^}]*,?\s*$", "write a table within { } on one line"),
    (r",\s*\}", "leave out the last comma within { }"),
    (r"^\s*[\w-]+\s*:", "write key = value, and the name of a table in brackets"),
    (r'"[^"]*\\', "write a path with \\ in single quotes, or with /"),
    (r"=\s*True\b", "write true"),
    (r"=\s*False\b", "write false"),
    (r"=\s*(None|null)\b", "leave the key out"),
    (r"=\s*[A-Za-z_][\w./-]*\s*$", "write a text in quotes"),
)
# What is often the reason for an error of the parser.
REASONS = (
    (r"cannot overwrite a value", "this name is there already: leave out one of the two"),
    (r"declare \[source\] twice", "write two brackets on each side for every source: [[source]]"),
    (r"declare \[.*\] twice", "put the keys of both under one"),
    (r"unclosed array", "a comma or a ] is missing here or on a line above"),
)


def _hint(said: str, line: str, text: str) -> str:
    """What is often meant by a line that is not TOML."""
    found = next((hint for pattern, hint in REASONS if re.search(pattern, said, re.IGNORECASE)), None)
    if "\0" in text:
        found = "there are NUL bytes in it: save it as UTF-8"
    elif text.lstrip().startswith("{"):
        found = "it looks like JSON; `instag recipe new` writes a first recipe"
    found = found or next((hint for pattern, hint in HINTS if re.search(pattern, line)), None)
    return f": {found}" if found else ""

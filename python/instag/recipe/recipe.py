"""A recipe, read and checked before anything is done: all its faults are found at once."""

import difflib
import glob
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instag.errors import InputError, file_error
from instag.io import load
from instag.recipe.lines import Lines
from instag.recipe.steps import EITHER, STEPS, is_file, keys, options, problem

__all__ = ["VERSION", "Recipe", "Source", "files_of", "read_recipe"]

VERSION = 1
TOP = ("version", "name", "seed", "output", "source")
SOURCE = ("name", "files", "sample", "license", "address", "columns", "quality")
# Options that name a column.
COLUMNS = (
    ("normalize", "tags"),
    ("select", "tags"),
    ("report", "tags"),
    ("select", "quality"),
    ("select", "group"),
    ("dedup", "quality"),
    ("report", "by"),
)
FORMATS = ("messages", "sharegpt", "alpaca")
SPECIAL = {"write": {"format", "keep"}}
SECRET = re.compile(r"(^|[\s:=])(sk-|hf_|ghp_|xox[bp]-)[\w-]{8,}|\bBearer \S+")
# Of headers: what is not to be in a recipe by its name.
NAMED = re.compile(r"^[^@:]*(key|token|auth|secret)[^:]*:", re.IGNORECASE)
SECRET_KEYS = ("api_key", "token", "password", "secret")


@dataclass(frozen=True)
class Source:
    """Files that data come from.

    Attributes
    ----------
    name
        Its name, which becomes the column `source`.
    files
        The files, in order.
    options
        How they are read: those of :func:`instag.read`.
    sample
        How many of its rows are taken, at random by the seed; None for all.
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


@dataclass(frozen=True)
class Recipe:
    """What is to be done, in order."""

    path: Path
    text: str
    name: str
    seed: int
    output: Path
    sources: tuple[Source, ...]
    steps: Mapping[str, Mapping[str, Any]]
    overrides: tuple[str, ...] = ()


def read_recipe(path: str | Path, *, overrides: tuple[str, ...] = ()) -> Recipe:
    """Read and check a recipe.

    Parameters
    ----------
    path
        A TOML file.
    overrides
        Values in the place of those in the file: ``select.budget=3000``.

    Raises
    ------
    InputError
        With all faults, a line each, and the lines of the recipe that they are on.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise file_error(f"{path}: expected a recipe in TOML; it cannot be read: {error}", error) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: this is no TOML: {_shown(text, str(error))}") from error
    for each in overrides:
        _override(table, each)
    checked = _Checked(path, Lines(text))
    found = checked.recipe(table, text, overrides)
    if checked.faults:
        raise InputError("\n".join(dict.fromkeys(checked.faults)))
    return found


def files_of(folder: Path, value: Any) -> list[Path]:
    """The files that paths and globs mean, from a recipe's folder; a glob's by name."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        path = str(folder / Path(str(each)).expanduser())
        # A path may be absolute, which Path.glob refuses.
        matches = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]  # noqa: PTH207
        found += [Path(match) for match in matches if Path(match).exists()]
    return found


def _override(table: dict[str, Any], text: str) -> None:
    name, equals, value = text.partition("=")
    step, dot, key = name.strip().partition(".")
    if not (equals and step):
        raise InputError(f"--set: expected STEP.KEY=VALUE, such as select.budget=3000; found {text!r}")
    try:
        read = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        read = value.strip()
    if not dot:
        table[step] = read
    elif isinstance(table.setdefault(step, {}), dict):
        table[step][key] = read
    else:
        raise InputError(f"--set: expected a table and a key of it, such as select.budget=3000; found {text!r}")


def _shown(text: str, error: str) -> str:
    """The error with the line that it is on."""
    place = re.search(r"line (\d+), column (\d+)", error)
    lines = text.splitlines()
    if place is None or not 0 < int(place[1]) <= len(lines):
        return error
    return f"{error}\n  {lines[int(place[1]) - 1]}\n  {' ' * (int(place[2]) - 1)}^"


class _Checked:
    """Faults, as they are found."""

    def __init__(self, path: Path, lines: Lines) -> None:
        self.faults: list[str] = []
        self._path, self._lines = path, lines
        self._folder = path.parent

    def fault(self, text: str, *place: str | int) -> None:
        line = self._lines.of(*place) if place else None
        self.faults.append(f"{self._path}{'' if line is None else f', line {line}'}: {text}")

    def recipe(self, table: dict[str, Any], text: str, overrides: tuple[str, ...]) -> Recipe:
        version = table.get("version", VERSION)
        if not isinstance(version, int) or version < 1:
            self.fault(f"version: expected {VERSION}; found {version!r}", "version")
        elif version > VERSION:
            self.fault(f"version: {version} is of a newer instag; this one reads up to {VERSION}", "version")
        self._unknown(table)
        seed = table.get("seed", 0)
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            self.fault(f"seed: expected a whole number of 0 or more; found {seed!r}", "seed")
            seed = 0
        output = table.get("output", "out")
        if not isinstance(output, str) or not output:
            self.fault(f"output: expected a folder; found {output!r}", "output")
            output = "out"
        sources = tuple(self._sources(table.get("source")))
        steps = {step: self._step(step, table[step]) for step in STEPS if step in table}
        self._whole(steps)
        self._columns(sources, steps)
        name = str(table.get("name", self._path.stem))
        if not re.fullmatch(r"[\w][\w. -]*", name):
            self.fault(
                f"name: expected letters, digits, '-', '_' and '.': files are named after it; found {name!r}", "name"
            )
        return Recipe(self._path, text, name, seed, self._folder / output, sources, steps, overrides)

    def _unknown(self, table: Mapping[str, Any]) -> None:
        known = (*TOP, *STEPS)
        for name in table:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                self.fault(
                    f"[{name}]: no such table or key{f'; did you mean {near[0]}?' if near else ''} ({', '.join(known)})",
                    name,
                )

    def _sources(self, tables: Any) -> Iterator[Source]:
        if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
            self.fault('[[source]]: expected at least one, with files = ["data.jsonl"]', "source")
            return
        names: set[str] = set()
        for nth, table in enumerate(tables):
            self._secrets("source", table, nth)
            yield self._source(table, nth, names)

    def _source(self, table: dict[str, Any], nth: int, names: set[str]) -> Source:
        columns = table.get("columns", {})
        if not isinstance(columns, dict):
            self.fault(f'columns: expected a table such as {{ query = "prompt" }}; found {columns!r}', "source", nth)
            columns = {}
        quality = columns.get("quality", table.get("quality"))
        given = {key: value for key, value in (table | columns).items() if key not in SOURCE}
        for key, value in given.items():
            self._option("source", key, value, "source", nth, key, more=SOURCE)
        files = table.get("files")
        paths = list(self._files(files, nth)) if isinstance(files, list | str) else []
        if not isinstance(files, list | str) or not files:
            self.fault(f'[[source]] files: expected a list such as ["data.jsonl"]; found {files!r}', "source", nth)
        name = table.get("name", paths[0].stem if paths else f"source-{nth + 1}")
        if name in names:
            self.fault(
                f"[[source]] name: {name!r} is the name of another source: name each once", "source", nth, "name"
            )
        names.add(name)
        sample = table.get("sample")
        if sample is not None and not (isinstance(sample, int) and not isinstance(sample, bool) and sample > 0):
            self.fault(f"[[source]] sample: expected a count of rows; found {sample!r}", "source", nth, "sample")
        about: dict[str, str] = {key: str(table[key]) for key in ("license", "address") if key in table}
        known = {key: value for key, value in given.items() if key in keys("source")}
        return Source(str(name), tuple(paths), known, sample, quality, about)

    def _files(self, files: list[Any] | str, nth: int) -> Iterator[Path]:
        for pattern in [files] if isinstance(files, str) else files:
            there = files_of(self._folder, pattern)
            whole = self._folder / Path(str(pattern)).expanduser()
            if not there:
                folder = whole.parent
                near = difflib.get_close_matches(
                    whole.name, [each.name for each in folder.iterdir()] if folder.is_dir() else [], 1
                )
                hint = f"; did you mean {near[0]}?" if near else ""
                self.fault(
                    f"[[source]] files: {pattern!r} matches no file ({whole.absolute()}){hint}", "source", nth, "files"
                )
            yield from there

    def _step(self, step: str, table: Any) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.fault(f"[{step}]: expected a table; found {table!r}", step)
            return {}
        self._secrets(step, table)
        own = SPECIAL.get(step, set())
        for key, value in table.items():
            if key not in own:
                self._option(step, key, value, step, key, more=tuple(own))
        for key, option in options(step).items():
            if option.required and key not in table:
                self.fault(f"[{step}] {key}: expected a value: {option.help}", step)
        for key in self._paths(step, table):
            self._check_file(step, key, table[key])
        return table

    def _paths(self, step: str, table: Mapping[str, Any]) -> Iterator[str]:
        for key in options(step):
            if key in table and is_file(step, key):
                yield key

    def _check_file(self, step: str, key: str, value: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            if not files_of(self._folder, each) and key not in EITHER:
                place = (self._folder / str(each)).absolute()
                self.fault(f"[{step}] {key}: {each!r} matches no file ({place})", step, key)

    def _option(self, step: str, key: str, value: Any, *place: str | int, more: tuple[str, ...] = ()) -> None:
        title = "[[source]]" if step == "source" else f"[{step}]"
        known = [*more, *keys(step)]
        if key in keys(step):
            if wrong := problem(step, key, value):
                self.fault(f"{title} {key}: {wrong}", *place)
            return
        elsewhere = [other for other in STEPS if key in keys(other)]
        near = difflib.get_close_matches(key, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; it is an option of [{elsewhere[0]}]" if elsewhere else ""
        self.fault(f"{title} {key}: no such option{hint} ({', '.join(known)})", *place)

    def _secrets(self, step: str, table: Mapping[str, Any], nth: int | None = None) -> None:
        place = (step,) if nth is None else (step, nth)
        for key, value in table.items():
            shown = [each for each in _flat(value) if isinstance(each, str)]
            named = key == "header" and any(NAMED.search(each) for each in shown)
            if key in SECRET_KEYS or named or any(SECRET.search(each) for each in shown):
                self.fault(
                    f"[{step}] {key}: a recipe is shared, and must hold no key: put it into a variable of the "
                    'environment, and name that: api_key_env = "NAME"',
                    *place,
                    key,
                )

    def _whole(self, steps: Mapping[str, Mapping[str, Any]]) -> None:
        if not {"select", "split", "write"} & set(steps):
            self.fault("expected one of [select], [split] and [write]: there is nothing to make of the data")
        for step in ("tag", "normalize"):
            variable = steps.get(step, {}).get("api_key_env")
            if isinstance(variable, str) and variable not in os.environ:
                self.fault(f"[{step}] api_key_env: the environment has no variable {variable!r}", step, "api_key_env")
        write = steps.get("write", {})
        for key in ("model", "chat_template", "skip"):
            if key in write and "trainer" not in write:
                self.fault(f'[write] {key}: this is for trainers: add trainer = ["axolotl"], or several', "write", key)
        if write.get("format", "messages") not in FORMATS:
            self.fault(
                f"[write] format: expected one of {', '.join(FORMATS)}; found {write['format']!r}", "write", "format"
            )
        if "format" in write and "trainer" in write:
            self.fault("[write] format: trainers have a format of their own: leave it out", "write", "format")

    def _columns(self, sources: tuple[Source, ...], steps: Mapping[str, Mapping[str, Any]]) -> None:
        """See that the columns that steps work by are there, where no step makes them."""
        if self.faults:
            return
        found: set[str] = {"source"}
        for nth, source in enumerate(sources):
            reading = {
                key: source.options[key] for key in ("format", "encoding", "field", "where") if key in source.options
            }
            try:
                columns = load(list(map(str, source.files)), **reading).collect_schema().names()
            except InputError as error:
                self.fault(f"[[source]] {source.name}: {error}", "source", nth, "files")
                return
            found |= set(columns)
            if source.quality is not None:
                found.add("quality")
                if source.quality not in columns:
                    self.fault(
                        f"[[source]] quality: no column {source.quality!r}; the columns are: {', '.join(columns)}",
                        "source",
                        nth,
                    )
        for step, key in COLUMNS:
            name = steps.get(step, {}).get(key, "tags" if key == "tags" else None)
            if step not in steps or not isinstance(name, str) or name in found:
                continue
            if key != "tags":
                self.fault(
                    f"[{step}] {key}: no column {name!r}; the columns are: {', '.join(sorted(found))}", step, key
                )
            elif "tag" not in steps or name not in {"tags", "query_tags"}:
                hint = (
                    'tags = "query_tags" names it'
                    if "query_tags" in found
                    else "add [tag], or name the column: tags = …"
                )
                self.fault(f"[{step}] works by tags, and no source has a column {name!r}: {hint}", step)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else [value]

"""Checks of a recipe before anything is done: all faults are found at once, each with its line."""

import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from instag._core import __version__
from instag.errors import InputError
from instag.recipe import secrets, sense
from instag.recipe.cache import canonical
from instag.recipe.faults import Faults
from instag.recipe.inputs import files_named
from instag.recipe.options import COLUMNS, STEPS, TOP, expanded, options, places, repeated
from instag.recipe.recipe import VERSION, Recipe, Source, files_of, override, parsed
from instag.recipe.toml import shown, unquoted
from instag.recipe.values import misplaced, problems, unknown

__all__ = ["mark_of", "read_recipe"]

SEEDS = 2**64
# Options about which more is said if they are an empty text.
NOTHING = ("name", "files", "base_url", "model")
# Commands whose options are in a table of another name.
COMMANDS = {"convert": "write", "read": "source"}


def read_recipe(
    path: str | Path,
    *,
    overrides: tuple[str, ...] = (),
    passed: str | None = None,
    listed: bool = True,
    limit: int | None = None,
) -> Recipe:
    """Read and check a recipe.

    Parameters
    ----------
    path
        A TOML file.
    overrides
        Values that replace those in the file, such as ``select.budget=3000``.
    passed
        The :func:`mark_of` a recipe without faults: if it is the same, values and columns are not checked again.
    listed
        Whether a model must be among those that its server lists, if it lists any.
    limit
        How many rows of each source are taken; None for all.

    Raises
    ------
    InputError
        With all faults, one a line, each with its line in the recipe.
    """
    path = Path(path)
    text, table = parsed(path)
    for each in overrides:
        override(table, each)
    faults = Faults(path, text, overrides)
    found = _Reader(faults, path).recipe(table, text, overrides)
    if not faults:
        found = replace(found, mark=mark_of(found, limit))
    sense.check(found, faults, known=not faults and found.mark == passed, listed=listed, limit=limit)
    if faults:
        raise InputError(str(faults))
    return found


def mark_of(recipe: Recipe, limit: int | None = None) -> str:
    """A hash that changes with the recipe, the files that it names, and how many rows of each source are taken."""
    named = [path for step in recipe.steps for path in files_named(recipe, step)]
    stats = [(str(path), path.stat()) for source in (*recipe.sources,) for path in source.files]
    stats += [(str(path), path.stat()) for path in named]
    seen = [[name, stat.st_size, stat.st_mtime_ns, stat.st_ino] for name, stat in stats]
    whole = [__version__, recipe.text, list(recipe.overrides), limit, seen]
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


class _Reader:
    """Makes a recipe from a table, and collects the faults."""

    def __init__(self, faults: Faults, path: Path) -> None:
        self._faults, self._path, self._folder = faults, path, path.parent
        self._secret: frozenset[tuple[str | int, ...]] = frozenset()
        # Whether there is a table that was probably meant as a source.
        self._sourced = False

    def recipe(self, table: dict[str, Any], text: str, overrides: tuple[str, ...]) -> Recipe:
        add = self._faults.add
        self._secret = secrets.check(text, table, self._faults)
        version = table.get("version", VERSION)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            add(f"version: expected {VERSION}; found {shown(version)}{unquoted(version)}", "version")
        elif version > VERSION:
            add(f"version: {version} is of a newer instag; this one reads up to {VERSION}", "version")
        self._unknown(table)
        seed = table.get("seed", 0)
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
            said = f"seed: expected a whole number from 0 to 2**64 - 1; found {shown(seed)}{unquoted(seed)}"
            add(said, "seed")
            seed = 0
        output = table.get("output", "out")
        if not isinstance(output, str) or not output.isprintable() or not output.strip():
            add(f"output: expected a folder; found {shown(output)}", "output")
            output = "out"
        name = table.get("name", self._path.stem)
        if not isinstance(name, str):
            add(f"name: expected a text; found {shown(name)}", "name")
        elif not re.fullmatch(r"[\w][\w. -]*", name):
            add(
                "name: expected letters, digits, '-', '_' and '.', the first of them a letter, a digit or '_': files are named "
                f"after it; found {shown(name)}",
                "name",
            )
        sources = tuple(self._sources(table.get("source")))
        steps = {step: self._step(step, table[step]) for step in STEPS if step in table}
        folder = self._folder / os.path.expanduser(output)  # noqa: PTH111 - Path raises errors for users that are not there
        try:
            folder.exists()
        except OSError as error:
            add(f"output: expected a folder; found {shown(output)}: {error.strerror}", "output")
            folder = self._folder / "out"
        return Recipe(self._path, text, str(name), seed, folder, sources, steps, overrides)

    def _unknown(self, table: Mapping[str, Any]) -> None:
        known = (*TOP, "source", *STEPS)
        for name in table:
            if name not in known and not any(place[0] == name for place in self._secret):
                near = difflib.get_close_matches(COMMANDS.get(name, name.lower()), known, 1)
                step = misplaced(name)
                meant = "[[source]]" if near == ["source"] else near[0] if near else ""
                self._sourced = self._sourced or meant == "[[source]]"
                hint = f"; did you mean {meant}?" if near else f"; it is an option of [{step}]" if step else ""
                self._faults.add(f"[{name}]: no such table or key{hint} ({', '.join(known)})", name)

    def _sources(self, tables: Any) -> Iterator[Source]:
        if tables is None and self._sourced:
            # Its name is misspelt, which is a fault already.
            return
        if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
            hint = f"; found {shown(tables)}" if tables else ""
            if isinstance(tables, dict):
                hint = ": with two brackets on each side, for there may be several; found [source]"
            self._faults.add(f'[[source]]: expected at least one, with files = ["data.jsonl"]{hint}', "source")
            return
        names: set[str] = set()
        for nth, table in enumerate(tables):
            found = self._source(table, nth)
            if found.name in names:
                said = f"[[source]] name: {found.name!r} is the name of another source: give each a name of its own"
                self._faults.add(said, "source", nth, "name")
            names.add(found.name)
            yield found

    def _source(self, table: dict[str, Any], nth: int) -> Source:
        given = self._table("source", table, "source", nth)
        files = given.pop("files", None)
        paths = list(self._files(files, nth)) if files is not None else []
        if not files and ("files" not in table or files is not None):
            said = f'[[source]] files: expected a list such as ["data.jsonl"]; found {shown(files)}'
            self._faults.add(said, "source", nth, "files")
        sample = given.pop("sample", None)
        if sample is not None and sample < 1:
            said = f"[[source]] sample: expected a count of 1 or more; found {shown(sample)}"
            self._faults.add(said, "source", nth, "sample")
        name = given.pop("name", (paths[0].absolute().stem if paths else "") or f"source-{nth + 1}")
        if not name.strip():
            self._faults.add(f"[[source]] name: expected a name; found {shown(name)}", "source", nth, "name")
        quality = given.pop("quality", None)
        about: dict[str, str] = {key: given.pop(key) for key in ("license", "address") if key in given}
        return Source(name, tuple(paths), given, sample, quality, about)

    def _files(self, files: list[str] | str, nth: int) -> Iterator[Path]:
        for pattern in [files] if isinstance(files, str) else files:
            there = files_of(self._folder, pattern) if pattern.strip() else []
            if not pattern.strip():
                said = f"[[source]] files: expected the path of a file, or a glob; found {shown(pattern)}"
                self._faults.add(said, "source", nth, "files")
            elif not there:
                said = f"[[source]] files: {sense.missing(self._folder, pattern)}"
                self._faults.add(said, "source", nth, "files")
            yield from there

    def _step(self, step: str, table: Any) -> dict[str, Any]:
        if not isinstance(table, dict):
            listed = isinstance(table, list) and all(isinstance(each, dict) for each in table)
            found = f"[[{step}]]: a step has one table" if listed else shown(table)
            self._faults.add(f"[{step}]: expected a table; found {found}", *((step, 0) if listed else (step,)))
            return {}
        given = self._table(step, table, step)
        for key, option in options(step).items():
            if option.needed and key not in given and key not in table:
                self._faults.add(f"[{step}] {key}: expected a value: {option.help}", step)
        if isinstance(table.get("judge"), dict) and not {"model", "judge"} & set(table["judge"]):
            said = f'[{step}] judge: expected a model, as in judge = {{ model = "gpt-4o-mini" }}; found none'
            self._faults.add(said, step, "judge")
        if step == "dedup" and given.get("keep") == "quality":
            # The column that sources make.
            given.setdefault("quality", "quality")
        return given

    def _table(self, step: str, table: dict[str, Any], *place: str | int) -> dict[str, Any]:
        """The valid values of a table, by the names of their options."""
        title = "[[source]]" if step == "source" else f"[{step}]"
        given = expanded(step, table)
        stands = places(step, table)
        wrong, first = dict(problems(step, given)), repeated(step, table)
        for key, value in given.items():
            stand = stands[key]
            inner = stand[0] if len(stand) > 1 else ""
            if any(each[: len(place) + len(stand)] == (*place, *stand) for each in self._secret):
                # That it is secret is said already.
                wrong[key] = ""
                continue
            # What is set replaces what stands elsewhere in the table.
            if key in first and not self._faults.is_set(*place, *stand):
                wrong[key] = f"{'.'.join(first[key])} is the same option: leave out one of the two"
            elif key not in options(step) or (inner == "columns" and key not in COLUMNS):
                wrong[key] = unknown(step, key, inner)
            elif value == "" and key not in NOTHING:
                more = f": {options(step)[key].help}" if options(step)[key].needed else ", or that the key is left out"
                wrong[key] = f"expected a value{more}; found ''"
            if key in wrong:
                self._faults.add(f"{title} {'.'.join(stand)}: {wrong[key]}", *place, key)
        return {key: value for key, value in given.items() if key in options(step) and key not in wrong}

"""The faults of a recipe."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from instag.recipe.lines import Lines
from instag.recipe.options import STEPS, TOP, options, places
from instag.recipe.toml import unquoted

__all__ = ["Faults"]

# How errors of functions write an option for Python and for the command line, and a value that a recipe leaves out.
TWICE = re.compile(r"(\w+)=('?)([\w.-]*)\2 / --[\w-]+(?: \3\b)?")
PAIR = re.compile(r"(\w+)=\(([\d., ]+)\) / --[\w-]+ [\d.,]*\d")
YES = re.compile(r"(?<= = )(True|False)\b")
ALONE = re.compile(r"(?<=with )(\w+)=(?=[\s,.;:]|$)")


class Faults:
    r"""The faults of a recipe, each with its line.

    Parameters
    ----------
    path, text
        The recipe.
    overrides
        Values that replace those in it, such as ``"select.budget=3000"``: their faults have no line.

    Examples
    --------
    >>> faults = Faults(Path("recipe.toml"), "seed = 1\n[dedup]\nkeep = 3", ["dedup.keep=5"])
    >>> faults.add("seed: expected another", "seed")
    >>> faults.add("[dedup] keep: expected another", "dedup", "keep")
    >>> print(faults)
    recipe.toml, line 1: seed: expected another
    --set dedup.keep=5: [dedup] keep: expected another
    """

    def __init__(self, path: Path, text: str, overrides: Sequence[str] = ()) -> None:
        self._path, self._lines = path, Lines(text)
        self._found: dict[str, int] = {}
        self._places = dict(_places(tomllib.loads(text)))
        self._overrides = {
            tuple(part.strip() for part in each.partition("=")[0].split(".")): each for each in overrides
        }
        self._wrong: set[tuple[str | int, ...]] = set()
        self._hidden: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        # In the order of the file; faults without a line come last.
        return "\n".join(sorted(self._found, key=self._found.__getitem__))

    def add(self, text: str, *place: str | int) -> None:
        """Add a fault of a table or key."""
        self._wrong.add(place)
        stands = self._places.get(place, place)
        override = self._override(place) or self._override(stands)
        line = self._lines.of(*stands) if place and override is None else None
        if override in self._hidden:
            override = f"{override.partition('=')[0]}=…"
        where = f"--set {override}" if override else f"{self._path}{'' if line is None else f', line {line}'}"
        self._found.setdefault(f"{where}: {text}", line or 1 << 30)

    def is_set(self, *place: str | int) -> bool:
        """Whether a value was set, in the place of the file's."""
        return self._override(place) is not None

    def hide(self, *place: str | int) -> None:
        """Never show the value that was set in a place."""
        if (override := self._override(place)) is not None:
            self._hidden.add(override)

    def add_at(self, line: int, text: str) -> None:
        """Add a fault of a line that is in no table, such as a comment."""
        self._found.setdefault(f"{self._path}, line {line}: {text}", line)

    def has(self, *place: str | int) -> bool:
        """Whether a key has a fault."""
        return place in self._wrong

    def within(self, table: str) -> bool:
        """Whether a table, or a key of it, has a fault."""
        return any(place and place[0] == table for place in self._wrong)

    def strange(self) -> bool:
        """Whether there is a table or a key above the tables that is not known, so that something else may seem to be missing."""
        return any(place and place[0] not in ("source", *TOP, *STEPS) for place in self._wrong)

    def stands(self, *place: str | int) -> bool:
        """Whether a key is in the recipe, or was set."""
        return self._override(place) is not None or self._lines.has(*self._places.get(place, place))

    def line_of(self, *place: str | int) -> int | None:
        """The line of a key, or of the nearest table around it."""
        return self._lines.of(*self._places.get(place, place))

    def _override(self, place: tuple[str | int, ...]) -> str | None:
        """The value that was set in a place, or within it if the file has no such table."""
        for path, each in self._overrides.items():
            if path == place[: len(path)] or (place and place == path[: len(place)] and not self._lines.has(*place)):
                return each
        return None

    def add_error(self, step: str, table: Mapping[str, Any], error: str, *place: str | int) -> str:
        r"""Add the error of a step's function, which begins with the name of an option, or with several; return that name.

        Parameters
        ----------
        step, table
            The step, and its values.
        error
            The error.
        place
            The place of the table, if it is not that of the step.

        Examples
        --------
        >>> faults = Faults(Path("recipe.toml"), "[dedup]\nthreshold = 2")
        >>> faults.add_error("dedup", {"threshold": 2}, "--threshold / threshold: expected a share, or None; found 2")
        'threshold'
        >>> print(faults)
        recipe.toml, line 2: [dedup] threshold: expected a share; found 2
        """
        names, colon, rest = error.partition(": ")
        title = f"[[{step}]]" if step == "source" else f"[{step}]"
        place = place or (step,)
        known = [
            name
            for each in re.split(r" / |, ", names)
            if (name := each.removeprefix("--").replace("-", "_")) in options(step)
        ]
        if not colon or not known:
            self.add(f"{title} {_plain(error)}", *place)
            return ""
        given = next((name for name in known if name in table), known[0])
        if given not in table and self.has(*place, given):
            # Without its value, which is wrong, the function had none.
            return given
        hint = unquoted(table.get(given))
        shown = given if " / " in names else ", ".join(known)
        self.add(f"{title} {shown}: {_plain(rest)}{hint}", *place, *([given] if given in table else []))
        return given


def _plain(error: str) -> str:
    """An error of a function in the words of recipes.

    Examples
    --------
    >>> _plain("no price is known: give price=(0.15, 0.6) / --price 0.15,0.6, US dollars")
    'no price is known: give price = [0.15, 0.6], US dollars'
    """
    error = PAIR.sub(r"\1 = [\2]", error)
    text = ALONE.sub(r"\1", TWICE.sub(_given, error))
    return YES.sub(lambda found: found[0].lower(), text).replace(", or None;", ";")


def _given(found: re.Match[str]) -> str:
    """An option as a recipe has it, with its value if there is one."""
    mark = '"' if found[2] else ""
    return f"{found[1]} = {mark}{found[3]}{mark}" if found[3] else found[1]


def _places(table: Mapping[str, Any]) -> Any:
    """Where the options of a recipe stand that are in an inner table, or have another name there."""
    sources = table.get("source")
    for nth, source in enumerate(sources if isinstance(sources, list) else []):
        if isinstance(source, dict):
            yield from ((("source", nth, name), ("source", nth, *at)) for name, at in places("source", source).items())
    for step in STEPS:
        if isinstance(table.get(step), dict):
            yield from (((step, name), (step, *at)) for name, at in places(step, table[step]).items())

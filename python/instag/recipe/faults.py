"""The faults of a recipe."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instag.recipe.lines import Lines
from instag.recipe.options import options

__all__ = ["Faults"]


class Faults:
    """The faults of a recipe, each with its line.

    Examples
    --------
    >>> faults = Faults(Path("recipe.toml"), Lines("seed = 1"))
    >>> faults.add("seed: expected another", "seed")
    >>> print(faults)
    recipe.toml, line 1: seed: expected another
    """

    def __init__(self, path: Path, lines: Lines) -> None:
        self._path, self._lines = path, lines
        self._found: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        # In the order of the file; faults without a line come last.
        return "\n".join(sorted(self._found, key=self._found.__getitem__))

    def add(self, text: str, *place: str | int) -> None:
        """Add a fault of a table or key."""
        line = self._lines.of(*place) if place else None
        self._found.setdefault(f"{self._path}{'' if line is None else f', line {line}'}: {text}", line or 1 << 30)

    def add_error(self, step: str, table: Mapping[str, Any], error: str) -> str:
        r"""Add the error of a step's function, which begins with the name of an option, or with several; return that name.

        Examples
        --------
        >>> faults = Faults(Path("recipe.toml"), Lines("[dedup]\nthreshold = 2"))
        >>> faults.add_error("dedup", {"threshold": 2}, "--threshold / threshold: expected a share; found 2")
        'threshold'
        >>> print(faults)
        recipe.toml, line 2: [dedup] threshold: expected a share; found 2
        """
        names, colon, rest = error.partition(": ")
        first = names.partition(" / ")[0]
        name = first.partition(",")[0].removeprefix("--").replace("-", "_")
        if colon and name in options(step):
            self.add(
                f"[{step}] {first.removeprefix('--').replace('-', '_')}: {rest}", step, name if name in table else ""
            )
            return name
        self.add(f"[{step}] {error}", step)
        return ""

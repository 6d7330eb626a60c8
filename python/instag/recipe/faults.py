"""The faults of a recipe."""

from pathlib import Path

from instag.recipe.lines import Lines

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

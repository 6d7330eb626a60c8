"""What a step is given to do its work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from instag.recipe.cache import Cache
from instag.recipe.recipe import Recipe

__all__ = ["PARTS", "Job", "parts_of", "texts"]

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Job:
    """A step to be done.

    Attributes
    ----------
    recipe
        What it is a step of.
    given
        The options that stand in the recipe; those that are files as paths.
    data
        The tables that go in, by name: `data`, or a part each.
    folder
        Where the result goes.
    cache
        Where the answers of models are.
    limit
        How many rows of each source are taken; None for all.
    target
        The data that the selection is steered to, as the step before left them; None if it is none of this step's.
    made
        The folders of the steps before.
    history
        Those steps, with their rows before and after, and how many went for which reason.
    progress
        Called with where the work stands.
    """

    recipe: Recipe
    given: Mapping[str, Any]
    data: Mapping[str, Path]
    folder: Path
    cache: Cache
    limit: int | None
    target: Path | None
    made: Mapping[str, Path]
    history: Sequence[Mapping[str, Any]]
    progress: Callable[[Any], None]

    @property
    def home(self) -> Path:
        """The folder that paths in the recipe are relative to."""
        return self.recipe.path.parent

    @property
    def vocabulary(self) -> Path | None:
        """The vocabulary that was made before; None if there is none."""
        return self.made["normalize"] / "vocabulary.parquet" if "normalize" in self.made else None

    @property
    def frame(self) -> pl.LazyFrame:
        """The table that goes in."""
        return pl.scan_parquet(self.data["data"])

    def path(self, name: str) -> Path:
        """A file of the result."""
        return self.folder / name

    def options(self, *others: str) -> dict[str, Any]:
        """The options that stand in the recipe, but for some."""
        return {name: value for name, value in self.given.items() if name not in others}


def parts_of(folder: Path | None) -> dict[str, Path]:
    """The tables of a result: `data`, or a part each."""
    if folder is None:
        return {}
    found = {name: folder / f"{name}.parquet" for name in ("data", *PARTS)}
    return {name: path for name, path in found.items() if path.is_file()}


def texts(value: str | list[str]) -> list[str]:
    """Several texts: a list, or one text with commas between them.

    Examples
    --------
    >>> texts("rules, judge"), texts(["rules", "judge"])
    (['rules', 'judge'], ['rules', 'judge'])
    """
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else list(value)

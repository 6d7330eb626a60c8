"""The input of a step."""

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
        The recipe that it belongs to.
    given
        The options in the recipe; files are paths.
    data
        The tables of data, by name: `data`, or one for each part.
    folder
        The folder for the result.
    cache
        The cache, which has the answers of models.
    limit
        How many rows of each source to take; None for all.
    target
        The target of the selection, as the step before left it; None if this step does not use it.
    made
        The folders of the steps before.
    history
        Those steps, with their rows before and after, and how many were removed for which reason.
    progress
        Called with the progress of the work.
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
        """The vocabulary of an earlier step; None if there is none."""
        return self.made["normalize"] / "vocabulary.parquet" if "normalize" in self.made else None

    @property
    def frame(self) -> pl.LazyFrame:
        """The table that goes in."""
        return pl.scan_parquet(self.data["data"])

    def path(self, name: str) -> Path:
        """A file of the result."""
        return self.folder / name

    def options(self, *others: str) -> dict[str, Any]:
        """The options in the recipe, except for some."""
        return {name: value for name, value in self.given.items() if name not in others}


def parts_of(folder: Path | None) -> dict[str, Path]:
    """The tables of a result: `data`, or one for each part."""
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

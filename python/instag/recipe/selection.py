"""Checks of what a selection needs: costs, qualities and weights of its rows, a target that has their tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from instag import io
from instag.errors import InputError
from instag.recipe.counts import Counts
from instag.recipe.faults import Faults
from instag.recipe.outcome import DROPPING
from instag.recipe.quotas import Quotas, tags_in
from instag.recipe.recipe import Recipe, Source, files_of

__all__ = ["Selection"]

# The numbers that columns must have, and what to do about others.
SIGNS = {
    "cost": ("above 0", "leave such rows out, for instance with `where`, or give them a cost"),
    "quality": (
        "of 0 or more",
        "map them first, for instance to their rank as a share, or leave such rows out with `where`",
    ),
}
# How many rows of a source are looked at for costs and qualities.
HEAD = 10_000


class Selection:
    """Check the values that a selection works with, before any step is done.

    Parameters
    ----------
    recipe
        The recipe, which has a table [select].
    schemas
        Its sources, and the columns of each.
    counts
        How many rows there are.
    faults
        Where faults are added.
    """

    def __init__(self, recipe: Recipe, schemas: list[tuple[Source, pl.Schema]], counts: Counts, faults: Faults) -> None:
        self._recipe, self._steps, self._faults = recipe, recipe.steps, faults
        self._schemas, self._counts = schemas, counts

    def check(self) -> None:
        """Check quotas, a target, weights, costs and qualities."""
        table = self._steps["select"]
        self._signs()
        Quotas(self._recipe, self._schemas, self._counts, self._faults).check()
        self._target(table)
        self._weights(table)

    def _signs(self) -> None:
        """Check that costs are above 0, and qualities not below it, in the rows that are selected from."""
        if not self._steps.keys().isdisjoint(DROPPING):
            # Rows with other values may be those that are dropped.
            return
        for key, expected in SIGNS.items():
            if key == "cost" and "tokenizer" in self._steps["select"]:
                # The tokens are counted anew.
                continue
            name = str(self._steps["select"].get(key, ""))
            for source, schema in self._schemas:
                column = source.quality if name == "quality" and source.quality else name
                if source.sample is None and column in schema and schema[column].is_numeric():
                    self._sign(source, str(column), key, expected)

    def _sign(self, source: Source, column: str, key: str, expected: tuple[str, str]) -> None:
        frame = source.load(to="messages").head(self._counts.limit or HEAD)
        values = frame.select(column).collect().get_column(column)
        bad = values.filter(values <= 0 if key == "cost" else values < 0)
        if len(bad):
            numbers, advice = expected
            said = f"expected numbers {numbers} in column {column!r} of {source.name}; found {bad[0]:g}: {advice}"
            self._faults.add(f"[select] {key}: {said}", "select", key)

    def _target(self, table: Mapping[str, Any]) -> None:
        """Check that data and target have a tag in common, if they are not normalised first."""
        if "target" not in table:
            return
        tags = table.get("tags", "tags")
        path = files_of(self._recipe.path.parent, table["target"])[0]
        try:
            has = tags in io.load(str(path)).collect_schema()
        except InputError as error:
            self._faults.add_error("select", table, f"target: {error}")
            return
        if not has and "tag" not in self._steps:
            self._faults.add(
                f"[select] target: {path.name} has no column {tags!r}: tag it first, or add [tag]", "select", "target"
            )
        if has and not isinstance(kind := io.load(str(path)).collect_schema()[tags], pl.List | pl.Array):
            said = f"expected a list of tags for each sample in column {tags!r} of {path.name}; found {kind}"
            self._faults.add(f"[select] target: {said}", "select", "target")
        elif has:
            self._common("target", path, tags)

    def _weights(self, table: Mapping[str, Any]) -> None:
        """Check that weights are of tags that the data have."""
        if "weights" in table:
            self._common("weights", files_of(self._recipe.path.parent, table["weights"])[0], "tag")

    def _common(self, key: str, path: Path, column: str) -> None:
        """Check that a file and the data have a tag in common, if no step changes the tags of the data."""
        if {"tag", "normalize"} & set(self._steps):
            return
        tags = self._steps["select"].get("tags", "tags")
        sources = [source for source, schema in self._schemas if tags in schema]
        held = {tag for source in sources for tag in tags_in(source.load(), tags)}
        wanted = tags_in(io.load(str(path)), column)
        if not held & wanted:
            shown = [", ".join(map(repr, sorted(each)[:3])) or "none" for each in (wanted, held)]
            said = f"{path.name} and the data have no tag in common: it has {shown[0]}, they have {shown[1]}"
            self._faults.add(f"[select] {key}: {said}", "select", key)

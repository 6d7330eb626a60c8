"""The objective that the rows of `[select]` are valued by in the report."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instag.recipe.steps.selecting import KEPT
from instag.selection.options import Gain

__all__ = ["kept_for", "objective_of"]

Steps = Mapping[str, Mapping[str, Any]]


def objective_of(steps: Steps) -> dict[str, Any]:
    """The objective by which `[select]` chose, which is also the one to value its rows by.

    It is empty if `[report]` has an objective or tags of its own, and if the rows were chosen without an objective or
    with the curve "match", which is not a curve of its own.
    """
    selected, described = steps.get("select", {}), steps.get("report", {})
    own = "gain" in described or described.get("tags", "tags") != selected.get("tags", "tags")
    if own or selected.get("method") != "gain" or selected.get("curve") == "match":
        return {}
    named = {"budget", *Gain.__annotations__}
    return {name: value for name, value in selected.items() if name in named and value is not False}


def kept_for(steps: Steps, selected: Path) -> dict[str, Path]:
    """The files of `[select]` that its objective needs, in the folder of its result."""
    objective = objective_of(steps)
    kept = {name: file for name, file in KEPT.items() if name in objective}
    if "cost" in objective:
        kept["pool_tags"] = "pool_tags.parquet"
    if isinstance(objective.get("tree"), str):
        kept["tree"] = "tree.parquet"
    return {name: selected / file for name, file in kept.items() if (selected / file).is_file()}

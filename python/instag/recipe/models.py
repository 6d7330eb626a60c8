"""Checks that the models of a recipe exist, if a server lists its models."""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from instag.errors import InputError
from instag.recipe.faults import Faults
from instag.recipe.outcome import ASKING
from instag.recipe.recipe import Recipe, files_of

__all__ = ["check"]

NAMED = {"tag": "model", "normalize": "judge", "decontaminate": "judge"}
HOW = ("base_url", "api_key", "headers", "insecure")
SHOWN = 8


def check(recipe: Recipe, faults: Faults) -> None:
    """Check that each server lists its model; one that has answered before is not checked."""
    for step in ASKING:
        table = recipe.steps.get(step, {})
        key = NAMED[step]
        model = table.get(key)
        if not isinstance(model, str) or model.endswith(".gguf") or model in _answered(recipe, table):
            continue
        for address, others in _lacking(recipe, model, table):
            near = difflib.get_close_matches(model, others, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            shown = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
            faults.add(
                f"[{step}] {key}: {address} lists no model {model!r}{hint} ({shown}); where it takes names that it does not "
                "list, run with --yes",
                step,
                key,
            )


def _lacking(recipe: Recipe, model: str, table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The addresses that do not list the model, and the models that they list."""
    from instag.chat.models import others_than  # noqa: PLC0415 - only where a model is to be asked
    from instag.chat.options import Settings  # noqa: PLC0415 - as above
    from instag.recipe.steps.asking import asking_of  # noqa: PLC0415 - as above

    try:
        asking = asking_of(table, recipe.path.parent)
        settings = Settings.of(model, {name: asking[name] for name in HOW if name in asking})
    except InputError:
        # Errors in keys and addresses are reported where these are checked.
        return
    for endpoint in settings.endpoints:
        if others := others_than(endpoint):
            yield endpoint.base_url, others


def _answered(recipe: Recipe, table: Mapping[str, Any]) -> set[str]:
    """The models whose answers are in a journal."""
    paths = [*(recipe.path.parent / ".instag/journals").glob("*.journal")]
    paths += files_of(recipe.path.parent, table.get("journal") or [])
    return {model for path in paths if (model := _model_in(path)) is not None}


def _model_in(journal: Path) -> str | None:
    """The model of a journal's answers; None if it has none."""
    try:
        with journal.open("rb") as file:
            header = json.loads(file.readline())
            found = any(b'"tokens"' in line for line in file)
    except (OSError, ValueError):
        return None
    return str(header["model"]) if found and isinstance(header, dict) and "model" in header else None

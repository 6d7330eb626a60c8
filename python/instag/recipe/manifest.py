"""The manifest: the inputs, steps and outputs of a result, as a table beside it."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from instag._core import __version__
from instag.recipe.cache import Cache, canonical, digest, lines_in
from instag.recipe.outcome import Done
from instag.recipe.recipe import Recipe

__all__ = ["VERSION", "manifest_of", "seal"]

VERSION = 2
# Steps that were paid for.
PAID = ("tag", "normalize", "decontaminate")


def manifest_of(
    recipe: Recipe, output: Path, done: Sequence[Done], written: Sequence[Path], cache: Cache
) -> dict[str, Any]:
    """The manifest of a result."""
    steps = {each.step: each for each in done}
    selected = steps.get("select")
    manifest = {
        "manifest": VERSION,
        "name": recipe.name,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "instag": __version__,
        "python": platform.python_version(),
        "polars": pl.__version__,
        "platform": platform.platform(),
        "seed": recipe.seed,
        "recipe": recipe.text,
        "overrides": list(recipe.overrides),
        "replayable": _replayable(steps),
        "sources": [_source(recipe, source.name, cache, steps["read"]) for source in recipe.sources],
        "steps": [_step(each, cache) for each in done],
        "selection": None if selected is None else {"method": selected.options.get("method"), **selected.facts},
        "dollars": _dollars(done),
        "outputs": [_output(path, output) for path in written],
    }
    return manifest | {"sha256": seal(manifest)}


def seal(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest as canonical JSON, without the one that it holds: an edit of it does not go unseen."""
    plain = json.loads(json.dumps({name: value for name, value in manifest.items() if name != "sha256"}, default=str))
    return hashlib.sha256(canonical(plain).encode()).hexdigest()


def _source(recipe: Recipe, name: str, cache: Cache, read: Done) -> dict[str, Any]:
    source = next(each for each in recipe.sources if each.name == name)
    files = [
        {"path": relative(file, recipe.path.parent), "bytes": file.stat().st_size, "sha256": cache.hash(file)}
        for file in source.files
        if file.is_file()
    ]
    return {"name": name, **source.about, "rows": read.facts.get("sources", {}).get(name), "files": files}


def _step(done: Done, cache: Cache) -> dict[str, Any]:
    facts = {name: value for name, value in done.facts.items() if name not in ("dropped", "sources")}
    if done.step == "select":
        facts = {}
    journal = cache.folder / "journals" / str(facts.get("journal"))
    if journal.is_file():
        facts["journal_sha256"] = cache.hash(journal)
    return {
        "name": done.step,
        "options": {name: value for name, value in done.options.items() if name != "history"},
        "key": done.key,
        "inputs": done.meta.get("inputs", {}),
        "rows_in": done.before,
        "rows_out": done.rows,
        "parts": done.meta.get("rows", {}),
        "dropped": done.facts.get("dropped", {}),
        "seconds": done.meta.get("seconds"),
        **facts,
    }


def _replayable(steps: Mapping[str, Done]) -> str:
    if "select" not in steps:
        return "no: nothing is selected"
    return "yes"


def _dollars(done: Sequence[Done]) -> float | None:
    """The cost of all runs of the recipe; None if nothing was asked, or no price is known."""
    spent = [each.facts.get("spent") for each in done if each.step in PAID and "journal" in each.facts]
    return None if not spent or None in spent else round(sum(each or 0.0 for each in spent), 6)


def _output(path: Path, output: Path) -> dict[str, Any]:
    found = {"path": path.relative_to(output).as_posix(), "bytes": path.stat().st_size, "sha256": digest(path)}
    if path.suffix == ".parquet":
        found["rows"] = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    elif path.suffix == ".jsonl":
        found["rows"] = lines_in(path)
    return found


def relative(path: Path, base: Path) -> str:
    """A path relative to a folder, if it is within it."""
    try:
        return path.absolute().relative_to(base.absolute()).as_posix()
    except ValueError:
        return str(path)

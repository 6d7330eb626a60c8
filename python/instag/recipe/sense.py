"""Checks that the tables of a recipe make sense together, and with the files that they name."""

import difflib
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from instag.chat.local import is_weights
from instag.recipe import columns, models, trial
from instag.recipe.faults import Faults
from instag.recipe.options import options
from instag.recipe.outcome import ASKING
from instag.recipe.recipe import Recipe, files_of
from instag.recipe.toml import shown

__all__ = ["check", "missing"]

MAKING = ("select", "split", "write")
KEY = "OPENAI_API_KEY"
# What a step needs in addition to a plain install, and the extra that has it.
EXTRAS = {"report": (("altair", "jinja2", "vl_convert"), "report")}


def check(
    recipe: Recipe, faults: Faults, *, known: bool = False, listed: bool = True, limit: int | None = None
) -> None:
    """Check that a recipe whose values have the right types can be run, as far as that can be known in advance.

    Parameters
    ----------
    recipe, faults
        The recipe, and the list for its faults.
    known
        Whether its values and its files were checked by an earlier run.
    listed
        Whether servers must list the models of the recipe, if they list any.
    limit
        How many rows of each source are taken; None for all.
    """
    if not set(MAKING) & set(recipe.steps):
        faults.add("expected one of [select], [split] and [write]: without one there is nothing to make of the data")
    _places(recipe, faults)
    _repeats(recipe, faults)
    for step, table in recipe.steps.items():
        _files(recipe, step, table, faults)
        _secrets(recipe, step, table, faults)
        _installed(step, faults)
    _write(recipe.steps.get("write", {}), faults)
    if known:
        return
    if listed:
        models.check(recipe, faults)
    trial.check(recipe, faults)
    # Columns and tags are checked only if the files exist.
    if not faults:
        columns.check(recipe, faults, limit)


def missing(folder: Path, pattern: Any) -> str:
    """A message about a path or glob that matches no file, with the nearest name that exists."""
    whole = folder / Path(str(pattern)).expanduser()
    there = [each.name for each in whole.parent.iterdir()] if whole.parent.is_dir() else []
    near = difflib.get_close_matches(whole.name, there, 1)
    hint = f"; did you mean {near[0]}?" if near else "" if there else f"; there is no folder {whole.parent.absolute()}"
    return f"{shown(str(pattern))} matches no file ({whole.absolute()}){hint}"


def _places(recipe: Recipe, faults: Faults) -> None:
    """Check that no output overwrites an input."""
    output = recipe.output.absolute()
    trial_output = output.with_name(f"{output.name}-trial")
    if output.is_file():
        faults.add(f"output: {recipe.output} is a file: expected a folder, or room for one", "output")
    elif (said := _unwritable(output)) is not None:
        faults.add(f"output: nothing can be written to {recipe.output}: {said}", "output")
    if (said := _unwritable(recipe.path.absolute().parent / ".instag")) is not None:
        faults.add(f"results are kept in .instag beside the recipe, and nothing can be written there: {said}")
    for nth, source in enumerate(recipe.sources if not output.is_file() else ()):
        for file in source.files:
            if {output, trial_output} & {file.absolute(), *file.absolute().parents}:
                said = f"[[source]] files: {file} is in the folder that the output goes to: expected another `output`"
                faults.add(said, "source", nth, "files")


def _unwritable(folder: Path) -> str | None:
    """Why a folder cannot be made, or nothing written to it; None if all is well."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        return f"{there} is a file"
    try:
        with TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{there}: {error.strerror or error}"


def _repeats(recipe: Recipe, faults: Faults) -> None:
    """Check that no source reads a file twice, and that no benchmark is a source: all of its rows would be removed."""
    sources: dict[Path, str] = {}
    for nth, source in enumerate(recipe.sources):
        there: set[Path] = set()
        for file in source.files:
            if file.resolve() in there:
                faults.add(f"[[source]] files: {file} is there twice: leave it out once", "source", nth, "files")
                break
            there.add(file.resolve())
        sources |= dict.fromkeys(there, source.name)
    for file in files_of(recipe.path.parent, recipe.steps.get("decontaminate", {}).get("against", [])):
        if name := sources.get(file.resolve()):
            said = f"[decontaminate] against: {file} is a file of the source {name!r}, which would lose all of its rows"
            faults.add(f"{said}: expected benchmarks alone", "decontaminate", "against")


def _files(recipe: Recipe, step: str, table: Mapping[str, Any], faults: Faults) -> None:
    for key, value in table.items():
        kind = options(step)[key].file
        if key in ("model", "judge") and step in ASKING and is_weights(value, table.get("base_url")):
            # A function would find it only when it is to answer.
            if not files_of(Path(), value):
                faults.add(f"[{step}] {key}: {missing(Path(), value)}", step, key)
            continue
        for each in value if isinstance(value, list) else [value]:
            if kind == "file" and not files_of(recipe.path.parent, each):
                faults.add(f"[{step}] {key}: {missing(recipe.path.parent, each)}", step, key)


def _secrets(recipe: Recipe, step: str, table: Mapping[str, Any], faults: Faults) -> None:
    """Check that the variables with the keys exist, before anything is done."""
    if step not in ASKING:
        return
    names = table.get("api_key_env")
    for name in [names] if isinstance(names, str) else names or []:
        if name not in os.environ:
            faults.add(f"[{step}] api_key_env: the environment has no variable {name!r}", step, "api_key_env")
    if "api_key_file" in table and "api_key_env" in table:
        faults.add(f"[{step}] api_key_file: not with api_key_env: a key comes from one of them", step, "api_key_file")
    asks = step == "tag" or "judge" in table
    elsewhere = {"base_url", "api_key_env", "api_key_file", "journal"} & set(table) or "OPENAI_BASE_URL" in os.environ
    local = str(table.get("model", "")).endswith(".gguf")
    answered = any((recipe.path.parent / ".instag" / "journals").glob("*.journal"))
    if (
        asks
        and not elsewhere
        and not local
        and not answered
        and KEY not in os.environ
        and not faults.has(step, "base_url")
    ):
        faults.add(
            f"[{step}] the environment has no variable {KEY!r}: set it, write the name of another as api_key_env, or the "
            "address of a model of your own as base_url",
            step,
        )


def _installed(step: str, faults: Faults) -> None:
    modules, extra = EXTRAS.get(step, ((), ""))
    if any(find_spec(each) is None for each in modules):
        faults.add(f"[{step}] needs libraries that are not there: pip install 'instag[{extra}]'", step)


def _write(table: Mapping[str, Any], faults: Faults) -> None:
    for key in ("model", "chat_template", "skip"):
        if key in table and "trainers" not in table:
            faults.add(f'[write] {key}: this is for trainers: add trainers = ["axolotl"], or several', "write", key)
    if table.get("format", "messages") != "messages" and "trainers" in table:
        faults.add("[write] format: trainers read messages: leave it out", "write", "format")

"""Checks that the tables of a recipe make sense together, and with the files that they name."""

import difflib
import glob
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from instag.chat.local import is_weights
from instag.recipe import columns, models, trial
from instag.recipe.faults import Faults
from instag.recipe.inputs import files_meant
from instag.recipe.options import IDLE, options
from instag.recipe.outcome import ASKING
from instag.recipe.recipe import Recipe, Source, files_of
from instag.recipe.toml import shown

__all__ = ["check", "missing"]

MAKING = ("select", "split", "write")
KEY = "OPENAI_API_KEY"
# The options that name a model.
NAMED = {"tag": "model", "normalize": "judge", "decontaminate": "judge"}
# How many names a message shows.
SHOWN = 8
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
        _unasked(step, table, faults)
        _installed(step, faults)
    _write(recipe.steps.get("write", {}), faults)
    if known:
        return
    if listed:
        models.check(recipe, faults)
    trial.check(recipe, faults)
    # Columns and tags are checked only if the files exist.
    if recipe.sources and not faults.within("source"):
        columns.check(recipe, faults, limit)


def missing(folder: Path, pattern: Any) -> str:
    """A message about a path or glob that matches no file, with the nearest name that exists."""
    text = str(pattern)
    if "://" in text:
        return f"{shown(text)} is an address, and a recipe reads files: save it first: instag convert {text} -o data.parquet"
    whole = folder / os.path.expanduser(text)  # noqa: PTH111 - Path raises errors for users that are not there
    return f"{shown(text)} matches no file ({whole.absolute()}){_nearest(whole, text)}"


def _nearest(whole: Path, text: str) -> str:
    """What is there instead of a file, for a message."""
    if os.path.islink(whole):  # noqa: PTH114 - as below
        return f"; it is a link to {whole.readlink()}, which is not there"
    if not os.path.isdir(whole.parent):  # noqa: PTH112 - Path raises errors for long names
        return f"; there is no folder {whole.parent.absolute()}"
    there = sorted(each.name for each in whole.parent.iterdir() if not each.name.startswith("."))
    if not there:
        return "; the folder is empty"
    if glob.has_magic(text):
        more = f" and {len(there) - SHOWN:,} more" if len(there) > SHOWN else ""
        return f"; the folder has {', '.join(there[:SHOWN])}{more}"
    near = difflib.get_close_matches(whole.name, there, 1)
    if "," in text:
        return '; several files are a list, each in quotes: ["a.jsonl", "b.jsonl"]'
    return f"; did you mean {near[0]}?" if near else ""


def _places(recipe: Recipe, faults: Faults) -> None:
    """Check that no output overwrites an input."""
    output, home = recipe.output.absolute(), (recipe.path.absolute().parent / ".instag").resolve()
    trial_output = output.with_name(f"{output.name}-trial")
    if output.is_file():
        faults.add(f"output: {recipe.output} is a file: expected a folder, or room for one", "output")
    elif {output.resolve(), *output.resolve().parents} & {home}:
        faults.add(f"output: {recipe.output} is where the results of steps are kept: expected another folder", "output")
    elif (said := _unwritable(output)) is not None:
        faults.add(f"output: nothing can be written to {recipe.output}: {said}", "output")
    if (said := _unwritable(recipe.path.absolute().parent / ".instag")) is not None:
        faults.add(f"results are kept in .instag beside the recipe, and nothing can be written there: {said}")
    if output.is_file():
        return
    named: list[tuple[Path, str, tuple[str | int, ...]]] = [
        (file, "[[source]] files", ("source", nth, "files"))
        for nth, each in enumerate(recipe.sources)
        for file in each.files
    ]
    for step, table in recipe.steps.items():
        for key, value in table.items():
            named += [(file, f"[{step}] {key}", (step, key)) for file in files_meant(recipe, step, key, value)]
    for file, title, place in named:
        if {output, trial_output} & {file.absolute(), *file.absolute().parents}:
            said = f"{title}: {file} is in the folder that the output goes to: expected another `output`"
            faults.add(said, *place)


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
        alike = [each.name for each in recipe.sources[:nth] if _same(each, source)]
        if alike and source.files:
            said = f"the source {alike[0]!r} has the same files and options: leave out one of the two, or give each a `where`"
            faults.add(f"[[source]] files: {said}", "source", nth, "files")
        sources |= dict.fromkeys(there, source.name)
    for file in files_of(recipe.path.parent, recipe.steps.get("decontaminate", {}).get("against", [])):
        if name := sources.get(file.resolve()):
            said = f"[decontaminate] against: {file} is a file of the source {name!r}, which would lose all of its rows"
            faults.add(f"{said}: expected benchmarks alone", "decontaminate", "against")


def _same(one: Source, other: Source) -> bool:
    """Whether two sources are the same rows."""
    files = [[file.resolve() for file in each.files] for each in (one, other)]
    return files[0] == files[1] and one.options == other.options


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
        if not os.environ.get(name):
            hint = (
                ": write its name without $" if name.startswith("$") else f": set it, for instance with export {name}=…"
            )
            said = (
                f"the environment has no variable {name!r}"
                if name not in os.environ
                else f"the variable {name!r} is empty"
            )
            faults.add(f"[{step}] api_key_env: {said}{hint}", step, "api_key_env")
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
        and not os.environ.get(KEY)
        and not (
            faults.has(step, "base_url") or faults.has(step, "api_key_env") or faults.has(step, NAMED.get(step, ""))
        )
    ):
        faults.add(
            f"[{step}] the environment has no variable {KEY!r}: set it, write the name of another as api_key_env, or the "
            "address of a model of your own as base_url",
            step,
        )


def _unasked(step: str, table: Mapping[str, Any], faults: Faults) -> None:
    """Add the faults of options for asking a model where none is asked."""
    if step not in ("decontaminate", "normalize") or "judge" in table or faults.has(step, "judge"):
        return
    for key in IDLE & table.keys():
        said = 'this is for asking a model: add judge = "gpt-4o-mini", or another, or leave it out'
        faults.add(f"[{step}] {key}: {said}", step, key)


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

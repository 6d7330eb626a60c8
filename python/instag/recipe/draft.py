"""A first recipe: the columns that were found, and each step with its most used options as comments."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instag.errors import InputError
from instag.io import load
from instag.recipe.options import ALIKE, STEPS, options
from instag.recipe.recipe import VERSION
from instag.recipe.values import schema_of

__all__ = ["new", "schema"]

TAGS = ("tags", "query_tags")


def new(files: Sequence[str]) -> str:
    """Write a first recipe for data files, to be looked through and changed: what `instag recipe new` writes.

    Parameters
    ----------
    files
        Data files or globs; each becomes a source.

    Returns
    -------
    The text of the recipe, in TOML: with the columns that were found, and the most used options of each step as comments.

    Raises
    ------
    InputError
        If a file cannot be read, or is an address.

    Examples
    --------
    >>> import instag
    >>> import polars as pl
    >>> path = getfixture("tmp_path") / "chats.jsonl"
    >>> pl.DataFrame({"query": ["Why?"], "response": ["Because."]}).write_ndjson(path)
    >>> print(instag.recipe.new([str(path)]).splitlines()[1])
    name = "chats"
    """
    for file in files:
        if "://" in file:
            raise InputError(f"{file}: a recipe reads files: save it first: instag convert {file} -o data.parquet")
    frames = {file: load(file).collect_schema() for file in files}
    names = _names(list(frames))
    tagged = all(any(name in TAGS for name in schema) for schema in frames.values())
    named = ['tags = "query_tags"'] if tagged and not all("tags" in schema for schema in frames.values()) else []
    scored = {name for schema in frames.values() for name, kind in schema.items() if kind.is_numeric()}
    lines = [
        f"version = {VERSION}    # of this file's format",
        f"name = {json.dumps(names[files[0]])}",
        "seed = 0",
        'output = "out"  # paths are relative to this file',
        "",
    ]
    for file, schema in frames.items():
        lines += [
            "[[source]]  # of two copies, the one of the earlier source stays",
            f"name = {json.dumps(names[file])}",
            f"files = [{json.dumps(file)}]",
            f"# columns found: {', '.join(schema)}",
            '# columns = { query = "…", answer = "…" }  # if they are not found automatically',
            '# license = "…"',
            "",
        ]
    lines += [
        "[dedup]  # near-copies of an earlier row are removed",
        "# threshold = 0.9",
        *([f'# keep = "quality"  # by a column of numbers: {", ".join(sorted(scored)[:5])}'] if scored else []),
        "",
        "# [decontaminate]  # rows that ask an item of a benchmark are removed",
        '# against = ["benchmarks/*.jsonl"]',
        "",
    ]
    if not tagged:
        lines += [
            "[tag]  # a model tags the queries; every answer is kept",
            'model = "gpt-4o-mini"',
            '# base_url = "http://127.0.0.1:8000/v1"  # an endpoint of your own',
            '# api_key_env = "OPENAI_API_KEY"  # the name of a variable, never a key',
            "max_cost = 5.0  # US dollars, for all runs of this recipe together",
            "",
        ]
    lines += [
        "[normalize]  # raw tags become a vocabulary",
        *named,
        "",
        "[select]",
        *named,
        'method = "gain"  # without this line, the paper\'s complexity-first',
        "budget = 1000  # a count of samples, or a share such as 0.1",
        "",
        "[split]  # copies stay on one side",
        "validation = 0.02",
        "",
        "[write]",
        'format = "messages"  # or sharegpt, alpaca; or trainers = ["llama-factory", "axolotl"] and model = "…"',
        "",
        "# [card]  # README.md: what was selected from what, and how to reproduce it",
        "# [report]  # a page about the tags",
    ]
    return "\n".join(lines) + "\n"


def _names(files: Sequence[str]) -> dict[str, str]:
    """A name for each file that a recipe can have, and no two the same.

    Examples
    --------
    >>> _names(["a/train.jsonl", "b/train.jsonl", "*.csv"])
    {'a/train.jsonl': 'train', 'b/train.jsonl': 'train-2', '*.csv': 'data'}
    """
    found: dict[str, str] = {}
    for file in files:
        stem = re.sub(r"[^\w. -]+", "-", Path(file).absolute().stem).strip("-. ") or "data"
        count = sum(re.sub(r"-\d+$", "", each) == stem or each == stem for each in found.values())
        found[file] = f"{stem}-{count + 1}" if count else stem
    return found


def schema() -> dict[str, Any]:
    """A JSON Schema of recipes, as a dict: an editor that has it completes and checks them.

    Examples
    --------
    >>> import instag
    >>> sorted(instag.recipe.schema()["properties"])[:3]
    ['card', 'clean', 'decontaminate']
    """
    tables = {step: _table(step) for step in STEPS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A recipe of instag",
        "type": "object",
        "additionalProperties": False,
        "required": ["source"],
        "properties": {
            "version": {"const": VERSION},
            "name": {"type": "string"},
            "seed": {"type": "integer", "minimum": 0},
            "output": {"type": "string"},
            "source": {"type": "array", "minItems": 1, "items": _table("source")},
            **tables,
        },
    }


def _table(step: str) -> dict[str, Any]:
    described = {name: schema_of(each) for name, each in options(step).items()}
    if step in ("decontaminate", "normalize") and "judge" in described:
        # The judge's options may stand in a table of their own.
        described["judge"] = {
            "anyOf": [described["judge"], {"type": "object"}],
            "description": described["judge"]["description"],
        }
    described |= {alias: described[name] for (table, alias), name in ALIKE.items() if table == step}
    needed = [name for name, each in options(step).items() if each.needed]
    return {"type": "object", "additionalProperties": False, "properties": described} | (
        {"required": needed} if needed else {}
    )

"""The options of each table of a recipe: the parameters of the function that does the step, under the same names.

What TOML cannot express, such as a function or a frame, is not an option of a recipe. A few options are as on the command
line: the name of a variable instead of a key, a list of lines instead of headers.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, Literal

from instag.choices import Method
from instag.io.options import ReadOptions
from instag.recipe.parameters import Option, parameters, plain

__all__ = ["COLUMNS", "IDLE", "STEPS", "TOP", "Option", "defaults", "expanded", "keys", "options", "places", "repeated"]

# In the order in which they run: steps that are cheap and drop rows come before those that are paid for.
STEPS = (
    "clean", "dedup", "decontaminate", "tag", "normalize", "select", "split", "write", "card", "report",
)  # fmt: skip

# Keys that stand above the first table.
TOP = ("version", "name", "seed", "output")

# Parameters that the runner sets: where data come from and go to, and progress.
MANAGED = frozenset(
    [
        "data", "source", "output", "folder", "path", "progress", "client", "api_key", "headers", "journal", "limit", "shard",
        "cut", "details", "sources", "write", "versions", "selections",
    ]
)  # fmt: skip
ALSO_MANAGED = {
    "card": {"steps", "command"},
    "normalize": {"rules", "judge"},
    "report": {"vocabulary"},
    # Rows have an order here.
    "select": {"key"},
    # A trainer's configuration names one file for each part.
    "write": {"to", "validation", "rows_per_file", *(each.name for each in fields(ReadOptions))},
}
# Options that change how answers are obtained, but not what they are.
IDLE = frozenset(
    [
        "api_key_env", "api_key_file", "attempts", "base_url", "concurrency", "header", "insecure", "max_cost", "max_unread",
        "patience", "price", "reask", "retry_unread", "rpm", "timeout", "tpm",
    ]
)  # fmt: skip


KEYS = {
    "api_key_env": Option(
        str | list[str], "The environment variable that holds the key; a list for several addresses."
    ),
    "api_key_file": Option(str, "A file that holds the key."),
    "header": Option(str | list[str], "A header to add, 'NAME: VALUE', or @FILE with one a line; a list for several."),
}
COST = Option(float, "US dollars that all runs of this recipe together may spend on it.")
FILES: dict[tuple[str, str], Literal["file", "either"]] = {
    ("clean", "tokenizer"): "either",
    ("decontaminate", "against"): "file",
    ("decontaminate", "judgments"): "file",
    ("tag", "prompt"): "either",
    ("tag", "examples"): "file",
    ("tag", "vocabulary"): "file",
    ("tag", "journal"): "file",
    ("normalize", "judgments"): "file",
    ("select", "tokenizer"): "either",
    ("select", "start"): "either",
    ("select", "weights"): "file",
    ("select", "target"): "file",
    ("select", "tree"): "either",
}
SIZE = int | float | str
# Options with a form in Python that TOML does not have. Without a default here, that of the function is used.
OWN: dict[str, dict[str, Option]] = {
    "source": {
        "name": Option(str, "The name of the source, which becomes the column `source`."),
        "files": Option(str | list[str], "Files, or globs, whose files are taken in the order of their names.", needed=True),
        "sample": Option(int, "How many rows to take, at random by the seed."),
        "license": Option(str, "The licence of the data."),
        "address": Option(str, "The address that the data come from."),
        "quality": Option(str, "A column of numbers that is renamed to `quality`."),
        "columns": Option(dict[str, str], "Which columns hold what: query, answer, system, history, id, quality."),
    },
    "clean": {"tokenizer": Option(str, "How to count tokens: a tokenizer.json, its folder, or a column with counts.")},
    "decontaminate": {
        "against": Option(str | list[str], "A benchmark: a file or a glob; a list for several.", needed=True),
        "judge": Option(str, "A model that says which of the nearest rows ask an item in other words."),
        "embedder": Option(str, "The embedder that finds the nearest item: minilm, use, sentence-transformers:NAME, …"),
        "max_cost": COST,
        **KEYS,
    },
    "tag": {
        "model": Option(str, "The model's name at the endpoint, or a .gguf file to run here.", needed=True),
        "examples": Option(str, "Examples for the model: queries with tags, as JSONL."),
        "vocabulary": Option(str, "A vocabulary whose tags the model should prefer."),
        "replace": Option(bool, "Replace the columns tags and query_tags if the data have them.", True),  # noqa: FBT003
        "max_query": Option(int, "Cut queries to this many characters; 6000 by default."),
        "max_query_tokens": Option(int, "Cut queries to this many tokens, as a rule estimates them."),
        "journal": Option(str | list[str], "Files with answers that exist already, for instance from other machines."),
        "max_cost": COST,
        **KEYS,
    },
    "normalize": {
        "steps": Option(str | list[str], "The steps in order; a step left out is skipped."),
        "max_cost": COST,
        "judge": Option(str, "A model that says which tags mean the same, and which are broader: its name at the endpoint, or a .gguf file."),
        "stem": Option(
            Literal["guarded", "paper", "none"], "Merge inflections (guarded), words with one Porter stem (paper), or neither (none).", "guarded"
        ),
        "min_count": Option(
            int | Literal["auto", "none"], "Drop tags that are in fewer rows: a count, auto, or none."
        ),
        "distance": Option(float | Literal["none"], "The cosine distance within which tags are merged, or none."),
        "min_support": Option(int | Literal["none"], "Association: the least number of rows with both tags, or none."),
        "judgments": Option(str | list[str], "Judgements of tags in JSON Lines, which win over the model; a list for several files."),
        **KEYS,
    },
    "select": {
        "method": Option(Method, "How samples are ranked."),
        "tokenizer": Option(str, "First count tokens into a column, with a tokenizer.json or a tokenizer on disk."),
        "start": Option(str, "An earlier selection: a column of booleans, or a file."),
        "weights": Option(str, "Weights of tags: a file with the columns tag and weight."),
        "target": Option(
            str, "Choose data like those in this file, by its tags; it is tagged and normalised first if the data are."
        ),
        "tree": Option(
            bool | str, "Count broader tags too: true for those of the vocabulary made here, or the file of another.", False  # noqa: FBT003
        ),
    },
    "write": {
        "format": Option(Literal["messages", "sharegpt", "alpaca"], "The layout of the rows.", "messages"),
        "keep": Option(str | list[str], "Columns to keep beside the conversations."),
        "trainers": Option(str | list[str], "Trainers to write configurations for."),
        "model": Option(str, "For trainers: the base model, a name on a hub or a folder."),
        "chat_template": Option(str, "For LLaMA-Factory: its name for the model's chat template."),
        "skip": Option(bool, "For trainers: leave out rows that one of them cannot represent.", False),  # noqa: FBT003
    },
    "split": {
        "validation": Option(SIZE, "Rows to hold out for validation: a count such as 500, or a share such as 0.02 or 2%."),
        "test": Option(SIZE, "Further rows to hold out, for a test: a count such as 500, or a share such as 0.02 or 2%."),
    },
    "card": {"language": Option(str | list[str], "A language, such as en; a list for several.")},
    "report": {
        "by": Option(str, "The column with the group of each sample."),
        "tags": Option(str, "The column with the tags of each sample."),
        "title": Option(str, "The heading."),
    },
}  # fmt: skip
# Options that may be a table of options.
INNER = ("judge", "columns")
# The keys of the table `columns` of a source.
COLUMNS = ("query", "answer", "system", "history", "id", "quality")
# Other names of keys, as functions or the command line have them.
ALIKE = {
    ("decontaminate", "judge_model"): "judge",
    ("write", "to"): "format",
    ("write", "trainer"): "trainers",
}


@cache
def options(step: str) -> Mapping[str, Option]:
    """The options of a table, by name."""
    own = OWN.get(step, {})
    if step == "source":
        found = {each.name: Option(each.type, each.metadata["help"], each.default) for each in fields(ReadOptions)}
        return own | {name: replace(each, kind=plain(each.kind)) for name, each in found.items()}
    function = _functions()[step]
    found = dict(parameters(function))
    if step == "normalize":
        # The judge's options beside those of the steps.
        found |= {name: each for name, each in parameters(_functions()["judge"]) if name != "model"} | found
    left_out = MANAGED | ALSO_MANAGED.get(step, set())
    found = {name: each for name, each in found.items() if name not in left_out}
    found |= {name: _defaulted(each, name, function) for name, each in own.items()}
    return {
        name: replace(each, idle=name in IDLE and step != "select", file=FILES.get((step, name)))
        for name, each in found.items()
    }


def _defaulted(option: Option, name: str, function: Callable[..., Any]) -> Option:
    """An option with the function's default, unless it has another here."""
    parameter = inspect.signature(function).parameters.get(name)
    if parameter is None or option.needed or option.default is not None:
        return option
    # No default is None here, whether the function requires the option or not.
    return option if parameter.default in (parameter.empty, ()) else replace(option, default=parameter.default)


def keys(step: str) -> list[str]:
    """The names of the options of a table."""
    return list(options(step))


def defaults(step: str) -> dict[str, Any]:
    """The defaults of the options that change results."""
    return {name: each.default for name, each in options(step).items() if not each.idle}


def expanded(step: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """A table with its inner tables written out, and with each key by the name that it has here.

    Examples
    --------
    >>> expanded("normalize", {"judge": {"model": "gpt-4o-mini", "max_cost": 2.0}})
    {'judge': 'gpt-4o-mini', 'max_cost': 2.0}
    >>> expanded("source", {"columns": {"query": "prompt"}})
    {'query': 'prompt'}
    """
    return {name: value for name, _, value in _standing(step, table)}


def places(step: str, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Where each option of a table stands in it.

    Examples
    --------
    >>> places("decontaminate", {"against": "a.jsonl", "judge": {"model": "gpt-4o-mini", "from": 0.7}})
    {'against': ('against',), 'judge': ('judge', 'model'), 'judge_from': ('judge', 'from')}
    """
    return {name: place for name, place, _ in _standing(step, table)}


def repeated(step: str, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The options that a table has twice, under two names or in an inner table too, each with the place of its first.

    Examples
    --------
    >>> repeated("normalize", {"max_cost": 1.0, "judge": {"model": "gpt-4o-mini", "max_cost": 2.0}})
    {'max_cost': ('max_cost',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    first: dict[str, tuple[str, ...]] = {}
    for name, place, _ in _standing(step, table):
        if name in first:
            found[name] = first[name]
        first.setdefault(name, place)
    return found


def _standing(step: str, table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """The options of a table, each with the place where it stands and its value."""
    for key, value in table.items():
        if key in INNER and isinstance(value, dict):
            yield from ((_inner(step, key, each), (key, each), given) for each, given in value.items())
        else:
            yield ALIKE.get((step, key), key), (key,), value


def _inner(step: str, table: str, key: str) -> str:
    """The option for a key of an inner table: `from` of `judge` is `judge_from`, `model` is `judge` itself."""
    known = options(step)
    longer = f"{table}_{key}"
    if longer in known:
        return longer
    return table if key == "model" and table in known else key


@cache
def _functions() -> Mapping[str, Callable[..., Any]]:
    """The function that does each step."""
    from instag.cleaning import clean, decontaminate, dedup, split  # noqa: PLC0415 - only where a recipe is read
    from instag.io import card, convert  # noqa: PLC0415 - as above
    from instag.normalization import ModelJudge, normalize  # noqa: PLC0415 - as above
    from instag.reporting import report  # noqa: PLC0415 - as above
    from instag.selection import select  # noqa: PLC0415 - as above
    from instag.tagging import tag  # noqa: PLC0415 - as above

    return {
        "clean": clean,
        "dedup": dedup,
        "decontaminate": decontaminate,
        "tag": tag,
        "normalize": normalize,
        "judge": ModelJudge,
        "select": select,
        "split": split,
        "write": convert,
        "card": card,
        "report": report,
    }

"""Layouts: which columns of a table hold what a user said, and what was answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import polars as pl

from instag.choices import LayoutName
from instag.frame.path import JSON
from instag.io.columns import ALPACA, ALTERNATIVES, ASKED, CHATS, OUTPUTS, PAIRS, PROMPTS, SYSTEMS
from instag.io.speech import is_chat, is_exchange, is_text, loose_speech, speech

Name = LayoutName

LAYOUTS: tuple[Name, ...] = get_args(Name)

# How deep a layout is looked for within columns.
WITHIN = 2


@dataclass(frozen=True)
class Layout:
    """The name of a layout, the column that plays each part in it, and the template that its texts are made with."""

    name: str
    columns: Mapping[str, str]
    template: str | None = None


def detect(schema: Mapping[str, Any], name: str = "auto") -> Layout | None:
    """Find the layout of a table from its columns and their types.

    Parameters
    ----------
    schema
        The columns, in any letter case.
    name
        The one layout to look for; any other name looks for them all.

    Returns
    -------
    Layout or None
        The first layout that fits, the structured ones before plain text, and columns before what is within them.

    Examples
    --------
    >>> detect({"Question": pl.String(), "answer": pl.String()})
    Layout(name='pairs', columns={'query': 'Question', 'answer': 'answer'}, template=None)
    """
    return _detect(schema, name, WITHIN)


def _detect(schema: Mapping[str, Any], name: str, depth: int) -> Layout | None:
    # A column in lower case comes before its twin in another.
    columns = {column.lower(): column for column in sorted(schema, key=str.islower)}
    types = {lower: schema[column] for lower, column in columns.items()}
    for find in (_chats, _trees, _threads, _turns, _alpacas, _pairs, _preferences, _prompts, _preferred_texts):
        for layout, parts in find(types):
            if name not in LAYOUTS or name == layout:
                return Layout(layout, {part: _spelt(columns, lower) for part, lower in parts.items()})
    for column, dtype in schema.items() if depth else ():
        if isinstance(dtype, pl.Struct) and dtype != JSON:
            inner = _detect(dict(dtype), name, depth - 1)
            if inner is not None and (inner.name != "prompts" or name == "prompts"):
                return Layout(inner.name, {part: f"{column}.{path}" for part, path in inner.columns.items()})
    return None


def _spelt(columns: Mapping[str, str], path: str) -> str:
    """Name a column, or a path that begins with one, in its own letter case."""
    head, dot, rest = path.partition(".")
    return columns[path] if path in columns else f"{columns[head]}{dot}{rest}"


def parts_of(schema: Mapping[str, Any]) -> list[str]:
    """Name the columns that may play a part in some layout.

    Parameters
    ----------
    schema
        The columns and their types.

    Returns
    -------
    list of str
        Those of a known name and a type that could play it.

    Examples
    --------
    >>> parts_of({"id": pl.Int64(), "Prompt": pl.String(), "thread": pl.String()})
    ['Prompt']
    """
    flat = {
        *OUTPUTS,
        *SYSTEMS,
        *PAIRS,
        *PROMPTS,
        *(name for names in (*ALPACA.values(), *PAIRS.values()) for name in names),
    }
    return [
        column
        for column, dtype in schema.items()
        if (column.lower() in flat and (is_text(dtype) or dtype.is_nested() or dtype == pl.Null))
        or column.lower() == "instances"
        or (column.lower() in CHATS and is_chat(dtype, named=True))
    ]


Types = Mapping[str, Any]
Found = Iterator[tuple[Name, dict[str, str]]]


def _chats(types: Types) -> Found:
    """Find lists of turns by their type, those of a known name first; and what was said before and after them."""
    known = (*CHATS, *ASKED)
    for column in sorted(types, key=lambda column: known.index(column) if column in known else len(known)):
        dtype = types[column]
        if column == "history" and any(is_text(types.get(name)) for name in ASKED):
            continue
        if column in ALTERNATIVES or column in OUTPUTS or not is_chat(dtype, named=column in CHATS):
            if not (column in ASKED and isinstance(dtype, pl.List) and is_chat(dtype, named=True)):
                continue
            if dtype in (pl.List(JSON), pl.List(pl.List(pl.String))):
                continue
        parts = {"turns": column}
        systems = [name for name in SYSTEMS if is_text(types.get(name))]
        inner = getattr(dtype, "inner", None)
        loose = isinstance(inner, pl.Struct) and speech(inner) is None and loose_speech(inner)
        if loose and not systems and is_text(types.get("context")):
            systems = ["context"]
        if systems:
            parts["system"] = systems[0]
        answers = [name for name in OUTPUTS if is_text(types.get(name)) or is_chat(types.get(name), named=True)]
        if answers:
            parts["answer"] = answers[0]
        fields = speech(inner)
        if fields is not None and fields[0].lower() == "from":
            yield "sharegpt", parts
        else:
            yield ("exchanges" if is_exchange(inner) and not fields else "messages"), parts


def _trees(types: Types) -> Found:
    """Find OpenAssistant's trees."""
    dtype = types.get("prompt")
    if isinstance(dtype, pl.Struct) and {"text", "role", "replies"} <= {field.name for field in dtype.fields}:
        yield "tree", {"prompt": "prompt"}


def _threads(types: Types) -> Found:
    """Find tables of messages, each of which knows the one that it replies to."""
    key = next((name for name in ("message_id", "id") if name in types), None)
    content = next((name for name in ("text", "content") if types.get(name) == pl.String), None)
    if key and content and "parent_id" in types and types.get("role") == pl.String:
        yield "thread", {"query": content, "role": "role", "key": key, "parent": "parent_id"}


def _turns(types: Types) -> Found:
    """Find lists of strings by their names alone, for tags are lists of strings too."""
    for column in CHATS:
        if types.get(column) in (pl.List(pl.String), pl.List(pl.Null)):
            yield ("turns" if column == "turns" else "exchanges"), {"turns": column}


def _alpacas(types: Types) -> Found:
    """Find an instruction with an input or an output beside it."""
    if not is_text(types.get("instruction")):
        return
    parts = {
        part: column
        for part, names in ALPACA.items()
        if (column := next((name for name in names if name in types), None)) is not None
    }
    instances = getattr(types.get("instances"), "inner", None)
    if isinstance(instances, pl.Struct) and {"input", "output"} <= set(dict(instances)) and "input" not in parts:
        taken = {"query": parts["query"], "input": "instances.0.input", "answer": "instances.0.output"}
        yield "instances", parts | taken
    if "input" in parts or "answer" in parts:
        yield "alpaca", parts


def _pairs(types: Types) -> Found:
    """Find a question with its answer."""
    for query, answers in PAIRS.items():
        answer = next((name for name in answers if name in types), None)
        if answer is not None and is_text(types.get(query)):
            # What was chosen has its rejected twin, so it is no part to take alone.
            parts = {"query": query} if answer == "chosen" else {"query": query, "answer": answer}
            for part in ("system", "history"):
                name = next((name for name in ALPACA[part] if name in types), None)
                if name is not None:
                    parts[part] = name
            yield "pairs", parts


def _preferences(types: Types) -> Found:
    """Find answers that were preferred, each with all that was said before."""
    if "rejected" in types and is_chat(types.get("chosen"), named=True):
        yield "preference", {"turns": "chosen"}


def _preferred_texts(types: Types) -> Found:
    """Find the same as texts, which are made with a template."""
    if "rejected" in types and is_text(types.get("chosen")):
        yield "preference", {"turns": "chosen"}


def _prompts(types: Types) -> Found:
    """Find a prompt by itself."""
    for column in PROMPTS:
        if is_text(types.get(column)):
            parts = {"query": column}
            systems = [name for name in SYSTEMS if is_text(types.get(name))]
            yield "prompts", parts | ({"system": systems[0]} if systems else {})

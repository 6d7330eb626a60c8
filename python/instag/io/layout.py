"""Layouts: which columns of a table hold what a user said, and what was answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import polars as pl

from instag.io.records import JSON

Name = Literal["messages", "sharegpt", "tree", "turns", "alpaca", "pairs", "prompts"]

LAYOUTS: tuple[Name, ...] = get_args(Name)

CHATS = (
    "messages",
    "conversations",
    "conversation",
    "turns",
    "dialog",
    "dialogs",
    "dialogue",
    "dialogues",
    "chat",
    "data",
)
ROLES = ("role", "from")
CONTENTS = ("content", "value")
USERS = ("user", "human", "prompter")
OUTPUTS = ("output", "response", "completion", "answer")
ALPACA = {
    "instruction": ("instruction",),
    "input": ("input", "context"),
    "output": OUTPUTS,
    "system": ("system",),
    "history": ("history",),
}
PAIRS = {
    "question": (*OUTPUTS, "answers", "solution"),
    "problem": ("solution", *OUTPUTS),
    "prompt": (*OUTPUTS, "chosen"),
    "query": OUTPUTS,
    "input": OUTPUTS,
}
PROMPTS = ("prompt", "instruction", "question", "query", "text", "problem", "input")


@dataclass(frozen=True)
class Layout:
    """The name of a layout, and the column that plays each part in it."""

    name: Name
    columns: Mapping[str, str]


def speech(dtype: Any) -> tuple[str, str] | None:
    """Find the fields of one turn of a conversation.

    Parameters
    ----------
    dtype
        The type of a turn.

    Returns
    -------
    tuple or None
        The names of the fields that say who spoke, and what; None if this is no turn.

    Examples
    --------
    >>> speech(pl.Struct({"from": pl.String, "value": pl.String}))
    ('from', 'value')
    """
    if not isinstance(dtype, pl.Struct):
        return None
    fields = {field.name.lower(): field for field in dtype.fields}
    role = next((fields[name] for name in ROLES if name in fields), None)
    content = next((fields[name] for name in CONTENTS if name in fields), None)
    if role is None or content is None or not is_text(role.dtype):
        return None
    return role.name, content.name


def is_text(dtype: Any) -> bool:
    """Tell whether the values of a type can be what somebody said.

    Parameters
    ----------
    dtype
        The type of a column or field.

    Returns
    -------
    bool
        True for strings, and for a mix of JSON types that may hold them.
    """
    return dtype in (pl.String, pl.Categorical, pl.Enum) or dtype == JSON


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
        The first layout that fits, the structured ones before plain text.

    Examples
    --------
    >>> detect({"Question": pl.String(), "answer": pl.String()})
    Layout(name='pairs', columns={'query': 'Question', 'answer': 'answer'})
    """
    # A column in lower case comes before its twin in another.
    columns = {column.lower(): column for column in sorted(schema, key=str.islower)}
    types = {lower: schema[column] for lower, column in columns.items()}
    for find in (_chats, _trees, _turns, _alpacas, _pairs, _prompts):
        for layout, parts in find(types):
            if name not in LAYOUTS or name == layout:
                return Layout(layout, {part: columns[lower] for part, lower in parts.items()})
    return None


Types = Mapping[str, Any]
Found = Iterator[tuple[Name, dict[str, str]]]


def _chats(types: Types) -> Found:
    """Find lists of turns by their type, those of a known name first."""
    for column in sorted(types, key=lambda column: CHATS.index(column) if column in CHATS else len(CHATS)):
        dtype = types[column]
        if isinstance(dtype, pl.List) and (fields := speech(dtype.inner)):
            yield "sharegpt" if fields[0].lower() == "from" else "messages", {"turns": column}
        elif column in CHATS and (dtype == JSON or dtype == pl.List(JSON)):
            yield "messages", {"turns": column}


def _trees(types: Types) -> Found:
    """Find OpenAssistant's trees."""
    dtype = types.get("prompt")
    if isinstance(dtype, pl.Struct) and {"text", "role", "replies"} <= {field.name for field in dtype.fields}:
        yield "tree", {"prompt": "prompt"}


def _turns(types: Types) -> Found:
    """Find lists of strings by their names alone, for tags are lists of strings too."""
    for column in CHATS:
        if types.get(column) in (pl.List(pl.String), pl.List(pl.Null)):
            yield "turns", {"turns": column}


def _alpacas(types: Types) -> Found:
    """Find an instruction with an input or an output beside it."""
    if not is_text(types.get("instruction")):
        return
    parts = {
        part: column
        for part, names in ALPACA.items()
        if (column := next((name for name in names if name in types), None)) is not None
    }
    if "input" in parts or "output" in parts:
        yield "alpaca", parts


def _pairs(types: Types) -> Found:
    """Find a question with its answer."""
    for query, answers in PAIRS.items():
        answer = next((name for name in answers if name in types), None)
        if answer is not None and is_text(types.get(query)):
            # What was chosen has its rejected twin, so it is no part to take alone.
            yield "pairs", {"query": query} if answer == "chosen" else {"query": query, "answer": answer}


def _prompts(types: Types) -> Found:
    """Find a prompt by itself."""
    for column in PROMPTS:
        if is_text(types.get(column)):
            yield "prompts", {"query": column}

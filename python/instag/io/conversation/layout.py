"""Layouts: which columns of a table hold the user's turns, and which the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import polars as pl

from instag.choices import LayoutName
from instag.frame.path import JSON
from instag.io.conversation.columns import (
    ALPACA,
    CHATS,
    OUTPUTS,
    PAIRS,
    PROMPTS,
    SYSTEMS,
)
from instag.io.conversation.kinds import KINDS, reply_of
from instag.io.conversation.speech import is_chat, is_text

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
    columns = {column.strip().lower(): column for column in sorted(schema, key=str.islower)}
    types = {lower: schema[column] for lower, column in columns.items()}
    for find in KINDS:
        for layout, parts in find(types):
            if name not in LAYOUTS or name == layout:
                return Layout(layout, {part: _spelt(columns, lower) for part, lower in parts.items()})
    for column, dtype in schema.items() if depth else ():
        if isinstance(dtype, pl.Struct) and dtype != JSON:
            inner = _detect(dict(dtype), name, depth - 1)
            if inner is not None and (inner.name != "prompts" or name == "prompts"):
                found = {part: f"{column}.{path}" for part, path in inner.columns.items()}
                if "turns" in found and "answer" not in found:
                    beside = reply_of({lower: kind for lower, kind in types.items() if columns[lower] != column})
                    found |= {part: _spelt(columns, lower) for part, lower in beside.items()}
                return Layout(inner.name, found)
    return None


def _spelt(columns: Mapping[str, str], path: str) -> str:
    """Name a column, or a path that begins with one, in its own letter case."""
    head, dot, rest = path.partition(".")
    return columns[path] if path in columns else f"{columns[head]}{dot}{rest}"


def listed(schema: Mapping[str, Any]) -> str:
    """List columns with their types, as messages do.

    Parameters
    ----------
    schema
        The columns and their types.

    Examples
    --------
    >>> listed({"id": pl.Int64(), "text": pl.String()})
    'id (Int64), text (String)'
    """
    return ", ".join(f"{name} ({dtype})" for name, dtype in schema.items())


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
        or column.lower() in ("instances", "rejected")
        or (column.lower() in CHATS and is_chat(dtype, named=True))
    ]

"""What to say where no layout fits: what is there, which layout comes nearest, what it lacks, and what to do."""

import re
from collections.abc import Mapping
from shlex import quote
from typing import Any

import polars as pl

from instag.io.conversation.columns import CHATS, OUTPUTS, PROMPTS
from instag.io.conversation.layout import LAYOUTS
from instag.io.conversation.speech import is_text

# Words in the names of columns that say what is likely to stand there.
ASKING = (*PROMPTS, "ask", "request", "user", "human", "src", "source")
SPOKEN = ("history", "context", "content", "message", "body", "words", "utterance", "title")
ANSWERING = (*OUTPUTS, "target", "tgt", "ref", "label", "assistant", "bot", "summary", "rationale", "reasoning")
ABOUT = (
    "id",
    "key",
    "role",
    "roles",
    "who",
    "type",
    "kind",
    "lang",
    "language",
    "model",
    "date",
    "time",
    "url",
    "name",
    "split",
)


def nearest(schema: Mapping[str, Any], format: str, path: object) -> str:
    """Say what was found in the place of a layout.

    Parameters
    ----------
    schema
        The columns and their types.
    format
        The layout that was asked for, if any.
    path
        The file, for the command that works.

    Returns
    -------
    str
        A message.

    Examples
    --------
    >>> print(nearest({"body": pl.String(), "id": pl.Int64()}, "auto", "data.csv"))
    expected a layout instag knows: found the columns body (String), id (Int64); the nearest is prompts, which lacks a column of text named prompt, instruction, question, query, text or problem; name the user's with query= / --query: instag convert data.csv --query body -o OUT.jsonl
    """
    wanted = f"the layout {format!r}" if format in LAYOUTS else "a layout instag knows"
    columns = ", ".join(f"{name} ({dtype})" for name, dtype in schema.items())
    if not columns:
        return f"expected {wanted}: found records without a single key: there is nothing that a user said"
    hint, column = _lack(schema)
    command = f"instag convert {quote(str(path))} --query {quote(column or 'COLUMN')}"
    todo = (
        f"name the user's with query= / --query: {command} -o OUT.jsonl"
        if column
        else "no column holds text: there is nothing that a user said"
    )
    return f"expected {wanted}: found the columns {columns}; {hint}; {todo}"


def _lack(schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """Find the layout that comes nearest, what it lacks, and a column that may hold what the user said."""
    texts = sorted(_texts(schema), key=_unlikely)
    for name, dtype in schema.items():
        inner = getattr(dtype, "inner", None)
        if isinstance(inner, pl.Struct) and (name.lower() in CHATS or not texts):
            fields = ", ".join(field.name for field in inner.fields)
            said = sorted((field.name for field in inner.fields if field.dtype == pl.String), key=_unlikely)
            hint = f"the nearest is messages, for {name!r} is a list of records ({fields}); it lacks fields such as role and content"
            return hint, f"{name}.{said[0]}" if said else None
    answers = [name for name in schema if name.lower() in OUTPUTS]
    if answers and len(texts) > 1:
        hint = (
            f"the nearest is pairs, for {answers[0]!r} may be the answer; it lacks a column such as question or prompt"
        )
        return hint, texts[0]
    hint = "the nearest is prompts, which lacks a column of text named prompt, instruction, question, query, text or problem"
    return hint, texts[0] if texts else None


def _texts(schema: Mapping[str, Any]) -> list[str]:
    """Name the texts, those within columns too; lists of texts where there are none."""
    found = [name for name, dtype in schema.items() if is_text(dtype)]
    found += [
        f"{name}.{field.name}"
        for name, dtype in schema.items()
        if isinstance(dtype, pl.Struct)
        for field in dtype.fields
        if is_text(field.dtype)
    ]
    return found or [name for name, dtype in schema.items() if dtype == pl.List(pl.String)]


def _unlikely(path: str) -> int:
    """Say how unlikely it is that a user's words stand under a name: asked, spoken, anything, answered, about them."""
    words = set(re.split(r"[^a-z]+", path.lower()))
    groups = (ASKING, SPOKEN, (), ANSWERING, ABOUT)
    return max((rank for rank, group in enumerate(groups) if words & set(group)), default=2)

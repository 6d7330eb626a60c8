"""Turns: the conversation in a row of any layout, each turn a role and its content as in messages."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from typing import Any

from instag.errors import InputError
from instag.io.calls import to_calls
from instag.io.layout import Layout, speech
from instag.io.records import dump

Turn = dict[str, Any]

ROLES = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "system": "system",
    "tool": "tool",
    "observation": "tool",
}


def turns(layout: Layout, row: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Turn]:
    """Read one row as turns.

    Parameters
    ----------
    layout
        The layout of the row.
    row
        The values of the layout's columns.
    schema
        The columns and their types.

    Returns
    -------
    list of dict
        Turns with ``role`` and ``content``, and what else the row says of them.

    Examples
    --------
    >>> turns(Layout("pairs", {"query": "question", "answer": "answer"}), {"question": "Why?", "answer": None}, {})
    [{'role': 'user', 'content': 'Why?'}]
    """
    part = {name: row[column] for name, column in layout.columns.items()}
    match layout.name:
        case "messages" | "sharegpt":
            fields = speech(getattr(schema[layout.columns["turns"]], "inner", None)) or ("role", "content")
            return [turn for each in _listed(part["turns"]) for turn in _spoken(each, *fields)]
        case "turns":
            return _alternate(part["turns"] or [])
        case "alpaca":
            return list(_instructed(part))
        case _:
            return [*_said("user", part["query"]), *_said("assistant", part.get("answer"))]


def _listed(value: Any) -> list[Any]:
    """Take a mixed column's prompt for a conversation of one turn."""
    return [{"role": "user", "content": value}] if isinstance(value, str) else value or []


def _spoken(turn: Any, role: str, content: str) -> Iterator[Turn]:
    """Name the role and the content of a turn as messages do, and leave out what is null."""
    if not isinstance(turn, dict):
        raise InputError(f"found {dump(turn)} for a turn: expected a role and what was said")
    rest = {key: value for key, value in turn.items() if key not in (role, content) and value is not None}
    speaker = str(turn.get(role)).lower()
    if speaker == "function_call":
        yield {"role": "assistant", "content": None, "tool_calls": to_calls(turn.get(content)), **rest}
    elif speaker in ROLES:
        yield {"role": ROLES[speaker], "content": turn.get(content), **rest}
    else:
        raise InputError(f"found the role {turn.get(role)!r}: expected one of {', '.join([*ROLES, 'function_call'])}")


def _alternate(texts: Iterable[Any]) -> list[Turn]:
    """Let user and assistant speak in turn."""
    return [{"role": role, "content": text} for role, text in zip(cycle(("user", "assistant")), texts, strict=False)]


def _instructed(part: Mapping[str, Any]) -> Iterator[Turn]:
    """Read the system's words, earlier exchanges, the instruction with its input, and the output."""
    if part.get("system"):
        yield from _said("system", part["system"])
    for exchange in part.get("history") or []:
        yield from _alternate(exchange)
    given = part.get("input")
    asked = [
        text for text in (part["instruction"], given if given and str(given).strip() else None) if text is not None
    ]
    if asked:
        yield from _said("user", asked[0] if len(asked) == 1 else "\n".join(map(str, asked)))
    yield from _said("assistant", part.get("output"))


def _said(role: str, text: Any) -> Iterator[Turn]:
    """Make a turn of a text, none of null."""
    if isinstance(text, list | dict):
        raise InputError(f"found {dump(text)} for what the {role} said: expected text")
    if text is not None:
        yield {"role": role, "content": text if isinstance(text, str) else dump(text)}

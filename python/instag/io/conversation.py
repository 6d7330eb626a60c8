"""The conversation in a row of any layout: turns of a role, a content as in messages, and calls of tools."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from instag.errors import InputError
from instag.io.layout import USERS, Layout, speech
from instag.io.records import dump, parse

Turn = dict[str, Any]

SPOKEN = ("text", "value", "content")

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


def to_calls(text: Any) -> list[dict[str, Any]]:
    """Read the JSON of a ``function_call`` turn.

    Parameters
    ----------
    text
        An object with ``name`` and ``arguments``, or a list of them.

    Returns
    -------
    list of dict
        ``tool_calls``, whose arguments are JSON text.

    Examples
    --------
    >>> to_calls('{"name": "add", "arguments": {"x": 1}}')
    [{'type': 'function', 'function': {'name': 'add', 'arguments': '{"x": 1}'}}]
    """
    try:
        value = parse(text)
        return [_to_call(**call) for call in (value if isinstance(value, list) else [value])]
    except (ValueError, TypeError) as error:
        raise InputError(
            f"found the function call {text!r}: expected JSON with name and arguments; write sharegpt"
        ) from error


def _to_call(name: str, arguments: Any, **rest: Any) -> dict[str, Any]:
    if rest.keys() - {"id"}:
        raise TypeError
    spelt = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {**rest, "type": "function", "function": {"name": name, "arguments": spelt}}


def from_calls(calls: Sequence[Mapping[str, Any]]) -> str:
    """Spell ``tool_calls`` as the JSON of a ``function_call`` turn.

    Parameters
    ----------
    calls
        One call or more, each of a function.

    Returns
    -------
    str
        An object with ``name`` and ``arguments``, a list of them for several; an ``id`` stands before them.

    Examples
    --------
    >>> from_calls([{"type": "function", "function": {"name": "add", "arguments": '{"x": 1}'}}])
    '{"name": "add", "arguments": {"x": 1}}'
    """
    try:
        made = [_from_call(**call) for call in calls]
    except TypeError as error:
        raise InputError(f"found the tool calls {calls!r}: expected a function in each; write messages") from error
    return json.dumps(made[0] if len(made) == 1 else made, ensure_ascii=False)


def _from_call(function: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    if function.keys() - {"name", "arguments"} or rest.keys() - {"id", "type"}:
        raise TypeError
    arguments = function.get("arguments")
    try:
        value = parse(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        value = arguments
    ids = {"id": rest["id"]} if rest.get("id") is not None else {}
    return {**ids, "name": function.get("name"), "arguments": value}


def user_texts(value: Any) -> list[str]:
    """Find the user turns in a parsed conversation, or a prompt in the place of one."""
    if isinstance(value, str):
        return [value]
    turns = value if isinstance(value, list) else []
    if all(isinstance(turn, str) for turn in turns):
        return turns[::2]
    spoken = [{key.lower(): member for key, member in turn.items()} for turn in turns if isinstance(turn, dict)]
    return [
        text_of(turn.get("content", turn.get("value")))
        for turn in spoken
        if str(turn.get("role", turn.get("from"))).lower() in USERS
    ]


def text_of(content: Any) -> str:
    """Find the text of parsed content, the same as :func:`queries._text` finds by columns."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := piece(part)) is not None)
    return (piece(content) or "") if isinstance(content, dict) or content is None else dump(content)


def piece(part: Any) -> str | None:
    """Find the text of one part of a turn's parsed content.

    Parameters
    ----------
    part
        A string, or a dict with its text.

    Returns
    -------
    str or None
        The text; None if the part is an image or a sound.

    Examples
    --------
    >>> piece({"type": "text", "text": "hi"})
    'hi'
    """
    if not isinstance(part, dict):
        return part if isinstance(part, str) else None
    if not str(part.get("type") or "text").endswith("text"):
        return None
    return next((text for name in SPOKEN if isinstance(text := part.get(name), str)), None)


def prompted(message: Any) -> Iterator[str]:
    """Find the prompter's texts in a tree, depth first."""
    if not isinstance(message, dict):
        return
    if str(message.get("role")).lower() in USERS and message.get("text") is not None:
        yield str(message["text"])
    for reply in message.get("replies") or []:
        yield from prompted(reply)

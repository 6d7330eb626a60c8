"""Calls of tools: as a list in a message, and as the JSON of a turn of its own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from instag.errors import InputError
from instag.io.json.text import parse

# The names in use for what a tool is given.
ARGUMENTS = ("arguments", "args", "parameters", "input")


def to_calls(text: Any) -> list[dict[str, Any]]:
    """Read the JSON of a ``function_call`` turn.

    Parameters
    ----------
    text
        An object with ``name`` and ``arguments``, which may also be ``args``, ``parameters`` or ``input``; or a list of
        such.

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
        value = parse(text) if isinstance(text, str) else text
        return [_to_call(**call) for call in (value if isinstance(value, list) else [value])]
    except (ValueError, TypeError) as error:
        raise InputError(
            f"found the function call {text!r}: expected JSON with name and arguments; write sharegpt"
        ) from error


def _to_call(name: str, **rest: Any) -> dict[str, Any]:
    given = [key for key in ARGUMENTS if key in rest]
    arguments = rest.pop(given[0]) if given else None
    if not given or rest.keys() - {"id", "type"}:
        raise TypeError
    rest = {"id": rest["id"]} if rest.get("id") is not None else {}
    spelt = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {**rest, "type": "function", "function": {"name": name, "arguments": spelt}}


def calls_within(text: Any) -> list[dict[str, Any]] | None:
    """Read calls from a text that is their JSON and nothing else, as in the answers of data sets for function calling.

    Examples
    --------
    >>> calls_within('[{"name": "add", "arguments": {"x": 1}}]')
    [{'type': 'function', 'function': {'name': 'add', 'arguments': '{"x": 1}'}}]
    >>> calls_within("[1]") is None
    True
    """
    if not isinstance(text, str) or not text.lstrip().startswith(("[", "{")):
        return None
    try:
        return to_calls(text)
    except InputError:
        return None


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
    if function.keys() - {"name", "arguments"} or {key for key in rest if rest[key] is not None} - {"id", "type"}:
        raise TypeError
    arguments = function.get("arguments")
    try:
        value = parse(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        value = arguments
    ids = {"id": rest["id"]} if rest.get("id") is not None else {}
    return {**ids, "name": function.get("name"), "arguments": value}

"""A conversation in one value, in whatever form it has: turns, exchanges, texts, a tree of messages, or the JSON of these."""

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from instag.errors import InputError
from instag.io.conversation import template as templates
from instag.io.conversation.columns import CHATS
from instag.io.conversation.content import content_of, text_of
from instag.io.conversation.roles import CALLER, CONTENTS, SPEAKERS, is_turn, role_of
from instag.io.conversation.utterance import OnFault, Turn, alternated, field_of, speaker_of, utterances
from instag.io.json.text import dump, parse

__all__ = ["parsed_chat", "parsed_list", "pass_over", "refuse", "templated", "turns_of"]

# What stands between the members of an array that NumPy prints.
UNPARTED = re.compile(r"\}\s*\n\s*\{")
WRAPPERS = tuple(name for name in CHATS if name not in ("items", "thread", "mapping", "data"))


def refuse(message: str) -> None:
    """Raise an error with this message."""
    raise InputError(message)


def pass_over(_: str) -> None:
    """Leave out what is not a turn."""


def turns_of(
    value: Any, on_fault: OnFault = refuse, *, template: str | None = None, alternate: bool = True
) -> list[Turn]:
    """Read a conversation in whatever form it has.

    Parameters
    ----------
    value
        A list of turns, of exchanges or of texts that alternate; a dict of turns, of the lists of a turn's fields, or
        one turn; the JSON of any of these; or a text, which is what the user said.
    on_fault
        What to do about something that is not a turn.
    template
        The chat template that texts are made with.
    alternate
        Whether plain texts alternate between user and assistant; otherwise all are the user's.

    Returns
    -------
    list of dict
        Turns.

    Examples
    --------
    >>> turns_of([{"human": "Why?", "bot": "So."}])
    [{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]
    """
    if isinstance(value, str):
        held = parsed_chat(value)
        if held is None and not alternate:
            held = parsed_list(value)
        if not value.strip():
            return []
        if held is None:
            return templated(value, template)
        value = held
    if isinstance(value, dict):
        value = _listed(value)
    if not isinstance(value, list):
        return [] if value is None else [{"role": "user", "content": dump(value)}]
    return _turns(value, on_fault, alternate=alternate)


def _turns(value: list[Any], on_fault: OnFault, *, alternate: bool) -> list[Turn]:
    """Read a list of turns, of exchanges, or of texts."""
    if value and all(_is_named(each) for each in value):
        value = [{"role": name, "content": text} for name, text in value]
    if value and all(isinstance(each, str) for each in value):
        return alternated(value) if alternate else [{"role": "user", "content": each} for each in value]
    if any(isinstance(each, str) for each in value) and all(isinstance(each, str | list) for each in value):
        return [{"role": "user", "content": text_of(each)} for each in value]
    turns: list[Turn] = []
    for each in value:
        turns += utterances(each, on_fault)
    # In formats for training, a speaker called system is the system.
    if any(isinstance(each, dict) and "system" in (each.get("role"), each.get("from")) for each in value):
        return turns
    return _with_assistant(turns, named=any(isinstance(each, dict) and "speaker" in each for each in value))


def _with_assistant(turns: list[Turn], *, named: bool) -> list[Turn]:
    """Turn the system into the assistant if it is the one that replies, as in data of dialogue systems."""
    roles = [turn["role"] for turn in turns]
    if "assistant" in roles or "user" not in roles or "system" not in roles[roles.index("user") :]:
        return turns
    if not named and roles != ["user", "system"] * (len(roles) // 2) + ["user"] * (len(roles) % 2):
        return turns
    return [turn | {"role": "assistant"} if turn["role"] == "system" else turn for turn in turns]


def _is_named(each: Any) -> bool:
    """Whether this is a turn as a list of two: the speaker and the text."""
    return isinstance(each, list) and len(each) == 2 and role_of(each[0]) not in (None, CALLER)  # noqa: PLR2004


def parsed_chat(text: str) -> Any:
    """Parse a conversation that is kept as text: JSON, or the way Python prints lists.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    list, dict or None
        The value; None if the text cannot be a conversation.

    Examples
    --------
    >>> parsed_chat('[{"role": "user", "content": "Why?"}]')
    [{'role': 'user', 'content': 'Why?'}]
    """
    start = text.lstrip()[:1]
    if start not in ("[", "{") or not start:
        return None
    try:
        value = parse(text)
    except ValueError:
        value = _printed(text)
    first = value[0] if isinstance(value, list) and value else value
    return value if isinstance(first, dict) and (is_turn(first) or any(key in first for key in WRAPPERS)) else None


def _listed(value: dict[str, Any]) -> Any:
    """Turn a dict of turns, a dict of lists, or a single turn into a list of turns."""
    names = {key.lower(): key for key in value}
    fields = [key for lower, key in names.items() if lower in (*SPEAKERS, *CONTENTS)]
    if len(fields) > 1 and all(isinstance(value[key], list) for key in fields[:2]) and "parts" not in names:
        lists = {key: each for key, each in value.items() if isinstance(each, list)}
        length = max(map(len, lists.values()))
        return [{key: each[at] for key, each in lists.items() if at < len(each)} for at in range(length)]
    if is_turn(value):
        return [value]
    for wrapper in WRAPPERS:
        if wrapper in names and isinstance(value[names[wrapper]], list | dict | str):
            inner = value[names[wrapper]]
            system = value.get(names.get("system", ""))
            turns = _listed(inner) if isinstance(inner, dict) else parse(inner) if isinstance(inner, str) else inner
            return [{"role": "system", "content": system}, *turns] if system else turns
    members = [each for each in value.values() if each is not None]
    if members and all(isinstance(each, dict) for each in members):
        return _walked(value) if any("message" in each and "parent" in each for each in members) else members
    return [value]


def _walked(nodes: Mapping[str, Any]) -> list[Any]:
    """Follow the branch of an exported chat that was shown last."""
    parents = {name: node.get("parent") for name, node in nodes.items()}
    name = next((name for name, parent in parents.items() if parent not in nodes), None)
    found, seen = [], set()
    while name is not None and name in nodes and name not in seen:
        seen.add(name)
        if nodes[name].get("message"):
            found.append(nodes[name]["message"])
        children = nodes[name].get("children") or [None]
        name = children[-1]
    return [
        each
        for each in found
        if text_of(content_of(field_of(each, CONTENTS)[1])) or role_of(speaker_of(each)[1]) != "system"
    ]


def templated(text: str, name: str | None) -> list[Turn]:
    """Split a text by its template; without one, it is a single user turn."""
    turns = templates.split(text, name) if name is not None else None
    return [{"role": "user", "content": text}] if turns is None else turns


def _printed(text: str) -> Any:
    """Parse a list as Python prints it, or as NumPy does, without commas between its members."""
    for spelt in (text.strip(), UNPARTED.sub("}, {", text.strip())):
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            return ast.literal_eval(spelt)
    return None


def parsed_list(text: str) -> list[Any] | None:
    """Parse a list of pairs or of texts that is kept as JSON.

    Examples
    --------
    >>> parsed_list('["Why?", "How?"]')
    ['Why?', 'How?']
    """
    try:
        value = parse(text) if text.lstrip().startswith("[") else None
    except ValueError:
        return None
    return value if isinstance(value, list) and all(isinstance(each, list | str) for each in value) else None

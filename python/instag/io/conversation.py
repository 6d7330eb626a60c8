"""The conversation in a row of any layout: turns of a role, a content as in messages, and calls of tools.

Every layout is read to it, every format is written from it, and the queries are its user turns.

A turn is a dict with ``role`` ("user", "assistant", "system", "tool", or the name that a file has where nobody knows
it) and ``content`` (text, a list of parts, or None), with ``tool_calls`` where the assistant makes some, and with
whatever else the file says of it.
"""

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from instag.errors import InputError
from instag.frame.path import pick
from instag.io import template
from instag.io.layout import Layout
from instag.io.records import dump, parse
from instag.io.roles import CALLER, CONTENTS, EXCHANGES, SPEAKERS, is_turn, role_of

Turn = dict[str, Any]
Spoil = Callable[[str], None]
"""What to do about something that is no turn: raise, or nothing."""

SPOKEN = ("text", "value", "content")
WRAPPERS = ("messages", "conversations", "conversation", "contents", "turns", "dialog", "chat")
# What stands before the words of the system where texts are made with a template.
SYSTEM = re.compile(r"^\s*SYSTEM:\s*|\s+$")
# What MOSS and its like put around the words of a turn.
MARKED = re.compile(r"^\s*<\|[\w ]+\|>:\s*|\s*<eo[a-z]>\s*$")


def refuse(message: str) -> None:
    """Raise what was found."""
    raise InputError(message)


def pass_over(_: str) -> None:
    """Leave out what is no turn."""


def conversation(
    layout: Layout, row: Mapping[str, Any], spoil: Spoil = refuse, *, answered: bool = True
) -> tuple[list[Turn], list[str]]:
    """Read one row as turns.

    Parameters
    ----------
    layout
        The layout of the row.
    row
        The values of the layout's columns, as JSON would have them.
    spoil
        What to do about something that is no turn.
    answered
        Whether the answer in another column is wanted.

    Returns
    -------
    tuple
        The turns, and the columns that are wholly in them.

    Examples
    --------
    >>> conversation(Layout("pairs", {"query": "question", "answer": "answer"}), {"question": "Why?", "answer": None})
    ([{'role': 'user', 'content': 'Why?'}], ['question', 'answer'])
    """
    part = {name: pick(row, column) for name, column in layout.columns.items()}
    used = [column for name, column in layout.columns.items() if name != "answer"]
    if "turns" in part:
        turns = turns_of(part["turns"], spoil, template=layout.template, alternate=layout.name != "turns")
    else:
        turns = list(_instructed(part, layout, spoil))
    system = list(_said("system", part.get("system") or None, spoil))
    if system and layout.template is not None:
        system = [{"role": "system", "content": SYSTEM.sub("", system[0]["content"])}]
    if system and turns[: len(system)] != system:
        turns = [*system, *turns]
    if "turns" in part and part.get("history"):
        turns = [*_earlier(part["history"], spoil), *turns]
    # A conversation that ends with an answer has no place for another.
    if "answer" in part and ("turns" not in part or not turns or turns[-1]["role"] != "assistant"):
        used.append(layout.columns["answer"])
        turns += _replied(part["answer"], spoil) if answered else []
    if layout.name == "instances" and isinstance(row.get("instances"), list) and len(row["instances"]) > 1:
        used = [column for column in used if not column.startswith("instances.")]
    return turns, used


def queries_of(turns: Iterable[Turn]) -> list[str]:
    """Take the texts of the user's turns.

    Parameters
    ----------
    turns
        A conversation.

    Returns
    -------
    list of str
        A text for each turn of the user's, empty where there is none in it.

    Examples
    --------
    >>> queries_of(turns_of([{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]))
    ['Why?']
    """
    return [text_of(turn["content"]) for turn in turns if turn["role"] == "user"]


def turns_of(value: Any, spoil: Spoil = refuse, *, template: str | None = None, alternate: bool = True) -> list[Turn]:
    """Read a conversation in whatever form it has.

    Parameters
    ----------
    value
        A list of turns, of exchanges or of texts that alternate; a dict of turns, of the lists of a turn's fields, or
        one turn; the JSON of any of these; or a text, which is what the user said.
    spoil
        What to do about something that is no turn.
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
        if held is None:
            return _templated(value, template)
        value = held
    if isinstance(value, dict):
        value = _listed(value)
    if not isinstance(value, list):
        return [] if value is None else [{"role": "user", "content": dump(value)}]
    if value and all(isinstance(each, str) for each in value):
        return _alternate(value) if alternate else [{"role": "user", "content": each} for each in value]
    turns: list[Turn] = []
    for each in value:
        turns += _turns(each, spoil)
    return turns


def parsed_chat(text: str) -> Any:
    """Parse a conversation that is kept as text: JSON, or the way Python prints lists.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    list, dict or None
        The value; None if the text is none that could be a conversation.

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
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    first = value[0] if isinstance(value, list) and value else value
    return value if isinstance(first, dict) and (is_turn(first) or any(key in first for key in WRAPPERS)) else None


def _listed(value: dict[str, Any]) -> Any:
    """Make a list of a dict of turns, of lists, or of one turn."""
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
    """Follow the branch of a chat's export that was looked at last."""
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
        each for each in found if text_of(_content(_field(each, CONTENTS)[1])) or role_of(_speaker(each)[1]) != "system"
    ]


def _turns(each: Any, spoil: Spoil) -> Iterator[Turn]:
    """Read one element of a conversation: a turn, or a question with its answer."""
    if isinstance(each, list) and each and all(text is None or isinstance(text, str) for text in each):
        yield from (turn for turn in _alternate(each) if turn["content"] is not None)
        return
    if not isinstance(each, dict):
        if each is not None:
            spoil(f"found {dump(each)} for a turn: expected a role and what was said")
        return
    field, speaker = _speaker(each)
    if field is not None:
        yield from _spoken(each, field, speaker)
        return
    names = {key.lower(): key for key in each}
    for asked, answer in EXCHANGES:
        if asked in names and answer in names:
            yield from _exchanged(each, names, asked, answer)
            return
    spoil(f"found {dump(each)} for a turn: expected a role and what was said")


def _speaker(turn: Mapping[str, Any]) -> tuple[str | None, Any]:
    """Find the field that says who spoke, and its value."""
    field, value = _field(turn, SPEAKERS)
    if isinstance(value, dict):
        value = value.get("role") or value.get("name")
    return field, value


def _field(turn: Mapping[str, Any], wanted: Sequence[str]) -> tuple[str | None, Any]:
    """Find the first of some fields that is not null, in any letter case, or else the first that is there."""
    names = {key.lower(): key for key in reversed(list(turn))}
    there = [names[name] for name in wanted if name in names]
    field = next((name for name in there if turn[name] not in (None, [])), there[0] if there else None)
    return field, None if field is None else turn[field]


def _spoken(turn: Mapping[str, Any], role: str, speaker: Any) -> Iterator[Turn]:
    """Name the role and the content of a turn as messages do, and leave out what is null."""
    field, value = _field(turn, CONTENTS)
    rest = {key: member for key, member in turn.items() if key not in (role, field) and member is not None}
    if field is not None and field.lower() == "parts":
        yield from _parted(value, role_of(speaker) or str(speaker), rest)
        return
    content = _content(value)
    for twin in [key for key in rest if key.lower() in CONTENTS]:
        if rest[twin] in ("", []) or (isinstance(rest[twin], str) and rest[twin] == text_of(content)):
            del rest[twin]
    named = role_of(speaker)
    if named == CALLER:
        yield {"role": "assistant", "content": None, "tool_calls": to_calls(content), **rest}
    elif isinstance(content, list) and any(_kind(part) in {"tool_use", "tool_result"} for part in content):
        yield from _used(named or str(speaker), content, rest)
    else:
        yield {"role": named or str(speaker), "content": content, **rest}


def _content(value: Any) -> Any:
    """Take text as it is, a part of text for its text, and any other part for a list of one."""
    if isinstance(value, dict):
        nested = value.get("parts")
        if isinstance(nested, list) and all(isinstance(part, str) for part in nested):
            return "\n".join(nested)
        text = piece(value)
        return [value] if text is None else text
    return value if value is None or isinstance(value, str | list) else dump(value)


def _kind(part: Any) -> Any:
    return part.get("type") if isinstance(part, dict) else None


def _used(role: str, parts: Sequence[Any], rest: Mapping[str, Any]) -> Iterator[Turn]:
    """Read the uses of tools and their results that stand among the parts of a turn."""
    calls, spoken = [], []
    for part in parts:
        if _kind(part) == "tool_use":
            arguments = json.dumps(part.get("input") or {}, ensure_ascii=False)
            calls.append(
                {
                    "id": part.get("id"),
                    "type": "function",
                    "function": {"name": part.get("name"), "arguments": arguments},
                }
            )
        elif _kind(part) == "tool_result":
            known = {
                key: part[key]
                for key in part
                if key not in ("type", "content", "tool_use_id") and part[key] is not None
            }
            content = part.get("content")
            yield {"role": "tool", "content": _content(content), "tool_call_id": part.get("tool_use_id"), **known}
        else:
            spoken.append(part)
    if calls or spoken:
        called = {"tool_calls": calls} if calls else {}
        yield {"role": role, "content": spoken or None, **called, **rest}


def _parted(parts: Any, role: str, rest: Mapping[str, Any]) -> Iterator[Turn]:
    """Read the parts of a turn as Gemini has them."""
    kept: list[Any] = []
    calls: list[Any] = []
    for part in parts if isinstance(parts, list) else [parts]:
        call = part.get("functionCall") or part.get("function_call") if isinstance(part, dict) else None
        result = part.get("functionResponse") or part.get("function_response") if isinstance(part, dict) else None
        if call:
            arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
            calls.append({"type": "function", "function": {"name": call.get("name"), "arguments": arguments}})
        elif result:
            yield {"role": "tool", "content": dump(result.get("response")), "name": result.get("name")}
        elif isinstance(part, dict):
            kept.append({key: member for key, member in part.items() if member is not None})
        elif part is not None:
            kept.append(part)
    texts = [
        part if isinstance(part, str) else part["text"]
        for part in kept
        if isinstance(part, str) or part.keys() == {"text"}
    ]
    content: Any = "\n".join(texts) if len(texts) == len(kept) else [_typed(part) for part in kept]
    if kept or calls:
        called = {"tool_calls": calls} if calls else {}
        yield {"role": role, "content": content if kept else None, **called, **rest}


def _typed(part: Any) -> Any:
    """Say of a text that it is one, as messages do."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "text", **part} if "text" in part and "type" not in part else part


def _exchanged(each: Mapping[str, Any], names: Mapping[str, str], asked: str, answer: str) -> Iterator[Turn]:
    """Read a question with its answer, and what else is said of them beside the answer."""
    keys = (names[asked], names[answer])
    rest = {
        key: member
        for key, member in each.items()
        if key not in keys and key.lower() != "system" and member is not None
    }
    if system := each.get(names.get("system", "")):
        yield {"role": "system", "content": system}
    for role, key in zip(("user", "assistant"), keys, strict=True):
        if each[key] is not None:
            words = MARKED.sub("", each[key]) if isinstance(each[key], str) else _content(each[key])
            yield {"role": role, "content": words, **(rest if role == "assistant" else {})}


def _alternate(texts: Iterable[Any]) -> list[Turn]:
    """Let user and assistant speak in turn."""
    return [{"role": role, "content": text} for role, text in zip(cycle(("user", "assistant")), texts, strict=False)]


def _templated(text: str, name: str | None) -> list[Turn]:
    """Take a text apart if it is of a template; otherwise the user said it."""
    turns = template.split(text, name) if name is not None else None
    return [{"role": "user", "content": text}] if turns is None else turns


def _instructed(part: Mapping[str, Any], layout: Layout, spoil: Spoil) -> Iterator[Turn]:
    """Read earlier exchanges, and what was asked with its input."""
    yield from _earlier(part.get("history"), spoil)
    asked, given = part.get("query"), part.get("input")
    if isinstance(asked, str) and given is None and layout.template is not None:
        yield from _templated(asked, layout.template)
        return
    texts = [_text(asked, spoil), "" if given is None else _text(given, lambda _: None, loose=True)]
    kept = [text for text in (texts[0], (texts[1] or "").strip() and texts[1]) if text is not None and text != ""]
    if kept or texts[0] is not None:
        yield {"role": "user", "content": "\n".join(kept)}


def _text(value: Any, spoil: Spoil, *, loose: bool = False) -> str | None:
    """Spell what was said as text: parts by their texts, JSON as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list) and not loose:
        if (
            isinstance(value, list)
            and value
            and all(piece(part) is not None or _kind(part) is not None for part in value)
        ):
            return text_of(value)
        if (words := piece(value)) is not None:
            return words
        spoil(f"found {dump(value)} for what the user said: expected text")
    return dump(value)


def _earlier(history: Any, spoil: Spoil) -> list[Turn]:
    """Read what was said before, in pairs, as turns or as a text."""
    if not history:
        return []
    if isinstance(history, str):
        name, _ = template.best([history]) if parsed_chat(history) is None else (None, 0)
        return turns_of(history, spoil, template=name)
    return turns_of(history, spoil)


def _said(role: str, text: Any, spoil: Spoil) -> Iterator[Turn]:
    """Make a turn of a text, none of null."""
    if isinstance(text, list | dict):
        words = text_of(text) if _kind(text) or (isinstance(text, list) and all(_kind(part) for part in text)) else None
        if words is None:
            spoil(f"found {dump(text)} for what the {role} said: expected text")
            return
        text = words
    if text is not None:
        yield {"role": role, "content": text if isinstance(text, str) else dump(text)}


def _replied(value: Any, spoil: Spoil) -> list[Turn]:
    """Read an answer: a text, a turn, or a list of them."""
    if isinstance(value, list | dict) and value and is_turn(value[0] if isinstance(value, list) else value):
        return turns_of(value, spoil)
    return list(_said("assistant", value, spoil))


def text_of(content: Any) -> str:
    r"""Find the text of parsed content, the same as expressions find by columns.

    Parameters
    ----------
    content
        A text, a part, or a list of parts.

    Returns
    -------
    str
        The texts of all parts, a line each.

    Examples
    --------
    >>> text_of([{"type": "text", "text": "look"}, {"type": "image"}, "here"])
    'look\nhere'
    """
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
    """Find the user's texts in a tree, depth first.

    Parameters
    ----------
    message
        A message with its ``replies``.
    """
    if not isinstance(message, dict):
        return
    if role_of(message.get("role")) == "user" and message.get("text") is not None:
        yield str(message["text"])
    for reply in message.get("replies") or []:
        yield from prompted(reply)


def branches(message: Any) -> Iterator[list[Turn]]:
    """Walk a tree: a conversation for each message that nobody replied to.

    Parameters
    ----------
    message
        A message with its ``replies``.

    Examples
    --------
    >>> reply = {"role": "assistant", "text": "So.", "replies": []}
    >>> list(branches({"role": "prompter", "text": "Why?", "replies": [reply]}))
    [[{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]]
    """
    if not isinstance(message, dict):
        return
    here = {"role": role_of(message.get("role")) or str(message.get("role")), "content": message.get("text")}
    replies = [reply for reply in message.get("replies") or [] if isinstance(reply, dict)]
    if not replies:
        yield [here]
    for reply in replies:
        for rest in branches(reply):
            yield [here, *rest]


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
        value = parse(text) if isinstance(text, str) else text
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
    if function.keys() - {"name", "arguments"} or {key for key in rest if rest[key] is not None} - {"id", "type"}:
        raise TypeError
    arguments = function.get("arguments")
    try:
        value = parse(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        value = arguments
    ids = {"id": rest["id"]} if rest.get("id") is not None else {}
    return {**ids, "name": function.get("name"), "arguments": value}

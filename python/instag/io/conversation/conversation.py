"""The conversation in a row of any layout: turns of a role, a content as in messages, and calls of tools.

Every layout is read to it, every format is written from it, and the queries are its user turns.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from instag.errors import InputError
from instag.frame.path import pick
from instag.io.conversation import template
from instag.io.conversation.calls import calls_within
from instag.io.conversation.choices import choices_of, chosen
from instag.io.conversation.columns import CHATS
from instag.io.conversation.content import content_of, kind_of, piece, text_of, words_of
from instag.io.conversation.layout import Layout
from instag.io.conversation.roles import CALLER, CONTENTS, SPEAKERS, is_turn, role_of
from instag.io.conversation.utterance import OnFault, Turn, alternated, field_of, speaker_of, utterances
from instag.io.json.text import dump, parse

WRAPPERS = tuple(name for name in CHATS if name not in ("items", "thread", "mapping", "data"))
# Where the words of an answer stand that comes with more about them.
SPELT = ("text", "texts", "value")
# What stands before the words of the system where texts are made with a template.
SYSTEM = re.compile(r"^\s*SYSTEM:\s*|\s+$")


def refuse(message: str) -> None:
    """Raise what was found."""
    raise InputError(message)


def pass_over(_: str) -> None:
    """Leave out what is no turn."""


def conversation(
    layout: Layout, row: Mapping[str, Any], on_fault: OnFault = refuse, *, answered: bool = True
) -> tuple[list[Turn], list[str]]:
    """Read one row as turns.

    Parameters
    ----------
    layout
        The layout of the row.
    row
        The values of the layout's columns, as JSON would have them.
    on_fault
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
    used = [column for name, column in layout.columns.items() if name not in {"answer", "tools"}]
    if "turns" in part:
        turns = turns_of(part["turns"], on_fault, template=layout.template, alternate=layout.name != "turns")
    else:
        turns = list(_instructed(part, layout, on_fault))
    system = list(_said("system", part.get("system") or None, on_fault))
    if system and layout.template is not None:
        system = [{"role": "system", "content": SYSTEM.sub("", system[0]["content"])}]
    if system and turns[: len(system)] != system:
        turns = [*system, *turns]
    if "turns" in part and part.get("history"):
        turns = [*_earlier(part["history"], on_fault), *turns]
    # A conversation that ends with an answer has no place for another.
    if "answer" in part and ("turns" not in part or not turns or turns[-1]["role"] != "assistant"):
        used.append(layout.columns["answer"])
        answer = chosen(part["answer"], choices_of(part))
        calls = calls_within(answer) if "tools" in part else None
        if calls:
            turns.append({"role": "assistant", "content": None, "tool_calls": calls})
        elif answered:
            turns += _replied(answer, on_fault, layout.template)
        several = isinstance(part["answer"], list) and len(part["answer"]) > 1 and not is_turn(part["answer"][0])
        if several or _is_spelt(part["answer"]):
            used.pop()  # of several answers the first is taken, and all stay where they are
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
        if held is None and not alternate:
            held = parsed_list(value)
        if not value.strip():
            return []
        if held is None:
            return _templated(value, template)
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
    return _with_assistant(turns) if any(isinstance(each, dict) and "speaker" in each for each in value) else turns


def _with_assistant(turns: list[Turn]) -> list[Turn]:
    """Let the system be the assistant where it is the one that replies, as in data of dialogue systems."""
    roles = [turn["role"] for turn in turns]
    if "assistant" in roles or "user" not in roles or "system" not in roles[roles.index("user") :]:
        return turns
    return [turn | {"role": "assistant"} if turn["role"] == "system" else turn for turn in turns]


def _is_named(each: Any) -> bool:
    """Whether this is a turn as a list of two: who spoke, and what was said."""
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
        each
        for each in found
        if text_of(content_of(field_of(each, CONTENTS)[1])) or role_of(speaker_of(each)[1]) != "system"
    ]


def _templated(text: str, name: str | None) -> list[Turn]:
    """Take a text apart if it is of a template; otherwise the user said it."""
    turns = template.split(text, name) if name is not None else None
    return [{"role": "user", "content": text}] if turns is None else turns


def _instructed(part: Mapping[str, Any], layout: Layout, on_fault: OnFault) -> Iterator[Turn]:
    """Read earlier exchanges, and what was asked with its input."""
    yield from _earlier(part.get("history"), on_fault)
    asked, given = part.get("query"), part.get("input")
    if isinstance(asked, str) and given in (None, "") and layout.template is not None:
        yield from _templated(asked, layout.template)
        return
    texts = [_text(asked, on_fault), "" if given is None else _text(given, lambda _: None, loose=True)]
    texts += [". ".join(choice) for choice in choices_of(part)]
    kept = [text for text in (texts[0], (texts[1] or "").strip() and texts[1], *texts[2:]) if text]
    if kept or texts[0] is not None:
        yield {"role": "user", "content": "\n".join(kept)}


def _text(value: Any, on_fault: OnFault, *, loose: bool = False) -> str | None:
    """Spell what was said as text: parts by their texts, JSON as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list) and not loose:
        if (
            isinstance(value, list)
            and value
            and all(piece(part) is not None or kind_of(part) is not None for part in value)
        ):
            return text_of(value)
        if (words := piece(value)) is not None:
            return words
        on_fault(f"found {dump(value)} for what the user said: expected text")
    return dump(value)


def _earlier(history: Any, on_fault: OnFault) -> list[Turn]:
    """Read what was said before, in pairs, as turns or as a text."""
    if not history:
        return []
    if isinstance(history, str):
        if parsed_chat(history) is None and (held := parsed_list(history)) is not None:
            return turns_of(held, on_fault)
        name, _ = template.best([history]) if parsed_chat(history) is None else (None, 0)
        return turns_of(history, on_fault, template=name)
    return turns_of(history, on_fault)


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


def _said(role: str, text: Any, on_fault: OnFault) -> Iterator[Turn]:
    """Make a turn of a text, none of null."""
    if isinstance(text, list | dict):
        words: Any = words_of(text)
        if words is None and isinstance(text, list) and all(kind_of(part) for part in text):
            words = text
        if words is None:
            on_fault(f"found {dump(text)} for what the {role} said: expected text")
            return
        yield {"role": role, "content": words}
    elif text is not None:
        yield {"role": role, "content": text if isinstance(text, str) else dump(text)}


def _is_spelt(value: Any) -> bool:
    """Whether this is an answer as sets of questions have it: its texts and their places, or one with its other spellings."""
    return isinstance(value, dict) and not is_turn(value) and len(value) > 1 and any(value.get(key) for key in SPELT)


def _replied(value: Any, on_fault: OnFault, name: str | None) -> list[Turn]:
    """Read an answer: a text, a turn, or a list of them; of several texts the first."""
    if _is_spelt(value):
        value = next(value[key] for key in SPELT if value.get(key))
    if isinstance(value, list | dict) and value and is_turn(value[0] if isinstance(value, list) else value):
        return turns_of(value, on_fault)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = value[0] if value else None
    if isinstance(value, str) and name is not None:
        value = template.stripped(value, name)
    return list(_said("assistant", value, on_fault))

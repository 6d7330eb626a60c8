"""The conversation in a row of any layout: turns of a role, a content as in messages, and calls of tools.

Every layout is read into it, every format is written from it, and the queries are its user turns.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from instag.frame.path import pick
from instag.io.conversation import template
from instag.io.conversation.calls import calls_within
from instag.io.conversation.chat import parsed_chat, parsed_list, refuse, templated, turns_of
from instag.io.conversation.choices import choices_of, chosen
from instag.io.conversation.content import kind_of, piece, text_of, words_of
from instag.io.conversation.layout import Layout
from instag.io.conversation.roles import is_turn, role_of
from instag.io.conversation.utterance import OnFault, Turn
from instag.io.json.text import dump, parse

# The fields with the text of an answer that is a record.
SPELT = ("text", "texts", "value")
# What precedes the system prompt in texts that are made with a template.
SYSTEM = re.compile(r"^\s*SYSTEM:\s*|\s+$")


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
        What to do about something that is not a turn.
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
        if several or _is_spelt(part["answer"]) or layout.columns["answer"].startswith("choices."):
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
        A text for each turn of the user's, empty if there is none in it.

    Examples
    --------
    >>> queries_of(turns_of([{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]))
    ['Why?']
    """
    return [text_of(turn["content"]) for turn in turns if turn["role"] == "user"]


def _instructed(part: Mapping[str, Any], layout: Layout, on_fault: OnFault) -> Iterator[Turn]:
    """Read earlier exchanges, and what was asked with its input."""
    yield from _earlier(part.get("history"), on_fault)
    asked, given = part.get("query"), part.get("input")
    if isinstance(asked, str) and given in (None, "") and layout.template is not None:
        yield from templated(asked, layout.template)
        return
    texts = [_text(asked, on_fault), "" if given is None else _text(given, lambda _: None, loose=True)]
    texts += [". ".join(choice) for choice in choices_of(part)]
    kept = [text for text in (texts[0], (texts[1] or "").strip() and texts[1], *texts[2:]) if text]
    if kept or texts[0] is not None:
        yield {"role": "user", "content": "\n".join(kept)}


def _text(value: Any, on_fault: OnFault, *, loose: bool = False) -> str | None:
    """Write a content as text: parts as their texts, JSON as JSON."""
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
    """Read earlier turns: pairs, turns, or a text."""
    if not history:
        return []
    if isinstance(history, str):
        if parsed_chat(history) is None and (held := parsed_list(history)) is not None:
            return turns_of(held, on_fault)
        name, _ = template.best([history]) if parsed_chat(history) is None else (None, 0)
        return turns_of(history, on_fault, template=name)
    return turns_of(history, on_fault)


def _said(role: str, text: Any, on_fault: OnFault) -> Iterator[Turn]:
    """Make a turn of a text; null makes no turn."""
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
    """Whether this is an answer of a question-answering set: texts with their places, or one with its other spellings."""
    return isinstance(value, dict) and not is_turn(value) and len(value) > 1 and any(value.get(key) for key in SPELT)


def _parsed(text: str) -> Any:
    """Parse a turn, or the turn in the response of a server."""
    if "choices" not in text:
        return parsed_chat(text)
    try:
        return pick(parse(text), "choices.0.message")
    except ValueError:
        return None


def _logged(text: str) -> Any:
    """Parse an answer that is the JSON of the assistant's turn, as logs have it."""
    turn = _parsed(text) if text.lstrip().startswith(("{", "[")) else None
    turns = turn if isinstance(turn, list) else [turn]
    said = all(isinstance(each, dict) and role_of(each.get("role")) in ("assistant", "tool") for each in turns)
    return turn if said else None


def _replied(value: Any, on_fault: OnFault, name: str | None) -> list[Turn]:
    """Read an answer: a text, a turn, or a list of them; of several texts the first."""
    if _is_spelt(value):
        value = next(value[key] for key in SPELT if value.get(key))
    if isinstance(value, list | dict) and value and is_turn(value[0] if isinstance(value, list) else value):
        return turns_of(value, on_fault)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = value[0] if value else None
    if isinstance(value, str) and (turn := _logged(value)) is not None:
        return turns_of(turn, on_fault)
    if isinstance(value, str) and name is not None:
        value = template.stripped(value, name)
    return list(_said("assistant", value, on_fault))

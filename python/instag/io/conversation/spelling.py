"""Spelling: the turns of a conversation in the columns of a format, or an error that says what it has no place for."""

from collections.abc import Callable
from typing import Any

from instag.errors import InputError
from instag.io.conversation.calls import from_calls
from instag.io.conversation.content import words_of
from instag.io.conversation.roles import CALLER, NAMES
from instag.io.conversation.utterance import Turn

__all__ = ["MAKERS", "SHAREGPT", "alpaca"]

# The names of the roles in ShareGPT.
SHAREGPT = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def _messages(turns: list[Turn]) -> dict[str, Any]:
    return {"messages": turns}


def _sharegpt(turns: list[Turn]) -> dict[str, Any]:
    """Give each call of tools a turn of its own."""
    made = []
    for turn in turns:
        calls = turn.get("tool_calls")
        rest = {key: value for key, value in turn.items() if key not in ("role", "content", "tool_calls")}
        if turn["content"] or not calls:
            made.append({"from": _speaker(turn), "value": _text(turn, "sharegpt"), **rest})
            rest = {}
        if calls:
            made.append({"from": CALLER, "value": from_calls(calls), **rest})
    return {"conversations": made}


def _speaker(turn: Turn) -> str:
    if turn["role"] not in SHAREGPT:
        names = [name for each in NAMES.values() for name in each[:2]]
        raise InputError(f"found the role {turn['role']!r}: expected one of {', '.join(names)}, {CALLER}, …")
    return SHAREGPT[turn["role"]]


def alpaca(turns: list[Turn]) -> dict[str, Any]:
    """Lay the last exchange out flat; the turns have to alternate, after one system prompt at most."""
    for turn in turns:
        if extra := [key for key in turn if key not in ("role", "content")]:
            raise InputError(f"alpaca has no place for {extra[0]!r} in a turn: write sharegpt or messages")
    system = [_text(turn, "alpaca") for turn in turns[:1] if turn["role"] == "system"]
    spoken = turns[len(system) :]
    for at, turn in enumerate(spoken):
        if turn["role"] != ("user", "assistant")[at % 2]:
            raise InputError(
                f"alpaca has no place for turn {at + len(system) + 1}, of role {turn['role']!r}: "
                "expected user and assistant in turn; write sharegpt or messages"
            )
    if not spoken:
        raise InputError("alpaca has no place for a conversation without a user: write sharegpt or messages")
    texts = [_text(turn, "alpaca") for turn in spoken]
    last = (len(texts) - 1) // 2 * 2
    made: dict[str, Any] = {
        "instruction": texts[last],
        "input": "",
        "output": texts[last + 1] if last + 1 < len(texts) else None,
    }
    if system:
        made["system"] = system[0]
    if last:
        made["history"] = [texts[at : at + 2] for at in range(0, last, 2)]
    return made


def _text(turn: Turn, target: str) -> str | None:
    """Join the parts of a turn, if all of them are text."""
    content = turn["content"]
    if content is None or isinstance(content, str):
        return content
    text = words_of(content) if isinstance(content, list) else None
    if text is None:
        raise InputError(f"{target} has no place for content that is not text: write messages")
    return text


MAKERS: dict[str, Callable[[list[Turn]], dict[str, Any]]] = {
    "alpaca": alpaca,
    "sharegpt": _sharegpt,
    "messages": _messages,
}

"""Preferences: what was asked once, and the answers that were chosen and rejected after it."""

from collections.abc import Mapping
from typing import Any

from instag.io.conversation.chat import turns_of
from instag.io.conversation.roles import is_turn
from instag.io.conversation.spelling import MAKERS
from instag.io.conversation.utterance import Turn

__all__ = ["divided", "spelt"]


def divided(
    turns: list[Turn], row: Mapping[str, Any], template: str | None = None
) -> tuple[list[Turn], dict[str, list[Turn]]]:
    """Split a chosen and a rejected conversation into what they share and the answers after it.

    Parameters
    ----------
    turns
        The conversation that was chosen.
    row
        The values of the columns; ``rejected`` has the other conversation.
    template
        The chat template that texts are made with.

    Returns
    -------
    tuple
        What was asked, and the turns after it, under ``chosen`` and ``rejected``. If the two share no turn of the user's,
        what was asked is all but the last turn of the chosen one, and the rejected one stays whole.

    Examples
    --------
    >>> asked = {"role": "user", "content": "Why?"}
    >>> chosen = [asked, {"role": "assistant", "content": "So."}]
    >>> divided(chosen, {"rejected": [asked, {"role": "assistant", "content": "No."}]})[1]["rejected"]
    [{'role': 'assistant', 'content': 'No.'}]
    """
    other = turns_of(row.get("rejected"), template=template)
    shared = 0
    for one, two in zip(turns[:-1], other[:-1], strict=False):
        if one != two:
            break
        shared += 1
    if not any(turn["role"] == "user" for turn in turns[:shared]):
        return turns[:-1], {"chosen": turns[-1:], "rejected": other}
    return turns[:shared], {"chosen": turns[shared:], "rejected": other[shared:]}


def spelt(value: Any, target: str, asked: list[Turn]) -> Any:
    """Put an answer that was chosen or rejected in the form of a format's turns, without what was asked before it.

    Parameters
    ----------
    value
        A text, which stays as it is; a turn, or a list of turns.
    target
        The format.
    asked
        What was asked, which may stand before the answer.

    Examples
    --------
    >>> spelt([{"role": "assistant", "content": "So."}], "sharegpt", [])
    [{'from': 'gpt', 'value': 'So.'}]
    """
    if not is_turn(value[0] if isinstance(value, list) and value else value):
        return value
    turns = turns_of(value)
    if asked and len(turns) > len(asked) and turns[: len(asked)] == asked:
        turns = turns[len(asked) :]
    if target == "alpaca":
        text = turns[0]["content"] if len(turns) == 1 else None
        return text if isinstance(text, str) else value
    made = next(iter(MAKERS[target](turns).values()))
    return made[0] if isinstance(value, dict) and len(made) == 1 else made

"""Conversion: one layout becomes another by way of turns, each a role and what was said.

============================  ================================  ==========================================
messages                      sharegpt                          alpaca
============================  ================================  ==========================================
user                          human                             instruction, with any input in it
assistant                     gpt                               output
system                        system                            system
assistant with tool_calls     gpt if it speaks, function_call   cannot be held
tool                          observation                       cannot be held
============================  ================================  ==========================================

Alpaca has the last exchange in ``instruction`` and ``output``, and earlier ones in ``history``. Further fields of a
turn stay beside its words in messages and sharegpt.
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

import polars as pl

from instag.errors import InputError
from instag.io.conversation import Turn, from_calls, piece, turns
from instag.io.layout import detect
from instag.io.records import frame as held
from instag.io.records import plain

Target = Literal["alpaca", "sharegpt", "messages"]

TARGETS: tuple[Target, ...] = get_args(Target)
SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def convert(frame: pl.LazyFrame, target: str) -> pl.LazyFrame:
    """Put a frame in another layout, with its other columns beside.

    Parameters
    ----------
    frame
        A frame in any layout; one that is in the target's already stays as it is.
    target
        ``"alpaca"``, ``"sharegpt"`` or ``"messages"``.

    Returns
    -------
    polars.LazyFrame
        The converted columns in the place of the first that they are made from.

    Examples
    --------
    >>> convert(pl.LazyFrame({"question": ["Why?"], "answer": ["So."]}), "sharegpt").collect().to_dicts()
    [{'conversations': [{'from': 'human', 'value': 'Why?'}, {'from': 'gpt', 'value': 'So.'}]}]
    """
    schema = {name: dtype for name, dtype in frame.collect_schema().items() if name != "queries"}
    layout = detect(schema)
    if layout is None or layout.name == "tree":
        found = "a tree of many conversations" if layout else f"the columns {', '.join(schema)}"
        raise InputError(f"format {target!r}: found {found}: expected single conversations; write them as they are")
    if layout.name == target:
        return frame
    whole = frame.collect()
    used = list(layout.columns.values())
    made = []
    for number, row in enumerate(whole.select(used).iter_rows(named=True), start=1):
        try:
            made.append(MAKERS[target](turns(layout, plain(row), schema)))
        except InputError as error:
            raise InputError(f"row {number}: {error}") from error
    return _placed(whole, held(made), used).lazy()


def _placed(whole: pl.DataFrame, made: pl.DataFrame, used: list[str]) -> pl.DataFrame:
    """Put the columns made in the place of those used."""
    kept = whole.drop(used)
    if clash := set(kept.columns) & set(made.columns):
        raise InputError(f"column {min(clash)!r} would be written twice: rename the one there is")
    at = min(whole.columns.index(column) for column in used)
    before = [name for name in whole.columns[:at] if name in kept]
    return pl.concat([kept.select(before), made, kept.drop(before)], how="horizontal")


def _messages(turns: list[Turn]) -> dict[str, Any]:
    return {"messages": turns}


def _sharegpt(turns: list[Turn]) -> dict[str, Any]:
    """Give each call of tools a turn of its own."""
    made = []
    for turn in turns:
        calls = turn.get("tool_calls")
        rest = {key: value for key, value in turn.items() if key not in ("role", "content", "tool_calls")}
        if turn["content"] or not calls:
            made.append({"from": SPEAKERS[turn["role"]], "value": _text(turn, "sharegpt"), **rest})
            rest = {}
        if calls:
            made.append({"from": "function_call", "value": from_calls(calls), **rest})
    return {"conversations": made}


def _alpaca(turns: list[Turn]) -> dict[str, Any]:
    """Lay the last exchange out flat; the turns have to alternate, after one word of the system at most."""
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
    texts = [piece(part) for part in content] if isinstance(content, list) else [None]
    if None in texts:
        raise InputError(f"{target} has no place for content that is not text: write messages")
    return "\n".join(text for text in texts if text is not None)


MAKERS: dict[str, Callable[[list[Turn]], dict[str, Any]]] = {
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "messages": _messages,
}

"""The rows in parsed JSON: objects, lists and strings, and tables by any of the ways to keep them."""

from collections.abc import Callable
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.io.conversation.columns import ASKED, CHATS, OUTPUTS, PREFERRED, TURNS
from instag.io.conversation.roles import is_turn
from instag.io.json.nested import DEFINITION, INSTANCES, instances, questions
from instag.io.json.records import frame
from instag.warning import warn

NOUNS = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number", bool: "a boolean"}

# Keys under which files and servers describe their rows; what they hold is not part of any row.
ABOUT = ("version", "features", "schema", "object", "dataset", "name", "next", "previous", "first_id", "last_id", "url")


def rows_of(values: list[Any], name: object, where: Callable[[int], str], *, jsonl: bool = False) -> pl.LazyFrame:
    """Make a row of each object, a row with a conversation of each list, and a row with a prompt of each string."""
    if not values:
        raise InputError(f"{name}: the file is empty: expected at least one record")
    if all(isinstance(value, list) for value in values):
        values = _conversations(values)
    elif all(isinstance(value, str) for value in values) and (not jsonl or len(values) > 1):
        values = [{"text": value} for value in values]
    for row, value in enumerate(values):
        if not isinstance(value, dict):
            raise InputError(f"{name}, {where(row)}: found {NOUNS.get(type(value), 'null')}: expected an object")
    return frame(values).lazy()


def _conversations(values: list[Any]) -> list[Any]:
    """Name the column of conversations that are rows by themselves."""
    turns = [turn for value in values for turn in value]
    if all(isinstance(turn, str) for turn in turns):
        return [{"conversation": value} for value in values]
    if turns and all(isinstance(turn, list) and turn and all(isinstance(text, str) for text in turn) for turn in turns):
        return [{"conversation": value} for value in values]
    if turns and all(is_turn(turn) for turn in turns):
        column = "conversations" if "from" in turns[0] else "messages" if "role" in turns[0] else "conversation"
        return [{column: value} for value in values]
    return values


def rows_within(value: dict[str, Any], name: object, field: str | None = None) -> list[Any]:
    """Find the rows in one JSON object.

    Parameters
    ----------
    value
        The object.
    name
        What to call the file in an error.
    field
        The key that holds the rows, if it is known.

    Returns
    -------
    list
        The rows.

    Examples
    --------
    >>> rows_within({"rows": [{"row": {"prompt": "Why?"}}], "total": 1}, "data.json")
    [{'prompt': 'Why?'}]
    >>> rows_within({"prompt": {"0": "Why?", "1": "How?"}}, "data.json")
    [{'prompt': 'Why?'}, {'prompt': 'How?'}]
    """
    if field is not None:
        if field not in value:
            raise InputError(f"{name}: there is no key {field!r}: expected one of {', '.join(map(repr, value))}")
        inner = value[field]
        return (
            questions(_unwrapped(inner), name)
            if isinstance(inner, list)
            else rows_within(inner, name)
            if isinstance(inner, dict)
            else [inner]
        )
    if not value:
        raise InputError(f"{name}: the file is empty: expected at least one record")
    if (known := _known(value, name)) is not None:
        return known
    only = next(iter(value.values()))
    if len(value) == 1 and isinstance(only, dict) and any(map(_is_table, only.values())):
        return rows_within(only, name)
    table = _table(value)
    if table is not None:
        return table
    lists = {key: member for key, member in value.items() if isinstance(member, list)}
    records = {key: member for key, member in lists.items() if member and isinstance(member[0], dict | list)}
    key = next((key for key in ("data", "rows") if isinstance(value.get(key), list)), None)
    if key is None and len(records or lists) == 1:
        key = next(iter(records or lists))
    if key is not None:
        _warn_of_rest(value, key, name)
        return questions(_unwrapped(value[key]), name)
    keys = ", ".join(map(repr, value))
    several = ", ".join(map(repr, records))
    hint = (
        f"say which key holds the rows with field= / --field: {several}"
        if records
        else "save the list itself as the file"
    )
    raise InputError(f"{name}: found one object with the keys {keys}: expected a list of objects; {hint}")


def _known(value: dict[str, Any], name: object) -> list[Any] | None:
    """The rows of an object that is a task, several conversations or one sample; None for any other."""
    if (of_task := instances(value)) is not None:
        _warn_of_rest({key: value[key] for key in value if key != DEFINITION}, INSTANCES, name)
        return of_task
    if _are_conversations(value):
        return [{"id": key, "messages": turns} for key, turns in value.items()]
    return [value] if _is_sample(value) else None


def _are_conversations(value: dict[str, Any]) -> bool:
    """Whether these are several conversations by their names, rather than the parts of one sample."""
    parts = {*CHATS, *TURNS, *ASKED, *OUTPUTS, *PREFERRED}
    turns = all(_is_chat("", member) for member in value.values())
    return (
        len(value) > 1
        and turns
        and not any(key.lower().rpartition("_")[0] in parts or key.lower() in parts for key in value)
    )


def _warn_of_rest(value: dict[str, Any], key: str, name: object) -> None:
    """Warn of texts, lists and records beside the rows of a file, which are lost."""
    rest = [
        other for other, member in value.items() if other not in (key, *ABOUT) and isinstance(member, str | list | dict)
    ]
    lost = [repr(other) for other in rest if value[other]]
    if lost:
        warn(f"{name}: the rows are those under {key!r}; what stands beside them is not read: {', '.join(lost)}")


def _is_chat(key: str, member: Any) -> bool:
    """Whether this is a list of turns."""
    exchanges = key.lower() in CHATS
    return isinstance(member, list) and bool(member) and all(is_turn(each, exchanges=exchanges) for each in member)


def _is_table(member: Any) -> bool:
    """Whether this is a list of objects."""
    return isinstance(member, list) and bool(member) and all(isinstance(each, dict) for each in member)


def _table(value: dict[str, Any]) -> list[Any] | None:
    """Turn the columns that a table is kept by into rows; None if it is kept in another way."""
    members = list(value.values())
    if value.keys() >= {"columns", "data"} and all(isinstance(value[key], list) for key in ("columns", "data")):
        return [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
    if all(isinstance(member, dict) and member for member in members):
        keys = list(members[0])
        if any(list(member) != keys for member in members):
            return None
        # Columns of rows by their number, as pandas writes them; or rows by name.
        columns = all(key.isdecimal() for key in keys)
        if columns:
            return [{name: member[key] for name, member in value.items()} for key in keys]
        named = "id" not in keys and not all(key.isdecimal() for key in value)
        return [{"id": key, **member} for key, member in value.items()] if named else members
    side_by_side = len(members) > 1 and all(isinstance(member, list) for member in members)
    if side_by_side and len({len(member) for member in members}) == 1:
        first = [member[0] for member in members if member]
        if not any(isinstance(each, dict) for each in first):
            return [dict(zip(value, row, strict=True)) for row in zip(*members, strict=True)]
    return None


def _unwrapped(rows: list[Any]) -> list[Any]:
    """Unwrap rows that are sent with their numbers, as the Hub's viewer of data sets does."""
    if rows and all(isinstance(row, dict) and isinstance(row.get("row"), dict) for row in rows):
        return [row["row"] for row in rows]
    return rows


def _is_sample(value: dict[str, Any]) -> bool:
    """Whether an object is itself a row: a conversation, or texts side by side."""
    # A question with its answer is a turn under a name that says so, and a row under any other.
    members = {key: member for key, member in value.items() if key not in {"data", "items"}}
    # One record with a chat, beside others, is a part of a sample; records that all have one are samples by their names.
    within = [
        any(_is_chat(*each) for each in member.items()) for member in members.values() if isinstance(member, dict)
    ]
    inner = sum(within) == 1 and len(members) > 1
    if inner or any(_is_chat(*each) for each in members.items()):
        return not any(key in value for key in ("data", "rows"))
    return all(not isinstance(member, list | dict) for member in value.values())

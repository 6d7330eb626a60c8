"""Tables of messages: a row for each, with who spoke, and which conversation or which message it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from instag.frame.path import JSON, resolve
from instag.io.conversation.columns import (
    TABLE_GROUPS,
    TABLE_MOMENTS,
    TABLE_ORDERS,
    TABLE_PARENTS,
    TABLE_PEOPLE,
    TABLE_RECORDS,
    TABLE_SPEAKERS,
    TABLE_WORDS,
)
from instag.io.conversation.layout import Layout
from instag.io.conversation.roles import FLAGS, role_of
from instag.io.conversation.speech import is_text

__all__ = ["message_table"]

# The rows that are looked at to see who speaks.
SAMPLE = 1_000


def message_table(frame: pl.LazyFrame, types: Mapping[str, Any]) -> Layout | None:
    """Find the columns of a table of messages, and see from its rows whether they are messages.

    Parameters
    ----------
    frame
        The rows.
    types
        The columns and their types.

    Returns
    -------
    Layout or None
        What was said, who spoke, and either the message before (``key`` and ``parent``) or the conversation
        (``group``, without which all rows are one) and the place in it (``order``), or its time (``moment``). None if
        rows are not messages.

    Examples
    --------
    >>> rows = {"chat_id": [1, 1], "role": ["user", "assistant"], "text": ["Why?", "So."]}
    >>> message_table(pl.LazyFrame(rows), {"chat_id": pl.Int64(), "role": pl.String(), "text": pl.String()}).columns
    {'query': 'text', 'role': 'role', 'group': 'chat_id'}
    """
    plain = {name.lower().replace("_", ""): name for name, dtype in types.items() if _is_name(dtype)}
    times = {name.lower().replace("_", ""): name for name, dtype in types.items() if _is_name(dtype) or _is_time(dtype)}
    for query, role in _spoken(types):
        parts = {"query": query, "role": role}
        tree = next(((key, above) for key, above in TABLE_PARENTS.items() if key in plain and above in plain), None)
        if tree is not None:
            parts |= {"key": plain[tree[0]], "parent": plain[tree[1]]}
        else:
            group = next((plain[name] for name in plain if name in TABLE_GROUPS and plain[name] != query), None)
            order = next((plain[name] for name in plain if name in TABLE_ORDERS), None)
            moment = next((times[name] for name in TABLE_MOMENTS if name in times), None) if order is None else None
            named = (("group", group), ("order", order), ("moment", moment))
            parts |= {part: name for part, name in named if name is not None}
        if _are_messages(frame, types, parts):
            return Layout("thread", parts)
    return None


def _is_name(dtype: Any) -> bool:
    return dtype == pl.Null or is_text(dtype) or dtype.is_integer()


def _is_time(dtype: Any) -> bool:
    return bool(dtype.is_temporal() or dtype.is_float())


def _spoken(types: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find what was said and who spoke, in columns or within one."""
    lower = {name.lower(): name for name in types}
    records = {lower[name]: types[lower[name]] for name in TABLE_RECORDS if name in lower}
    # A record of a message says more of it than the columns around it.
    places = [
        (f"{name}.", dict(dtype)) for name, dtype in records.items() if isinstance(dtype, pl.Struct) and dtype != JSON
    ]
    places.append(("", dict(types)))
    for above, fields in places:
        names = {name.lower(): name for name in fields}
        roles = [names[name] for name in TABLE_SPEAKERS if name in names and _is_name(fields[names[name]])]
        flags = [names[name] for name in FLAGS if name in names and fields[names[name]] == pl.Boolean]
        words = [names[name] for name in TABLE_WORDS if name in names and _is_said(fields[names[name]])]
        yield from ((f"{above}{words[0]}", f"{above}{role}") for role in (roles + flags if words else ()))


def _is_said(dtype: Any) -> bool:
    """Whether the values of a type can be what was said: text, or parts."""
    return is_text(dtype) or isinstance(getattr(dtype, "inner", None), pl.Struct)


def _are_messages(frame: pl.LazyFrame, types: Mapping[str, Any], parts: Mapping[str, str]) -> bool:
    """Whether user and assistant speak in the rows; or anybody, where conversations have names."""
    value, dtype = resolve(types, parts["role"])
    name = parts["role"].rpartition(".")[2].lower()
    if dtype == pl.Boolean:
        roles: Sequence[str | None] = ("user", "assistant")
    else:
        first = frame.select(value.alias("role")).head(SAMPLE).unique().collect(engine="streaming").to_series()
        roles = [role_of(each) for each in first if each is not None]
    if {"user", "assistant"} <= set(roles):
        # Any table may have a column `type`.
        return name != "type" or "group" in parts or "parent" in parts
    return "group" in parts and name in TABLE_PEOPLE and bool(roles) and ("order" in parts or "user" in roles)

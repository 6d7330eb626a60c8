"""Types that can hold speech: texts, turns, questions with their answers, conversations."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from instag.frame.path import JSON
from instag.io.conversation.columns import CHATS
from instag.io.conversation.roles import (
    CERTAIN_CONTENTS,
    CERTAIN_SPEAKERS,
    CONTENTS,
    EXCHANGES,
    FLAGS,
    REPLIES,
    SPEAKERS,
    TYPE,
    VERSIONS,
)


def speech(dtype: Any) -> tuple[str, str] | None:
    """Find the fields of one turn of a conversation.

    Parameters
    ----------
    dtype
        The type of a turn.

    Returns
    -------
    tuple or None
        The names of the fields that say who spoke, and what; None if this is not a turn.

    Examples
    --------
    >>> speech(pl.Struct({"from": pl.String, "value": pl.String}))
    ('from', 'value')
    """
    return _speech(dtype, CERTAIN_SPEAKERS, CERTAIN_CONTENTS)


def _speech(dtype: Any, roles: tuple[str, ...], contents: tuple[str, ...]) -> tuple[str, str] | None:
    if not isinstance(dtype, pl.Struct):
        return None
    fields = {field.name.lower(): field for field in dtype.fields}
    role = next((fields[name] for name in roles if name in fields), None)
    content = next((fields[name] for name in contents if name in fields), None)
    if (
        role is None
        or content is None
        or not (is_text(role.dtype) or (roles != CERTAIN_SPEAKERS and isinstance(role.dtype, pl.Struct)))
    ):
        return None
    return role.name, content.name


def is_typed(dtype: Any) -> bool:
    """Tell whether the values of a type are turns whose ``type`` says who spoke, as LangChain has them.

    Parameters
    ----------
    dtype
        The type of a turn.

    Examples
    --------
    >>> is_typed(pl.Struct({"type": pl.String, "content": pl.String}))
    True
    """
    if not isinstance(dtype, pl.Struct):
        return False
    fields = {field.name: field.dtype for field in dtype.fields}
    if "lc" in fields and isinstance(fields.get("kwargs"), pl.Struct):
        return True
    return fields.get(TYPE) == pl.String and ("content" in fields or isinstance(fields.get("data"), pl.Struct))


def is_kept(dtype: Any) -> bool:
    """Tell whether the values of a type are turns as chat programs keep them: in versions, or flagged as the user's.

    Parameters
    ----------
    dtype
        The type of a turn.

    Examples
    --------
    >>> is_kept(pl.Struct({"is_user": pl.Boolean, "text": pl.String}))
    True
    """
    fields = _fields(dtype)
    versions = getattr(fields.get(VERSIONS), "inner", None)
    flagged = any(fields.get(name) == pl.Boolean for name in FLAGS)
    return (
        loose_speech(versions) is not None or versions == JSON or (flagged and any(name in fields for name in CONTENTS))
    )


def loose_speech(dtype: Any) -> tuple[str, str] | None:
    """Find the fields of one turn by all the names in use, which may mean something else outside of conversations.

    Parameters
    ----------
    dtype
        The type of a turn.

    Returns
    -------
    tuple or None
        As of :func:`speech`.

    Examples
    --------
    >>> loose_speech(pl.Struct({"speaker": pl.String, "utterance": pl.String}))
    ('speaker', 'utterance')
    """
    return _speech(dtype, SPEAKERS, CONTENTS)


def is_exchange(dtype: Any) -> bool:
    """Tell whether the values of a type are questions with their answers.

    Parameters
    ----------
    dtype
        The type of an element of a conversation.

    Examples
    --------
    >>> is_exchange(pl.Struct({"human": pl.String, "assistant": pl.String}))
    True
    """
    fields = _fields(dtype)
    return any(asked in fields and answer in fields for asked, answer in EXCHANGES)


def _fields(dtype: Any) -> dict[str, Any]:
    """The types of a record's fields by their names in lower case; none for anything but a record."""
    return {field.name.lower(): field.dtype for field in dtype.fields} if isinstance(dtype, pl.Struct) else {}


def is_chat(dtype: Any, *, named: bool) -> bool:  # noqa: PLR0911 - one for each case
    """Tell whether the values of a type are conversations.

    Parameters
    ----------
    dtype
        The type of a column.
    named
        Whether its name says that they are; then more types may hold them.

    Examples
    --------
    >>> is_chat(pl.List(pl.Struct({"author": pl.String, "content": pl.String})), named=True)
    True
    """
    if isinstance(dtype, pl.List | pl.Array):
        inner = dtype.inner
        if speech(inner):
            return True
        if not named:
            return False
        loose = loose_speech(inner) is not None or is_exchange(inner) or is_typed(inner) or is_kept(inner)
        return loose or inner == JSON or inner == pl.List(pl.String)
    if dtype == JSON:
        return named
    if not isinstance(dtype, pl.Struct):
        return False
    fields = _fields(dtype)
    lists = [name for name in fields if isinstance(fields[name], pl.List)]
    if named and {*lists} & {*CERTAIN_SPEAKERS} and {*lists} & {*CERTAIN_CONTENTS}:
        return True
    if named and any(is_chat(fields.get(name), named=True) for name in CHATS):
        return True
    inner_types = list(fields.values())
    # A chat's export has its messages by their names, with the ones before and after them.
    if named and inner_types and all(isinstance(each, pl.Struct) and "message" in dict(each) for each in inner_types):
        return True
    numbered = all(is_exchange(each) or loose_speech(each) for each in inner_types)
    return named and bool(inner_types) and numbered


def is_spoken(dtype: Any) -> bool:
    """Tell whether the values of a type are text, or parts that may be.

    Parameters
    ----------
    dtype
        The type of a column or field.

    Examples
    --------
    >>> is_spoken(pl.List(pl.Struct({"text": pl.String}))), is_spoken(pl.Struct({"lang": pl.String}))
    (True, False)
    """
    inner = getattr(dtype, "inner", dtype)
    if isinstance(inner, pl.Struct) and inner != JSON:
        fields = {field.name: field.dtype for field in inner.fields}
        return "parts" in fields or any(fields.get(name) == pl.String for name in ("text", "content"))
    return is_text(dtype)


def is_answer(dtype: Any) -> bool:
    """Tell whether the values of a type can be an answer: text, a number, texts of which one is taken, turns.

    Parameters
    ----------
    dtype
        The type of a column or field; None if there is none.

    Examples
    --------
    >>> is_answer(pl.List(pl.String)), is_answer(pl.Struct({"role": pl.String, "content": pl.String}))
    (True, True)
    """
    if dtype is None:
        return False
    if is_text(dtype) or dtype.is_numeric() or dtype in (pl.Boolean, pl.Null, pl.List(pl.String)):
        return True
    fields = {field.name: field.dtype for field in dtype.fields} if isinstance(dtype, pl.Struct) else {}
    if pl.List(pl.String) in (fields.get("text"), fields.get("texts")) or fields.get("value") == pl.String:
        return True
    return is_chat(dtype, named=True) or speech(dtype) is not None or is_spoken(dtype)


def is_text(dtype: Any) -> bool:
    """Tell whether the values of a type can be the content of a turn.

    Parameters
    ----------
    dtype
        The type of a column or field.

    Returns
    -------
    bool
        True for strings, and for a mix of JSON types that may hold them.
    """
    return dtype in (pl.String, pl.Categorical, pl.Enum) or dtype == JSON


def is_plain(kinds: Mapping[str, Any], role: str, content: str) -> bool:
    """Tell whether the words of every turn are in one field: not if results of tools are parts, or several fields have words.

    Parameters
    ----------
    kinds
        The fields of a turn and their types.
    role, content
        The fields that say who spoke, and what.

    Examples
    --------
    >>> is_plain({"role": pl.String, "content": pl.String}, "role", "content")
    True
    """
    names = {name.lower() for name in kinds}
    if not names.isdisjoint({*FLAGS, VERSIONS, REPLIES}):
        return False
    held = kinds[content]
    inner = getattr(held, "inner", held)
    if isinstance(inner, pl.Struct) and inner != JSON:
        return dict(inner).keys().isdisjoint({"tool_use_id", "toolResult", "parts"})
    return held != JSON and held != pl.List(JSON) and "text" not in names - {role, content}

"""Queries: the user's turns in each sample, in order, as expressions on its columns if these are plain."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from instag.frame.path import JSON, resolve
from instag.io.conversation.chat import pass_over, turns_of
from instag.io.conversation.content import SPOKEN, text_of
from instag.io.conversation.conversation import conversation, queries_of
from instag.io.conversation.layout import Layout
from instag.io.conversation.message import message_of
from instag.io.conversation.mixed import MIXED, layout_finder
from instag.io.conversation.placement import head_of
from instag.io.conversation.roles import ROLES, USERS, role_of
from instag.io.conversation.speech import is_chat, is_plain, is_text, speech
from instag.io.conversation.tree import prompted
from instag.io.json.records import plain
from instag.io.json.text import parse

TEXTS = pl.List(pl.String)


def queries(layout: Layout, schema: Mapping[str, Any]) -> pl.Expr:  # noqa: PLR0911 - one for each case
    """Build the expression of a layout's user turns.

    Parameters
    ----------
    layout
        The layout and its columns.
    schema
        The columns and their types.

    Returns
    -------
    polars.Expr
        A list of strings a row, empty if there is nothing.

    Examples
    --------
    >>> frame = pl.DataFrame({"question": ["Why?", None]})
    >>> frame.select(queries=queries(Layout("prompts", {"query": "question"}), frame.schema)).to_dicts()
    [{'queries': ['Why?']}, {'queries': []}]
    """
    if layout.name == MIXED:
        return _rows(layout, schema)
    parts = {
        part: resolve(schema, column)
        for part, column in layout.columns.items()
        if part not in {"answer", "system", "tools"}
    }
    match layout.name:
        case "tree":
            return _apply(parts["prompt"][0], lambda value: list(prompted(plain(value))))
        case "thread" if (
            not is_text(parts["query"][1]) or parts["role"][1] != pl.String or "." in layout.columns["query"]
        ):
            heads = list(dict.fromkeys(head_of(layout.columns[part], schema) for part in ("query", "role")))
            return _apply(pl.struct(heads), lambda row: queries_of(message_of(plain(row), layout)))
        case "thread":
            spoken = parts["role"][0].map_elements(role_of, return_dtype=pl.String) == "user"
            return pl.when(spoken.fill_null(value=False)).then(_alone(content_of(*parts["query"]))).otherwise(_none())
    if layout.template is None and "history" not in parts:
        if "turns" in parts:
            return chat(*parts["turns"], alternate=layout.name != "turns")
        if set(parts) <= {"query", "input"} and all(is_text(dtype) or dtype == pl.Null for _, dtype in parts.values()):
            return _asked(parts)
    elif (
        layout.template is None
        and parts["history"][1] == pl.List(TEXTS)
        and set(parts) <= {"query", "input", "history"}
    ):
        rest = {part: each for part, each in parts.items() if part != "history"}
        if all(is_text(dtype) or dtype == pl.Null for _, dtype in rest.values()):
            earlier = _filled(parts["history"][0].list.eval(_first()))
            return pl.concat_list(earlier, _asked(rest))
    return _rows(layout, schema)


def chat(turns: pl.Expr, dtype: Any, *, alternate: bool = True) -> pl.Expr:
    """Build the expression of the user turns in a column of conversations.

    Parameters
    ----------
    turns
        The column.
    dtype
        Its type.
    alternate
        Whether plain texts alternate between user and assistant; otherwise all are the user's.

    Returns
    -------
    polars.Expr
        A list of strings a row.
    """
    if dtype == TEXTS or dtype == pl.List(pl.Null):
        texts = turns.cast(TEXTS)
        return _filled((texts.list.gather_every(2) if alternate else texts).list.eval(pl.element().fill_null("")))
    fields = speech(getattr(dtype, "inner", None))
    if fields is None or not is_plain(dict(dtype.inner), *fields):
        return _apply(turns, lambda value: queries_of(turns_of(plain(value), pass_over, alternate=alternate)))
    role, content = fields
    turn = pl.element()
    kinds = dict(dtype.inner)
    speaker = content_of(turn.struct.field(role), kinds[role]).str.strip_chars().str.to_lowercase()
    return _filled(turns.list.eval(content_of(turn.filter(speaker.is_in(USERS)).struct.field(content), kinds[content])))


def column_queries(name: str, schema: Mapping[str, Any]) -> pl.Expr | None:
    """Build the expression of the user turns in a column the user names.

    Parameters
    ----------
    name
        The column, or a path into it.
    schema
        The columns and their types.

    Returns
    -------
    polars.Expr or None
        A list of strings a row; None if the type holds no text.
    """
    value, dtype = resolve(schema, name)
    if is_text(dtype) and dtype != JSON:
        return _alone(value.cast(pl.String))
    if isinstance(dtype, pl.List) and dtype.inner in (pl.String, pl.Null, pl.Categorical, pl.Enum):
        return chat(value, dtype, alternate=False)
    return chat(value, dtype) if is_chat(dtype, named=True) else None


def _rows(layout: Layout, schema: Mapping[str, Any]) -> pl.Expr:
    """Read what no expression can, a row at a time."""
    find_layout = layout_finder(layout, schema)
    heads = list(dict.fromkeys(head_of(path, schema) for path in layout.columns.values()))

    def said(row: dict[str, Any]) -> list[str]:
        values = plain(row)
        own = find_layout(values)
        return [] if own is None else queries_of(conversation(own, values, pass_over, answered=False)[0])

    return _apply(pl.struct(heads), said)


def _asked(parts: Mapping[str, tuple[pl.Expr, Any]]) -> pl.Expr:
    """Join what was asked and its input."""
    query = _optional(*parts["query"])
    if "input" in parts:
        given = _optional(*parts["input"])
        both = pl.concat_str(query, given, separator="\n", ignore_nulls=True)
        query = pl.when(_blank(given)).then(query).when(query == "").then(given).otherwise(both)
    return _alone(query)


def _first() -> pl.Expr:
    """Take the first text of each pair; if all pairs are a speaker and a text, take those of the user."""
    name = pl.element().list.first().str.strip_chars().str.to_lowercase()
    named = (name.is_in(list(ROLES)) & (pl.element().list.len() == 2)).fill_null(value=False).all()  # noqa: PLR2004
    pair = pl.element().filter(~named | name.is_in(USERS))
    return pl.when(named).then(pair.list.last()).otherwise(pair.list.first()).fill_null("")


def _blank(text: pl.Expr) -> pl.Expr:
    return text.is_null() | (text.str.strip_chars() == "")


def _alone(text: pl.Expr) -> pl.Expr:
    """Make a list of a text; null makes an empty list."""
    return pl.when(text.is_null()).then(_none()).otherwise(pl.concat_list(text))


def _filled(texts: pl.Expr) -> pl.Expr:
    return texts.fill_null(_none())


def _none() -> pl.Expr:
    return pl.lit([], dtype=TEXTS)


def _optional(value: pl.Expr, dtype: Any) -> pl.Expr:
    """Find the text of a value, null if it is null."""
    return pl.when(value.is_not_null()).then(content_of(value, dtype))


def content_of(value: pl.Expr, dtype: Any) -> pl.Expr:
    """Find the text of a value: a string, or a list of parts of which some are text."""
    if dtype == JSON:
        return value.struct.field("$json").map_batches(
            lambda texts: pl.Series([text_of(parse(text)) if text else "" for text in texts], dtype=pl.String),
            return_dtype=pl.String,
            is_elementwise=True,
        )
    if isinstance(dtype, pl.List):
        return value.list.eval(_part(pl.element(), dtype.inner).drop_nulls()).list.join("\n").fill_null("")
    if isinstance(dtype, pl.Struct):
        return _part(value, dtype).fill_null("")
    return value.cast(pl.String).fill_null("")


def _part(part: pl.Expr, dtype: Any) -> pl.Expr:
    """Find the text of one part, null if it is an image or a sound."""
    if not isinstance(dtype, pl.Struct) or dtype == JSON:
        return content_of(part, dtype)
    kinds = {field.name: field.dtype for field in dtype.fields}
    texts = [part.struct.field(name) for name in SPOKEN if kinds.get(name) == pl.String]
    noted = kinds.get("text")
    if isinstance(noted, pl.Struct) and dict(noted).get("value") == pl.String:
        texts.insert(0, part.struct.field("text").struct.field("value"))
    if not texts:
        return pl.lit(None, dtype=pl.String)
    spoken = (
        part.struct.field("type").str.ends_with("text").fill_null(value=True) if "type" in kinds else pl.lit(value=True)
    )
    return pl.when(spoken).then(pl.coalesce(texts))


def _apply(value: pl.Expr, heard: Callable[[Any], list[str]]) -> pl.Expr:
    """Read what no expression can, a value at a time."""
    return value.map_batches(
        lambda values: pl.Series([heard(each) for each in values.to_list()], dtype=TEXTS),
        return_dtype=TEXTS,
        is_elementwise=True,
    )

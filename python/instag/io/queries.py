"""Queries: what the user said in each sample, in order, as expressions on its columns."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from instag.io.layout import USERS, Layout, is_text, speech
from instag.io.records import JSON, dump, parse, plain

TEXTS = pl.List(pl.String)
SPOKEN = ("text", "value", "content")


def queries(layout: Layout, schema: Mapping[str, Any]) -> pl.Expr:
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
        A list of strings a row; an empty one where there is nothing.

    Examples
    --------
    >>> frame = pl.DataFrame({"question": ["Why?", None]})
    >>> frame.select(queries=queries(Layout("prompts", {"query": "question"}), frame.schema)).to_dicts()
    [{'queries': ['Why?']}, {'queries': []}]
    """
    parts = {part: (pl.col(column), schema[column]) for part, column in layout.columns.items()}
    match layout.name:
        case "messages" | "sharegpt":
            return chat(*parts["turns"])
        case "turns":
            return _filled(parts["turns"][0].cast(TEXTS).list.gather_every(2).list.eval(pl.element().fill_null("")))
        case "tree":
            return _apply(parts["prompt"][0], lambda value: list(_prompted(plain(value))))
        case "alpaca":
            return _alpaca(parts)
        case _:
            return _alone(_optional(*parts["query"]))


def chat(turns: pl.Expr, dtype: Any) -> pl.Expr:
    """Build the expression of the user turns in a column of conversations.

    Parameters
    ----------
    turns
        The column.
    dtype
        Its type: lists of turns, or JSON text of whatever form.

    Returns
    -------
    polars.Expr
        A list of strings a row.
    """
    fields = speech(getattr(dtype, "inner", None))
    if fields is None:
        return _apply(turns, lambda value: _heard(plain(value)))
    role, content = fields
    turn = pl.element()
    kinds = {field.name: field.dtype for field in dtype.inner.fields}
    users = turn.filter(_text(turn.struct.field(role), kinds[role]).str.to_lowercase().is_in(USERS))
    return _filled(turns.list.eval(_text(users.struct.field(content), kinds[content])))


def column(name: str, dtype: Any) -> pl.Expr | None:
    """Build the expression of the user turns in a column the user names.

    Parameters
    ----------
    name
        The column.
    dtype
        Its type.

    Returns
    -------
    polars.Expr or None
        A list of strings a row; None where the type holds no text.
    """
    if dtype == JSON or dtype == pl.List(JSON) or speech(getattr(dtype, "inner", None)):
        return chat(pl.col(name), dtype)
    if is_text(dtype):
        return _alone(pl.col(name).cast(pl.String))
    if isinstance(dtype, pl.List) and dtype.inner in (pl.String, pl.Null, pl.Categorical, pl.Enum):
        return _filled(pl.col(name).cast(TEXTS).list.eval(pl.element().fill_null("")))
    return None


def _alpaca(parts: Mapping[str, tuple[pl.Expr, Any]]) -> pl.Expr:
    """Join the instruction and its input; what was asked before comes first."""
    query = _optional(*parts["instruction"])
    if "input" in parts:
        given = _optional(*parts["input"])
        blank = given.is_null() | (given.str.strip_chars() == "")
        query = pl.when(blank).then(query).otherwise(pl.concat_str(query, given, separator="\n", ignore_nulls=True))
    if "history" in parts:
        history, dtype = parts["history"]
        if dtype == pl.List(TEXTS):
            earlier = _filled(history.list.eval(pl.element().list.first().fill_null("")))
            return pl.concat_list(earlier, _alone(query))
    return _alone(query)


def _alone(text: pl.Expr) -> pl.Expr:
    """Make a list of the one text, or of none."""
    return pl.when(text.is_null()).then(_none()).otherwise(pl.concat_list(text))


def _filled(texts: pl.Expr) -> pl.Expr:
    return texts.fill_null(_none())


def _none() -> pl.Expr:
    return pl.lit([], dtype=TEXTS)


def _optional(value: pl.Expr, dtype: Any) -> pl.Expr:
    """Find the text of a value, null where it is null."""
    return pl.when(value.is_not_null()).then(_text(value, dtype))


def _text(value: pl.Expr, dtype: Any) -> pl.Expr:
    """Find the text of a value: a string, or a list of parts of which some are text."""
    if dtype == JSON:
        return value.struct.field("$json").map_batches(
            lambda texts: pl.Series([_said(parse(text)) if text else "" for text in texts], dtype=pl.String),
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
        return _text(part, dtype)
    kinds = {field.name: field.dtype for field in dtype.fields}
    texts = [part.struct.field(name) for name in SPOKEN if kinds.get(name) == pl.String]
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


def _heard(value: Any) -> list[str]:
    """Find the user turns in a parsed conversation, or a prompt in the place of one."""
    if isinstance(value, str):
        return [value]
    turns = value if isinstance(value, list) else []
    if all(isinstance(turn, str) for turn in turns):
        return turns[::2]
    spoken = [{key.lower(): member for key, member in turn.items()} for turn in turns if isinstance(turn, dict)]
    return [
        _said(turn.get("content", turn.get("value")))
        for turn in spoken
        if str(turn.get("role", turn.get("from"))).lower() in USERS
    ]


def _said(content: Any) -> str:
    """Find the text of parsed content, the same as :func:`_text` finds by columns."""
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


def _prompted(message: Any) -> Iterator[str]:
    """Find the prompter's texts in a tree, depth first."""
    if not isinstance(message, dict):
        return
    if str(message.get("role")).lower() in USERS and message.get("text") is not None:
        yield str(message["text"])
    for reply in message.get("replies") or []:
        yield from _prompted(reply)

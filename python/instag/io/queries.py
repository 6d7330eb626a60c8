"""Queries: what the user said in each sample, in order, as expressions on its columns."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation import SPOKEN, prompted, text_of, user_texts
from instag.io.layout import USERS, Layout, detect, is_text, speech
from instag.io.records import JSON, parse, plain

TEXTS = pl.List(pl.String)


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
            return _apply(parts["prompt"][0], lambda value: list(prompted(plain(value))))
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
        return _apply(turns, lambda value: user_texts(plain(value)))
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


def heard(frame: Frame, name: str | None) -> pl.Series:
    """What the users said in each sample.

    Parameters
    ----------
    frame
        The samples.
    name
        The column that holds it: text, a list of texts, or a conversation. None takes a column `queries` of any of
        these, such as :func:`instag.read` makes, or else the layout that the columns have.

    Returns
    -------
    polars.Series
        A list of strings a sample.

    Raises
    ------
    InputError
        Where there is no such column, or none that holds what users said.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> heard(wrap(pl.DataFrame({"question": ["Why?", None], "answer": ["Because.", "No."]})), None).to_list()
    [['Why?'], []]
    """
    return _found(frame) if name is None else _named(frame, name)


def _named(frame: Frame, name: str) -> pl.Series:
    held = frame.column(name)
    found = column(name, held.dtype)
    if found is None:
        raise InputError(f"query: column {name!r} is {held.dtype}: expected text, a list of it, or conversations")
    return held.to_frame().select(queries=found).to_series()


def overheard(frame: Frame) -> pl.Series | None:
    """The same, where the columns tell; None where they do not.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> overheard(wrap(pl.DataFrame({"tags": [["math"]]}))) is None
    True
    """
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    if schema.get("queries") == TEXTS:
        return frame.column("queries")
    if "queries" in schema and (said := column("queries", schema["queries"])) is not None:
        return frame.column("queries").to_frame().select(queries=said).to_series()
    layout = detect(schema)
    return None if layout is None else lazy.select(queries=queries(layout, schema)).collect().to_series()


def _found(frame: Frame) -> pl.Series:
    said = overheard(frame)
    if said is None:
        columns = ", ".join(f"{name} ({dtype})" for name, dtype in frame.lazy().collect_schema().items()) or "none"
        raise InputError(
            "data: expected a column `queries` of text or conversations, or a layout instag knows (messages, conversations, instruction, "
            f"prompt, …); found the columns {columns}; name the one with what users said with query= / --query"
        )
    return said

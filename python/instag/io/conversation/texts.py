"""All texts of each sample, or those of one side."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.chat import pass_over
from instag.io.conversation.content import text_of
from instag.io.conversation.conversation import conversation
from instag.io.conversation.detection import find
from instag.io.conversation.layout import Layout, listed
from instag.io.conversation.mixed import MIXED, layout_finder
from instag.io.conversation.placement import head_of
from instag.io.conversation.queries import TEXTS
from instag.io.conversation.roles import ROLES
from instag.io.conversation.speech import speech
from instag.io.conversation.utterance import Turn
from instag.io.json.records import plain
from instag.io.json.text import dump

__all__ = ["Part", "texts", "texts_plan"]

Part = Literal["conversation", "query", "answer"]
"""The whole conversation, the user's turns, or the answers."""

SIDES = {"query": "user", "answer": "assistant"}


def texts(frame: Frame, *, column: str | None = None, part: Part = "conversation") -> pl.Series:
    """All texts of each sample.

    Parameters
    ----------
    frame
        The samples.
    column
        The column that holds them: texts, lists of texts, or conversations. None takes the layout that the columns have.
    part
        Which texts: all, with those of the system and of tools, or those of one side.

    Returns
    -------
    polars.Series
        A list of strings a sample.

    Raises
    ------
    InputError
        If there is no such column, or none that holds text.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> frame = wrap(pl.DataFrame({"question": ["Why?", None], "answer": ["Because.", "No."]}))
    >>> texts(frame).to_list(), texts(frame, part="answer").to_list()
    ([['Why?', 'Because.'], ['No.']], [['Because.'], ['No.']])
    """
    return texts_plan(frame, column=column, part=part).collect().to_series()


def texts_plan(frame: Frame, *, column: str | None = None, part: Part = "conversation") -> pl.LazyFrame:
    """The plan of a column ``texts`` with these texts; parameters and errors are those of :func:`texts`."""
    lazy = frame.lazy() if column is None else frame.alone(column, column)[0]
    schema = lazy.collect_schema()
    layout = find(lazy) if column is None else find(lazy, parts={"query": column})
    if layout is None:
        columns = listed(schema) or "none"
        raise InputError(
            f"data: expected a layout instag knows (messages, conversations, instruction, prompt, …); found the columns {columns}"
        )
    said = _simple(layout, schema, part)
    return lazy.select((_by_row(layout, schema, part) if said is None else said).alias("texts"))


def _simple(layout: Layout, schema: Mapping[str, Any], part: Part) -> pl.Expr | None:
    """The expression, if plain columns of text or of turns hold everything."""
    if layout.template is not None or layout.name == MIXED:
        return None
    columns = layout.columns
    if set(columns) == {"turns"}:
        return _turns(columns["turns"], schema.get(columns["turns"]), part)
    wanted = {"query": ("query", "input"), "answer": ("answer",)}.get(part, ("system", "query", "input", "answer"))
    if not set(columns) <= {"system", "query", "input", "answer"}:
        return None
    if any(schema.get(column) != pl.String for column in columns.values()):
        return None
    said = [pl.col(columns[name]) for name in wanted if name in columns]
    return pl.concat_list(said).list.drop_nulls() if said else pl.lit([], TEXTS)


def _turns(column: str, dtype: Any, part: Part) -> pl.Expr | None:
    inner = getattr(dtype, "inner", None)
    fields = speech(inner)
    if fields is None or not isinstance(inner, pl.Struct):
        return None
    kinds = {field.name: field.dtype for field in inner.fields}
    role, content = fields
    if kinds[role] != pl.String or kinds[content] != pl.String or "tool_calls" in kinds:
        return None
    turn = pl.element()
    if part != "conversation":
        role_said = turn.struct.field(role).str.strip_chars().str.to_lowercase().str.replace_all("[- ]", "_")
        turn = turn.filter(role_said.is_in([name for name, known in ROLES.items() if known == SIDES[part]]))
    return pl.col(column).list.eval(turn.struct.field(content)).list.drop_nulls().fill_null([])


def _by_row(layout: Layout, schema: Mapping[str, Any], part: Part) -> pl.Expr:
    """The texts, read a row at a time as a conversation in whatever form it has."""
    heads = list(dict.fromkeys(head_of(path, schema) for path in layout.columns.values()))
    find_layout = layout_finder(layout, schema)

    def said(row: Any) -> list[str]:
        values = plain(row)
        own = find_layout(values)
        turns = [] if own is None else conversation(own, values, pass_over)[0]
        wanted = SIDES.get(part)
        return [text for turn in turns if wanted in (None, turn["role"]) for text in _words(turn)]

    return pl.struct(heads).map_batches(
        lambda rows: pl.Series([said(row) for row in rows.to_list()], dtype=TEXTS),
        return_dtype=TEXTS,
        is_elementwise=True,
    )


def _words(turn: Turn) -> Iterator[str]:
    """The text of a turn, and the tools that it calls."""
    if text := text_of(turn["content"]):
        yield text
    if calls := turn.get("tool_calls"):
        yield dump(calls)

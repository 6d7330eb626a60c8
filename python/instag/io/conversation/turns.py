"""The turns of all rows, in any layout: the speaker and the text of each."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from instag.frame import Frame
from instag.io.conversation.branching import BRANCHING
from instag.io.conversation.chat import pass_over, turns_of
from instag.io.conversation.content import text_of
from instag.io.conversation.detection import find
from instag.io.conversation.placement import head_of
from instag.io.conversation.queries import TEXTS, content_of
from instag.io.conversation.speech import is_plain, speech
from instag.io.conversation.targets import to_target
from instag.io.json.records import plain

__all__ = ["turns", "turns_in_pieces"]

# What stands for a call of tools without words.
CALLS = "tool_calls"


def turns(frame: pl.LazyFrame) -> pl.DataFrame | None:
    """Find the turns of each row.

    Parameters
    ----------
    frame
        Data in any layout.

    Returns
    -------
    polars.DataFrame or None
        A row for each: ``roles`` and ``texts``, lists of strings of one length. A call of tools without words has the
        text ``"tool_calls"``. None if no layout fits, or if a row of the layout is not one conversation.

    Examples
    --------
    >>> turns(pl.LazyFrame({"question": ["Why?"], "answer": ["So."]})).to_dicts()
    [{'roles': ['user', 'assistant'], 'texts': ['Why?', 'So.']}]
    """
    plan = _plan(frame)
    return None if plan is None else plan.collect()


def turns_in_pieces(frame: Frame) -> Iterable[pl.DataFrame] | None:
    """The turns piece by piece, any number of times; a frame that is read from files is never in memory as a whole.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> pieces = turns_in_pieces(wrap(pl.LazyFrame({"question": ["Why?"], "answer": ["So."]})))
    >>> [piece.to_dicts() for piece in pieces]
    [[{'roles': ['user', 'assistant'], 'texts': ['Why?', 'So.']}]]
    """
    plan = _plan(frame.lazy())
    if plan is None:
        return None
    return _Pieces(frame.pieces(plan.select(turns=pl.struct("roles", "texts")))) if frame.streams else [plan.collect()]


class _Pieces:
    """Pieces of turns, in two columns."""

    def __init__(self, pieces: Iterable[pl.Series]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return (piece.struct.unnest() for piece in self._pieces)


def _plan(frame: pl.LazyFrame) -> pl.LazyFrame | None:
    """The plan of the turns; None as for :func:`turns`."""
    layout = find(frame)
    if layout is None or layout.name in BRANCHING:
        return None
    schema = frame.collect_schema()
    columns = list(dict.fromkeys(head_of(column, schema) for column in layout.columns.values()))
    messages = to_target(frame.select(columns), "messages", layout)
    dtype: Any = messages.collect_schema().get("messages")
    if dtype is None:
        return None
    fields = speech(getattr(dtype, "inner", None))
    if fields is None or not is_plain(dict(dtype.inner), *fields):
        both = pl.Struct({"roles": TEXTS, "texts": TEXTS})
        parsed = pl.col("messages").map_batches(_parsed, return_dtype=both, is_elementwise=True)
        return messages.select(parsed).unnest("messages")
    role, content = fields
    kinds = dict(dtype.inner)
    turn = pl.element()
    words = content_of(turn.struct.field(content), kinds[content])
    if CALLS in kinds:
        called = turn.struct.field(CALLS).is_not_null() & (words.str.strip_chars() == "")
        words = pl.when(called).then(pl.lit(CALLS)).otherwise(words)
    column = pl.col("messages")
    return messages.select(
        roles=column.list.eval(content_of(turn.struct.field(role), kinds[role])).fill_null(pl.lit([], TEXTS)),
        texts=column.list.eval(words).fill_null(pl.lit([], TEXTS)),
    )


def _parsed(values: pl.Series) -> pl.Series:
    rows = [turns_of(plain(value), pass_over) for value in values.to_list()]
    found = [
        {
            "roles": [turn["role"] for turn in row],
            "texts": [text_of(turn["content"]) or (CALLS if turn.get(CALLS) else "") for turn in row],
        }
        for row in rows
    ]
    return pl.Series(found, dtype=pl.Struct({"roles": TEXTS, "texts": TEXTS}))

"""Mixed layouts: data whose rows have several, each in columns that it fills and others leave empty."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from instag.frame.path import JSON
from instag.io.conversation.columns import TELLING
from instag.io.conversation.layout import Layout, detect, parts_of

__all__ = ["CHAT", "MIXED", "layout_finder", "mixed_layout", "row_layouts"]

MIXED = "mixed"
# Stands for the type of text that is the JSON of a conversation.
CHAT = pl.List(JSON)


def row_layouts(types: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Layout | None]:
    """Build the function that finds the layout of a row from the columns that it fills.

    Parameters
    ----------
    types
        The columns that play a part in some layout, and their types.

    Returns
    -------
    callable
        A function from a row, as a dict, to its layout.

    Examples
    --------
    >>> layout = row_layouts({"prompt": pl.String, "question": pl.String})
    >>> layout({"prompt": None, "question": "Why?"}).columns
    {'query': 'question'}
    """
    known: dict[frozenset[str], Layout | None] = {}

    def layout(row: Mapping[str, Any]) -> Layout | None:
        filled = frozenset(name for name in types if row.get(name) not in (None, []))
        if filled not in known:
            known[filled] = detect({name: dtype for name, dtype in types.items() if name in filled})
        return known[filled]

    return layout


def layout_finder(layout: Layout, schema: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Layout | None]:
    """Build the function that finds the layout of a row: that of all rows, or its own if they have several.

    Parameters
    ----------
    layout
        The layout of the data.
    schema
        Their columns and types.

    Examples
    --------
    >>> pairs = Layout("pairs", {"query": "question", "answer": "answer"})
    >>> layout_finder(pairs, {})({"question": "Why?"}).name
    'pairs'
    """
    if layout.name != MIXED:
        return lambda _: layout
    return row_layouts({name: schema[name] for name in layout.columns})


def mixed_layout(frame: pl.LazyFrame, types: Mapping[str, Any], found: Layout) -> Layout | None:
    """The layout :data:`MIXED`, if some rows have another layout than the columns as a whole; None if all have that one.

    Parameters
    ----------
    frame
        The data.
    types
        The columns and their types.
    found
        The layout that the columns as a whole have.
    """
    columns = {column.partition(".")[0] if column not in types else column for column in found.columns.values()}
    parts = [name for name in parts_of(types) if name != "queries"]
    if set(parts) <= columns or found.name in {"tree", "thread"}:
        return None
    filled = frame.select(_filled(name, types[name]).alias(name) for name in sorted({*parts, *columns}))
    layout = row_layouts({name: types[name] for name in filled.collect_schema().names()})
    for row in filled.unique().collect(engine="streaming").iter_rows(named=True):
        own = layout({name: there or None for name, there in row.items()})
        if own is None or set(_heads(own, types)) <= columns:
            continue
        if own.name == "prompts" and own.columns["query"].lower() not in TELLING:
            continue
        # In the order of the file, since the new column takes the place of the first of them.
        return Layout(MIXED, {name: name for name in types if name in {*parts, *columns}})
    return None


def _heads(layout: Layout, types: Mapping[str, Any]) -> Iterable[str]:
    return (column if column in types else column.partition(".")[0] for column in layout.columns.values())


def _filled(name: str, dtype: Any) -> pl.Expr:
    there = pl.col(name).is_not_null()
    return there & (pl.col(name).list.len() > 0) if isinstance(dtype, pl.List) and dtype != CHAT else there

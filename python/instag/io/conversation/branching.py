"""Trees and threads of messages: a row for each way through them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from instag.frame.batches import pieces
from instag.io.conversation.chat import turns_of
from instag.io.conversation.layout import Layout
from instag.io.conversation.tree import branches
from instag.io.conversation.utterance import Turn
from instag.io.json.records import plain
from instag.warning import warn

__all__ = ["BRANCHING", "Made", "walked"]

BRANCHING = ("tree", "thread")
# Trees that are walked at a time.
STEP = 200
Made = tuple[pl.DataFrame, list[Mapping[str, Any]], list[frozenset[str]]]
"""Some rows, the record made of each, and the columns that it is made from."""


def walked(frame: pl.LazyFrame, layout: Layout, make: Callable[[list[Turn]], Mapping[str, Any]]) -> Iterator[Made]:
    """Give each branch of a tree a row of its own: some trees after the other, but all messages of a table at once."""
    before = after = 0
    for whole, rows, turns in _trees(frame, layout) if layout.name == "tree" else _threads(frame, layout):
        before, after = before + whole.height, after + len(rows)
        yield whole[rows], list(map(make, turns)), [frozenset(layout.columns.values())] * len(rows)
    warn(f"{before:,} rows of message trees became {after:,} conversations, one for each message without a reply")


Ways = tuple[pl.DataFrame, list[int], Iterator[list[Turn]]]
"""Some rows, the row in which each way ends, and the turns of each."""


def _trees(frame: pl.LazyFrame, layout: Layout) -> Iterator[Ways]:
    """Walk the trees that rows hold."""
    for whole in pieces(frame, STEP):
        found = [list(branches(plain(value))) for value in whole.get_column(layout.columns["prompt"])]
        rows = [row for row, ways in enumerate(found) for _ in ways]
        yield whole, rows, (turns for ways in found for turns in ways)


def _threads(frame: pl.LazyFrame, layout: Layout) -> Iterator[Ways]:
    """Find the messages without a reply, and the path to each."""
    whole = frame.collect()
    part = {name: whole.get_column(column).to_list() for name, column in layout.columns.items()}
    places = {key: row for row, key in enumerate(part["key"])}
    replied = {parent for parent in part["parent"] if parent is not None}

    def turns(row: int) -> list[Turn]:
        path: list[Turn] = []
        seen: set[int] = set()
        at: int | None = row
        while at is not None and at not in seen:
            seen.add(at)
            path += turns_of([{"role": part["role"][at], "content": part["query"][at]}])
            at = places.get(part["parent"][at])
        return path[::-1]

    rows = [row for row, key in enumerate(part["key"]) if key not in replied]
    yield whole, rows, map(turns, rows)

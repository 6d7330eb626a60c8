"""Trees and threads of messages: a row for each way through them."""

from collections.abc import Callable

import polars as pl

from instag.io.conversation import turns_of
from instag.io.layout import Layout
from instag.io.placement import placed
from instag.io.records import frame, plain
from instag.io.spelling import MAKERS
from instag.io.tree import branches
from instag.io.utterance import Turn
from instag.warning import warn

__all__ = ["BRANCHING", "walked"]

BRANCHING = ("tree", "thread")


def walked(whole: pl.DataFrame, layout: Layout, target: str) -> pl.DataFrame:
    """Give each branch of a tree a row of its own."""
    make, rows, made = MAKERS[target], [], []
    if layout.name == "tree":
        trees = [plain(value) for value in whole.get_column(layout.columns["prompt"])]
        for row, tree in enumerate(trees):
            for turns in branches(tree):
                rows.append(row)
                made.append(make(turns))
        used = [frozenset({"prompt"})] * len(rows)
    else:
        tree_of, leaves = _threads(whole, layout)
        for row in leaves:
            rows.append(row)
            made.append(make(tree_of(row)))
        used = [frozenset(layout.columns.values())] * len(rows)
    warn(
        f"{whole.height:,} rows of message trees became {len(rows):,} conversations, one for each message without a reply"
    )
    return placed(whole[rows], frame(made), used)


def _threads(whole: pl.DataFrame, layout: Layout) -> tuple[Callable[[int], list[Turn]], list[int]]:
    """Find the messages that nobody replied to, and the way to them."""
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

    return turns, [row for row, key in enumerate(part["key"]) if key not in replied]

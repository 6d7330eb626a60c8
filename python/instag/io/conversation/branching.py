"""Trees and threads of messages: a row for each way through them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from instag.frame.batches import pieces
from instag.io.conversation.layout import Layout
from instag.io.conversation.message import CALLS, message_of
from instag.io.conversation.placement import head_of
from instag.io.conversation.tree import branches
from instag.io.conversation.utterance import Turn
from instag.io.json.records import plain
from instag.warning import warn

__all__ = ["BRANCHING", "Made", "grouped", "is_table", "walked"]

BRANCHING = ("tree", "thread")
# Trees that are walked at a time.
STEP = 200
# Times that sort correctly as texts.
DATE = r"^\d{4}-\d\d-\d\d"
# The added column with the conversation of a message.
PLACE = "__instag_place"
ITEM = ("type", "name", "arguments", "call_id", "output")
Made = tuple[pl.DataFrame, list[Mapping[str, Any]], list[frozenset[str]]]
"""Some rows, the record made of each, and the columns that it is made from."""
Ways = tuple[pl.DataFrame, list[int], Iterator[list[Turn]]]
"""Some rows, the row in which each way ends, and the turns of each."""


def walked(frame: pl.LazyFrame, layout: Layout, make: Callable[[list[Turn]], Mapping[str, Any]]) -> Iterator[Made]:
    """Give each branch of a tree a row of its own: trees are read a few at a time, a table of messages as a whole."""
    if is_table(layout):
        yield grouped(frame, layout, make)
        return
    before = after = 0
    for whole, rows, turns in _trees(frame, layout) if layout.name == "tree" else _threads(frame, layout):
        before, after = before + whole.height, after + len(rows)
        # If the message is a record within the row, all of its fields are in the turn.
        nested = layout.name == "thread" and "." in layout.columns["query"]
        used = {head_of(column, whole.schema) if nested else column for column in layout.columns.values()}
        yield whole[rows], list(map(make, turns)), [frozenset(used)] * len(rows)
    warn(f"{before:,} rows of message trees became {after:,} conversations, one for each message without a reply")


def is_table(layout: Layout) -> bool:
    """Tell whether rows are messages that name their conversation rather than the message that they reply to.

    Parameters
    ----------
    layout
        A layout.

    Examples
    --------
    >>> is_table(Layout("thread", {"query": "text", "role": "role", "group": "chat_id"}))
    True
    """
    return layout.name == "thread" and "parent" not in layout.columns


def _trees(frame: pl.LazyFrame, layout: Layout) -> Iterator[Ways]:
    """Walk the trees that rows hold."""
    for whole in pieces(frame, STEP):
        found = [list(branches(plain(value))) for value in whole.get_column(layout.columns["prompt"])]
        rows = [row for row, ways in enumerate(found) for _ in ways]
        yield whole, rows, (turns for ways in found for turns in ways)


def _threads(frame: pl.LazyFrame, layout: Layout) -> Iterator[Ways]:
    """Find the messages without a reply, and the path to each."""
    whole = frame.collect()
    messages = _messages(whole, layout)
    keys, parents = (whole.get_column(layout.columns[part]).to_list() for part in ("key", "parent"))
    places = {key: row for row, key in enumerate(keys)}
    replied = {parent for parent in parents if parent is not None}

    def turns(row: int) -> list[Turn]:
        path: list[Turn] = []
        seen: set[int] = set()
        at: int | None = row
        while at is not None and at not in seen:
            seen.add(at)
            path += messages[at][::-1]
            at = places.get(parents[at])
        return path[::-1]

    rows = [row for row, key in enumerate(keys) if key is not None and key not in replied]
    spoken = [row for row in rows if turns(row)]
    yield whole, spoken, map(turns, spoken)


def _messages(whole: pl.DataFrame, layout: Layout) -> list[list[Turn]]:
    """Read the message of each row; a row that is not a message, as in logs, has no turn."""
    columns = list(dict.fromkeys(head_of(layout.columns[part], whole.schema) for part in ("query", "role")))
    # Calls of tools that stand between messages are in other columns.
    columns += [name for name in (*ITEM, *CALLS) if name in whole.columns and name not in columns]
    return [message_of(plain(row), layout) for row in whole.select(columns).iter_rows(named=True)]


def grouped(frame: pl.LazyFrame, layout: Layout, make: Callable[[list[Turn]], Mapping[str, Any]]) -> Made:
    """Give each conversation of a table of messages a row; what differs from message to message goes into its turns."""
    whole = frame.collect()
    messages = _messages(whole, layout)
    group = layout.columns.get("group", "source" if "source" in whole.columns else None)
    names = [None] * whole.height if group is None else whole.get_column(group).to_list()
    found: dict[Any, list[int]] = {}
    for row in _in_order(whole, layout.columns):
        if messages[row]:
            # A message without a conversation is one by itself.
            alone = group is not None and names[row] is None
            found.setdefault((row,) if alone else names[row], []).append(row)
    # Conversations are in the order of the file.
    chats = sorted(found.values(), key=min)
    parts = {part: column for part, column in layout.columns.items() if part not in ("group", "moment")}
    used = {head_of(column, whole.schema) for column in parts.values()} | ({*CALLS} & {*whole.columns})
    if "call_id" in whole.columns:
        used |= {*ITEM} & {*whole.columns}
    beside = _differing(whole, [name for name in whole.columns if name not in used and name != group], chats)
    extra = whole.select(beside).rows(named=True) if beside else [{}] * whole.height
    turns = [[_beside(turn, extra[row]) for row in rows for turn in messages[row]] for rows in chats]
    left = whole.height - sum(map(len, chats))
    warn(
        f"{whole.height:,} rows of messages became {len(found):,} conversations, "
        + (f"one for each {group!r}" if group is not None else "because no column says to which one a message belongs")
        + (f"; left out, because they are not messages: {left:,} rows" if left else "")
    )
    first = whole[[min(rows) for rows in chats]]
    return first, list(map(make, turns)), [frozenset({*used, *beside})] * len(found)


def _in_order(whole: pl.DataFrame, columns: Mapping[str, str]) -> list[int]:
    """Sort the rows by their places in conversations, or by their times; without either, keep the order of the file."""
    rows = list(range(whole.height))
    column = columns.get("order", columns.get("moment"))
    if column is None:
        return rows
    places = whole.get_column(column)
    at = places.cast(pl.Float64, strict=False)
    if at.null_count() and places.dtype == pl.String and places.str.contains(DATE).all() and not places.null_count():
        return sorted(rows, key=places.to_list().__getitem__)
    return rows if at.null_count() else sorted(rows, key=at.to_list().__getitem__)


def _beside(turn: Turn, extra: Mapping[str, Any]) -> Turn:
    """Add the other columns of a row to its turn, after the speaker and the text."""
    known = {name: value for name, value in plain(extra).items() if value is not None}
    return {"role": turn["role"], "content": turn["content"], **known, **turn}


def _differing(whole: pl.DataFrame, names: Sequence[str], groups: Iterable[Sequence[int]]) -> list[str]:
    """Name the columns whose values differ between the messages of a conversation."""
    if not names:
        return []
    rows = [row for each in groups for row in each]
    place = [at for at, each in enumerate(groups) for _ in each]
    spoken = whole.select(names)[rows].with_columns(pl.Series(PLACE, place))
    several = spoken.group_by(PLACE).agg(pl.col(names).n_unique() > 1)
    return [name for name in names if several.get_column(name).any()]

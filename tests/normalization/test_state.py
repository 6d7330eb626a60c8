"""Rows, relabelled at once, later, or in thought: the same tags, counts and fates as one row at a time."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from instag.normalization.history import History
from instag.normalization.state import DROPPED, Change, Changes, State, Step, resolved
from instag.tagsets import Replaced, TagSets, encode, lists_of

TAGS = "abcdef"
rows = st.lists(st.none() | st.lists(st.sampled_from(TAGS), max_size=6), max_size=12)
# What becomes of each tag, one step after the other: it stays, goes, or becomes one of the first two.
steps = st.lists(st.lists(st.sampled_from(["stay", "a", "b", None]), min_size=6, max_size=6), max_size=4)


def column(rows: list[Any]) -> pl.Series:
    return pl.Series("tags", rows, pl.List(pl.String))


def rows_of(column: pl.Series) -> TagSets:
    return encode(column, order="name", each_list=True)


def one_by_one(rows: list[list[str]], names: dict[str, str | None]) -> tuple[list[list[str]], tuple[int, ...]]:
    """Each row under other names, and how many assignments were kept, merged, dropped and deduplicated."""
    after = []
    kept = merged = dropped = deduplicated = 0
    for row in rows:
        held: list[str] = []
        for tag in row:
            name = names[tag]
            if name is None:
                dropped += 1
            elif name in held:
                deduplicated += 1
            else:
                held.append(name)
        own = sum(names[tag] == tag for tag in set(row))
        kept, merged = kept + own, merged + len(held) - own
        after.append(held)
    return after, (kept, merged, dropped, deduplicated)


@settings(deadline=None)
@given(rows, steps)
def test_steps_do_what_one_row_at_a_time_does(rows: list[Any], steps: list[list[str | None]]) -> None:
    coded = rows_of(column(rows))
    state = State.of(coded)
    expected = [list(dict.fromkeys(row or ())) for row in rows]
    for wanted in steps:
        there = {tag for row in expected for tag in row}
        names = {tag: name if name is None or name in there else tag for tag, name in zip(TAGS, wanted, strict=True)}
        # A tag becomes one that stays.
        names |= {tag: tag for tag in "ab" if tag in names.values()}
        expected, fates = one_by_one(expected, names)
        place = {tag: nth for nth, tag in enumerate(coded.spellings)}
        coded_names = np.array(
            [DROPPED if names[tag] is None else place[names[tag] or ""] for tag in coded.spellings], int
        )
        state = state.after(coded_names)
        assert state.fates == fates
    counts = {tag: sum(tag in row for row in expected) for tag in coded.spellings}
    assert state.counts.tolist() == list(counts.values())
    assert state.n_pairs == sum(counts.values())
    left = [tag for tag, count in counts.items() if count]
    assert [coded.spellings[code] for code in state.order] == sorted(left, key=lambda tag: (-counts[tag], tag))
    given = {tag: sum(row.count(tag) for row in rows if row) for tag in left}
    assert [coded.spellings[code] for code in state.ranked] == sorted(left, key=lambda tag: (-given[tag], tag))
    now = Replaced(coded, state.sets, state.names).all().to_list()
    assert now == [None if row is None else tags for row, tags in zip(rows, expected, strict=True)]


@settings(deadline=None)
@given(st.lists(st.none() | st.lists(st.integers(0, 9), max_size=4), max_size=20), st.sampled_from([1, 3, 100]))
def test_lists_are_cut_as_they_were(lists: list[list[int] | None], chunk: int) -> None:
    items = [item for row in lists for item in row or ()]
    parts = [pl.Series("name", items[start : start + chunk], pl.Int16) for start in range(0, len(items), chunk)]
    flat = pl.concat(parts, rechunk=False) if parts else pl.Series("name", [], pl.Int16)
    null = pl.Series([row is None for row in lists], dtype=pl.Boolean)
    lengths = np.array([len(row or ()) for row in lists], np.int64)
    assert lists_of(lengths, flat, null).equals(pl.Series("name", lists, pl.List(pl.Int16)), null_equal=True)
    assert lists_of(lengths, flat).to_list() == [row or [] for row in lists]


def test_changes_as_columns_are_the_same_changes() -> None:
    changes = [Change(1, 0, "alike", via=2, figures={"similarity": 0.5}), Change(2, 0, "twins"), Change(3, DROPPED, "")]
    columns = Changes.of(changes)
    assert len(columns) == 3
    assert Changes.of(columns) is columns
    assert resolved(5, columns).tolist() == resolved(5, changes).tolist() == [0, 0, 0, DROPPED, 4]
    both = Changes.all([columns, Changes.plain(np.array([4]), np.array([1]), pl.Series(["later"]))])
    assert resolved(5, both).tolist() == [0, 0, 0, DROPPED, 0]
    assert both.figures["similarity"].to_list() == [0.5, None, None, None]
    assert not len(Changes.of([]))


def test_history_follows_tags_through_steps() -> None:
    coded = rows_of(column([["a", "b", "c", "d"], ["b", "c", "d"], ["c", "d"], ["d", "e"]]))
    state, history = State.of(coded), History(coded)
    history.read(state)
    for name, changes in (("one", [Change(0, 1, "a is b")]), ("two", [Change(1, 2, "b is c", via=3)]), ("one", [])):
        after = state.after(resolved(5, changes))
        history.record(
            name, Step(changes, [(0, 4, "apart"), (0, 2, "not for long")] if name == "one" else []), state, after
        )
        state = after
    assert history.merges().select("from", "to", "step", "via", "count").rows() == [
        ("a", "c", "one", "b", 1),
        ("b", "c", "two", "d", 2),
    ]
    assert history.apart().rows() == [("a", "e", "apart")]
    members, dropped = history.members(state.order)
    assert [state.tags[tag] for tag in state.order] == ["d", "c", "e"]
    assert members.to_list() == [["d"], ["c", "b", "a"], ["e"]]
    assert dropped.to_list() == []


def test_the_tag_itself_comes_first_among_its_members() -> None:
    coded = rows_of(column([["a", "b", "c"], ["b", "c"], ["c"]]))
    history, changes = History(coded), [Change(1, 0, "b is a"), Change(2, 0, "c is a")]
    before = State.of(coded)
    after = before.after(resolved(3, changes))
    history.record("one", Step(changes), before, after)
    assert history.members(after.order)[0].to_list() == [["a", "c", "b"]]

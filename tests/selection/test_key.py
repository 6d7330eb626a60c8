"""Ties go by a key, however the rows come."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag import InputError
from instag.tagsets import Replaced, encode, join

TAGS = st.lists(st.none() | st.lists(st.sampled_from("abcdef"), max_size=4), min_size=1, max_size=30)
METHODS = ["complexity-first", "coverage", "complexity", "random", "gain"]


def pool(tags: list[Any]) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": [f"{nth:02}" for nth in range(len(tags))], "tags": pl.Series(tags, dtype=pl.List(pl.String))}
    )


@given(TAGS, st.sampled_from(METHODS), st.none() | st.integers(0, 3), st.randoms(use_true_random=False), st.data())
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_the_same_rows_come_however_the_data_are_ordered(
    tags: list[Any], method: Any, seed: int | None, random: Any, data: st.DataObject
) -> None:
    frame = pool(tags)
    budget = data.draw(st.integers(0, len(tags)))
    order = list(range(len(tags)))
    random.shuffle(order)

    chosen = instag.select(frame[order], budget, method=method, seed=seed, key="id")

    assert chosen.equals(instag.select(frame, budget, method=method, seed=seed))
    if isinstance(chosen, pl.DataFrame):
        lazily = instag.select(frame[order].lazy(), budget, method=method, seed=seed, key="id").collect()
        assert lazily.equals(chosen)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_details_number_the_rows_as_they_came() -> None:
    frame = pool([["a"], ["a", "b"], ["c"]])[[2, 0, 1]]

    ranked = instag.rank(frame, key="id")

    assert ranked.select("id", "row").rows() == [("01", 2), ("02", 0), ("00", 1)]


def test_an_earlier_selection_is_numbered_as_the_rows_came() -> None:
    frame = pool([["a"], ["a"], ["b"], ["b"]])[[3, 2, 1, 0]]

    chosen = instag.select(frame, 1, method="gain", start=[0, 1], key="id")

    assert chosen["id"].to_list() == ["00"]


def test_an_error_names_the_row_as_it_came() -> None:
    frame = pool([["a"], ["b"], ["c"]]).with_columns(reward=pl.Series([-1.0, 2.0, 3.0]))[[2, 1, 0]]

    with pytest.raises(InputError, match="found -1 in row 2"):
        instag.select(frame, 1, method="gain", quality="reward", key="id")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["x", "y", "x"], "key: expected a different one in each row of column 'id'; found 'x' more than once"),
        (["x", None, "z"], "key: 1 of 3 rows have none in column 'id'"),
        ([1.0, 2.0, 3.0], "key: expected texts or whole numbers in column 'id'; found Float64"),
    ],
)
def test_a_key_tells_all_rows_apart(keys: list[Any], message: str) -> None:
    frame = pl.DataFrame({"id": keys, "tags": [["a"], ["b"], ["c"]]})

    with pytest.raises(InputError, match=message):
        instag.select(frame, 1, key="id")


def test_a_key_is_a_column() -> None:
    with pytest.raises(InputError, match="no column 'name'; the columns are: id, tags"):
        instag.select(pool([["a"]]), 1, key="name")


@given(st.lists(TAGS, max_size=4))
def test_parts_that_are_joined_are_the_whole(parts: list[list[Any]]) -> None:
    whole = pool([tags for part in parts for tags in part]).get_column("tags")

    joined = join([encode(pool(part).get_column("tags")) for part in parts])

    assert joined.tags.to_list() == sorted(set(joined.tags))
    each = encode(whole)
    assert (joined.samples, joined.null, joined.empty) == (each.samples, each.null, each.empty)
    rows = [Replaced(part, part.sets, part.names).all().to_list() for part in (joined, each)]
    assert rows[0] == rows[1]


@given(TAGS, st.randoms(use_true_random=False))
def test_rows_that_are_taken_have_their_own_tags(tags: list[Any], random: Any) -> None:
    column = pool(tags).get_column("tags")
    rows = np.array([random.randrange(len(tags)) for _ in range(random.randrange(12))], np.int64)
    whole = encode(column)

    taken = whole.taken(rows)

    lists: pl.Series = Replaced(whole, whole.sets, whole.names).all()
    assert Replaced(taken, taken.sets, taken.names).all().to_list() == lists[rows].to_list()
    assert taken.null == lists[rows].null_count()

"""Which queries and tags there are to draw from."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.auditing.population import Population, column_of, population_of
from instag.frame import wrap

queries = st.sampled_from(["Why?", "How?", "Who?", "", " \n", "为什么"])
tags = st.lists(st.none() | st.sampled_from("abc"), max_size=4)
by_query = st.lists(st.lists(st.tuples(queries, st.none() | tags), max_size=3), max_size=8)


def frame(rows: list[Any], column: str = "tags") -> pl.DataFrame:
    data = {
        "queries": [[query for query, _ in row] for row in rows],
        column: [[given for _, given in row] for row in rows],
    }
    return pl.DataFrame(data, schema={"queries": pl.List(pl.String), column: pl.List(pl.List(pl.String))})


def pairs(pool: Population) -> dict[str, list[str]]:
    return {pool.text(nth): [pool.tags[tag] for tag in pool.tags_of(nth)] for nth in range(len(pool.texts))}


@given(by_query)
def test_each_query_has_its_own_tags(rows: list[Any]) -> None:
    expected: dict[str, tuple[int, list[str]]] = {}
    blank = 0
    for row, sample in enumerate(rows):
        for query, given_tags in sample:
            named = sorted({tag for tag in given_tags or [] if tag})
            blank += bool(named) and not query.strip()
            if named and query.strip():
                expected.setdefault(query, (row, named))
    pool = population_of(wrap(frame(rows)), tags="tags", query=None)
    assert pairs(pool) == {query: named for query, (_, named) in expected.items()}
    assert pool.samples.tolist() == [row for row, _ in expected.values()]
    assert pool.blank == blank
    for code, tag in enumerate(pool.tags):
        having = [nth for nth, (_, named) in enumerate(expected.values()) if tag in named]
        assert pool.queries_of(code).tolist() == having
        assert pool.sizes[code] == len(having)


def test_tags_of_a_sample_belong_to_all_that_was_said() -> None:
    df = pl.DataFrame({"queries": [["Why?", "How?"], ["Who?"], []], "tags": [["b", "a", "b"], None, ["c"]]})
    pool = population_of(wrap(df), tags="tags", query=None)
    assert pairs(pool) == {"Why?\n\nHow?": ["a", "b"]}
    assert pool.blank == 1


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "pyarrow"])
def test_every_kind_of_frame(kind: str) -> None:
    df = frame([[("Why?", ["a"]), ("How?", ["b"])], [("Who?", ["a", "b"])]])
    data: Any = {"polars": df, "lazy": df.lazy(), "pandas": df.to_pandas(), "pyarrow": df.to_arrow()}[kind]
    assert pairs(population_of(wrap(data), tags="tags", query=None)) == {
        "Why?": ["a"],
        "How?": ["b"],
        "Who?": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("flat", "nested", "found"),
    [
        ([["a", "b"], None], [[["a"], ["b", "a"]], [["c"]]], "query_tags"),
        ([["b", "a"], []], [[["a"], None, ["b"]], []], "query_tags"),
        ([["a", "B"]], [[["a"], ["b"]]], "tags"),
        ([["a"]], [[["a"], ["b"]]], "tags"),
        ([["a"]], [None], "tags"),
        ([["a"], ["b"]], [[["a"]], None], "tags"),
        ([["a"]], [["a"]], "tags"),
    ],
)
def test_tags_of_queries_are_taken_where_they_are_those_of_the_sample(flat: Any, nested: Any, found: str) -> None:
    assert column_of(wrap(pl.DataFrame({"tags": flat, "query_tags": nested})), "tags") == found


def test_normalised_tags_are_not_looked_for_among_the_raw_ones() -> None:
    df = instag.load_sample()
    assert column_of(wrap(df), "tags") == "query_tags"
    done = instag.normalize(df, steps=("rules", "frequency"), min_count=1)
    assert column_of(wrap(done.data), "tags") == "tags"
    assert column_of(wrap(done.data), "raw_tags") == "raw_tags"


def test_lists_that_do_not_match_the_queries_are_an_error() -> None:
    df = pl.DataFrame({"queries": [["Why?"], ["How?"]], "tags": [[["a"]], [["a"], ["b"]]]})
    with pytest.raises(
        instag.InputError,
        match=r"column 'tags', row 1: expected a list of tags for each query; found 2 lists for 1 queries",
    ):
        population_of(wrap(df), tags="tags", query=None)


def test_another_column_of_queries() -> None:
    df = pl.DataFrame({"asked": ["Why?", None], "tags": [["a"], ["b"]]})
    assert pairs(population_of(wrap(df), tags="tags", query="asked")) == {"Why?": ["a"]}

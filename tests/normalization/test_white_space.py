"""White space in raw tags: it makes no tag of its own, and no name has any."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
import shell
from instag.normalization.white_space import tidied

RAW = [[" graph theory", "graph\ttheory"], ["Graph  Theory\n"], ["graph theory", "\u3000"], None]
TIDY = [["graph theory"], ["graph theory"], ["graph theory"], None]
NESTED: list[Any] = [[[" a", "a "], None, ["b  c"]], None]
KINDS: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "strings": (pl.List(pl.String), RAW, TIDY),
    "categories": (pl.List(pl.Categorical), RAW, TIDY),
    "enums": (pl.List(pl.Enum([" a", "a", "b\u00a0c"])), [[" a", "a", None], ["b\u00a0c"]], [["a"], ["b c"]]),
    "arrays": (pl.Array(pl.String, 2), [[" a", "a"], ["b", "\tc"]], [["a"], ["b", "c"]]),
    "lists for each query": (pl.List(pl.List(pl.String)), NESTED, [[["a"], None, ["b c"]], None]),
}


def normalized(rows: list[Any], dtype: Any = None, **options: Any) -> instag.Normalized[pl.DataFrame]:
    data = pl.DataFrame({"tags": rows}, schema={"tags": dtype or pl.List(pl.String)})
    return instag.normalize(data, **{"embedder": None, "min_count": 1, **options})


@pytest.mark.parametrize("kind", KINDS)
def test_tags_of_all_kinds(kind: str) -> None:
    dtype, rows, tidy = KINDS[kind]
    done = normalized(rows, dtype)
    assert done.data["tags"].to_list() == tidy
    # As they were.
    assert done.data["raw_tags"].to_list() == pl.Series(rows, dtype=dtype).to_list()


def test_the_commonest_spelling_is_the_name_without_its_blanks() -> None:
    done = normalized([["SQL "], [" SQL"], ["sql"], ["sql"], ["\tSQL"]])
    assert done.vocabulary.tags.rows() == [("SQL", 5, ["SQL", "sql"])]
    assert done.merges.select("from", "to", "count").rows() == [("sql", "SQL", 2)]
    # What is read is counted, and what is the same within a row once.
    assert normalized([["a ", " a"]]).steps.select("assignments_before", "deduplicated").row(0) == (2, 1)


def test_without_rules_too() -> None:
    done = normalized([["a  b"], ["a b"], ["A b"]], rules=False)
    assert done.data["tags"].to_list() == [["a b"], ["a b"], ["A b"]]
    applied = done.vocabulary.apply(pl.DataFrame({"tags": [["a \n b", " A b", "c"]]}))
    assert (applied.data["tags"].to_list(), applied.new["tag"].to_list()) == ([["a b", "A b"]], ["c"])


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@given(st.lists(st.lists(st.text("aA \t\u00a0\u2003\x1c\x85", max_size=4), max_size=3), max_size=5))
def test_as_if_it_had_been_tidied_before(rows: list[list[str]]) -> None:
    done, before = normalized(rows), normalized([[tidied(tag) for tag in row] for row in rows])
    assert done.data["tags"].equals(before.data["tags"])
    assert done.vocabulary.tags.equals(before.vocabulary.tags)
    assert done.merges.equals(before.merges)
    assert done.steps.equals(before.steps)


def test_a_vocabulary_with_white_space_is_used_as_it_is() -> None:
    made = normalized([["x"], ["y"]], rules=False).vocabulary
    tags = pl.DataFrame({"tag": [" x ", "y"], "count": [1, 1], "members": [[" x "], ["y"]]}, made.tags.schema)
    applied = replace(made, tags=tags).apply(pl.DataFrame({"tags": [[" x ", "x", " y"]]}))
    assert applied.data["tags"].to_list() == [[" x ", "y"]]
    assert applied.new["tag"].to_list() == ["x"]


def test_broader_tags_of_raw_ones() -> None:
    df = pl.DataFrame({"tags": [["poem"], ["poem", "haiku"], ["haiku"]]})
    judgments = pl.DataFrame({"tag": ["haiku"], "same": [[]], "broader": [["poem"]]})
    vocabulary = instag.normalize(df, judgments=judgments, embedder=None, min_count=1).vocabulary
    raw = pl.DataFrame({"tags": [[" haiku"], ["poem\n"], ["tax"]]})
    assert instag.roll_up(raw, vocabulary, to=["poem"])["topic"].to_list() == ["poem", "poem", "other"]


def test_a_raw_tag_is_shown_by_any_white_space(tmp_path: Path) -> None:
    normalized([["Graph theory"], ["Graph theory"], ["graph theory"]]).vocabulary.save(tmp_path / "v.parquet")
    said = shell.instag("vocabulary", "show", str(tmp_path / "v.parquet"), "--tag", " graph  theory").stdout
    assert "graph theory (1) -> Graph theory" in said

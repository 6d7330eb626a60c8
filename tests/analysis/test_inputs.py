"""Inputs: frames of any kind, odd data and selections; and the messages about what does not fit."""

from collections.abc import Callable
from datetime import date
from typing import Any

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import instag
from instag.reporting.notebook import html

TAGS = [["math", "proof"], ["math"], None, ["poetry", "math"], []]
SOURCE = ["web", "web", "book", None, "book"]
FRAMES = ("summary", "recall", "tags", "pairs", "growth", "frontier", "complexity")


def frame(tags: list[Any] = TAGS, source: list[Any] = SOURCE) -> pl.DataFrame:
    return pl.DataFrame({"tags": tags, "source": source}, schema_overrides={"tags": pl.List(pl.String)})


@pytest.mark.parametrize(
    "kind",
    [
        pl.DataFrame.lazy,
        pl.DataFrame.to_arrow,
        lambda data: data.to_pandas(use_pyarrow_extension_array=True),
        lambda data: pd.DataFrame({name: pd.Series(data[name].to_list(), dtype=object) for name in data.columns}),
        lambda data: datasets.Dataset(data.to_arrow()),
        lambda data: pl.concat([data[:2], data[2:]], rechunk=False),
        lambda data: data.with_columns(
            pl.col("tags").cast(pl.List(pl.Categorical())), pl.col("source").cast(pl.Categorical())
        ),
    ],
    ids=["lazy", "pyarrow", "pandas", "objects", "datasets", "chunks", "categoricals"],
)
def test_frames_of_any_kind(kind: Callable[[pl.DataFrame], Any]) -> None:
    data = frame().with_columns(queries=pl.Series([["a", "b"], ["c"], ["d"], ["e"], ["f"]]))
    picked = data[[3, 0]]
    plain = instag.analyze(data, by="source", selections=picked)
    other = instag.analyze(kind(data), by="source", selections={"selection": kind(picked)})
    for name in FRAMES:
        assert getattr(other, name).equals(getattr(plain, name)), name
    assert other.selections["selection"].equals(plain.selections["selection"])
    assert other.compare("selection").groups.equals(plain.compare("selection").groups)
    assert plain.summary.item(0, "queries") == 6


def test_tags_that_are_numbers_or_lists_of_lists() -> None:
    numbers = instag.analyze(pl.DataFrame({"tags": [[7, 10], [10]]}))
    assert numbers.tags.select("tag", "count").rows() == [("10", 2), ("7", 1)]
    nested = instag.analyze(pl.DataFrame({"query_tags": [[["b", "a"], ["a"]], [["a"], []]]}), tags="query_tags")
    assert nested.tags.select("tag", "count").rows() == [("a", 2), ("b", 1)]
    assert nested.summary.item(0, "mean") == 1.5


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([2020, 2021, 2020, None], ["2020", "(none)", "2021"]),
        ([True, False, True, True], ["true", "false"]),
        ([date(2026, 1, 2)] * 4, ["2026-01-02"]),
        ([None] * 4, ["(none)"]),
        (["all", "b", "b", "b"], ["b", "all (source)"]),
        (["", "", "x", "x"], ["", "x"]),
    ],
)
def test_groups_by_any_column(values: list[Any], names: list[str]) -> None:
    data = pl.DataFrame({"tags": [["a"], ["b"], ["a"], ["c"]], "source": values})
    analysis = instag.analyze(data, by="source")
    assert analysis.summary.get_column("group").to_list() == ["all", *names]
    assert analysis.summary.get_column("samples")[1:].sum() == 4
    assert analysis.compare(names[0]).groups.get_column("n_b").sum() == 4


@pytest.mark.parametrize(
    "tags",
    [[], [None], [[]], [None, [], None]],
    ids=["nothing", "null", "empty", "both"],
)
@pytest.mark.parametrize("by", [None, "source"])
def test_no_tags_at_all(tags: list[Any], by: str | None) -> None:
    data = pl.DataFrame({"tags": tags}, schema={"tags": pl.List(pl.String)})
    data = data.with_columns(pl.lit("x").alias("source"), pl.lit(["Why?"]).alias("queries"))
    analysis = instag.analyze(data, by=by, selections=data.head(0))
    every = analysis.summary.row(0, named=True)
    assert (every["samples"], every["tags"], every["coverage"], every["effective"]) == (len(tags), 0, 0.0, 0.0)
    assert every["untagged"] == (1.0 if tags else None)
    for name in ("tags", "pairs", "growth", "frontier"):
        assert getattr(analysis, name).is_empty()
    assert analysis.selections["selection"].is_empty()
    assert analysis.compare("selection").tags.is_empty()
    full = instag.analyze(frame(), by="source")
    for name in FRAMES:
        assert getattr(analysis, name).schema == getattr(full, name).schema, name
    assert "Analysis of" in str(analysis)


def test_a_column_of_nulls() -> None:
    assert instag.analyze(pl.DataFrame({"tags": [None, None]})).summary.item(0, "untagged") == 1.0


def test_tags_in_any_script_and_of_any_length() -> None:
    odd = ["数学", "رياضيات", "x" * 300, "<script>alert(1)</script>", "", "a\nb", "🧮"]
    analysis = instag.analyze(frame([odd, odd[:3], odd[:2]], ["ویب", "書", "書"]), by="source")
    # By count, then by code point.
    assert analysis.tags.get_column("tag").to_list() == [
        *["رياضيات", "数学", "x" * 300, ""],
        *["<script>alert(1)</script>", "a\nb", "🧮"],
    ]
    assert analysis.summary.get_column("group").to_list() == ["all", "書", "ویب"]


def test_two_thousand_groups_and_more() -> None:
    size = 2_001
    data = frame([["a", f"t{nth % 7}"] for nth in range(size + 1)], [f"g{nth % size:05}" for nth in range(size + 1)])
    with pytest.warns(instag.InstagWarning, match=r"^by: found 2,001 groups; recall compares only the 2,000 largest$"):
        analysis = instag.analyze(data, by="source")
    assert analysis.summary.height == size + 1
    assert analysis.recall.height == 2_000**2
    # The one with two samples comes first, the last by name is left out.
    assert analysis.recall.item(0, "group") == "g00000"
    assert analysis.recall.item(-1, "group") == "g01999"
    assert analysis.tags.row(0, named=True)["groups"] == size
    assert analysis.tags.row(0, named=True)["held"] == [f"g{nth:05}" for nth in range(10)]
    assert analysis.compare("g02000").tags.height == 8


def test_groups_that_hold_a_tag_as_often_are_in_order() -> None:
    data = frame([["t"]] * 6, ["c", "b", "b", "b", "a", "a"])
    assert instag.analyze(data, by="source").tags.item(0, "held").to_list() == ["b", "a", "c"]


def test_numbers_are_no_queries() -> None:
    for other in (pl.Series([1, 2]), pl.Series([[1], [2]])):
        analysis = instag.analyze(pl.DataFrame({"tags": [["a"], ["b"]], "queries": other}))
        assert analysis.summary.item(0, "queries") is None
        assert analysis.tags.get_column("examples").to_list() == [[], []]
        assert analysis.tags.get_column("rows").to_list() == [[0], [1]]


def test_a_query_that_is_null_is_an_empty_example() -> None:
    data = pl.DataFrame({"tags": [["a"]], "queries": [[None, "b"]]}, schema_overrides={"queries": pl.List(pl.String)})
    assert instag.analyze(data).tags.item(0, "examples").to_list() == [""]


@pytest.mark.parametrize("method", ["complexity-first", "coverage"])
@pytest.mark.parametrize("details", [True, False])
def test_selections_say_why_with_details_and_without(method: instag.Method, details: bool) -> None:  # noqa: FBT001 - a case
    data = instag.load_sample()
    known = instag.rank(data, method=method)
    picked = instag.select(data, data.height, method=method, details=details)
    found = instag.analyze(data, selections=picked).selections["selection"]
    assert found.select("rank", "round", "new_tags").equals(known.select("rank", "round", "new_tags"))
    assert found.get_column("tags").equals(known.get_column("tags"))
    said = pl.col("messages").list.filter(pl.element().struct.field("role") == "user").list.first()
    assert found.get_column("query").equals(known.select(said.struct.field("content")).to_series(), check_names=False)


def test_columns_of_a_selection_are_used() -> None:
    data = frame([["a"], ["b"], ["c"]], ["x"] * 3)
    shuffled = data.with_columns(
        rank=pl.Series([3, 1, 2]), round=pl.Series([9, 7, 8]), new_tags=pl.Series([["z"], ["x"], ["y"]])
    )
    found = instag.analyze(data, selections=shuffled).selections["selection"]
    assert found.rows() == [(1, 7, ["x"], ["b"], None), (2, 8, ["y"], ["c"], None), (3, 9, ["z"], ["a"], None)]


@pytest.mark.parametrize(
    "dtype", [getattr(pl, f"{sign}{bits}") for sign in ("Int", "UInt") for bits in (8, 16, 32, 64, 128)]
)
def test_ranks_are_whole_numbers_of_any_width(dtype: pl.DataType) -> None:
    data = frame([["a"], ["b"], ["c"]], ["x"] * 3)
    numbers = {"rank": pl.Series([3, 1, 2], dtype=dtype), "round": pl.Series([9, 7, 8], dtype=dtype)}
    found = instag.analyze(data, selections=data.with_columns(**numbers)).selections["selection"]
    assert found.select("rank", "round", "tags").rows() == [(1, 7, ["b"]), (2, 8, ["c"]), (3, 9, ["a"])]


@pytest.mark.parametrize(
    "columns",
    [
        {"rank": ["first", "second", "third"], "round": ["a", "b", "c"], "new_tags": ["x", "y", "z"]},
        {"rank": [2, 2, 1], "round": [0, 1, 1], "new_tags": [["a"], None, ["b"]]},
        {"rank": [3, None, 2], "round": [None, 1, 1], "new_tags": [1, 2, 3]},
        {"rank": [3, 1, -2], "round": [1.0, 2.0, 3.0]},
        {"rank": [3, 1, 2**32], "round": [1, 2, 2**64 - 1]},
    ],
)
def test_columns_that_mean_something_else_are_not(columns: dict[str, Any]) -> None:
    data = frame([["a"], ["a"], ["b"]], ["x"] * 3)
    found = instag.analyze(data, selections=data.with_columns(**{k: pl.Series(v) for k, v in columns.items()}))
    assert found.selections["selection"].rows() == [
        (1, 1, ["a"], ["a"], None),
        (2, 2, ["a"], ["a"], None),
        (3, 2, ["b"], ["b"], None),
    ]


def test_samples_without_tags_begin_no_round() -> None:
    data = frame([["a"], [], None, ["b"]], ["x"] * 4)
    found = instag.analyze(data, selections=data)
    assert found.selections["selection"].get_column("round").to_list() == [1, 1, 1, 1]
    curve = found.growth.filter(pl.col("curve") == "selection")
    assert curve.select("samples", "tags").rows() == [(1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0)]


def test_tags_that_the_data_have_not() -> None:
    data = frame([["a", "b"], ["b"]], ["x", "y"])
    other = frame([["c", "a"], ["d"]], ["x", "z"])
    message = r"^selections, 'selection': 2 of 3 tags are not in the data; coverage leaves them out$"
    with pytest.warns(instag.InstagWarning, match=message):
        analysis = instag.analyze(data, by="source", selections=other)
    curve = analysis.growth.filter(pl.col("curve") == "selection")
    assert curve.select("tags", "coverage").rows() == [(1.0, 0.5), (1.0, 0.5)]
    compared = analysis.compare("selection")
    assert compared.tags.select("tag", "n_a", "n_b").rows() == [("a", 1, 1), ("b", 0, 2)]
    # A group that the data do not have is left out.
    assert compared.groups.select("group", "n_a").rows() == [("x", 1), ("y", 0)]
    assert analysis.selections["selection"].item(0, "tags").to_list() == ["c", "a"]


@pytest.mark.parametrize("by", [None, "source"])
def test_an_empty_selection_has_columns_of_the_same_types(by: str | None) -> None:
    data = frame()
    found = instag.analyze(data, by=by, selections={"some": data, "none": data.head(0)}).selections
    assert found["none"].schema == found["some"].schema
    assert found["none"].is_empty()


def test_an_empty_selection_has_no_shares() -> None:
    data = frame()
    compared = instag.analyze(data, by="source", selections=data.head(0)).compare("selection")
    assert compared.tags.get_column("share_a").null_count() == 3
    assert compared.tags.get_column("ratio").to_list() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "origin"}, "no column 'origin'; the columns are: tags, source"),
        ({"by": "tags"}, "by: expected a column of names, numbers or dates; found List(String) in 'tags'"),
        ({"tags": "source"}, "column 'source': expected a list of tags for each sample; found String; split it first"),
        (
            {"selections": {"all": frame()}},
            "selections: the name 'all' already stands for all samples: give the selection another name",
        ),
        (
            {"selections": {"web": frame()}, "by": "source"},
            "selections: the name 'web' already stands for a group: give",
        ),
        (
            {"selections": {"expected": frame()}},
            "selections: the name 'expected' already stands for a growth curve: give",
        ),
        (
            {"selections": {"all samples": frame()}},
            "selections: the name 'all samples' already stands for the whole data in a report: give",
        ),
        (
            {"selections": {"random order": frame()}},
            "selections: the name 'random order' already stands for the expected growth in a report: give",
        ),
        ({"selections": {1: frame()}}, "selections: expected names that are strings; found 1"),
        ({"selections": {"s": frame().drop("tags")}}, "selections, 's': no column 'tags'; the columns are: source"),
        (
            {"selections": {"s": frame().drop("source")}, "by": "source"},
            "selections, 's': no column 'source'; the columns are: tags",
        ),
        ({"selections": [1]}, "selections, 'selection': data: expected a Polars, pandas or pyarrow frame"),
    ],
)
def test_what_does_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.analyze(frame(), **options)
    assert str(error.value).startswith(message)


def test_groups_of_no_one_type() -> None:
    data = pd.DataFrame({"tags": [["a"], ["b"]], "source": [1, "web"]})
    with pytest.raises(instag.InputError) as error:
        instag.analyze(data, by="source")
    assert str(error.value) == (
        "by: expected a column of names, numbers or dates; found values of mixed types in 'source'"
    )


def test_a_name_that_is_none() -> None:
    data = frame()
    analysis = instag.analyze(data, by="source", selections={"few": data.head(1)})
    with pytest.raises(instag.InputError) as error:
        analysis.compare("few", "wbe")
    expected = "b: expected a group or a selection, one of 'all', 'few', 'book', 'web', '(none)'; found 'wbe'"
    assert str(error.value) == expected
    with pytest.raises(instag.InputError, match=r"^a: expected a group or a selection, .*; found 7$"):
        analysis.compare(7)  # type: ignore[arg-type]
    many = instag.analyze(frame([["a"]] * 50, list(range(50))), by="source")
    with pytest.raises(instag.InputError, match=r"'0', '1', .*, '25', …; found 'x'$"):
        many.compare("x")


def test_a_table_and_streams(tmp_path: Any) -> None:
    table = pa.table({"tags": [["a"], ["b", "a"]]})
    assert instag.analyze(table).tags.get_column("count").to_list() == [2, 1]
    path = tmp_path / "data.parquet"
    frame().write_parquet(path)
    assert instag.analyze(pl.scan_parquet(path), by="source").summary.equals(
        instag.analyze(frame(), by="source").summary
    )


def test_nothing_that_came_in_is_changed() -> None:
    data = pl.DataFrame({"tags": [["b", "a"], ["a", "a"]], "source": ["x", "y"]})
    before = data.clone()
    analysis = instag.analyze(data, by="source", selections=data)
    assert data.equals(before)
    counts = analysis.tags.get_column("count").to_numpy()
    assert np.array_equal(counts, [2, 1])


def test_a_notebook_shows_the_report() -> None:
    analysis = instag.analyze(frame(), by="source")
    assert analysis._repr_html_() == html(analysis)

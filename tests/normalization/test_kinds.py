"""Frames of every kind: in and out the same kind, with the raw tags beside the new ones."""

from typing import Any

import datasets
import pandas as pd
import polars as pl
import pytest

import instag
from test_frame import IDS, KINDS, TAGS, polars


@pytest.fixture(autouse=True)
def no_progress_bars() -> None:
    datasets.disable_progress_bars()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: str) -> None:
    make, expected = KINDS[kind]
    data = make()
    done = instag.normalize(data, embedder=None)
    assert type(done.data) is expected
    found = polars(done.data)
    assert found.columns == ["id", "tags", "raw_tags"]
    assert found["id"].to_list() == IDS
    assert found["tags"].to_list() == found["raw_tags"].to_list() == TAGS
    applied = done.vocabulary.apply(data)
    assert type(applied.data) is expected
    assert polars(applied.data).equals(found)
    assert instag.associations(data, min_support=2)["antecedent"].to_list() == ["proof"]


@pytest.mark.parametrize("kind", KINDS)
def test_again_keeps_the_raw_tags(kind: str) -> None:
    make, _ = KINDS[kind]
    once = instag.normalize(make(), embedder=None, min_count=2)
    twice = instag.normalize(once.data, embedder=None, min_count=2)
    assert polars(twice.data).equals(polars(once.data))
    assert polars(twice.data)["raw_tags"].to_list() == TAGS
    assert polars(twice.data)["tags"].to_list() == [["math"], ["math", "proof"], [], [], ["math", "proof"]]


@pytest.mark.parametrize(
    "taken",
    [pl.Series(["kept"]), pl.Series([1.5]), pl.Series([[1.5]]), pl.Series([[[["a"]]]]), pl.Series([{"a": 1}])],
    ids=lambda taken: str(taken.dtype),
)
def test_another_column_in_the_way_of_the_raw_tags(taken: pl.Series) -> None:
    data = pl.DataFrame({"tags": [["a"]], "raw_tags": taken})
    seen: list[str] = []
    with pytest.raises(instag.InputError, match=r"^column 'raw_tags' is in the way: .*; found .*: rename or drop it"):
        instag.normalize(data, embedder=None, progress=lambda progress: seen.append(str(progress)))
    assert seen == []


def test_raw_tags_of_any_kind_stay() -> None:
    kinds = (
        pl.Series([["A"]], dtype=pl.List(pl.Categorical())),
        pl.Series([[["A"]]]),
        pl.Series([["A"]], dtype=pl.Array(pl.String, 1)),
        pl.Series([[7]]),
        pl.Series([[]], dtype=pl.List(pl.Null)),
        pl.Series([None]),
    )
    for raw in kinds:
        done = instag.normalize(pl.DataFrame({"tags": [["a"]], "raw_tags": raw}), embedder=None).data
        assert done["raw_tags"].equals(raw.alias("raw_tags"), null_equal=True)


def test_nested_lists_keep_their_nesting() -> None:
    nested: list[Any] = [[["a b", "a_b", "c"], ["a b"], [], None], None, [], [["a_b", "a b"]]]
    data = pl.DataFrame({"query_tags": nested})
    done = instag.normalize(data, tags="query_tags", embedder=None)
    assert done.data["query_tags"].to_list() == [[["a b", "c"], ["a b"], [], None], None, [], [["a b"]]]
    assert done.data["raw_query_tags"].to_list() == nested
    # The tags of each query are a row.
    assert done.vocabulary.tags.select("tag", "count").rows() == [("a b", 3), ("c", 1)]


def test_other_types_of_tags() -> None:
    for inner, tags in ((pl.Categorical(), ["a", "b"]), (pl.Enum(["a", "b", "c"]), ["a", "b"]), (pl.Int8(), [7, -3])):
        data = pl.DataFrame({"tags": [tags, tags[:1], None]}, schema={"tags": pl.List(inner)})
        done = instag.normalize(data, embedder=None)
        assert done.data["tags"].to_list() == [[str(tag) for tag in tags], [str(tags[0])], None]
    fixed = pl.DataFrame({"tags": [["a", "A"]]}, schema={"tags": pl.Array(pl.String, 2)})
    assert instag.normalize(fixed, embedder=None).data["tags"].to_list() == [["A"]]


def test_nothing_at_all() -> None:
    for column in (
        pl.Series("tags", [None, None]),
        pl.Series("tags", [[], []]),
        pl.Series("tags", [], pl.List(pl.String)),
    ):
        done = instag.normalize(column.to_frame())
        assert done.data["tags"].to_list() == column.to_list()
        assert len(done.vocabulary) == 0
        assert done.merges.is_empty()
        assert instag.associations(column.to_frame()).is_empty()


def test_pandas_keeps_its_index() -> None:
    data = pd.DataFrame({"tags": TAGS}, index=[10, 20, 30, 40, 50])
    done = instag.normalize(data, embedder=None)
    assert done.data.index.tolist() == [10, 20, 30, 40, 50]
    assert done.data["tags"].tolist() == TAGS


def test_a_lazy_frame_is_a_plan_like_any_other() -> None:
    lazy = instag.normalize(pl.LazyFrame({"id": IDS, "tags": TAGS}), embedder=None).data
    assert lazy.filter(pl.col("id") > "c").select("tags").collect()["tags"].to_list() == TAGS[3:]
    assert lazy.select(pl.len()).collect().item() == 5
    assert instag.select(lazy, 1).collect()["id"].to_list() == ["b"]

"""`select` and `rank` against the reference, and the laws they keep."""

import math
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
import reference
from instag import _core

# Skewed as tags are, with nulls, repeats, empty lists and rows alike.
tag = st.integers(0, 30).map(lambda x: f"tag {x * x // 30}")
row = st.none() | st.lists(st.none() | tag, max_size=7)
rows = st.lists(row, max_size=60)
# Those that go in rounds.
method = st.sampled_from(sorted(reference.METHODS.keys() - {"gain"}))


def frame(rows: list[Any], inner: pl.DataType | type[pl.DataType] = pl.String) -> pl.DataFrame:
    return pl.DataFrame({"tags": rows}, schema={"tags": pl.List(inner)})


@pytest.fixture(autouse=True)
def ignore_missing_tags(request: pytest.FixtureRequest) -> Any:
    """Most cases have null tags or more budget than tags; what is said of them has tests of its own."""
    if "warns" in request.keywords:
        yield
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("instag.selection.shortfall.warn", lambda _: None)
            yield


@given(rows, method, st.integers(0, 70))
def test_same_as_reference(rows: list[Any], method: instag.Method, budget: int) -> None:
    picks = reference.METHODS[method](rows, budget)
    chosen = instag.select(frame(rows), budget, method=method, details=True)
    assert list(chosen.select("row", "round").iter_rows()) == picks
    assert chosen["rank"].to_list() == list(range(1, len(picks) + 1))
    assert chosen["tags"].to_list() == [rows[row] for row, _ in picks]
    assert chosen["new_tags"].to_list() == reference.new_tags(rows, picks)


@given(rows, method)
def test_rank_is_every_selection(rows: list[Any], method: instag.Method) -> None:
    ranked = instag.rank(frame(rows), method=method)
    for budget in (0, 1, len(ranked) // 2, len(ranked)):
        assert instag.select(frame(rows), budget, method=method, details=True).equals(ranked.head(budget))


@given(rows, st.sampled_from(get_args(instag.Method)), st.none() | st.integers(0, 2**64 - 1))
def test_rows_without_tags_change_nothing(rows: list[Any], method: instag.Method, seed: int | None) -> None:
    bare = [row for row in rows if any(tag is not None for tag in row or ())]
    chosen = instag.rank(frame(rows), method=method, seed=seed).drop("row")
    alone = instag.rank(frame(bare), method=method, seed=seed).drop("row")
    assert chosen.equals(alone)


@given(rows, method, st.integers(1, 5))
def test_chunks_change_nothing(rows: list[Any], method: instag.Method, size: int) -> None:
    whole = frame(rows)
    pieces = pl.concat([whole[:size], whole[size:]], rechunk=False)
    assert instag.rank(pieces, method=method).equals(instag.rank(whole, method=method))


@given(rows, method)
def test_types_of_tags_change_nothing(rows: list[Any], method: instag.Method) -> None:
    strings = instag.rank(frame(rows), method=method)
    names = sorted({tag for row in rows for tag in row or () if tag is not None})
    dtypes: list[pl.DataType] = [pl.Categorical(), pl.Enum(names)]
    for inner in dtypes:
        typed = instag.rank(frame(rows, inner), method=method)
        assert typed["row"].equals(strings["row"])
        assert typed.schema["new_tags"] == pl.List(inner)
        assert typed["new_tags"].cast(pl.List(pl.String)).equals(strings["new_tags"])
    for number, first, step in ((pl.Int64, -(2**62), 2**55 + 1), (pl.UInt8, 0, 1)):
        numbers = [
            None if row is None else [None if t is None else first + step * names.index(t) for t in row] for row in rows
        ]
        typed = instag.rank(frame(numbers, number), method=method)
        assert typed["row"].equals(strings["row"])
        assert typed.schema["new_tags"] == pl.List(number)
        expected = [[first + step * names.index(tag) for tag in new] for new in strings["new_tags"]]
        assert typed["new_tags"].to_list() == expected


def test_lists_a_query_count_as_one_list() -> None:
    nested = pl.DataFrame({"query_tags": [[["a", "b"], ["a", None]], [], None, [["c"], None]]})
    ranked = instag.rank(nested, tags="query_tags")
    assert ranked["new_tags"].to_list() == [["a", "b"], ["c"]]
    assert ranked["row"].to_list() == [0, 3]


def test_fixed_size_lists() -> None:
    arrays = pl.DataFrame({"tags": [["a", "b"], ["c", "c"]]}, schema={"tags": pl.Array(pl.String, 2)})
    assert instag.rank(arrays)["new_tags"].to_list() == [["a", "b"], ["c"]]


def test_more_tags_than_16_bits() -> None:
    many = [[f"t{i}", f"t{i + 1}"] for i in range(70_000)]
    ranked = instag.rank(frame([*many, ["t0", "t1", "t2"]]))
    assert ranked["row"][0] == 70_000
    assert ranked.filter(pl.col("round") == 1)["new_tags"].explode().n_unique() == 70_001


@pytest.mark.parametrize("chosen", get_args(instag.Method))
def test_seeds(chosen: instag.Method) -> None:
    same = frame([["a"]] * 100)
    first, again, other = (instag.rank(same, method=chosen, seed=seed)["row"].to_list() for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert sorted(first) == list(range(100))
    by_row = instag.rank(same, method=chosen)["row"].to_list()
    assert (by_row == list(range(100))) == (chosen != "random")


def test_random_without_a_seed_is_seed_0() -> None:
    same = frame([["a"]] * 100)
    assert instag.rank(same, method="random").equals(instag.rank(same, method="random", seed=0))


def test_random_order_is_the_published_one() -> None:
    # SplitMix64 by its definition: no release and no machine may change the order.
    def scramble(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    keys = [scramble((scramble(42) + (nth + 1) * 0x9E3779B97F4A7C15) % 2**64) for nth in range(3000)]
    chosen = instag.rank(frame([["a"]] * 3000), method="random", seed=42)["row"].to_list()
    assert chosen == sorted(range(3000), key=keys.__getitem__)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [(0, 0), (3, 3), (np.int64(2), 2), (0.0, 0), (0.3, 3), (0.25, 3), (0.249, 2), (0.999, 10), (1, 1)],
)
def test_budgets(budget: float, expected: int) -> None:
    assert instag.select(frame([["a"]] * 10), budget).height == expected


@pytest.mark.parametrize("budget", [-1, 1.1, 2.5, -0.1, math.nan, math.inf, True, "10", None])
def test_bad_budgets(budget: Any) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.select(frame([["a"]]), budget)
    assert str(error.value).startswith(f"budget: expected a count of 0 or more, or a share up to 1.0; found {budget!r}")


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "x"])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(instag.InputError, match=r"^seed: expected an integer from 0 to 2\*\*64 - 1, or None; found"):
        instag.select(frame([["a"]]), 1, seed=seed)


def test_unknown_method() -> None:
    with pytest.raises(instag.InputError) as error:
        instag.select(frame([["a"]]), 1, method="greedy")  # type: ignore[arg-type]
    expected = "method: expected one of complexity-first, coverage, complexity, random, gain; found 'greedy'"
    assert str(error.value) == expected


def test_methods_are_those_of_the_core() -> None:
    assert get_args(instag.Method) == (*_core.METHODS, "gain")


def test_no_such_column() -> None:
    with pytest.raises(instag.InputError) as error:
        instag.select(pl.DataFrame({"id": [1], "label": ["x"]}), 1)
    assert str(error.value) == "no column 'tags'; the columns are: id, label"


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("tags", ["a,b"]), "expected a list of tags for each sample; found String; split it first"),
        (pl.Series("tags", [1.5]), "expected a list of tags for each sample; found Float64"),
        (pl.Series("tags", [[1.5]]), "expected tags that are strings, categoricals, enums or integers; found List"),
    ],
)
def test_wrong_types(column: pl.Series, message: str) -> None:
    with pytest.raises(instag.InputError, match=r"^column 'tags': " + message.replace("(", r"\(")):
        instag.select(column.to_frame(), 1)


def test_nothing_but_nulls() -> None:
    for nothing in (
        pl.Series("tags", [None, None]),
        pl.Series("tags", [[], []]),
        pl.Series("tags", [], pl.List(pl.String)),
    ):
        assert instag.select(nothing.to_frame(), 5, details=True).height == 0


def test_details_do_not_overwrite() -> None:
    taken = pl.DataFrame({"tags": [["a"]], "rank": [7], "row": [0]})
    assert instag.select(taken, 1).equals(taken)
    with pytest.raises(instag.InputError) as error:
        instag.select(taken, 1, details=True)
    assert str(error.value) == "details: the data already have 'rank', 'row'; rename or drop them first"


@pytest.mark.warns
def test_null_tags_are_reported() -> None:
    with pytest.warns(
        instag.InstagWarning, match="^column 'tags': 2 of 4 samples have null tags; they are not chosen$"
    ):
        instag.select(frame([["a"], None, [], None]), 1)


@pytest.mark.warns
def test_a_missed_budget_is_reported() -> None:
    message = "^budget: 3 samples were asked for, but 1 have tags; all of those were taken$"
    with pytest.warns(instag.InstagWarning, match=message):
        assert instag.select(frame([["a"], []]), 3).height == 1


@pytest.mark.warns
def test_a_budget_missed_by_one_is_reported() -> None:
    with pytest.warns(instag.InstagWarning, match="^budget: 2 samples were asked for, but 1 have tags"):
        assert instag.select(frame([["a"], [], []]), 2).height == 1


@pytest.mark.warns
def test_nothing_is_said_where_all_is_well() -> None:
    instag.select(frame([["a"], []]), 1)  # warnings are errors here


@settings(max_examples=20)
@given(rows)
def test_measures(rows: list[Any]) -> None:
    sets = reference.tag_sets(rows)
    known = [tags for row, tags in zip(rows, sets, strict=True) if row is not None]
    measured = instag.measure(frame(rows), of=frame([*rows, ["one more"]]))
    distinct = set().union(*sets)
    assert measured == instag.Measures(
        samples=len(rows),
        null=len(rows) - len(known),
        empty=known.count(set()),
        complexity=sum(map(len, known)) / len(known) if known else 0.0,
        tags=len(distinct),
        coverage=len(distinct) / (len(distinct) + 1),
    )


def test_coverage_needs_another() -> None:
    assert instag.measure(frame([["a"]])).coverage is None
    assert instag.measure(frame([["a", "b"]]), of=frame([["b"], ["c"]])).coverage == 0.5
    assert instag.measure(frame([["a"]]), of=frame([[]])).coverage == 0.0

"""The analysis against counting by definition, and the laws it keeps."""

import math
import warnings
from statistics import fmean
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import census
import instag
from instag.analysis import curves
from instag.analysis.curves import spaced
from instag.analysis.tags import floor
from reference import METHODS, tag_sets

# Skewed as tags are, with nulls, repeats, empty lists and rows alike.
tag = st.integers(0, 30).map(lambda x: f"tag {x * x // 30}")
row = st.none() | st.lists(st.none() | tag, max_size=7)
grouped = st.lists(st.tuples(row, st.sampled_from(["b", "a", "c", "ä"])), max_size=50)
rows = st.lists(row, max_size=40)

Grouped = list[tuple[Any, str]]

# A whole analysis takes some milliseconds, whatever its size.
laws = settings(max_examples=25, deadline=None)


def frame(rows: list[Any], groups: list[str] | None = None) -> pl.DataFrame:
    data = pl.DataFrame({"tags": rows}, schema={"tags": pl.List(pl.String)})
    return data if groups is None else data.with_columns(source=pl.Series(groups, dtype=pl.String))


def analyzed(samples: Grouped, **options: Any) -> instag.Analysis:
    return instag.analyze(frame([tags for tags, _ in samples], [group for _, group in samples]), by="source", **options)


@laws
@given(grouped)
def test_summary(samples: Grouped) -> None:
    every = [tags for tags, _ in samples]
    distinct = len(census.held(tag_sets(every)))
    parts = {"all": every, **census.by_group(every, [group for _, group in samples])}
    found = analyzed(samples).summary
    assert found.get_column("group").to_list() == list(parts)
    for line, tags in zip(found.iter_rows(named=True), parts.values(), strict=True):
        counts = census.held(tag_sets(tags))
        known = [len(held) for row, held in zip(tags, tag_sets(tags), strict=True) if row is not None]
        assert line["samples"] == len(tags)
        assert line["queries"] is None
        assert line["mean"] == (pytest.approx(sum(known) / len(known)) if known else None)
        assert line["median"] == (pytest.approx(census.quantile(known, 0.5)) if known else None)
        assert line["p95"] == (pytest.approx(census.quantile(known, 0.95)) if known else None)
        assert line["tags"] == len(counts)
        assert line["coverage"] == (len(counts) / distinct if distinct else 0)
        bare = sum(not any(tag is not None for tag in row or ()) for row in tags)
        assert line["untagged"] == (pytest.approx(bare / len(tags)) if tags else None)
        assert line["effective"] == pytest.approx(census.effective(counts.values()))


@laws
@given(grouped)
def test_recall(samples: Grouped) -> None:
    parts = census.by_group([tags for tags, _ in samples], [group for _, group in samples])
    counts = {group: census.held(tag_sets(tags)) for group, tags in parts.items()}
    expected = [(a, b, *census.recall(counts[a], counts[b])) for a in counts for b in counts]
    found = analyzed(samples).recall.rows()
    assert [line[:3] for line in found] == [line[:3] for line in expected]
    assert [line[3:] for line in found] == [pytest.approx(line[3:]) for line in expected]
    # A group has all tags of its own.
    assert all(line[3:] in {(1.0, 1.0), (None, None)} for line in found if line[0] == line[1])


@laws
@given(grouped)
def test_tags(samples: Grouped) -> None:
    every = [tags for tags, _ in samples]
    sets = tag_sets(every)
    counts = census.held(sets)
    parts = census.by_group(every, [group for _, group in samples])
    found = analyzed(samples).tags
    assert found.get_column("tag").to_list() == sorted(counts, key=lambda tag: (-counts[tag], str(tag)))
    for line in found.iter_rows(named=True):
        tag = line["tag"]
        holders = {group: sum(tag in held for held in tag_sets(tags)) for group, tags in parts.items()}
        holding = sorted((group for group in holders if holders[group]), key=lambda group: -holders[group])
        assert line["count"] == counts[tag]
        assert line["share"] == counts[tag] / len(samples)
        assert (line["groups"], line["held"]) == (len(holding), holding)
        assert line["rows"] == [row for row, held in enumerate(sets) if tag in held][:3]
        assert line["examples"] == []


@laws
@given(grouped)
def test_complexity(samples: Grouped) -> None:
    parts = census.by_group([tags for tags, _ in samples], [group for _, group in samples])
    lengths = {group: [len(*tag_sets([row])) for row in tags if row is not None] for group, tags in parts.items()}
    every = {"all": [n for group in lengths.values() for n in group], **lengths}
    expected = [(group, n, known.count(n)) for group, known in every.items() for n in sorted(set(known))]
    assert analyzed(samples).complexity.rows() == expected


@laws
@given(st.lists(row, max_size=30), st.integers(2, 12))
def test_pairs(rows: list[Any], times: int) -> None:
    samples = rows * times
    found = instag.analyze(frame(samples)).pairs
    expected = census.pairs(samples, 3)
    lines = {(line["a"], line["b"]): line for line in found.iter_rows(named=True)}
    assert len(lines) == found.height
    for measure, nth in (("lift", 1), ("npmi", 2)):
        by_measure = found.sort(f"by_{measure}", nulls_last=True)
        ranks = by_measure.get_column(f"by_{measure}").drop_nulls().to_list()
        strongest = sorted((round(line[nth], 9) for line in expected.values()), reverse=True)[:100]
        assert ranks == list(range(1, len(strongest) + 1))
        values = [round(value, 9) for value in by_measure.get_column(measure)][: len(ranks)]
        assert values == strongest
    for pair, line in lines.items():
        assert (line["n_both"], line["lift"], line["npmi"]) == pytest.approx(expected[pair])
        assert -1 <= line["npmi"] <= 1 + 1e-12


def test_ties_among_pairs_go_to_what_more_samples_hold_then_by_name() -> None:
    rows = [["x", "b"]] * 3 + [["y", "a"]] * 3 + [["z", "c"]] * 6 + [["w"]] * 12
    found = instag.analyze(frame(rows)).pairs
    # By lift the rarer pair is the stronger; NPMI has all three at 1, for no tag goes without its other.
    assert found.select("a", "b", "n_both", "lift", "by_lift", "by_npmi").rows() == [
        ("a", "y", 3, 8.0, 1, 2),
        ("b", "x", 3, 8.0, 2, 3),
        ("c", "z", 6, 4.0, 3, 1),
    ]


def test_only_the_first_hundred_have_ranks() -> None:
    rows = [[f"{nth:03}", f"{nth:03}'"] for nth in range(150) for _ in range(3 + nth)]
    found = instag.analyze(frame(rows)).pairs
    # Lift prefers the rare pairs, and NPMI has all at 1 and the frequent ones first.
    assert found.get_column("a").to_list() == [f"{nth:03}" for nth in [*range(100), *range(149, 99, -1)]]
    assert found.get_column("by_lift").to_list() == [*range(1, 101), *[None] * 50]
    assert found.get_column("by_npmi").to_list() == [*[None] * 50, *range(100, 50, -1), *range(1, 51)]


def test_the_floor_of_pairs_grows_with_the_data() -> None:
    assert [floor(n) for n in (0, 10_000, 31_000, 1_370_000, 44_800_000)] == [3, 3, 3, 20, 114]
    rare, frequent = [["a", "b"]] * 4, [["c", "d"]] * 6
    often = instag.analyze(frame([*rare, *frequent, *[["x"]] * 100_000]))
    assert floor(100_020) == 5
    assert often.pairs.select("a", "b").rows() == [("c", "d")]


@laws
@given(rows)
def test_growth(rows: list[Any]) -> None:
    grown = instag.analyze(frame(rows)).growth
    distinct = len(census.held(tag_sets(rows)))
    tagged = sum(map(bool, tag_sets(rows)))
    assert grown.get_column("samples").to_list() == spaced(tagged).tolist()
    for _, size, tags, coverage in grown.iter_rows():
        assert tags == pytest.approx(float(census.expected(rows, size)), abs=1e-9)
        assert coverage == pytest.approx(tags / distinct)
    # It ends where everything is drawn, and never falls.
    assert grown.get_column("tags").to_list()[-1:] == ([pytest.approx(distinct)] if tagged else [])
    assert all(step > -1e-9 for step in grown.get_column("tags").diff().drop_nulls())


@laws
@given(st.lists(st.lists(tag, min_size=1, max_size=4), min_size=1, max_size=8))
def test_rarefaction_is_the_mean_of_all_draws(rows: list[list[str]]) -> None:
    for _, size, tags, _ in instag.analyze(frame(rows)).growth.iter_rows():
        assert tags == pytest.approx(float(census.expected_of_all_draws(rows, size)))


@laws
@given(rows)
def test_frontier(rows: list[Any]) -> None:
    found = instag.analyze(frame(rows)).frontier
    distinct = len(census.held(tag_sets(rows)))
    assert found.get_column("method").unique(maintain_order=True).to_list() == (
        list(get_args(instag.Method)) if distinct else []
    )
    for line in found.filter(pl.col("method") != "random").iter_rows(named=True):
        order = [row for row, _ in METHODS[line["method"]](rows, line["budget"])]
        tags, complexity = census.prefix(rows, order)
        assert (line["coverage"], line["complexity"]) == pytest.approx((tags / distinct, complexity))
        assert line["low"] is line["high"] is line["complexity_low"] is line["complexity_high"] is None
    for _, curve in found.group_by("method"):
        assert all(step >= 0 for step in curve.get_column("coverage").diff().drop_nulls())
        assert curve.get_column("coverage")[-1] == 1.0


def test_random_is_the_mean_of_twenty_seeds() -> None:
    data = instag.load_sample()
    curve = instag.analyze(data).frontier.filter(pl.col("method") == "random")
    rankings = [instag.rank(data, method="random", seed=seed) for seed in range(20)]
    for line in curve[::9].iter_rows(named=True):
        measured = [instag.measure(ranking.head(line["budget"]), of=data) for ranking in rankings]
        for value, low, high in (("coverage", "low", "high"), ("complexity", "complexity_low", "complexity_high")):
            runs = pl.Series([getattr(each, value) for each in measured])
            assert line[value] == pytest.approx(runs.mean())
            assert line[low] == pytest.approx(runs.quantile(0.05, "linear"))
            assert line[high] == pytest.approx(runs.quantile(0.95, "linear"))
    # Over many samples the mean is near what rarefaction expects.
    expected = instag.analyze(data).growth.filter(pl.col("curve") == "expected")
    apart = curve.get_column("coverage") - expected.get_column("coverage")
    assert apart.abs().max() < 0.02  # type: ignore[operator]


@pytest.mark.parametrize("method", get_args(instag.Method))
def test_a_frontier_that_ends_before_the_data_is_the_same(
    monkeypatch: pytest.MonkeyPatch, method: instag.Method
) -> None:
    """Samples are ranked only as far as it goes, and as if all were."""
    data = instag.load_sample()
    monkeypatch.setattr(curves, "BUDGET", 150)
    curve = instag.analyze(data).frontier.filter(pl.col("method") == method)
    assert curve.get_column("budget").max() == 150
    rankings = [instag.rank(data, method=method, seed=seed) for seed in (range(20) if method == "random" else [None])]
    for line in curve[::6].iter_rows(named=True):
        measured = [instag.measure(ranking.head(line["budget"]), of=data) for ranking in rankings]
        for value in ("coverage", "complexity"):
            assert line[value] == pytest.approx(fmean(getattr(each, value) for each in measured))


def test_the_frontier_ends_at_a_hundred_thousand() -> None:
    data = frame([["a"]] * 150_000)
    found = instag.analyze(data)
    assert found.frontier.get_column("budget").max() == 100_000
    assert found.growth.get_column("samples").max() == 150_000


@laws
@given(st.integers(0, 10**9))
def test_points_are_spaced(last: int) -> None:
    points = spaced(last).tolist()
    assert points == sorted(set(points))
    assert points[:1] + points[-1:] == ([1, last] if last else [])
    assert len(points) <= 60
    assert last < 1000 or len(points) > 40


@laws
@given(grouped)
def test_shares_of_a_comparison_add_up(samples: Grouped) -> None:
    analysis = analyzed(samples)
    compared = analysis.compare("all")
    assert compared.groups.get_column("n_a").sum() == len(samples)
    assert compared.tags.get_column("n_a").sum() == analysis.tags.get_column("count").sum()
    assert set(compared.tags.get_column("ratio")) <= {0.0}
    # Where the ratios are the same, the more frequent comes first.
    assert compared.tags.get_column("tag").equals(analysis.tags.get_column("tag"))
    for group in analysis.summary.get_column("group").to_list()[1:]:
        of_group = analysis.compare(group)
        ratios = of_group.tags.get_column("ratio").to_list()
        assert ratios == sorted(ratios, reverse=True)
        assert all(math.isfinite(ratio) for ratio in ratios)
        size = analysis.summary.filter(pl.col("group") == group).item(0, "samples")
        assert of_group.groups.filter(pl.col("group") == group).select("n_a", "share_a").row(0) == (size, 1.0)


@laws
@given(grouped, st.randoms(use_true_random=False))
def test_order_of_samples_and_of_tags_changes_no_count(samples: Grouped, random: Any) -> None:
    shuffled = [(random.sample(tags, len(tags)) if tags else tags, group) for tags, group in samples]
    random.shuffle(shuffled)
    one, other = analyzed(samples), analyzed(shuffled)
    for name in ("summary", "recall", "pairs", "growth", "complexity"):
        assert getattr(one, name).equals(getattr(other, name)), name
    assert one.tags.drop("rows").equals(other.tags.drop("rows"))


@laws
@given(rows)
def test_without_groups(rows: list[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = instag.analyze(frame(rows))
    one = analyzed([(row, "one") for row in rows])
    assert plain.summary.equals(one.summary.head(1))
    assert plain.recall.height == 0
    assert plain.recall.schema == one.recall.schema
    assert plain.tags.drop("groups", "held").equals(one.tags.drop("groups", "held"))
    assert plain.tags.get_column("groups").sum() == 0
    assert plain.complexity.equals(one.complexity.filter(pl.col("group") == "all"))
    assert plain.compare("all").groups.height == 0

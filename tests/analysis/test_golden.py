"""Every measure on seven samples, worked out by hand."""

import math
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import instag

ROWS = [
    # source, tags, queries
    ("web", ["math", "proof"], ["Prove it.", "Again."]),
    ("web", ["math"], ["Add."]),
    ("web", ["math", "proof", "latex", "math"], ["T" * 200]),
    ("web", None, ["Never tagged."]),
    ("book", ["math", "proof"], []),
    ("book", ["poetry"], ["P" * 201]),
    (None, [], None),
]


@pytest.fixture(scope="module")
def data() -> pl.DataFrame:
    schema: dict[str, Any] = {"source": pl.String, "tags": pl.List(pl.String), "queries": pl.List(pl.String)}
    return pl.DataFrame(ROWS, schema=schema, orient="row")


@pytest.fixture(scope="module")
def analysis(data: pl.DataFrame) -> instag.Analysis:
    picked = pl.DataFrame(data[[2, 5, 0]])
    return instag.analyze(data, by="source", selections={"picked": picked})


def entropy(*counts: int) -> float:
    return -sum(n / sum(counts) * math.log(n / sum(counts)) for n in counts)


def test_summary(analysis: instag.Analysis) -> None:
    # Tags a sample where they are not null: 2 1 3 2 1 0 in all, 2 1 3 in web, 2 1 in book.
    every = ("all", 7, 6, 9 / 6, 1.5, 2.75, 4, 1.0, 2 / 7, math.exp(entropy(4, 3, 1, 1)))
    web = ("web", 4, 5, 2.0, 2.0, 2.9, 3, 0.75, 1 / 4, math.exp(entropy(3, 2, 1)))
    book = ("book", 2, 1, 1.5, 1.5, 1.95, 3, 0.75, 0.0, math.exp(entropy(1, 1, 1)))
    none = ("(none)", 1, 0, 0.0, 0.0, 0.0, 0, 0.0, 1.0, 0.0)
    schema: dict[str, Any] = {
        "group": pl.String,
        "samples": pl.UInt32,
        "queries": pl.UInt64,
        "mean": pl.Float64,
        "median": pl.Float64,
        "p95": pl.Float64,
        "tags": pl.UInt32,
        "coverage": pl.Float64,
        "untagged": pl.Float64,
        "effective": pl.Float64,
    }
    assert_frame_equal(analysis.summary, pl.DataFrame([every, web, book, none], schema=schema, orient="row"))


def test_recall(analysis: instag.Analysis) -> None:
    # web holds math 3 times, proof twice, latex once; book math, proof and poetry once each.
    lines = [
        ("web", "web", 3, 1.0, 1.0),
        ("web", "book", 2, 2 / 3, 5 / 6),
        ("web", "(none)", 0, 0.0, 0.0),
        ("book", "web", 2, 2 / 3, 2 / 3),
        ("book", "book", 3, 1.0, 1.0),
        ("book", "(none)", 0, 0.0, 0.0),
        ("(none)", "web", 0, None, None),
        ("(none)", "book", 0, None, None),
        ("(none)", "(none)", 0, None, None),
    ]
    schema: dict[str, Any] = {
        "group": pl.String,
        "by": pl.String,
        "shared": pl.UInt32,
        "recall": pl.Float64,
        "weighted": pl.Float64,
    }
    assert_frame_equal(analysis.recall, pl.DataFrame(lines, schema=schema, orient="row"))


def test_tags(analysis: instag.Analysis) -> None:
    lines = [
        ("math", 4, 4 / 7, 2, ["web", "book"], ["Prove it.", "Add.", "T" * 200], [0, 1, 2]),
        # Row 4 holds it too, and has no query.
        ("proof", 3, 3 / 7, 2, ["web", "book"], ["Prove it.", "T" * 200], [0, 2]),
        ("latex", 1, 1 / 7, 1, ["web"], ["T" * 200], [2]),
        ("poetry", 1, 1 / 7, 1, ["book"], ["P" * 199 + "…"], [5]),
    ]
    schema: dict[str, Any] = {
        "tag": pl.String,
        "count": pl.UInt32,
        "share": pl.Float64,
        "groups": pl.UInt32,
        "held": pl.List(pl.String),
        "examples": pl.List(pl.String),
        "rows": pl.List(pl.UInt32),
    }
    assert_frame_equal(analysis.tags, pl.DataFrame(lines, schema=schema, orient="row"))


def test_pairs(analysis: instag.Analysis) -> None:
    # Of 5 samples with tags, 4 hold math, 3 proof, 3 both. Every other pair comes once, which is too seldom.
    lift = 3 * 5 / (4 * 3)
    line = ("math", "proof", 4, 3, 3, lift, math.log(lift) / -math.log(3 / 5), 1, 1)
    schema: dict[str, Any] = {
        "a": pl.String,
        "b": pl.String,
        "n_a": pl.UInt32,
        "n_b": pl.UInt32,
        "n_both": pl.UInt32,
        "lift": pl.Float64,
        "npmi": pl.Float64,
        "by_lift": pl.UInt32,
        "by_npmi": pl.UInt32,
    }
    assert_frame_equal(analysis.pairs, pl.DataFrame([line], schema=schema, orient="row"))


def test_growth(analysis: instag.Analysis) -> None:
    # Of 5 samples with tags: math is in 4, proof in 3, latex and poetry in 1. Two of them miss math in none of 10 ways,
    # proof in 1, the others in 6 each.
    tags = [9 / 5, 4 - 0.1 - 0.6 - 0.6, 4 - 0.4 - 0.4, 4 - 0.2 - 0.2, 4.0]
    curves = [("expected", size, n, n / 4) for size, n in enumerate(tags, 1)]
    curves += [("picked", 1, 3.0, 0.75), ("picked", 2, 4.0, 1.0), ("picked", 3, 4.0, 1.0)]
    schema: dict[str, Any] = {"curve": pl.String, "samples": pl.UInt32, "tags": pl.Float64, "coverage": pl.Float64}
    assert_frame_equal(analysis.growth, pl.DataFrame(curves, schema=schema, orient="row"))


def test_frontier(analysis: instag.Analysis) -> None:
    assert analysis.frontier.schema == {
        "method": pl.String,
        "budget": pl.UInt32,
        "coverage": pl.Float64,
        "complexity": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "complexity_low": pl.Float64,
        "complexity_high": pl.Float64,
    }
    lines = analysis.frontier.select("method", "budget", "coverage", "complexity", "low", "complexity_high")
    assert [line for line in lines.rows() if line[0] != "random"] == [
        # latex, math and proof; poetry; and in rounds of their own two that have math and proof, one that has math.
        ("complexity-first", 1, 0.75, 3.0, None, None),
        ("complexity-first", 2, 1.0, 2.0, None, None),
        ("complexity-first", 3, 1.0, 2.0, None, None),
        ("complexity-first", 4, 1.0, 2.0, None, None),
        ("complexity-first", 5, 1.0, 9 / 5, None, None),
        ("coverage", 1, 0.75, 3.0, None, None),
        ("coverage", 2, 1.0, 2.0, None, None),
        ("coverage", 3, 1.0, 2.0, None, None),
        ("coverage", 4, 1.0, 2.0, None, None),
        ("coverage", 5, 1.0, 9 / 5, None, None),
        ("complexity", 1, 0.75, 3.0, None, None),
        ("complexity", 2, 0.75, 5 / 2, None, None),
        ("complexity", 3, 0.75, 7 / 3, None, None),
        ("complexity", 4, 0.75, 2.0, None, None),
        ("complexity", 5, 1.0, 9 / 5, None, None),
        ("gain", 1, 0.75, 3.0, None, None),
        ("gain", 2, 1.0, 2.0, None, None),
        ("gain", 3, 1.0, 2.0, None, None),
        ("gain", 4, 1.0, 2.0, None, None),
        ("gain", 5, 1.0, 9 / 5, None, None),
    ]


def test_complexity(analysis: instag.Analysis) -> None:
    lines = [
        *[("all", 0, 1), ("all", 1, 2), ("all", 2, 2), ("all", 3, 1)],
        *[("web", 1, 1), ("web", 2, 1), ("web", 3, 1)],
        *[("book", 1, 1), ("book", 2, 1)],
        ("(none)", 0, 1),
    ]
    schema: dict[str, Any] = {"group": pl.String, "tags": pl.UInt32, "samples": pl.UInt32}
    assert_frame_equal(analysis.complexity, pl.DataFrame(lines, schema=schema, orient="row"))


def test_selections(analysis: instag.Analysis) -> None:
    lines = [
        (1, 1, ["math", "proof", "latex"], ["math", "proof", "latex"], "T" * 200),
        (2, 1, ["poetry"], ["poetry"], "P" * 201),
        (3, 2, ["math", "proof"], ["math", "proof"], "Prove it."),
    ]
    schema: dict[str, Any] = {
        "rank": pl.UInt32,
        "round": pl.UInt32,
        "new_tags": pl.List(pl.String),
        "tags": pl.List(pl.String),
        "query": pl.String,
    }
    assert_frame_equal(analysis.selections["picked"], pl.DataFrame(lines, schema=schema, orient="row"))


def test_compare(analysis: instag.Analysis) -> None:
    # 3 of 7 samples were picked: of 4 with math, 12 / 7 are expected.
    compared = analysis.compare("picked")

    def line(name: str, n_a: int, n_b: int) -> tuple[str, int, int, float, float, float, float]:
        expected = 3 * n_b / 7
        return name, n_a, n_b, n_a / 3, n_b / 7, expected, math.log2((n_a + 1) / (expected + 1))

    tags = [line("latex", 1, 1), line("poetry", 1, 1), line("proof", 2, 3), line("math", 2, 4)]
    groups = [line("web", 2, 4), line("book", 1, 2), line("(none)", 0, 1)]
    rest: dict[str, Any] = {
        "n_a": pl.UInt32,
        "n_b": pl.UInt32,
        "share_a": pl.Float64,
        "share_b": pl.Float64,
        "expected": pl.Float64,
        "ratio": pl.Float64,
    }
    assert (compared.a, compared.b) == ("picked", "all")
    assert_frame_equal(compared.tags, pl.DataFrame(tags, schema={"tag": pl.String, **rest}, orient="row"))
    assert_frame_equal(compared.groups, pl.DataFrame(groups, schema={"group": pl.String, **rest}, orient="row"))


def test_groups_are_compared_too(analysis: instag.Analysis) -> None:
    compared = analysis.compare("web", "book")
    found = compared.tags.select("tag", "n_a", "n_b", "share_a", "share_b").rows()
    assert sorted(found) == [
        ("latex", 1, 0, 1 / 4, 0.0),
        ("math", 3, 1, 3 / 4, 1 / 2),
        ("poetry", 0, 1, 0.0, 1 / 2),
        ("proof", 2, 1, 1 / 2, 1 / 2),
    ]
    assert compared.groups.select("group", "n_a", "n_b").rows() == [("web", 4, 0), ("book", 0, 2)]
    assert analysis.compare("web", "web").tags.get_column("ratio").to_list() == [0.0, 0.0, 0.0]

"""Copies and questions of benchmarks at scale, beside peers in the same run."""

import random
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from instag._core import contamination, duplicate_groups, duplicates

ROWS = 100_000


def made_up(rows: int, seed: int = 0) -> Iterator[str]:
    """Texts of 200 characters, of which one in ten is an earlier one with a word changed."""
    chance = random.Random(seed)  # noqa: S311 - data, not secrets
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(20_000)]
    earlier: list[list[str]] = []
    for row in range(rows):
        if row % 10 == 9:
            text = list(chance.choice(earlier))
            text[chance.randrange(len(text))] = chance.choice(words)
        else:
            text = chance.choices(words, k=31)
        if len(earlier) < 10_000:
            earlier.append(text)
        yield " ".join(text)


@pytest.fixture(scope="module")
def texts() -> pl.Series:
    return pl.Series(list(made_up(ROWS)))


@pytest.mark.benchmark(group="copies")
def test_copies(benchmark: BenchmarkFixture, texts: pl.Series) -> None:
    order = np.arange(ROWS, dtype=np.uint32)
    rows, _, likeness = benchmark.pedantic(duplicates, (texts, order, 0.9), rounds=3)
    assert len(rows) > ROWS // 50
    assert (likeness >= 0.9).all()


def on_a_pattern(rows: int) -> pl.Series:
    """Texts of 200 characters that differ in a word of ten letters alone: near each other, and few are copies at 0.9."""
    chance = random.Random(2)  # noqa: S311 - data, not secrets
    words = {"".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=10)) for _ in range(rows)}
    before, after = (text[:95] for text in made_up(2))
    return pl.Series([f"{before} {word} {after}" for word in sorted(words)])


@pytest.mark.benchmark(group="copies on a pattern")
@pytest.mark.parametrize("rows", [4_000, 16_000])
def test_groups_on_a_pattern(benchmark: BenchmarkFixture, rows: int) -> None:
    texts = on_a_pattern(rows)
    groups = benchmark.pedantic(duplicate_groups, (texts, 0.9), rounds=3)
    assert 0 < (groups < np.arange(len(texts))).sum() < len(texts) // 10


@pytest.mark.benchmark(group="copies on a pattern")
@pytest.mark.parametrize("rows", [4_000, 16_000])
def test_copies_on_a_pattern(benchmark: BenchmarkFixture, rows: int) -> None:
    texts = on_a_pattern(rows)
    found, _, likeness = benchmark.pedantic(duplicates, (texts, np.arange(len(texts), dtype=np.uint32), 0.9), rounds=3)
    assert 0 < len(found) < len(texts) // 10
    assert (likeness >= 0.9).all()


@pytest.mark.benchmark(group="copies")
def test_copies_by_rensa(benchmark: BenchmarkFixture, texts: pl.Series) -> None:
    rensa = pytest.importorskip("rensa")
    every = texts.to_list()

    def near_copies() -> int:
        index = rensa.RMinHashLSH(0.9, 128, 16)
        met = 0
        for row, text in enumerate(every):
            sketch = rensa.RMinHash(num_perm=128, seed=42)
            sketch.update([text[at : at + 5] for at in range(len(text) - 4)])
            met += bool(index.query(sketch))
            index.insert(row, sketch)
        return met

    assert benchmark.pedantic(near_copies, rounds=1) > ROWS // 50


@pytest.mark.benchmark(group="contamination")
@pytest.mark.parametrize("rows", [ROWS // 4, ROWS])
def test_contamination(benchmark: BenchmarkFixture, texts: pl.Series, rows: int) -> None:
    items = pl.Series([*made_up(3_500, seed=1), *texts.gather(list(range(0, 35_000, 10))).to_list()])
    pool = texts.head(rows)
    hits = benchmark.pedantic(contamination, (pool, items, False), rounds=3)[0]
    assert set(range(0, min(rows, 35_000), 10)) <= set(hits.tolist())


@pytest.mark.benchmark(group="contamination")
def test_contamination_by_sets_of_words(benchmark: BenchmarkFixture, texts: pl.Series) -> None:
    """What others usually do: find any common run of eight words, with Python's sets."""
    items = [*made_up(3_500, seed=1), *texts.gather(list(range(0, 35_000, 10))).to_list()]

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}

    def overlapping() -> int:
        known = set().union(*map(runs, items))
        return sum(not known.isdisjoint(runs(text)) for text in texts.to_list())

    assert benchmark.pedantic(overlapping, rounds=1) >= 3_500

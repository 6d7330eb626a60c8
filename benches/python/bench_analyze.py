"""Recall, co-occurrence and growth of 1 M samples beside Polars' group-by of the same pairs, on codes: `make bench`.

Encoding is not timed. Polars is given the pairs of sample and tag as a frame, the codes of each sample in order. All
results must be the same; growth, for which Polars has nothing, is held against SciPy's log-gamma.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

import instag
from instag import _core
from instag.analysis.curves import spaced
from instag.analysis.tags import floor
from instag.tagsets import TagSets, encode
from synthetic import synthetic

ROWS, GROUPS = 1_000_000, 20


@dataclass(frozen=True)
class Data:
    """The same samples for both sides."""

    pool: TagSets
    groups: NDArray[np.uint32]
    pairs: pl.DataFrame


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    random = np.random.default_rng(3)
    # A few large sources and many small ones, in no order.
    source = random.choice(GROUPS, ROWS, p=np.arange(1, GROUPS + 1) / np.arange(1, GROUPS + 1).sum())
    return synthetic(ROWS).with_columns(source=pl.Series(source).cast(pl.String))


@pytest.fixture(scope="module")
def data(frame: pl.DataFrame) -> Data:
    pool = encode(frame.get_column("tags"), order="count")
    groups = frame.get_column("source").cast(pl.UInt32).to_numpy()
    row = np.repeat(np.arange(ROWS, dtype=np.uint32), pool.lengths)
    pairs = pl.DataFrame({"row": row, "group": groups[row], "tag": pool.codes}).sort("row", "tag").set_sorted("row")
    return Data(pool, groups, pairs)


def recall(data: Data) -> NDArray[np.uint32]:
    offsets, tags, counts = _core.count_groups(data.pool.sets, data.groups, GROUPS)
    shared, _ = _core.overlap(_core.TagSets(offsets, tags, data.pool.n_tags), counts)
    return shared


def polars_recall(data: Data) -> pl.DataFrame:
    counts = data.pairs.group_by("group", "tag").agg(count=pl.len())
    both = counts.join(counts, on="tag")
    return both.group_by("group", "group_right").agg(shared=pl.len(), weighted=pl.sum("count"))


def together(data: Data, least: int) -> tuple[NDArray[np.uint32], ...]:
    return _core.cooccurrences(data.pool.sets, least)


def polars_together(data: Data, least: int) -> pl.DataFrame:
    pairs = data.pairs.lazy().select("row", "tag")
    both = pairs.join(pairs, on="row").filter(pl.col("tag") < pl.col("tag_right"))
    counted = both.group_by("tag", "tag_right").agg(both=pl.len()).filter(pl.col("both") >= least)
    return counted.collect(engine="streaming")


def growth(data: Data) -> NDArray[np.float64]:
    return _core.rarefy(data.pool.holders, data.pool.tagged, spaced(data.pool.tagged))


def scipy_growth(data: Data) -> NDArray[np.float64]:
    gammaln = pytest.importorskip("scipy.special", reason="scipy is not installed").gammaln
    counts, times = np.unique(data.pool.holders, return_counts=True)
    total = data.pool.tagged
    expected = []
    for size in spaced(total).tolist():
        left = total - counts.astype(np.float64)
        possible = left >= size
        rest = np.where(possible, left, size)
        # The logarithm of the ratio of two binomials; the factorial of the size cancels.
        ways = gammaln(rest + 1) - gammaln(rest - size + 1) - gammaln(total + 1) + gammaln(total - size + 1)
        expected.append((times * (1 - np.where(possible, np.exp(ways), 0))).sum())
    return np.array(expected)


@pytest.mark.benchmark(group="recall of 20 groups of 1 M")
def test_recall(benchmark: Benchmark, data: Data) -> None:
    shared = benchmark.pedantic(lambda: recall(data), rounds=9, warmup_rounds=1)
    expected = polars_recall(data).sort("group", "group_right").get_column("shared")
    assert shared.tolist() == expected.to_list()


@pytest.mark.benchmark(group="recall of 20 groups of 1 M")
def test_recall_polars(benchmark: Benchmark, data: Data) -> None:
    assert benchmark.pedantic(lambda: polars_recall(data), rounds=3).height == GROUPS**2


@pytest.mark.benchmark(group="pairs among 6.6 K tags of 1 M")
@pytest.mark.parametrize("name", ["all", "frequent"])
def test_together(benchmark: Benchmark, data: Data, name: str) -> None:
    least = 1 if name == "all" else floor(len(data.pool.codes))
    a, b, both = benchmark.pedantic(lambda: together(data, least), rounds=9, warmup_rounds=1)
    found = pl.DataFrame({"tag": a, "tag_right": b, "both": both})
    expected = polars_together(data, least)
    assert found.sort("tag", "tag_right").equals(expected.sort("tag", "tag_right"))


@pytest.mark.benchmark(group="pairs among 6.6 K tags of 1 M")
@pytest.mark.parametrize("name", ["all", "frequent"])
def test_together_polars(benchmark: Benchmark, data: Data, name: str) -> None:
    least = 1 if name == "all" else floor(len(data.pool.codes))
    assert benchmark.pedantic(lambda: polars_together(data, least), rounds=2).height > 10_000


@pytest.mark.benchmark(group="growth of 1 M")
def test_growth(benchmark: Benchmark, data: Data) -> None:
    tags = benchmark.pedantic(lambda: growth(data), rounds=9, warmup_rounds=1)
    assert tags == pytest.approx(scipy_growth(data), abs=1e-4)  # logarithms of large factorials lose that much
    assert tags[-1] == pytest.approx(len(data.pool.names), abs=1e-9)


@pytest.mark.benchmark(group="growth of 1 M")
def test_growth_scipy(benchmark: Benchmark, data: Data) -> None:
    assert len(benchmark.pedantic(lambda: scipy_growth(data), rounds=3)) == len(spaced(ROWS))


@pytest.mark.benchmark(group="analysis of 1 M")
def test_recall_pairs_and_growth(benchmark: Benchmark, data: Data) -> None:
    least = floor(len(data.pool.codes))
    benchmark.pedantic(lambda: (recall(data), together(data, least), growth(data)), rounds=9, warmup_rounds=1)


@pytest.mark.benchmark(group="analysis of 1 M")
def test_encoding(benchmark: Benchmark, frame: pl.DataFrame) -> None:
    pool = benchmark.pedantic(lambda: encode(frame.get_column("tags"), order="count"), rounds=5, warmup_rounds=1)
    assert pool.samples == ROWS


@pytest.mark.benchmark(group="analysis of 1 M")
def test_everything(benchmark: Benchmark, frame: pl.DataFrame) -> None:
    picked = instag.select(frame, 6_000, details=True)
    analysis = benchmark.pedantic(lambda: instag.analyze(frame, by="source", selections=picked), rounds=3)
    assert analysis.summary.height == GROUPS + 1
    assert analysis.growth.filter(pl.col("curve") == "selection").item(-1, "coverage") == 1.0

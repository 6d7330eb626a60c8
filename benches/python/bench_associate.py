"""Association rules beside PyFIM's eclat and SciPy's sparse co-occurrence, one thread each: `make bench`.

All three must find the same rules. Peers are given the data in the form they want; making it is not timed.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

from instag import _core

ROWS, TAGS = 1_000_000, 8_500
SUPPORT, CONFIDENCE = 40, 0.99
GROUP = "rules at 0.99 among 8.5 K tags of 1 M"

Rule = tuple[int, int, int]
Codes = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]


@pytest.fixture(scope="module")
def million() -> Codes:
    """Zipf's law over the tags; 612 of them bring another along, but for one sample in 500."""
    random = np.random.default_rng(1)
    weights = 1 / np.arange(1, TAGS + 1)
    lengths = np.minimum(random.geometric(1 / 4.5, ROWS), 40)
    rows = np.repeat(np.arange(ROWS), lengths)
    codes = random.choice(TAGS, len(rows), p=weights / weights.sum())
    brings = (codes >= 300) & (codes < 912) & (rows % 500 != 0)
    pairs = np.unique(np.concatenate([rows * TAGS + codes, rows[brings] * TAGS + codes[brings] + 4_000]))
    offsets = np.searchsorted(pairs, np.arange(ROWS + 1) * TAGS).astype(np.int64)
    return offsets, (pairs % TAGS).astype(np.uint32)


@pytest.fixture(scope="module")
def expected(million: Codes) -> set[Rule]:
    rules = mine(million)
    assert len(rules) >= 612
    return rules


def mine(million: Codes) -> set[Rule]:
    left, _, right, _, _, both = _core.associate(_core.TagSets(*million, TAGS), SUPPORT, CONFIDENCE, 1)
    return set(zip(left.tolist(), right.tolist(), both.tolist(), strict=True))


@pytest.mark.benchmark(group=GROUP)
def test_instag(benchmark: Benchmark, million: Codes, expected: set[Rule]) -> None:
    assert benchmark.pedantic(lambda: mine(million), rounds=9, warmup_rounds=1) == expected


@pytest.mark.benchmark(group=GROUP)
def test_pyfim(benchmark: Benchmark, million: Codes, expected: set[Rule]) -> None:
    fim = pytest.importorskip("fim", reason="pyfim is not installed")
    offsets, codes = million
    samples = [row.tolist() for row in np.split(codes, offsets[1:-1])]

    def eclat() -> Iterator[Rule]:
        # "o": the support of a rule is that of both its sides, as everywhere else.
        rules = fim.eclat(samples, target="r", supp=-SUPPORT, conf=100 * CONFIDENCE, zmin=2, zmax=2, mode="o")
        return ((left, right, both) for right, (left,), both in rules)

    assert set(benchmark.pedantic(eclat, rounds=3)) == expected


@pytest.mark.benchmark(group=GROUP)
def test_scipy(benchmark: Benchmark, million: Codes, expected: set[Rule]) -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="scipy is not installed")
    offsets, codes = million
    held = sparse.csr_array((np.ones(len(codes), np.int32), codes.astype(np.int32), offsets), shape=(ROWS, TAGS))

    def together() -> Iterator[Rule]:
        counts = (held.T @ held).tocoo()
        holders = np.bincount(codes, minlength=TAGS)
        rule = (counts.data >= SUPPORT) & (counts.data / holders[counts.row] >= CONFIDENCE) & (counts.row != counts.col)
        return zip(counts.row[rule].tolist(), counts.col[rule].tolist(), counts.data[rule].tolist(), strict=True)

    assert set(benchmark.pedantic(together, rounds=3)) == expected

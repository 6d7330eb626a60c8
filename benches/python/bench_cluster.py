"""Density clusters beside scikit-learn's, on one thread and on two: `make bench`.

scikit-learn is run as `metric="cosine"`, and on unit vectors with the Euclidean distance in its fastest form, which
its trees are not in so many dimensions. Labels must be the same, number for number. Vectors are made up, around more
directions than there are dimensions, which is harder than what embeds words: these lie along few.
"""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

from instag import _core

MIN_SAMPLES, WIDTH = 2, 384
THREADS = pytest.mark.parametrize("threads", [1, 2])
DISTANCES = pytest.mark.parametrize("eps", [0.05, 0.1, 0.2])

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


def directions(n: int) -> Vectors:
    """Points around directions, six to each, as near to one another as spellings of a tag are."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((n // 6, WIDTH), dtype=np.float32)
    return centres[random.integers(0, len(centres), n)] + 0.25 * random.standard_normal((n, WIDTH), dtype=np.float32)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return directions(10_000)


@contextmanager
def threads_at_most(threads: int) -> Iterator[None]:
    """Bound both, since instag takes as many threads as the process may use, and scikit-learn as many as it is asked to."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("threads cannot be bounded here")
    pools = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    allowed = os.sched_getaffinity(0)
    if len(allowed) < threads:
        pytest.skip("too few processors")
    os.sched_setaffinity(0, set(sorted(allowed)[:threads]))
    try:
        with pools.threadpool_limits(threads):
            yield
    finally:
        os.sched_setaffinity(0, allowed)


def cluster(vectors: Vectors, eps: float) -> Labels:
    labels: Labels = _core.cluster(vectors, eps, MIN_SAMPLES)[0]
    return labels


@THREADS
@DISTANCES
@pytest.mark.benchmark(group="10 K x 384")
def test_instag(benchmark: Benchmark, vectors: Vectors, eps: float, threads: int) -> None:
    with threads_at_most(threads):
        labels = benchmark.pedantic(lambda: cluster(vectors, eps), rounds=9, warmup_rounds=1)
    assert labels.max() > 400


@THREADS
@DISTANCES
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.benchmark(group="10 K x 384")
def test_sklearn(benchmark: Benchmark, vectors: Vectors, metric: str, eps: float, threads: int) -> None:
    clusters = pytest.importorskip("sklearn.cluster", reason="scikit-learn is not installed")
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    data, radius = (vectors, eps) if metric == "cosine" else (units, (2 * eps) ** 0.5)
    dbscan = clusters.DBSCAN(eps=radius, min_samples=MIN_SAMPLES, metric=metric, algorithm="brute")
    with threads_at_most(threads):
        labels = benchmark.pedantic(lambda: dbscan.fit(data).labels_, rounds=3, warmup_rounds=1)
    np.testing.assert_array_equal(labels, cluster(vectors, eps))


@THREADS
@pytest.mark.benchmark(group="100 K x 384")
def test_many(benchmark: Benchmark, threads: int) -> None:
    vectors = directions(100_000)
    with threads_at_most(threads):
        labels = benchmark.pedantic(lambda: cluster(vectors, 0.05), rounds=1)
    assert labels.max() > 4_000
    benchmark.extra_info["peak megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@pytest.mark.benchmark(group="100 K x 384")
def test_neighbours_of_many(benchmark: Benchmark) -> None:
    vectors = directions(100_000)
    offsets, others, _ = benchmark.pedantic(lambda: _core.neighbours(vectors, 0.15, 1_000_000), rounds=1)
    assert offsets[-1] == len(others) > 250_000

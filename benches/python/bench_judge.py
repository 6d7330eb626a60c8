"""Candidates for a judge, beside the nearest neighbours that scikit-learn finds by brute force: `make bench`.

Ten thousand tags of one to three words, with random vectors as wide as those of the offline embedder. What is found is
asserted to be scikit-learn's, where nothing but nearness counts.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark
from sklearn.neighbors import NearestNeighbors

from instag.normalization.judging.candidates import MOST, candidates

TAGS, WIDTH, ROUNDS = 10_000, 384, 3


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    made = np.random.default_rng(0).standard_normal((TAGS, WIDTH), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def test_candidates(benchmark: Benchmark, vectors: NDArray[np.float32]) -> None:
    # No word is in two tags, so that only nearness counts; the last tag has all others before it.
    texts = [f"word{nth}x" for nth in range(TAGS)]
    found = benchmark.pedantic(lambda: list(candidates(texts, vectors)), rounds=ROUNDS)
    scores = np.rint(vectors[-1] @ vectors[:-1].T * 10_000)
    nearest = np.lexsort((np.arange(TAGS - 1), -scores))[: MOST - 2]
    assert set(nearest.tolist()) <= set(found[-1])
    assert all(len(some) == min(place, MOST) for place, some in enumerate(found))


def test_brute_force_of_scikit_learn(benchmark: Benchmark, vectors: NDArray[np.float32]) -> None:
    """All neighbours, and not only those before a tag: the same products, half of which are not needed."""
    search = NearestNeighbors(n_neighbors=MOST + 1, metric="cosine", algorithm="brute")
    found = benchmark.pedantic(lambda: search.fit(vectors).kneighbors(vectors, return_distance=False), rounds=ROUNDS)
    assert found.shape == (TAGS, MOST + 1)

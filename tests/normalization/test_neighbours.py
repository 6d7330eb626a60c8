"""All pairs of vectors within a distance, and what is made of them."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import instag
from instag import _core
from instag.normalization.steps import semantic
from interrupted import stopped_midway

Found = dict[tuple[int, int], float]


def around(n: int, centres: int, width: int, spread: float, seed: int) -> NDArray[np.float32]:
    """Vectors around directions, of uneven lengths, some of them twice."""
    random = np.random.default_rng(seed)
    middle = random.standard_normal((centres, width))
    vectors = middle[random.integers(0, centres, n)] + spread * random.standard_normal((n, width))
    vectors[: n // 8] = vectors[n - n // 8 :]
    return (vectors * random.uniform(0.5, 2, (n, 1))).astype(np.float32)


def neighbours(vectors: NDArray[np.float32], distance: float, most: int = 1 << 20) -> Found:
    offsets, others, similarities = _core.neighbours(vectors, distance, most)
    ones = np.repeat(np.arange(len(vectors)), np.diff(offsets))
    return dict(zip(zip(ones.tolist(), others.tolist(), strict=True), similarities.tolist(), strict=True))


def by_definition(vectors: NDArray[np.float32], distance: float) -> Found:
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1)
    similarities = exact @ exact.T / np.outer(lengths, lengths)
    places = np.argwhere(np.triu(1 - similarities <= distance, 1)).tolist()
    return {(one, other): float(similarities[one, other]) for one, other in places}


@settings(deadline=None, max_examples=40)
@given(
    st.integers(2, 400),
    st.integers(1, 30),
    st.integers(2, 60),
    st.floats(0.05, 1),
    st.integers(0, 1 << 32),
    st.floats(0.01, 1.5),
)
def test_same_as_by_definition(n: int, centres: int, width: int, spread: float, seed: int, distance: float) -> None:
    vectors = around(n, centres, width, spread, seed)
    found, expected = neighbours(vectors, distance), by_definition(vectors, distance)
    assert found.keys() == expected.keys()
    assert list(found) == sorted(found)
    for pair, similarity in found.items():
        assert similarity == pytest.approx(expected[pair], abs=1e-12)


def test_nothing_is_near_nothing() -> None:
    assert neighbours(np.empty((0, 3), np.float32), 0.1) == {}
    assert neighbours(np.zeros((3, 2), np.float32), 2.0) == {}


def test_more_than_most_are_refused() -> None:
    vectors = np.ones((1_000, 3), np.float32)
    assert len(neighbours(vectors, 0.1, 499_500)) == 499_500
    with pytest.raises(OverflowError, match=r"distance: more than 499499 pairs are within 0\.1"):
        neighbours(vectors, 0.1, 499_499)
    with pytest.raises(ValueError, match="C order"):
        _core.neighbours(np.ones((2, 3), np.float32).T, 0.1, 1)


@pytest.mark.parametrize(
    "options", [{"linkage": "star"}, {"linkage": "star", "guards": False}, {"linkage": "dbscan"}], ids=str
)
def test_too_many_pairs_of_tags_are_an_error(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    monkeypatch.setattr(semantic, "MOST", 1_000)
    data = pl.DataFrame({"tags": [[f"word{nth} other{nth}" for nth in range(60)]]})
    with pytest.raises(instag.InputError, match=r"distance: more than 1,000 pairs of tags are within 0\.\d+ of each"):
        instag.normalize(data, embedder=lambda texts: [[1.0, 0.0]] * len(texts), min_count=None, **options)


def test_the_search_hears_of_signals() -> None:
    vectors = np.random.default_rng(0).standard_normal((60_000, 64), dtype=np.float32)
    # All of it would take many seconds, for nearly every sketch passes.
    stopped_midway(lambda: _core.neighbours(vectors, 0.95, 1 << 40))

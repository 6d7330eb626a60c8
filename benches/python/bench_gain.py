"""Selection by gain beside apricot-select, submodlib and greedy coverage in one run: `python benches/python/bench_gain.py`.

Seconds of processor time. The values of the objective are asserted: no peer's is above ours.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from instag import _core
from instag.tagsets import TagSets, encode
from synthetic import synthetic

ROOT = ("power", 0.5)


def timed(work: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    """The least of some runs, and the last result."""
    least, found = float("inf"), None
    for _ in range(rounds):
        before = time.process_time()
        found = work()
        least = min(least, time.process_time() - before)
    return least, found


def value(sets: TagSets, rows: NDArray[Any]) -> float:
    """Σ √n over the tags."""
    counts = np.zeros(sets.n_tags)
    for row in rows:
        counts[sets.codes[sets.offsets[row] : sets.offsets[row + 1]]] += 1
    return float(np.sqrt(counts).sum())


def chosen(sets: TagSets, budget: int, rounds: int = 5) -> tuple[float, NDArray[np.uint32]]:
    """Selection by gain."""
    problem = _core.Problem(sets.sets, *ROOT)
    seconds, (rows, _, _) = timed(lambda: _core.choose(problem, _core.Constraint(budget)), rounds)
    return seconds, rows


def beside_coverage() -> None:
    """A million rows."""
    sets = encode(synthetic(1_000_000).get_column("tags"))
    for budget, rounds in ((6_000, 5), (50_000, 3), (1_000_000, 1)):
        coverage, _ = timed(partial(_core.rank, sets.sets, "coverage", budget, None), rounds)
        gain, _ = chosen(sets, budget, rounds)
        print(f"1 M rows, {budget:,}: coverage {coverage:.3f} s, gain {gain:.3f} s, {gain / coverage:.2f} of it")


def beside_apricot(samples: int, budget: int) -> None:
    """Apricot's feature-based function, sparse, with its lazy greedy algorithm."""
    apricot = pytest.importorskip("apricot", reason="apricot-select is not installed")
    sparse = pytest.importorskip("scipy.sparse")
    sets = encode(synthetic(samples).get_column("tags"))
    held = sparse.csr_matrix((np.ones(len(sets.codes)), sets.codes, sets.offsets), (sets.samples, sets.n_tags))
    seconds, rows = chosen(sets, budget)
    apricot.FeatureBasedSelection(2, concave_func="sqrt", optimizer="lazy").fit(held[:50])  # compiles
    selection = apricot.FeatureBasedSelection(budget, concave_func="sqrt", optimizer="lazy")
    theirs, _ = timed(lambda: selection.fit(held))
    assert value(sets, rows) >= value(sets, selection.ranking) * (1 - 1e-9)
    print(
        f"{samples:,} rows, {budget:,}: apricot {theirs:.2f} s, gain {seconds:.4f} s, {theirs / seconds:,.0f} times as fast"
    )


def beside_submodlib(samples: int, budget: int) -> None:
    """Submodlib's feature-based function, of few samples: its constructor, left out of the time, makes them dense."""
    submodlib = pytest.importorskip("submodlib", reason="submodlib-py is not installed")
    from submodlib_cpp import FeatureBased  # noqa: PLC0415 - comes with it

    sets = encode(synthetic(samples).get_column("tags"))
    dense = np.zeros((sets.samples, sets.n_tags))
    dense[np.repeat(np.arange(sets.samples), np.diff(sets.offsets)), sets.codes] = 1
    function = submodlib.FeatureBasedFunction(
        n=sets.samples, features=dense.tolist(), numFeatures=sets.n_tags, sparse=False, mode=FeatureBased.squareRoot
    )
    seconds, rows = chosen(sets, budget)
    theirs, picks = timed(lambda: function.maximize(budget=budget, optimizer="LazyGreedy", show_progress=False))
    assert value(sets, rows) >= value(sets, np.array([row for row, _ in picks])) * (1 - 1e-6)
    print(
        f"{samples:,} rows, {budget:,}: submodlib {theirs:.4f} s, gain {seconds:.5f} s, {theirs / seconds:,.0f} times as fast"
    )


if __name__ == "__main__":
    beside_coverage()
    beside_apricot(100_000, 300)
    beside_submodlib(3_000, 300)

"""Selection by gain beside apricot-select, submodlib and greedy coverage in one run: `python benches/python/bench_gain.py`.

Seconds of processor time. The values of the objective are asserted: no peer's is above ours.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
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
    compared("apricot", sets, (seconds, rows), (theirs, selection.ranking))


def beside_submodlib(samples: int, budget: int) -> None:
    """Submodlib's feature-based function with its lazy greedy algorithm.

    Its constructor in Python would make the tags dense, and allows a few thousand samples; what it makes of them in the
    end, a list of tags for each sample, is given to its core instead. It is not in the time.
    """
    submodlib = pytest.importorskip("submodlib", reason="submodlib-py is not installed")
    from submodlib_cpp import FeatureBased  # noqa: PLC0415 - comes with it

    sets = encode(synthetic(samples).get_column("tags"))
    codes, offsets = sets.codes.tolist(), sets.offsets.tolist()
    held = [[(code, 1.0) for code in codes[start:end]] for start, end in pairwise(offsets)]
    function = object.__new__(submodlib.FeatureBasedFunction)
    function.n, function.effective_ground = sets.samples, set(range(sets.samples))
    function.cpp_obj = FeatureBased(sets.samples, FeatureBased.squareRoot, held, sets.n_tags, [1.0] * sets.n_tags)
    seconds, rows = chosen(sets, budget)
    theirs, picks = timed(lambda: function.maximize(budget=budget, optimizer="LazyGreedy", show_progress=False))
    compared("submodlib", sets, (seconds, rows), (theirs, np.array([row for row, _ in picks])))


Found = tuple[float, NDArray[Any]]


def compared(peer: str, sets: TagSets, ours: Found, theirs: Found) -> None:
    """Assert that our value is no lower, but for rounding, and print both times."""
    values = value(sets, ours[1]), value(sets, theirs[1])
    assert len(ours[1]) == len(theirs[1])
    assert values[0] >= values[1] * (1 - 1e-9)
    print(
        f"{sets.samples:,} rows, {len(ours[1]):,}: {peer} {theirs[0]:.3f} s, gain {ours[0]:.4f} s, "
        f"{theirs[0] / ours[0]:,.0f} times as fast; value {values[1]:.4f}, gain {values[0]:.4f}",
        flush=True,
    )


PARTS: dict[str, Callable[..., None]] = {
    "coverage": beside_coverage,
    "apricot": beside_apricot,
    "submodlib": beside_submodlib,
}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        PARTS[sys.argv[1]](*map(int, sys.argv[2:]))
    else:
        beside_coverage()
        beside_apricot(1_000_000, 300)
        beside_submodlib(1_000_000, 300)

"""Coverage against the number of samples: in random order, by each method, and of each selection."""

from collections.abc import Iterable
from typing import get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag._core import prefixes, rarefy, trace
from instag.selection import Method
from instag.selection.ranking import CURVE, rank_tags
from instag.tagsets import TagSets

__all__ = ["EXPECTED", "GOALS", "frontier", "growth", "reached", "spaced", "telling_budgets"]

EXPECTED = "expected"
SEEDS = 20
# Larger selections say little about a method: by then every method covers nearly all tags.
BUDGET = 100_000

Curve = tuple[str, NDArray[np.uint32], NDArray[np.float64]]

GOALS = (0.5, 0.75, 0.9, 0.99)
"""The shares of the tags for which growth estimates the number of samples needed."""
# Methods are compared at the budgets at which random covers about these shares.
TELLING = (0.25, 0.5, 0.9)


def growth(pool: TagSets, selections: Iterable[tuple[str, Sets]]) -> pl.DataFrame:
    """Count the distinct tags against the number of samples.

    Parameters
    ----------
    pool
        The samples. The expected curve is the mean number of tags in n samples drawn without replacement from those
        with tags (rarefaction). It is exact, not sampled.
    selections
        The name of each selection, and its tags in order of selection.
    """
    sizes = spaced(pool.tagged)
    curves: list[Curve] = [(EXPECTED, sizes, rarefy(pool.holders, pool.tagged, sizes))]
    for name, sets in selections:
        sizes = spaced(len(sets))
        _, distinct = prefixes(sets, np.arange(len(sets), dtype=np.uint32), sizes)
        curves.append((name, sizes, distinct.astype(np.float64)))
    return pl.concat(
        pl.DataFrame(
            {
                "curve": [name] * len(sizes),
                "samples": sizes,
                "tags": tags,
                "coverage": tags / max(len(pool.names), 1),
            },
            schema_overrides={"curve": pl.String},
        )
        for name, sizes, tags in curves
    )


def frontier(pool: TagSets, curve: float | str = 0.5) -> pl.DataFrame:
    """Compute coverage and complexity against budget for every method; each budget is a prefix of one ranking.

    Random is the mean of 20 seeds, with its 5 % and 95 % quantiles as bounds. Gain uses x^0.5, and has a second line
    for `curve` if that differs.
    """
    sizes = spaced(min(pool.tagged, BUDGET))
    parts = []
    own = [] if curve == CURVE[1] else [f"gain, {curve}" if isinstance(curve, str) else f"gain, x^{curve:g}"]
    for method in (*get_args(Method), *own):
        seeds: list[int | None] = [*range(SEEDS)] if method == "random" else [None]
        if method.startswith("gain"):
            form = CURVE if method == "gain" else ("log", 0.0) if isinstance(curve, str) else ("power", float(curve))
            rows = rank_tags(pool, "gain", int(sizes.max(initial=0)), None, form).rows
            pairs, distinct = prefixes(pool.sets, rows, sizes)
        else:
            pairs, distinct = trace(pool.sets, method, seeds, sizes)
        complexity = pairs.reshape(len(seeds), -1) / sizes
        coverage = distinct.reshape(len(seeds), -1) / max(len(pool.names), 1)
        (low, high), (complexity_low, complexity_high) = map(_bounds, (coverage, complexity))
        parts.append(
            pl.DataFrame(
                {
                    "method": [method] * len(sizes),
                    "budget": sizes,
                    "coverage": coverage.mean(axis=0),
                    "complexity": complexity.mean(axis=0),
                    "low": low,
                    "high": high,
                    "complexity_low": complexity_low,
                    "complexity_high": complexity_high,
                },
                schema_overrides={"method": pl.String},
            )
        )
    return pl.concat(parts)


def spaced(last: int, points: int = 60) -> NDArray[np.uint32]:
    """Space whole numbers from 1 to `last`, both included, evenly on a logarithmic scale, without repeating any.

    Examples
    --------
    >>> spaced(1000, points=7).tolist(), spaced(3).tolist(), spaced(0).tolist()
    ([1, 3, 10, 32, 100, 316, 1000], [1, 2, 3], [])
    """
    return np.unique(np.rint(np.geomspace(1, last, points)).astype(np.uint32)) if last else np.empty(0, np.uint32)


def _bounds(runs: NDArray[np.float64]) -> tuple[pl.Series, pl.Series]:
    """The 5 % and 95 % quantiles of the runs; nulls for a single run."""
    if len(runs) == 1:
        nothing = pl.Series(dtype=pl.Float64).extend_constant(None, runs.shape[1])
        return nothing, nothing
    low, high = np.quantile(runs, [0.05, 0.95], axis=0)
    return pl.Series(low), pl.Series(high)


def reached(curve: pl.DataFrame, goal: float) -> int | None:
    """Estimate the number of samples that reach a coverage, interpolating a growth curve; None if it never does.

    Examples
    --------
    >>> reached(pl.DataFrame({"samples": [1, 10, 20], "coverage": [0.1, 0.6, 1.0]}), 0.8)
    15
    """
    before, past = curve.filter(pl.col("coverage") < goal), curve.filter(pl.col("coverage") >= goal)
    if past.is_empty():
        return None
    low = before.row(-1, named=True) if len(before) else {"samples": 0, "coverage": 0.0}
    high = past.row(0, named=True)
    part = (goal - low["coverage"]) / (high["coverage"] - low["coverage"])
    return int(low["samples"] + part * (high["samples"] - low["samples"]) + 0.5)


def telling_budgets(frontier: pl.DataFrame) -> list[int]:
    """Pick the budgets at which methods differ most: below, no method covers much; above, every method covers all.

    Examples
    --------
    >>> telling_budgets(pl.DataFrame({"method": "random", "budget": [1, 10, 90, 99], "coverage": [0.2, 0.5, 0.85, 1.0]}))
    [1, 10, 90]
    """
    random = frontier.filter(pl.col("method") == "random").select("budget", "coverage").rows()
    return sorted({min(random, key=lambda point: (abs(point[1] - goal), point[0]))[0] for goal in TELLING if random})

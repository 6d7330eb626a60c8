"""Coverage against the number of samples: in random order, by every method, and of a selection."""

from collections.abc import Iterable
from typing import get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.analysis.pool import Pool, spaced
from instag.selection import Method

__all__ = ["EXPECTED", "frontier", "growth"]

EXPECTED = "expected"
SEEDS = 20
# Selections larger than this say little about the method: by then every method has nearly all tags.
BUDGET = 100_000

Curve = tuple[str, NDArray[np.uint32], NDArray[np.float64]]


def growth(pool: Pool, selections: Iterable[tuple[str, NDArray[np.int64], NDArray[np.uint32]]]) -> pl.DataFrame:
    """Distinct tags against the number of samples.

    Parameters
    ----------
    pool
        The samples. Expected is what as many of those with tags hold on average, drawn without replacement
        (rarefaction): exact, not sampled.
    selections
        The name of each, and its tags in order of selection as compressed sparse rows.
    """
    sizes = spaced(pool.tagged)
    curves: list[Curve] = [(EXPECTED, sizes, _core.rarefy(pool.counts, pool.tagged, sizes))]
    for name, offsets, codes in selections:
        sizes = spaced(len(offsets) - 1)
        rows = np.arange(len(offsets) - 1, dtype=np.uint32)
        _, distinct = _core.prefixes(offsets, codes, len(pool.names), rows, sizes)
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


def frontier(pool: Pool) -> pl.DataFrame:
    """Coverage and complexity against budget, for every method: each budget is a prefix of one ranking.

    Random is the mean of 20 seeds, with the bounds that 5 % of them stay below and 5 % above.
    """
    sizes = spaced(min(pool.tagged, BUDGET))
    parts = []
    for method in get_args(Method):
        seeds: list[int | None] = [*range(SEEDS)] if method == "random" else [None]
        pairs, distinct = _core.trace(*pool.arrays, method, seeds, sizes)
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


def _bounds(runs: NDArray[np.float64]) -> tuple[pl.Series, pl.Series]:
    """What 5 % of the runs stay below, and above; nulls for a single run."""
    if len(runs) == 1:
        nothing = pl.Series(dtype=pl.Float64).extend_constant(None, runs.shape[1])
        return nothing, nothing
    low, high = np.quantile(runs, [0.05, 0.95], axis=0)
    return pl.Series(low), pl.Series(high)

"""Tags that come together more often than chance would have it."""

import numpy as np
import polars as pl

from instag import _core
from instag.analysis.pool import Pool
from instag.normalization.steps.frequency import automatic

__all__ = ["floor", "pairs"]

STRONGEST = 100
LEAST = 3


def floor(assignments: int) -> int:
    """The least number of samples that hold both tags of a pair, for so many assignments.

    The count that normalisation trusts a tag from, and never below 3: of pairs seen once or twice, lift finds any
    number that look strong.

    Examples
    --------
    >>> floor(4_000), floor(1_370_000)
    (3, 20)
    """
    return max(LEAST, automatic(assignments))


def pairs(pool: Pool) -> pl.DataFrame:
    """The 100 strongest pairs by lift and the 100 strongest by NPMI, where `floor` samples or more hold both.

    Lift is how many times as often both come as they would by chance, among samples with tags. NPMI is its logarithm
    over the most that it could be: 1 where two tags never come apart. Pairs that come no more often than by chance
    are left out. Ties go to what more samples hold, then by name.
    """
    a, b, both = _core.together(*pool.arrays, floor(len(pool.codes)))
    n_a, n_b = pool.counts[a], pool.counts[b]
    # Products of whole numbers are exact, so that pairs of one lift are ties.
    lift = both.astype(np.float64) * pool.tagged / (n_a.astype(np.float64) * n_b)
    close = lift > 1
    found = pl.DataFrame(
        {
            "a": pool.names.gather(a[close]),
            "b": pool.names.gather(b[close]),
            "n_a": n_a[close],
            "n_b": n_b[close],
            "n_both": both[close],
            "lift": lift[close],
            # Above chance no pair is in every sample: the logarithm below is above 0. Where lift is as much as can be,
            # both are logarithms of one number, and this is 1 to the last digit.
            "npmi": np.log(lift[close]) / np.log(pool.tagged / both[close]),
        }
    )
    for measure in ("lift", "npmi"):
        found = found.sort(measure, "n_both", "a", "b", descending=[True, True, False, False])
        nth = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
        found = found.with_columns(pl.when(nth <= STRONGEST).then(nth).alias(f"by_{measure}"))
    strongest = pl.col("by_lift").is_not_null() | pl.col("by_npmi").is_not_null()
    return found.filter(strongest).sort("by_lift", "by_npmi", nulls_last=True)

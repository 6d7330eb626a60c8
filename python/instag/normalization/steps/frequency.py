"""The frequency step: rare tags are dropped."""

import math

import numpy as np
import polars as pl

from instag.normalization.state import DROPPED, Changes, State, Step

__all__ = ["automatic", "frequency", "rarity"]

# The paper drops tags given fewer than 20 times, where its 306,044 samples have 4.48 tags each.
PAPER_COUNT = 20
PAPER_ASSIGNMENTS = 1.37e6


def automatic(assignments: int) -> int:
    """The least count for a data set with this many assignments; at the paper's size, it is the paper's.

    It grows with the square root of the size. With a tenth of the data a tag is a tenth as frequent, but a third of the
    count is required.

    Examples
    --------
    >>> [automatic(assignments) for assignments in (2_240, 44_800, 1_370_000, 44_800_000)]
    [1, 4, 20, 114]
    """
    return max(1, round(PAPER_COUNT * math.sqrt(assignments / PAPER_ASSIGNMENTS)))


def frequency(state: State, min_count: int) -> Step:
    """Drop every tag that fewer than `min_count` rows have."""
    rare = np.flatnonzero((state.counts > 0) & (state.counts < min_count))
    counts, nth = np.unique(state.counts[rare], return_inverse=True)
    why = pl.Series([rarity(count, min_count) for count in counts.tolist()], dtype=pl.String)
    return Step(Changes.plain(rare, np.full(len(rare), DROPPED), why.gather(nth)))


def rarity(count: int, min_count: int) -> str:
    """The reason for dropping a tag as rare, as users read it."""
    return f"in {count:,} {'row' if count == 1 else 'rows'}, fewer than min_count {min_count:,}"

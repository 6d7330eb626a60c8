"""The tags: how frequent, in which groups and queries, and which come together."""

import numpy as np
import polars as pl

from instag._core import cooccurrences
from instag._core import examples as examples_of
from instag.analysis.samples import Groups, Queries
from instag.normalization.steps.frequency import automatic
from instag.tagsets import TagSets, lists_of

__all__ = ["catalogue", "floor", "pairs"]

EXAMPLES = 3
HELD = 10

STRONGEST = 100
LEAST = 3


def catalogue(pool: TagSets, groups: Groups, queries: Queries | None) -> pl.DataFrame:
    """One line a tag, the most frequent first; see :class:`instag.Analysis`."""
    asked = None if queries is None else np.flatnonzero(queries.counts).astype(np.uint32)
    offsets, rows = examples_of(pool.sets, asked, EXAMPLES)
    lengths = np.diff(offsets)
    if queries is None:
        examples = lists_of(np.zeros_like(lengths), pl.Series(dtype=pl.String))
    else:
        examples = lists_of(lengths, queries.examples(rows))
    return pl.DataFrame(
        [
            pool.names.alias("tag"),
            pl.Series("count", pool.holders),
            pl.Series("share", pool.holders / max(pool.samples, 1)),
            *_holders(pool, groups),
            examples.cast(pl.List(pl.String)).alias("examples"),
            lists_of(lengths, pl.Series(rows)).cast(pl.List(pl.UInt32)).alias("rows"),
        ]
    )


def _holders(pool: TagSets, groups: Groups) -> tuple[pl.Series, pl.Series]:
    """The number of groups that hold each tag, and those that hold it most often."""
    counts = groups.counts
    group = np.repeat(np.arange(len(groups.names)), np.diff(counts.offsets))
    # By tag, then by count, the highest first; ties stay in the order of the groups.
    order = np.lexsort((-counts.counts.astype(np.int64), counts.tags))
    numbers = np.bincount(counts.tags, minlength=len(pool.names))
    nth = np.arange(len(order)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    names = groups.names.gather(group[order[nth < HELD]])
    held = lists_of(np.minimum(numbers, HELD), names).cast(pl.List(pl.String))
    return pl.Series("groups", numbers, pl.UInt32), held.alias("held")


def floor(assignments: int) -> int:
    """The least number of samples that must hold both tags of a pair, for a number of assignments.

    The count that normalisation trusts a tag from, and never below 3: of pairs seen once or twice, lift finds any
    number that look strong.

    Examples
    --------
    >>> floor(4_000), floor(1_370_000)
    (3, 20)
    """
    return max(LEAST, automatic(assignments))


def pairs(pool: TagSets) -> pl.DataFrame:
    """The 100 strongest pairs by lift and the 100 strongest by NPMI, where `floor` samples or more hold both.

    Lift is how many times as often both come as they would by chance, among samples with tags. NPMI is its logarithm
    over the most that it could be: 1 where two tags never come apart. Pairs that come no more often than by chance
    are left out. Ties go to what more samples hold, then by name.
    """
    a, b, both = cooccurrences(pool.sets, floor(len(pool.codes)))
    n_a, n_b = pool.holders[a], pool.holders[b]
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

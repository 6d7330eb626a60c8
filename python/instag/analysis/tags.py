"""The tags: their frequencies, groups and example queries, and pairs that occur together."""

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
    """List the tags, the most frequent first; see :class:`instag.Analysis`."""
    with_query = None if queries is None else np.flatnonzero(queries.counts).astype(np.uint32)
    offsets, rows = examples_of(pool.sets, with_query, EXAMPLES)
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
    """The number of groups that have each tag, and the groups that have it most often."""
    counts = groups.counts
    group = np.repeat(np.arange(len(groups.names)), np.diff(counts.offsets))
    # Sorted by tag, then by count from the highest; ties stay in the order of the groups.
    order = np.lexsort((-counts.counts.astype(np.int64), counts.tags))
    numbers = np.bincount(counts.tags, minlength=len(pool.names))
    nth = np.arange(len(order)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    names = groups.names.gather(group[order[nth < HELD]])
    most_in = lists_of(np.minimum(numbers, HELD), names).cast(pl.List(pl.String))
    return pl.Series("groups", numbers, pl.UInt32), most_in.alias("held")


def floor(assignments: int) -> int:
    """Choose the least number of samples that must hold both tags of a pair, from the number of assignments.

    This is the automatic `min_count` of normalisation, but at least 3: many pairs seen only once or twice have a high
    lift by chance.

    Examples
    --------
    >>> floor(4_000), floor(1_370_000)
    (3, 20)
    """
    return max(LEAST, automatic(assignments))


def pairs(pool: TagSets) -> pl.DataFrame:
    """Find the 100 strongest pairs by lift and the 100 strongest by NPMI, among pairs in at least `floor` samples.

    Lift is the number of samples with both tags, divided by the number expected by chance among samples with tags.
    NPMI is the logarithm of lift divided by its maximum: 1 for two tags that never occur apart. Pairs that occur no
    more often than by chance are left out. Ties go to the pair in more samples, then by name.
    """
    a, b, both = cooccurrences(pool.sets, floor(len(pool.codes)))
    n_a, n_b = pool.holders[a], pool.holders[b]
    # Products of whole numbers are exact, so pairs of equal lift compare as equal.
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
            # A pair above chance is not in every sample, so the divisor is above 0. At the highest possible lift, both
            # logarithms are of the same number and the quotient is exactly 1.
            "npmi": np.log(lift[close]) / np.log(pool.tagged / both[close]),
        }
    )
    for measure in ("lift", "npmi"):
        found = found.sort(measure, "n_both", "a", "b", descending=[True, True, False, False])
        nth = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
        found = found.with_columns(pl.when(nth <= STRONGEST).then(nth).alias(f"by_{measure}"))
    strongest = pl.col("by_lift").is_not_null() | pl.col("by_npmi").is_not_null()
    return found.filter(strongest).sort("by_lift", "by_npmi", nulls_last=True)

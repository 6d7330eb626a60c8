"""The tags: how frequent, in which groups, and in which queries."""

import numpy as np
import polars as pl

from instag import _core
from instag.analysis.grouping import Groups
from instag.analysis.pool import Pool
from instag.analysis.queries import Queries
from instag.tagsets import lists_of

__all__ = ["catalogue"]

EXAMPLES = 3
HELD = 10


def catalogue(pool: Pool, groups: Groups, queries: Queries | None) -> pl.DataFrame:
    """One line a tag, the most frequent first; see :class:`instag.Analysis`."""
    asked = None if queries is None else np.flatnonzero(queries.counts).astype(np.uint32)
    offsets, rows = _core.firsts(*pool.arrays, asked, EXAMPLES)
    lengths = np.diff(offsets)
    if queries is None:
        examples = lists_of(np.zeros_like(lengths), pl.Series(dtype=pl.String))
    else:
        examples = lists_of(lengths, queries.examples(rows))
    return pl.DataFrame(
        [
            pool.names.alias("tag"),
            pl.Series("count", pool.counts),
            pl.Series("share", pool.counts / max(pool.samples, 1)),
            *_holders(pool, groups),
            examples.cast(pl.List(pl.String)).alias("examples"),
            lists_of(lengths, pl.Series(rows)).cast(pl.List(pl.UInt32)).alias("rows"),
        ]
    )


def _holders(pool: Pool, groups: Groups) -> tuple[pl.Series, pl.Series]:
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

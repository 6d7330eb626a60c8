"""Which share of one group's tags another has."""

import numpy as np
import polars as pl

from instag import _core
from instag.analysis.grouping import Groups
from instag.analysis.pool import Pool
from instag.warning import warn

__all__ = ["recall"]

# Four million pairs; more would be looked at by nobody, and fill the memory.
COMPARED = 2_000


def recall(pool: Pool, groups: Groups) -> pl.DataFrame:
    """Every ordered pair of groups, each with itself too (Figure 2b of the paper), of the 2,000 largest at most."""
    size = min(len(groups.names), COMPARED)
    if size < len(groups.names):
        message = f"by: found {len(groups.names):,} groups; recall compares only the {size:,} largest"
        warn(message)
    counts = groups.counts
    end = counts.offsets[size]
    shared, weighted = _core.overlap(
        counts.offsets[: size + 1], counts.tags[:end], len(pool.names), counts.counts[:end]
    )
    # What a group shares with itself is what it has.
    distinct, total = (table.reshape(size, size).diagonal().repeat(size) for table in (shared, weighted))
    nth = np.arange(size)
    table = pl.DataFrame({"shared": shared, "distinct": distinct, "weighted": weighted, "total": total})
    has_tags = pl.when(pl.col("distinct") > 0)
    return table.select(
        groups.names.gather(nth.repeat(size)).alias("group"),
        groups.names.gather(np.tile(nth, size)).alias("by"),
        "shared",
        has_tags.then(pl.col("shared") / pl.col("distinct")).alias("recall"),
        has_tags.then(pl.col("weighted") / pl.col("total")).alias("weighted"),
    )

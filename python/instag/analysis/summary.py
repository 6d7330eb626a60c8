"""The groups: their complexity and diversity, and their recall of each other's tags."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag._core import overlap
from instag.analysis.samples import Groups, Queries
from instag.tagsets import TagSets
from instag.warning import warn

__all__ = ["histogram", "recall", "summary_of"]

# 2,000 groups make four million pairs. More would fill the memory and be of no use to a reader.
COMPARED = 2_000


def summary_of(pool: TagSets, groups: Groups, queries: Queries | None) -> pl.DataFrame:
    """Summarise all samples, then each group; see :class:`instag.Analysis`."""
    known = pl.Series("tags", pool.lengths).to_frame().select(pl.when(~pl.Series(pool.is_null)).then("tags"))
    unknown = pl.Series(dtype=pl.UInt64).extend_constant(None, pool.samples)
    asked = (unknown if queries is None else pl.Series(queries.counts, dtype=pl.UInt64)).alias("queries")
    measured = (
        groups.with_all(known.with_columns(asked))
        .group_by("group")
        .agg(
            pl.len().cast(pl.UInt32).alias("samples"),
            # The sum of nulls would be 0, but unknown queries must stay null.
            pl.sum("queries") if queries is not None else pl.first("queries"),
            pl.mean("tags").alias("mean"),
            pl.median("tags").alias("median"),
            pl.quantile("tags", 0.95, "linear").alias("p95"),
            (pl.col("tags").fill_null(0) == 0).mean().alias("untagged"),
        )
    )
    counts = [pool.holders, *np.split(groups.counts.counts, groups.counts.offsets[1:-1])][: 1 + len(groups.names)]
    numbers = pl.Series("group", np.arange(len(counts), dtype=np.uint32))
    distinct = np.array(list(map(len, counts)), np.uint32)
    diversity = pl.DataFrame(
        {
            "group": numbers,
            "tags": distinct,
            "coverage": distinct / max(len(pool.names), 1),
            "effective": pl.Series(map(effective, counts), dtype=pl.Float64),
        }
    )
    # A left join keeps the line for all samples even if there are none.
    return diversity.join(measured, on="group", how="left", maintain_order="left").select(
        groups.names_of(numbers),
        pl.col("samples").fill_null(0),
        "queries",
        "mean",
        "median",
        "p95",
        "tags",
        "coverage",
        "untagged",
        "effective",
    )


def effective(counts: NDArray[np.uint32]) -> float:
    """Compute the number of equally frequent tags that would be as diverse: the exponential of the entropy.

    Examples
    --------
    >>> round(effective(np.array([5, 5, 5, 5], np.uint32)), 9), effective(np.array([], np.uint32))
    (4.0, 0.0)
    """
    if not len(counts):
        return 0.0
    shares = counts / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def histogram(pool: TagSets, groups: Groups) -> pl.DataFrame:
    """Count the samples of each group by their number of tags, without samples whose tags are null."""
    lengths = pl.DataFrame({"tags": pl.Series(pool.lengths, dtype=pl.UInt32), "null": pool.is_null})
    known = groups.with_all(lengths).filter(~pl.col("null"))
    counted = known.group_by("group", "tags").agg(pl.len().cast(pl.UInt32).alias("samples")).sort("group", "tags")
    return counted.with_columns(groups.names_of(counted.get_column("group")))


def recall(pool: TagSets, groups: Groups) -> pl.DataFrame:
    """Compute recall for every ordered pair of the 2,000 largest groups, themselves included (figure 2b of the paper)."""
    size = min(len(groups.names), COMPARED)
    if size < len(groups.names):
        message = f"by: found {len(groups.names):,} groups; recall compares only the {size:,} largest"
        warn(message)
    counts = groups.counts
    end = counts.offsets[size]
    sets = Sets(counts.offsets[: size + 1], counts.tags[:end], pool.n_tags)
    shared, weighted = overlap(sets, counts.counts[:end])
    # A group shares all of its tags with itself, so the diagonal has the totals.
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

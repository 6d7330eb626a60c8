"""How much memory work takes that looks at every text, where the rows are read from files.

    python benches/python/memory_passes.py 500000 2000000

Rows have texts of 900 characters, 4.5 tags, and one of 20 groups. Beside Polars' own reading of all columns.
"""

from pathlib import Path

import numpy as np
import polars as pl

import instag
from apart import each_size, run_one
from synthetic import synthetic

PIECE = 500_000


def made(folder: Path, rows: int) -> None:
    """Write as many rows, with texts that differ and cannot be shared."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        number = pl.int_range(start, start + frame.height)
        frame.select(
            prompt=pl.format("{} {}", number, pl.col("text")).str.pad_end(900, "x"),
            tags="tags",
            group=pl.Series(np.random.default_rng(start).integers(0, 20, frame.height)).cast(pl.String),
        ).write_parquet(folder / f"{start:012}.parquet", row_group_size=100_000)


def pool(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(folder / "*.parquet")


def scanned(folder: Path) -> str:
    """All columns, of which nothing is kept."""
    return f"{sum(batch.height for batch in pool(folder).collect_batches(maintain_order=True)):,} rows read by Polars"


def summarized(folder: Path) -> str:
    """What `instag stats --by` says."""
    summary = instag.analysis.summarize(pool(folder), by="group")
    assert summary["queries"][0] == summary["samples"][0] == summary["samples"][1:].sum()
    return f"{summary.height - 1} groups summarised"


def analysed(folder: Path) -> str:
    """All that a report is made of."""
    analysis = instag.analyze(pool(folder), by="group")
    assert analysis.tags["examples"].list.len().max() == 3
    return f"{analysis.tags.height:,} tags analysed"


def words(folder: Path) -> str:
    """A selection whose cost is words."""
    selection = instag.choose(pool(folder), 500_000, method="gain", cost="words")
    return f"{len(selection.rows):,} rows chosen"


def tokens(folder: Path) -> str:
    """Letters counted, as tokens would be."""
    counted = instag.count_tokens(pool(folder), len).select("tokens").collect()
    assert counted["tokens"].min() == 900
    return f"{counted.height:,} texts counted"


RUNS = {"scan": scanned, "stats": summarized, "analyze": analysed, "words": words, "tokens": tokens}


if __name__ == "__main__":
    if not run_one(RUNS):
        for _ in each_size(__file__, RUNS, made):
            pass

"""How much memory and time many rows take that have only an id and tags, beside Polars' own scan of the tags.

    python benches/python/memory_rows.py 30000000

The same rows a million at a time: 4.5 tags each, of 6,600. A tenth of them is chosen and written to Parquet; 6,000 are
chosen; and a vocabulary is applied to all, which are written to Parquet too.
"""

from pathlib import Path

import numpy as np
import polars as pl

import instag
from apart import each_size, run_one
from instag.frame import wrap
from instag.tagsets import encode
from synthetic import synthetic

BUDGET = 6_000
PIECE = 1_000_000
OUTPUT = "out"


def made(folder: Path, rows: int) -> None:
    """Write the rows."""
    if rows < BUDGET:
        raise SystemExit(f"expected {BUDGET:,} rows or more, of which {BUDGET:,} are chosen; found {rows:,}")
    (folder / OUTPUT).mkdir()
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        frame = frame.select(pl.int_range(start, start + frame.height).alias("id"), "tags")
        frame.write_parquet(folder / f"{start:012}.parquet", row_group_size=100_000)


def pool(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(folder / "*.parquet")


def scanned(folder: Path) -> str:
    """Read the column of tags, and keep nothing."""
    batches = pool(folder).select("tags").collect_batches(maintain_order=True)
    return f"{sum(batch.height for batch in batches):,} rows of tags read by Polars"


def encoded(folder: Path) -> str:
    """Encode the tags, and do no more."""
    return f"{encode(wrap(pool(folder)).chunks('tags')).samples:,} rows encoded"


def few(folder: Path) -> str:
    """Choose few rows."""
    chosen = instag.select(pool(folder), BUDGET, details=True).collect()
    assert chosen.height == BUDGET
    chosen.write_ipc(folder / "few.ipc")
    return f"{BUDGET:,} rows chosen"


def tenth(folder: Path) -> str:
    """Choose a tenth of the rows, and write them to Parquet."""
    rows = pool(folder).select(pl.len()).collect().item() // 10
    out = folder / OUTPUT / "tenth.parquet"
    instag.write(instag.select(pool(folder), rows), out)
    return f"{rows:,} rows chosen and written"


def compared(folder: Path) -> str:
    """Check that a tenth of the rows was written, each once, and that the small selection is its beginning."""
    rows = pool(folder).select(pl.len()).collect().item() // 10
    written = pl.scan_parquet(folder / OUTPUT / "tenth.parquet").collect()
    assert written.height == rows
    assert written["id"].n_unique() == rows
    # A small selection is the beginning of a large one, though it is found in another way.
    both = min(rows, BUDGET)
    few = pl.read_ipc(folder / "few.ipc").select(written.columns)
    assert written[:both].equals(few[:both])
    return f"{rows:,} rows are there, each once"


def applied(folder: Path) -> str:
    """Apply a vocabulary to all rows, and write them to Parquet."""
    sample = pool(folder).head(PIECE // 2).collect()
    vocabulary = instag.normalize(sample, embedder=None, min_count=3).vocabulary
    out = folder / OUTPUT / "applied.parquet"
    instag.write(vocabulary.apply(pool(folder)).data, out)
    there = pl.scan_parquet(out)
    assert there.select(pl.len()).collect().item() == pool(folder).select(pl.len()).collect().item()
    some = np.random.default_rng(0).integers(0, sample.height, 100)
    wanted = vocabulary.apply(sample[some]).data
    assert there.head(sample.height).collect()[some].equals(wanted)
    return f"a vocabulary of {len(vocabulary):,} tags applied"


RUNS = {"scan": scanned, "encode": encoded, "few": few, "tenth": tenth, "compare": compared, "apply": applied}


def main() -> None:
    """Do the runs for each size."""
    for taken in each_size(__file__, RUNS, made):
        print(f"a tenth takes {taken['tenth'].cpu / taken['encode'].cpu:.2f} times the CPU of reading and encoding")


if __name__ == "__main__":
    if not run_one(RUNS):
        main()

"""How much memory work takes that writes all rows with their texts, by the number of rows.

    python benches/python/memory_writes.py 250000 1000000 4000000
    python benches/python/memory_writes.py --packed 250000 1000000 4000000

Rows have an id, texts of 900 characters and 4.5 tags, in Parquet with row groups of 100,000 rows. The texts are random
letters, or pack well with `--packed`. Beside Polars' own streaming scan and sink.
"""

import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import instag
from apart import each_size, run_one
from synthetic import synthetic

PIECE, LEARNT, WIDTH = 250_000, 100_000, 900
PACKED = "--packed"
IN, OUT = "in", "out.parquet"


def made(folder: Path, rows: int) -> None:
    """Write as many rows, with texts that differ."""
    (folder / IN).mkdir()
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        number = pl.int_range(start, start + frame.height)
        text = padded(number) if PACKED in sys.argv else letters(frame.height, start)
        frame.select(id=number, prompt=text, tags="tags").write_parquet(
            folder / IN / f"{start:012}.parquet", row_group_size=100_000
        )


def padded(number: pl.Expr) -> pl.Expr:
    """Texts of which a file is much smaller than they are."""
    return pl.format("{} {}", number, pl.col("text")).str.pad_end(WIDTH, "x")


def letters(rows: int, seed: int) -> pl.Series:
    """Texts of which a file is three quarters as large as they are."""
    text = b64encode(np.random.default_rng(seed).bytes(rows * WIDTH * 3 // 4)).decode()
    return pl.Series([text[start : start + WIDTH] for start in range(0, rows * WIDTH, WIDTH)])


def pool(folder: Path) -> pl.LazyFrame:
    """The rows that were made."""
    return pl.scan_parquet(folder / IN / "*.parquet")


def count(rows: pl.LazyFrame) -> int:
    """The number of rows."""
    return int(rows.select(pl.len()).collect().item())


def put(folder: Path, data: Any, rows: int) -> str:
    """Write it with instag, see that so many rows are there, and remove it."""
    instag.write(data, folder / OUT)
    assert count(pl.scan_parquet(folder / OUT)) == rows
    (folder / OUT).unlink()
    return f"{rows:,} rows written"


def streamed(folder: Path) -> str:
    """Write the rows with Polars alone."""
    pool(folder).sink_parquet(folder / OUT)
    assert count(pl.scan_parquet(folder / OUT)) == count(pool(folder))
    (folder / OUT).unlink()
    return "scanned and written by Polars"


def written(folder: Path) -> str:
    """Write the rows as they are."""
    return put(folder, pool(folder), count(pool(folder)))


def lines(folder: Path) -> str:
    """Write the rows as JSON Lines."""
    done = instag.convert(folder / IN / "*.parquet", folder / "out.jsonl")
    assert done.samples == count(pl.scan_lines(folder / "out.jsonl")) == count(pool(folder))
    (folder / "out.jsonl").unlink()
    return f"{done.samples:,} rows written as lines"


def applied(folder: Path) -> str:
    """Write the rows with the tags of a vocabulary."""
    vocabulary = instag.normalize(pool(folder).head(LEARNT).collect(), embedder=None, min_count=3).vocabulary
    return put(folder, vocabulary.apply(pool(folder)).data, count(pool(folder)))


def normalized(folder: Path) -> str:
    """Normalise the rows, and write them."""
    return put(folder, instag.normalize(pool(folder), embedder=None).data, count(pool(folder)))


def drawn(folder: Path) -> str:
    """Write a sixteenth of the rows, drawn at random."""
    rows = count(pool(folder)) // 16
    return put(folder, instag.select(pool(folder), rows, method="random"), rows)


RUNS = {
    "polars": streamed,
    "write": written,
    "lines": lines,
    "apply": applied,
    "normalize": normalized,
    "random": drawn,
}


if __name__ == "__main__":
    if not run_one(RUNS):
        for _ in each_size(__file__, RUNS, made):
            pass

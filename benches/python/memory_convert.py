"""How much memory and time JSON Lines to Parquet takes, beside Polars' own streaming scan and sink; and to a layout.

    python benches/python/memory_convert.py 5000000

Rows have an id, a text of 900 characters and 4.5 tags.
"""

import json
from pathlib import Path

import polars as pl

import instag
from apart import MIB, each_size, run_one
from synthetic import synthetic

PIECE = 250_000
SOURCE, POLARS, OURS, LAID = "pool.jsonl", "polars.parquet", "ours.parquet", "messages.jsonl"
# Rows that are parsed and compared, from the beginning and the end.
ENDS = 2_000


def made(folder: Path, rows: int) -> None:
    """Write as many lines."""
    with (folder / SOURCE).open("wb") as file:
        for start in range(0, rows, PIECE):
            frame = synthetic(min(PIECE, rows - start), seed=start)
            number = pl.int_range(start, start + frame.height)
            text = pl.format("{} {}", number, pl.col("text")).str.pad_end(900, "x")
            frame.select(id=number, instruction=text, tags="tags").write_ndjson(file)


def streamed(folder: Path) -> str:
    """Convert with Polars alone."""
    pl.scan_ndjson(folder / SOURCE).sink_parquet(folder / POLARS)
    return f"{pl.scan_parquet(folder / POLARS).select(pl.len()).collect().item():,} rows written by Polars"


def converted(folder: Path) -> str:
    """Convert with instag."""
    done = instag.convert(folder / SOURCE, folder / OURS)
    return f"{done.samples:,} rows written"


def compared(folder: Path) -> str:
    """Check that both files hold the same rows."""
    mine, theirs = pl.scan_parquet(folder / OURS), pl.scan_parquet(folder / POLARS)
    for number, batch in enumerate(mine.collect_batches(maintain_order=True, chunk_size=1 << 16)):
        if number % 16 == 0:
            assert theirs.slice(batch["id"][0], batch.height).collect().equals(batch)
    (folder / POLARS).unlink()
    (folder / OURS).unlink()
    return "every sixteenth batch is the same"


def laid(folder: Path) -> str:
    """Convert to messages with instag."""
    done = instag.convert(folder / SOURCE, folder / LAID, to="messages")
    return f"{done.samples:,} rows of {(folder / SOURCE).stat().st_size / MIB:,.0f} MiB written as messages"


def checked(folder: Path) -> str:
    """Check that the messages are those of the rows, at the beginning and at the end."""
    rows = pl.scan_lines(folder / SOURCE).select(pl.len()).collect().item()
    for start in (0, rows - ENDS):
        before, after = (
            list(map(json.loads, pl.scan_lines(folder / name).slice(start, ENDS).collect()["line"]))
            for name in (SOURCE, LAID)
        )
        assert after == [
            {"id": row["id"], "messages": [{"role": "user", "content": row["instruction"]}], "tags": row["tags"]}
            for row in before
        ]
    (folder / LAID).unlink()
    return "the rows at both ends are the same"


RUNS = {"polars": streamed, "convert": converted, "compare": compared, "messages": laid, "check": checked}


def main() -> None:
    """Do the runs for each size."""
    for taken in each_size(__file__, RUNS, made):
        print(f"convert takes {taken['convert'].cpu / taken['polars'].cpu:.2f} times the CPU of Polars")


if __name__ == "__main__":
    if not run_one(RUNS):
        main()

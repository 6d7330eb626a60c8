"""How much memory and time choosing from Parquet files takes, beside Polars' own reading of the same in the same run.

    python benches/python/memory_select.py 1000000 10000000

Rows have texts of 900 characters and 4.5 tags, and 6,000 of them are chosen, with all their columns.
"""

from pathlib import Path

import polars as pl

import instag
from apart import MIB, each_size, run_one
from instag.frame import wrap
from instag.tagsets import encode
from synthetic import synthetic

BUDGET = 6_000
PIECE = 500_000
CHOSEN = "chosen.ipc"


def made(folder: Path, rows: int) -> None:
    """Write as many rows, with texts that differ and cannot be shared."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        text = pl.format("{} {}", pl.int_range(start, start + frame.height), pl.col("text")).str.pad_end(900, "x")
        frame.with_columns(text=text).write_parquet(folder / f"{start:012}.parquet", row_group_size=100_000)


def scanned(folder: Path) -> str:
    """The column of tags, of which nothing is kept."""
    plan = pl.scan_parquet(folder / "*.parquet").select("tags")
    return f"{sum(batch.height for batch in plan.collect_batches(maintain_order=True)):,} rows of tags read by Polars"


def everything(folder: Path) -> str:
    """All columns, of which nothing is kept."""
    plan = pl.scan_parquet(folder / "*.parquet")
    return f"{sum(batch.height for batch in plan.collect_batches(maintain_order=True)):,} rows read by Polars"


def encoded(folder: Path) -> str:
    """The codes of the tags alone."""
    tags = encode(wrap(pl.scan_parquet(folder / "*.parquet")).chunks("tags"))
    arrays = (tags.offsets, tags.codes, tags.holders)
    return f"codes take {sum(array.nbytes for array in arrays) / MIB:,.0f} MiB"


def selected(folder: Path) -> str:
    """A selection, with all its columns."""
    chosen = instag.select(pl.scan_parquet(folder / "*.parquet"), BUDGET, details=True).collect()
    assert chosen.height == BUDGET
    assert chosen["text"].str.len_chars().min() == 900
    chosen.write_ipc(folder / CHOSEN)
    return f"{chosen.height:,} rows chosen"


def picked(folder: Path) -> str:
    """The same rows, read by Polars: those of which it knows the number."""
    chosen = pl.read_ipc(folder / CHOSEN)
    plan = pl.scan_parquet(folder / "*.parquet").with_row_index("row")
    found = plan.filter(pl.col("row").is_in(chosen["row"].implode())).collect(engine="streaming")
    wanted = chosen.sort("row").select(found.columns)
    assert found.sort("row").equals(wanted)
    return f"{found.height:,} rows read by Polars, by their numbers"


RUNS = {"scan": scanned, "everything": everything, "encode": encoded, "select": selected, "pick": picked}


def main() -> None:
    """Do the runs for each size."""
    for taken in each_size(__file__, RUNS, made):
        beside = taken["scan"].cpu + taken["pick"].cpu
        print(f"select takes {taken['select'].cpu / beside:.2f} times the CPU of scan and pick")


if __name__ == "__main__":
    if not run_one(RUNS):
        main()

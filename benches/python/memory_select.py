"""How much memory and time choosing from a Parquet file takes, beside Polars' own scan of the same columns.

    python benches/python/memory_select.py 1000000 5000000

Rows have texts of about 900 characters and 4.5 tags. Each run is a process of its own: what is imported but not read is
taken off. `codes` is what an encoding of the tags takes.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

import instag
from instag.frame import wrap
from instag.tagsets import encode
from synthetic import synthetic

MIB = 2**20
BUDGET = 6_000
PIECE = 500_000


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / MIB


def made(path: Path, rows: int) -> None:
    """Write as many rows, with texts that differ and cannot be shared."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        text = pl.format("{} {}", pl.int_range(start, start + frame.height), pl.col("text")).str.pad_end(900, "x")
        frame.with_columns(text=text).write_parquet(path / f"{start:012}.parquet", row_group_size=100_000)


def scanned(files: pl.LazyFrame) -> str:
    """Read all columns once, as choosing has to, and keep nothing."""
    rows = sum(batch.height for batch in files.collect_batches(maintain_order=True))
    return f"{rows:,} rows read"


def encoded(files: pl.LazyFrame) -> str:
    """The codes of the tags alone."""
    tags = encode(wrap(files).chunks("tags"))
    arrays = (tags.offsets, tags.codes, tags.holders)
    return f"codes take {sum(array.nbytes for array in arrays) / MIB:,.0f} MiB"


def selected(files: pl.LazyFrame) -> str:
    """A selection, with all its columns."""
    chosen = instag.select(files, BUDGET).collect()
    assert chosen.height == BUDGET
    assert chosen["text"].str.len_chars().min() == 900
    return f"{chosen.height:,} rows chosen"


RUNS = {"nothing": lambda _: "", "scan": scanned, "encode": encoded, "select": selected}


def main(sizes: list[str]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            made(Path(folder), int(size))
            for name in RUNS:
                command = [sys.executable, __file__, "--one", name, folder]
                print(f"{int(size):>12,} rows, {name:8}", end=" ", flush=True)
                subprocess.run(command, check=True)  # noqa: S603 - this very file


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        started = time.process_time()
        said = RUNS[sys.argv[2]](pl.scan_parquet(Path(sys.argv[3]) / "*.parquet"))
        print(f"{peak():7,.0f} MiB at most, {time.process_time() - started:6.1f} s of CPU; {said}", flush=True)
    else:
        main(sys.argv[1:])

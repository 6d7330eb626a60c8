"""What choosing on a Ray cluster of two workers on this machine costs, beside choosing in memory: the same rows.

    python benches/python/cluster_select.py 5000000

Processor time from the first row read to the last chosen, with Ray of this process, the workers and all that Ray runs beside
them. Not in it are the start of Ray and of its workers, and their imports, for which one row out of eight files is chosen
before. Both ways read the same files, twice: the first time, memory is new to the processes, and costs more.

Beside these stands what Ray takes, started anew, to read the same columns and hand them to a function that does nothing.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import ray

import instag
from synthetic import synthetic

BUDGET = 6_000
PIECE = 500_000
TICKS = os.sysconf("SC_CLK_TCK")


def made(path: Path, rows: int) -> None:
    """Write rows with tags and a key."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        frame.with_columns(id=pl.int_range(start, start + frame.height)).select("id", "tags").write_parquet(
            path / f"{start:012}.parquet", row_group_size=100_000
        )


def spent() -> float:
    """Seconds of processor time of this process and of all that Ray started, those that have ended and been waited for too."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        if int(stat.parent.name) == os.getpid() or "ray" in name.lower() or "gcs_server" in name:
            total += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return total / TICKS


def select(pool: Path) -> pl.DataFrame:
    """What is measured."""
    chosen = instag.select(ray.data.read_parquet(str(pool)), BUDGET, key="id")
    return pl.concat([pl.DataFrame(part) for part in chosen.iter_batches(batch_size=None, batch_format="pyarrow")])


def read(pool: Path) -> int:
    """What Ray does for any function of these columns."""
    columns = ray.data.read_parquet(str(pool)).select_columns(["id", "tags"])
    parts = columns.map_batches(lambda table: table.slice(0, 1), batch_format="pyarrow", batch_size=None)
    return sum(part.num_rows for part in parts.iter_batches(batch_size=None, batch_format="pyarrow"))


def on_ray(work: Callable[[Path], Any], folder: Path) -> tuple[Any, float, float]:
    """Do it twice on workers that have just started: what comes of it, and what each time takes."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    instag.select(ray.data.read_parquet(str(folder / "few")), 1, key="id").materialize()
    start = spent()
    work(folder / "pool")
    between = spent()
    made = work(folder / "pool")
    end = spent()
    ray.shutdown()
    return made, between - start, end - between


def main() -> None:
    """Choose both ways."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as made_for:
        folder = Path(made_for)
        for each in ("pool", "few"):
            (folder / each).mkdir()
        made(folder / "pool", rows)
        for nth in range(8):
            pl.DataFrame({"id": [nth], "tags": [["a"]]}).write_parquet(folder / "few" / f"{nth}.parquet")
        here = []
        for _ in range(2):
            started = time.process_time()
            memory = instag.select(pl.scan_parquet(folder / "pool" / "*.parquet"), BUDGET, key="id").collect()
            here.append(time.process_time() - started)
        _, *floor = on_ray(read, folder)
        chosen, *there = on_ray(select, folder)
        assert chosen.equals(memory)
        print(f"{rows:,} rows, processor time of a first and a second time")
        for name, times in (("in memory", here), ("Ray, reading alone", floor), ("Ray", there)):
            ratios = " and ".join(f"{time / base:.2f}" for time, base in zip(times, here, strict=True))
            print(f"{name:20} {times[0]:.1f} and {times[1]:.1f} s: {ratios} times")


if __name__ == "__main__":
    main()

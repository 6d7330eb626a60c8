"""What choosing on a Ray cluster of two workers on this machine costs, beside choosing in memory: the same rows.

    python benches/python/cluster_select.py 5000000

Processor time of all processes, from the first row read to the last chosen; the start of Ray is not in it.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    """Choose both ways."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        made(Path(folder), rows)
        started = time.process_time()
        memory = instag.select(pl.scan_parquet(f"{folder}/*.parquet"), BUDGET, key="id").collect()
        here = time.process_time() - started
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
        ray.data.DataContext.get_current().enable_progress_bars = False
        # The workers have started and imported what they need.
        few = pl.DataFrame({"id": range(8), "tags": [["a"]] * 8}).to_arrow()
        instag.select(ray.data.from_arrow([few.slice(place, 1) for place in range(8)]), 1, key="id").materialize()
        before = spent()
        chosen = instag.select(ray.data.read_parquet(folder), BUDGET, key="id")
        parts = [pl.DataFrame(part) for part in chosen.iter_batches(batch_size=None, batch_format="pyarrow")]
        there = spent() - before
        assert pl.concat(parts).equals(memory)
        print(f"{rows:,} rows: {here:.1f} s in memory, {there:.1f} s with Ray: {there / here:.2f} times")


if __name__ == "__main__":
    main()

"""What choosing on a Ray cluster of two workers on this machine costs, beside choosing in memory: the same rows.

    python benches/python/cluster_select.py 5000000

Processor time from the first row read to the last chosen, with Ray of this process, the workers and all that Ray runs beside
them. Not in it are the start of Ray and of its workers, and their imports: before, two tasks that run at the same time import
what both workers need, and one row out of eight files is chosen. Each way reads the same files twice in a process of its own,
or with workers of its own: the first time, memory is new to them, and costs more. Of several such pairs, the median.

Ray reads Parquet with 32 threads and 128 more for input in each worker, as for files far away. For files on this machine one of
each is enough, as `instag select --ray local` sets it; both are measured. Beside these stands what Ray takes to read the
same columns and hand them to a function that does nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import polars as pl
import ray

import instag
from synthetic import synthetic

BUDGET = 6_000
PIECE = 500_000
TIMES = 3
THREADS = ("RAY_DATA_PARQUET_READER_CPU_COUNT", "RAY_DATA_PARQUET_READER_IO_THREAD_COUNT")
TICKS = os.sysconf("SC_CLK_TCK")


def made(path: Path, rows: int) -> None:
    """Write rows with tags and a key."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        frame.with_columns(id=pl.int_range(start, start + frame.height)).select("id", "tags").write_parquet(
            path / f"{start:012}.parquet", row_group_size=100_000
        )


def spent() -> float:
    """Seconds of processor time of this process and of all that it started, those that have ended and been waited for too."""
    total, started = 0, {os.getpid()}
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            stats[int(path.parent.name)] = path.read_text().rsplit(")", 1)[1].split()
    for _ in stats:
        more = {pid for pid, fields in stats.items() if int(fields[1]) in started} - started
        if not more:
            break
        started |= more
    for pid in started:
        total += sum(int(stats[pid][place]) for place in (11, 12, 13, 14))
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


def started(frame: pl.DataFrame) -> int:
    """Import what a worker needs, while the other one does."""
    instag.select(frame, 1, key="id")
    time.sleep(2)
    return os.getpid()


def on_ray(work: Callable[[Path], Any], folder: Path, *, threads: int | None) -> tuple[Any, float, float]:
    """Do it twice on workers that have just started: what comes of it, and what each time takes."""
    if threads is not None:
        os.environ.update(dict.fromkeys(THREADS, str(threads)))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    few = pl.read_parquet(folder / "few" / "*.parquet")
    warm = ray.remote(started)
    while len(set(ray.get([warm.remote(few), warm.remote(few)]))) < 2:
        pass
    instag.select(ray.data.read_parquet(str(folder / "few")), 1, key="id").materialize()
    start = spent()
    work(folder / "pool")
    between = spent()
    made = work(folder / "pool")
    end = spent()
    ray.shutdown()
    return made, between - start, end - between


def in_memory(folder: Path) -> tuple[pl.DataFrame, float, float]:
    """The same in this process."""
    times = []
    instag.select(pl.scan_parquet(folder / "few" / "*.parquet"), 1, key="id").collect()
    for _ in range(2):
        start = time.process_time()
        chosen = instag.select(pl.scan_parquet(folder / "pool" / "*.parquet"), BUDGET, key="id").collect()
        times.append(time.process_time() - start)
    return chosen, times[0], times[1]


WAYS: dict[str, Callable[[Path], tuple[Any, float, float]]] = {
    "in memory": in_memory,
    "Ray, one thread, reading alone": partial(on_ray, read, threads=1),
    "Ray, one thread": partial(on_ray, select, threads=1),
    "Ray, reading alone": partial(on_ray, read, threads=None),
    "Ray": partial(on_ray, select, threads=None),
}


class Done(NamedTuple):
    """The keys of the chosen rows, and what a first and a second time take."""

    keys: list[int]
    first: float
    second: float


def apart(name: str, folder: Path) -> Done:
    """One way in a process of its own."""
    command = [sys.executable, __file__, "--one", name, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)  # noqa: S603 - this very file
    found = Done(*json.loads(done.stdout.splitlines()[-1]))
    print(f"  {name}: {found.first:.1f} and {found.second:.1f} s", flush=True)
    return found


def main() -> None:
    """Choose in every way, or in one."""
    if sys.argv[1:2] == ["--one"]:
        chosen, *times = WAYS[sys.argv[2]](Path(sys.argv[3]))
        print(json.dumps([chosen.get_column("id").to_list() if isinstance(chosen, pl.DataFrame) else [], *times]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    found: dict[str, list[Done]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as made_for:
        folder = Path(made_for)
        for each in ("pool", "few"):
            (folder / each).mkdir()
        made(folder / "pool", rows)
        for nth in range(8):
            pl.DataFrame({"id": [nth], "tags": [["a"]]}).write_parquet(folder / "few" / f"{nth}.parquet")
        # In turns, so that whatever else the machine does meets all of them.
        for _ in range(TIMES):
            for name, done in found.items():
                done.append(apart(name, folder))
    memory = found["in memory"]
    for name in ("Ray, one thread", "Ray"):
        assert all(done.keys == memory[0].keys for done in found[name]), name
    print(f"{rows:,} rows, processor time of a first and a second time, the median of {TIMES}")
    for name, done in found.items():
        first, second = median(each.first for each in done), median(each.second for each in done)
        ratios = first / median(each.first for each in memory), second / median(each.second for each in memory)
        print(f"{name:31} {first:.1f} and {second:.1f} s: {ratios[0]:.2f} and {ratios[1]:.2f} times")


if __name__ == "__main__":
    main()

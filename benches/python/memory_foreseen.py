"""How near the estimates before choosing and normalising are to what these take.

    python benches/python/memory_foreseen.py 1000000 4000000

For every method, from memory and from files, for 6,000 rows and for a tenth of all: the memory that was said, and by how
much the most memory of a process of its own rises, the result written to a file where it is read from files. The
quotient has to be from 0.6 to 1.6. Rows have texts of 300 characters and 4.3 tags.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import instag
from instag import memory
from synthetic import synthetic

FEW, SHARE, PIECE = 6_000, 0.1, 500_000
LEAST, MOST = 0.6, 1.6
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
# What a row costs in the mean: a budget is in these.
COST, WORDS = 220, 90
METHODS: dict[str, dict[str, Any]] = {
    "complexity-first": {},
    "complexity": {"method": "complexity"},
    "coverage": {"method": "coverage"},
    "random": {"method": "random"},
    "gain": {"method": "gain"},
    "gain, quality": {"method": "gain", "quality": "score"},
    "gain, cost": {"method": "gain", "cost": "cost"},
    "gain, words": {"method": "gain", "cost": "words"},
    "gain, groups": {"method": "gain", "group": "group", "at_most": 0.05},
}
A_ROW = {"gain, cost": COST, "gain, words": WORDS}


def made(folder: Path, rows: int) -> None:
    """Write as many rows."""
    for start in range(0, rows, PIECE):
        frame = synthetic(min(PIECE, rows - start), seed=start)
        random = np.random.default_rng(start)
        text = pl.format("{} {}", pl.int_range(start, start + frame.height), pl.col("text")).str.pad_end(300, "x")
        frame.with_columns(
            text=text,
            score=pl.Series(random.random(frame.height)),
            cost=pl.Series(random.integers(20, 2 * COST - 20, frame.height)),
            group=pl.Series(random.integers(0, 64, frame.height)).cast(pl.String),
        ).write_parquet(folder / f"{start:012}.parquet", row_group_size=100_000)


def resident(field: str) -> float:
    """What the system says of this process: `VmRSS` now, `VmHWM` at its highest."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith(field)) * 1024


def foretold(message: str) -> float:
    """The memory that a warning names."""
    found = re.search(r"will take about ([\d.,]+) (KB|MB|GB)", message)
    assert found is not None, message
    return float(found[1].replace(",", "")) * UNITS[found[2]]


def one(folder: Path, name: str, way: str, part: str) -> None:
    """Do one piece of work, and print the estimate for it and what it took."""
    plan = pl.scan_parquet(folder / "*.parquet")
    rows = plan.select(pl.len()).collect().item()
    data: Any = plan.collect() if way == "memory" else plan
    instag.select(pl.DataFrame({"tags": [["a"]]}), 1)
    # Every estimate is announced, and none is too large.
    memory.ANNOUNCED = 0
    os.environ["INSTAG_MEMORY"] = "1T"
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most is what there is now
    before, began = resident("VmRSS"), time.process_time()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", instag.InstagWarning)
        if name == "normalize":
            done: Any = instag.normalize(data, embedder=None).data
        else:
            budget = (FEW if part == "few" else round(SHARE * rows)) * A_ROW.get(name, 1)
            done = instag.select(data, budget, **METHODS[name])
        if way == "files":
            instag.write(done, folder / "out" / "out.parquet")
    took, seconds = resident("VmHWM") - before, time.process_time() - began
    said = next((foretold(str(each.message)) for each in caught if "will take" in str(each.message)), 0.0)
    time_said = next(
        (str(each.message).rpartition("free, and ")[2] for each in caught if "will take" in str(each.message)), ""
    )
    ratio = said / took
    print(
        f"{name:>16} {way:>6} {part:>5}: said {said / 1e6:7,.0f} MB, took {took / 1e6:7,.0f} MB: {ratio:.2f}; "
        f"{seconds:5.1f} s of CPU, said {time_said}{'' if LEAST <= ratio <= MOST else '  <- off'}",
        flush=True,
    )
    os._exit(0 if LEAST <= ratio <= MOST else 1)


def main() -> None:
    """Do all of it for each size."""
    off = 0
    for rows in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "out").mkdir()
            made(Path(folder), rows)
            print(f"{rows:,} rows")
            for way in ("memory", "files"):
                for name in (*METHODS, "normalize"):
                    for part in ("all",) if name == "normalize" else ("few", "tenth"):
                        command = [sys.executable, __file__, "--one", folder, name, way, part]
                        off += subprocess.run(command, check=False).returncode  # noqa: S603 - this very file
    assert not off, f"{off} pieces of work took what was not said"


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(Path(sys.argv[2]), *sys.argv[3:])
    else:
        main()

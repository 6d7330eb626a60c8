"""Runs that are each a process of their own: the most memory that each has, and its processor time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["MIB", "Taken", "each_size", "run_one"]

MIB = 2**20
Work = Callable[[Path], str]


class Taken(NamedTuple):
    """What a run took: MiB at most, and seconds of processor time."""

    memory: float
    cpu: float


def each_size(script: str, runs: Mapping[str, Work], made: Callable[[Path, int], None]) -> Iterator[dict[str, Taken]]:
    """Make data of each size that the command line names, options aside, in a folder of its own, and do all runs on them."""
    for size in map(int, (each for each in sys.argv[1:] if not each.startswith("-"))):
        with tempfile.TemporaryDirectory() as name:
            print(f"{size:,} rows")
            made(Path(name), size)
            yield _each_apart(script, runs, Path(name))


def _each_apart(script: str, runs: Mapping[str, Work], folder: Path) -> dict[str, Taken]:
    """Run a script once for each of its runs, on the data in a folder; what is imported before is not counted as time."""
    taken = {}
    for name in runs:
        command = [sys.executable, script, "--one", name, str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - that very file
        memory, cpu, said = json.loads(done.stdout.splitlines()[-1])
        taken[name] = Taken(memory, cpu)
        print(f"{name:>10} {memory:7,.0f} MiB at most, {cpu:6.1f} s of CPU; {said}", flush=True)
    return taken


def run_one(runs: Mapping[str, Work]) -> bool:
    """Do one run, where this is the process for it."""
    if sys.argv[1:2] != ["--one"]:
        return False
    started = time.process_time()
    said = runs[sys.argv[2]](Path(sys.argv[3]))
    print(json.dumps([_peak(), time.process_time() - started, said]), flush=True)
    # What the run still holds need not be taken down.
    os._exit(0)


def _peak() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / MIB

"""How much memory selection by gain takes beside the tags: `python benches/python/memory_gain.py [ROWS]`.

Each selection is a process of its own. Its tags, and its scores, costs or groups, are there before; what is said is by how
much the most memory rises above that, in bytes a row, the rows returned included. `coverage` stands beside.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from instag import _core
from synthetic import MEAN, TAGS

Numbers = np.random.Generator
FEW = 6_000
MOST = 40
TRIE = 120


def plain(sets: _core.TagSets, _: Numbers, budget: int) -> Callable[[], Any]:
    return lambda: _core.choose(_core.Problem(sets, "power", 0.5), _core.Constraint(budget))


def quality(sets: _core.TagSets, random: Numbers, budget: int) -> Callable[[], Any]:
    scores = random.random(len(sets))
    return lambda: _core.choose(_core.Problem(sets, "power", 0.5, quality=scores), _core.Constraint(budget))


def groups(sets: _core.TagSets, random: Numbers, budget: int) -> Callable[[], Any]:
    of = random.integers(0, 64, len(sets)).astype(np.uint32)
    least, most, none = (np.full(64, count, np.uint64) for count in (budget // 128, budget // 16, 0))
    constraint = _core.Constraint(budget, groups=of, at_least=least, at_most=most, before=none)
    return lambda: _core.choose(_core.Problem(sets, "power", 0.5), constraint)


def cost(sets: _core.TagSets, random: Numbers, budget: int) -> Callable[[], Any]:
    costs = random.integers(20, 420, len(sets)).astype(np.uint64)
    units = int(costs.sum()) * budget // len(sets)
    return lambda: _core.choose(_core.Problem(sets, "power", 0.5), _core.Constraint(units, cost=costs))


def coverage(sets: _core.TagSets, _: Numbers, budget: int) -> Callable[[], Any]:
    return lambda: _core.rank(sets, "coverage", budget, None)


def ordinary(rows: int) -> _core.TagSets:
    """Zipf's law over the tags, as in synthetic.py, drawn without a frame: what a frame leaves behind would be used again."""
    random = np.random.default_rng(0)
    lengths = random.geometric(1 / MEAN, rows)
    weights = np.cumsum(1 / np.arange(1, TAGS + 1))
    codes = np.searchsorted(weights, random.random(lengths.sum()) * weights[-1]).astype(np.uint32)
    return _core.TagSets(np.concatenate([[0], np.cumsum(lengths)]), codes, TAGS)


def alike(rows: int) -> _core.TagSets:
    """One tag on all rows."""
    return _core.TagSets(np.arange(rows + 1), np.zeros(rows, np.uint32), 1)


def beside(rows: int) -> _core.TagSets:
    """One tag on all rows, and each has one of its own."""
    codes = np.zeros(2 * rows, np.uint32)
    codes[1::2] = np.arange(1, rows + 1)
    return _core.TagSets(2 * np.arange(rows + 1), codes, rows + 1)


RUNS = {
    "plain": (ordinary, plain, MOST),
    "quality": (ordinary, quality, MOST),
    "64 groups": (ordinary, groups, MOST),
    "cost": (ordinary, cost, MOST),
    "one tag on all": (alike, plain, MOST),
    "one tag on all, one of its own": (beside, plain, TRIE),
    "coverage": (ordinary, coverage, None),
}


def memory(name: str) -> float:
    """VmRSS is the memory of this process now, VmHWM the most it had."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith(name)) * 1024


def measured(name: str, rows: int, budget: int) -> None:
    """Print the rise, in bytes a row."""
    data, make, most = RUNS[name]
    sets = data(rows)
    run = make(sets, np.random.default_rng(0), budget)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most is what there is now
    before = memory("VmRSS")
    found = run()
    rise = (memory("VmHWM") - before) / rows
    assert len(found[0]) > 0
    said = "" if most is None else f", at most {most} are meant to be"
    print(f"{name:32} {budget:>10,} of {rows:,}: {rise:5.1f} bytes a row{said}", flush=True)


def main(rows: int) -> None:
    """Measure each in a process of its own."""
    # What is freed goes back to the system at once, and so what is taken shows.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    for name in RUNS:
        for budget in (FEW, rows):
            command = [sys.executable, __file__, str(rows), name, str(budget)]
            subprocess.run(command, check=True, env=environment)  # noqa: S603 - this very file


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measured(sys.argv[2], int(sys.argv[1]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)

"""How much memory and time each step of a recipe takes, and verifying its result, and how that grows with the data.

    python benches/python/memory_recipe.py 200000 800000

Rows are JSON Lines of a question of 900 characters, an answer of 900 and 4.5 tags; a sixteenth of them is chosen.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

import instag
from apart import MIB, each_size, run_one
from synthetic import synthetic

PIECE = 50_000
WORDS = 150
SHARE = 16
FILES = 4
STEPS = ("read", "clean", "normalize", "select", "split", "write", "card")
RECIPE = """
name = "large"
[[source]]
files = ["pool-*.jsonl"]
[clean]
min_characters = 10
[normalize]
steps = ["rules", "frequency"]
[select]
method = "gain"
budget = {budget}
[split]
validation = 0.02
[write]
trainers = ["trl"]
model = "Qwen/Qwen3-4B"
[card]
"""


def made(folder: Path, rows: int) -> None:
    """Write as many rows, and a recipe for them."""
    for number in range(FILES):
        with (folder / f"pool-{number}.jsonl").open("wb") as file:
            for start in range(number * rows // FILES, (number + 1) * rows // FILES, PIECE):
                frame = synthetic(min(PIECE, (number + 1) * rows // FILES - start), seed=start)
                asked, answered = (said(frame.height, seed) for seed in (start, start + 1))
                frame.select(instruction=asked, output=answered, tags="tags").write_ndjson(file)
    (folder / "recipe.toml").write_text(RECIPE.format(budget=rows // SHARE))


def said(rows: int, seed: int) -> pl.Series:
    """Texts of random words, so that none is a copy of another."""
    random = np.random.default_rng(seed)
    words = pl.Series(["".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 5)) for _ in range(2_000)])
    return words.gather(random.integers(0, 2_000, rows * WORDS)).reshape((rows, WORDS)).arr.join(" ")


def until(step: str, folder: Path) -> str:
    """The recipe as far as a step, of which only that one is not done yet."""
    frames = instag.run(folder / "recipe.toml", until=step)
    assert list(frames)[: STEPS.index(step) + 1] == [name for name in STEPS if name in frames]
    if step in ("write", "card"):
        counts = [path.read_bytes().count(b"\n") for path in sorted((folder / "out" / "data").glob("*.jsonl"))]
        return f"{sum(counts):,} rows written"
    read = frames[step].select(pl.len()).collect().item()
    return f"{read:,} rows of {sum(path.stat().st_size for path in folder.glob('*.jsonl')) / MIB:,.0f} MiB"


def verified(folder: Path, *, replay: bool) -> str:
    """The result of all steps, verified."""
    checks = instag.verify(folder / "out", replay=replay)
    assert all(check.holds for check in checks)
    return f"{len(checks)} checks"


RUNS = {step: (lambda folder, step=step: until(step, folder)) for step in STEPS} | {
    "verify": lambda folder: verified(folder, replay=False),
    "replay": lambda folder: verified(folder, replay=True),
}


def main() -> None:
    """Do the steps for each size."""
    sizes = list(each_size(__file__, RUNS, made))
    for small, large in pairwise(sizes):
        for step in RUNS:
            print(f"{step:>10} takes {large[step].memory - small[step].memory:+,.0f} MiB more")


if __name__ == "__main__":
    if not run_one(RUNS):
        main()

"""The frequency and the rules step beside Polars' own group-by count of the same column: `make bench`.

Ten million assignments of a hundred thousand tags, many of them spellings of one another; "zipf" as tags are, "even" as
they are at the worst, where the frequency step leaves everything to the rules. Counts are asserted to be Polars'.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Literal

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

import instag
from instag.normalization.matching.decision import Matching
from instag.normalization.state import State, resolved
from instag.normalization.steps.frequency import automatic, frequency
from instag.normalization.steps.rules import rules
from instag.tagsets import encode, lists_of

ASSIGNMENTS, TAGS, MEAN = 10_000_000, 100_000, 4.5
ROUNDS = 7
Shape = Literal["zipf", "even"]
SHAPES = pytest.mark.parametrize("shape", ["zipf", "even"])


def spellings(random: np.random.Generator) -> list[str]:
    """Names of one to three words, a third of them written in more ways than one."""
    syllables = [consonant + vowel for consonant in "bcdfglmnprst" for vowel in "aeiou"]
    words = ["".join(random.choice(syllables, size)) for size in random.integers(2, 5, 4_000)]
    names: dict[str, None] = {}
    while len(names) < TAGS:
        name = " ".join(random.choice(words, random.integers(1, 4)))
        ways: tuple[list[str], ...] = (
            [],
            [],
            [],
            [name.title()],
            [f"{name}s".replace(" ", "_")],
            [name.replace(" ", ""), f"{name}s"],
        )
        names |= dict.fromkeys([name, *ways[random.integers(len(ways))]])
    return list(names)[:TAGS]


def made(shape: Shape) -> pl.DataFrame:
    """A frame with `tags`; every tag occurs, and some rows hold one twice."""
    random = np.random.default_rng(0)
    weights = np.cumsum(1 / np.arange(1, TAGS + 1) if shape == "zipf" else np.ones(TAGS))
    codes = np.searchsorted(weights, random.random(ASSIGNMENTS) * weights[-1])
    codes[:TAGS] = np.arange(TAGS)
    codes = random.permutation(TAGS)[random.permutation(codes)]
    ends = np.cumsum(random.geometric(1 / MEAN, ASSIGNMENTS // 2))
    ends = np.append(ends[ends < ASSIGNMENTS], ASSIGNMENTS)
    names = pl.Series(spellings(random), dtype=pl.String)
    return pl.DataFrame({"tags": lists_of(np.diff(ends, prepend=0), names.gather(codes))})


def by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Count the assignments of each tag."""
    return frame.lazy().select(pl.col("tags").explode()).group_by("tags").len("count").collect()


def by_steps(frame: pl.DataFrame) -> pl.DataFrame:
    """The tags left and their counts, by the two steps alone."""
    rows = encode(frame.get_column("tags"), order="name")
    state = State.of(rows)
    state = state.after(resolved(len(state.names), frequency(state, automatic(int(rows.given.sum()))).changes))
    state = state.after(
        resolved(len(state.names), rules(state, Matching(stem=True, guards=True, distance=None)).changes)
    )
    return pl.DataFrame({"tag": state.names.gather(state.order), "count": state.counts[state.order]})


def by_call(frame: pl.DataFrame) -> instag.Normalized[pl.DataFrame]:
    """The whole call, with the normalised frame, the vocabulary and every merge."""
    return instag.normalize(frame, steps=("frequency", "rules"), embedder=None)


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    return {"zipf": made("zipf"), "even": made("even")}


@SHAPES
@pytest.mark.benchmark(group="10 M assignments of 100 K tags")
def test_polars(benchmark: Benchmark, frames: dict[str, pl.DataFrame], shape: Shape) -> None:
    counts = benchmark.pedantic(lambda: by_polars(frames[shape]), rounds=ROUNDS, warmup_rounds=1)
    rows = encode(frames[shape].get_column("tags"), order="name")
    ours = pl.DataFrame({"tags": rows.names, "count": rows.given})
    assert ours.cast({"count": pl.UInt32}).equals(counts.sort("tags").cast({"count": pl.UInt32}))


@SHAPES
@pytest.mark.benchmark(group="10 M assignments of 100 K tags")
def test_steps(benchmark: Benchmark, frames: dict[str, pl.DataFrame], shape: Shape) -> None:
    counts = benchmark.pedantic(lambda: by_steps(frames[shape]), rounds=ROUNDS, warmup_rounds=1)
    assert counts.equals(by_call(frames[shape]).vocabulary.tags.select("tag", "count"))


@SHAPES
@pytest.mark.benchmark(group="10 M assignments of 100 K tags")
@pytest.mark.filterwarnings("ignore:the step 'frequency' removes")
def test_whole_call(benchmark: Benchmark, frames: dict[str, pl.DataFrame], shape: Shape) -> None:
    frame = frames[shape]
    done = benchmark.pedantic(lambda: by_call(frame), rounds=ROUNDS, warmup_rounds=1)
    # Polars counts again: every raw tag under its new name, once a row.
    fates = done.vocabulary.tags.select(pl.col("tag"), pl.col("members").alias("tags")).explode("tags")
    again = frame.with_row_index().explode("tags").join(fates, on="tags").unique(["index", "tag"])
    expected = again.group_by("tag").len("count").sort(["count", "tag"], descending=[True, False])
    assert done.vocabulary.tags.select("tag", "count").equals(expected)
    assert done.data.get_column("tags").list.len().sum() == len(again)
    assert len(done.vocabulary) + len(done.merges) == TAGS


def one_core(shape: Shape) -> None:
    """Print the seconds of each on the first processor alone, in turns."""
    frame = made(shape)
    seconds: dict[str, list[float]] = {"by_polars": [], "by_steps": [], "by_call": []}
    for _ in range(ROUNDS):
        for work in (by_polars, by_steps, by_call):
            start = time.perf_counter()
            work(frame)
            seconds[work.__name__].append(time.perf_counter() - start)
    print(json.dumps({name: median(taken) for name, taken in seconds.items()}))


@SHAPES
def test_one_core(shape: Shape) -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("processors cannot be bounded here")
    # Polars starts its threads when it is imported: a process of its own.
    code = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); import bench_normalize as b; b.one_core({shape!r})"
    environment = os.environ | {
        "POLARS_MAX_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    }
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    seconds = json.loads(done.stdout)
    for name, taken in seconds.items():
        print(f"\none core, {shape}, {name}: {taken:.3f} s, {taken / seconds['by_polars']:.2f} x")

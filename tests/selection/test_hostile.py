"""Selection by gain on pools that are hard on its bounds: the rows of a plain greedy in whole numbers, to the last one."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import instag

ROWS = 12_000
# Gains are whole parts of this.
UNIT = 1 << 32

Rows = list[list[str]]


def plain(rows: Rows, budget: int) -> list[int]:
    """At every step the row that adds most to Σ √n; the first of those that add as much."""
    names = {tag: nth for nth, tag in enumerate(dict.fromkeys(tag for tags in rows for tag in tags))}
    row = np.repeat(np.arange(len(rows)), [len(tags) for tags in rows])
    tag = np.array([names[name] for tags in rows for name in tags])
    added = np.diff(np.round(np.sqrt(np.arange(len(rows) + 2)) * UNIT).astype(np.int64))
    added = np.maximum(np.minimum.accumulate(added), 1)
    order = np.argsort(tag, kind="stable")
    ends = np.searchsorted(tag[order], np.arange(len(names) + 1))
    held = np.zeros(len(names), np.int64)
    gains = np.zeros(len(rows), np.int64)
    np.add.at(gains, row, added[0])
    chosen = []
    for _ in range(budget):
        best = int(gains.argmax())
        chosen.append(best)
        for name in rows[best]:
            nth = names[name]
            fall = added[held[nth]] - added[held[nth] + 1]
            held[nth] += 1
            gains[row[order[ends[nth] : ends[nth + 1]]]] -= fall
        gains[best] = np.iinfo(np.int64).min // 2
    return chosen


def zipf(random: np.random.Generator) -> Rows:
    counts = random.geometric(1 / 4.5, ROWS)
    return [list(dict.fromkeys(f"tag {nth}" for nth in np.minimum(random.zipf(1.3, n), 5_000))) for n in counts]


def copies(random: np.random.Generator) -> Rows:
    few = zipf(random)[: ROWS // 10]
    return [few[nth] for nth in random.integers(0, len(few), ROWS)]


def pairs(random: np.random.Generator) -> Rows:
    return [list(dict.fromkeys(f"tag {nth}" for nth in each)) for each in random.integers(0, 60, (ROWS, 2))]


def half_alike(random: np.random.Generator) -> Rows:
    return [tags if nth % 2 else ["a", "b"] for nth, tags in enumerate(zipf(random))]


POOLS: dict[str, Callable[[np.random.Generator], Rows]] = {
    "as they come": zipf,
    "nine of ten are copies": copies,
    "one tag": lambda _: [["a"]] * ROWS,
    "one tag on all, beside others": lambda random: [["a", *tags] for tags in zipf(random)],
    "one tag on all, beside one of its own": lambda _: [["a", f"own {nth}"] for nth in range(ROWS)],
    "a hundred tags, each beside one of its own": lambda _: [[f"tag {nth % 100}", f"own {nth}"] for nth in range(ROWS)],
    "pairs of few tags": pairs,
    "half are alike": half_alike,
}


@pytest.mark.parametrize("budget", [ROWS // 8, ROWS])
@pytest.mark.parametrize("pool", POOLS)
def test_the_rows_are_those_of_a_plain_greedy(pool: str, budget: int) -> None:
    rows = POOLS[pool](np.random.default_rng(5))
    data = pl.DataFrame({"nth": range(ROWS), "tags": rows})

    chosen = instag.select(data, budget, method="gain")

    assert chosen["nth"].to_list() == plain(rows, budget)

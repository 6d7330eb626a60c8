"""Data to report on, seeded."""

import warnings
from typing import Any

import numpy as np
import polars as pl

import instag

# What must come out as text and nothing else.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</script><script>alert(3)</script>",
    "<!--<script>",
    "{{ 7 * 7 }}${alert(4)}",
    "a&lt;b&amp;c",
    "javascript:alert(5)",
    "line\u2028separator\u2029here",
    "'; alert(6); '",
)
RIGHT_TO_LEFT = ("كتابة الشعر", "תכנות בפייתון", "\u202eevil")
FAR_EAST = ("数据分析与可视化", "プログラミング", "한국어 번역")
LONG = ("endless " * 40).strip()[:300]
UNBROKEN = "x" * 300
TINY = pl.DataFrame(
    {
        "source": ["web", "web", "book", "book"],
        "tags": [["math"], ["math", "proof"], ["proof", "poetry"], []],
        "queries": [["One?"], ["Two?"], ["Three?", "And?"], ["Four?"]],
    }
)


def sample() -> pl.DataFrame:
    """The data that come with instag, in few tags, with what users say."""
    return normalized().data


def normalized() -> instag.Normalized[pl.DataFrame]:
    """The same, and how they came about."""
    raw = instag.load_sample()
    said = pl.col("messages").list.filter(pl.element().struct.field("role") == "user")
    frame = raw.with_columns(queries=said.list.eval(pl.element().struct.field("content")))
    with warnings.catch_warnings():
        # More than half of all assignments are of tags that stand once.
        warnings.simplefilter("ignore", instag.InstagWarning)
        return instag.normalize(frame, min_count=2, steps=("rules", "frequency"))


def zipf(samples: int, tags: int, groups: int, *, seed: int = 0) -> pl.DataFrame:
    """Samples of about 4.5 tags, which are the rarer the higher their number, in groups with a taste."""
    random = np.random.default_rng(seed)
    lengths = np.maximum(1, random.poisson(4.5, samples))
    weights = 1 / np.arange(1, tags + 1) ** 0.9
    flat = random.choice(tags, int(lengths.sum()), p=weights / weights.sum())
    rows = np.repeat(np.arange(samples), lengths)
    source = random.integers(0, groups, samples)
    names = pl.format("tag {}", pl.col("tag"))
    pairs = pl.DataFrame({"row": rows, "tag": (flat + source[rows] * 7) % tags}).with_columns(names).unique()
    lists = pairs.sort("row", "tag").group_by("row", maintain_order=True).agg(tags="tag")
    return lists.with_columns(
        source=pl.format("group {}", pl.Series(source)),
        queries=pl.concat_list(pl.format("What of number {}? It is a long question of many words.", "row")),
    ).drop("row")


def awkward() -> pl.DataFrame:
    """Names and queries that are hard to show, in groups that are too."""
    hard = [*HOSTILE, *RIGHT_TO_LEFT, *FAR_EAST, LONG, UNBROKEN]
    rows: list[dict[str, Any]] = [
        {"source": hard[nth % len(hard)], "tags": [hard[nth % len(hard)], hard[(nth * 3 + 1) % len(hard)], "math"]}
        for nth in range(4 * len(hard))
    ]
    rows += [
        {"source": "one sample", "tags": ["alone"]},
        {"source": "untagged", "tags": []},
        {"source": None, "tags": None},
    ]
    frame = pl.DataFrame(rows, {"source": pl.String, "tags": pl.List(pl.String)})
    return frame.with_columns(
        queries=pl.concat_list(pl.lit("What of this: ") + pl.col("tags").list.join(" ")).fill_null([])
    )

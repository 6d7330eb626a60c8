"""The tables of docs/selecting.md: `python benches/python/frontier.py [FILE]`.

FILE has a row for each sample, with `tags`, and a text in `query` for the tables of cost; without one, it is the data that
come with instag. Tags are lower-cased, and those of two samples or more count.
"""

import sys
from typing import Any

import numpy as np
import polars as pl

import instag

BUDGETS = (50, 100, 200, 400)
ROWS: dict[str, dict[str, Any]] = {
    "random": {"method": "random"},
    "complexity-first": {"method": "complexity-first"},
    "coverage": {"method": "coverage"},
    "gain, x^.3": {"method": "gain", "curve": 0.3},
    "**gain, x^.5**": {"method": "gain"},
    "gain, x^.8": {"method": "gain", "curve": 0.8},
    "gain, log": {"method": "gain", "curve": "log"},
    "gain, match": {"method": "gain", "curve": "match"},
}


def pool(path: str | None) -> pl.DataFrame:
    """The samples, with the tags that two or more hold."""
    data = instag.load_sample() if path is None else pl.read_ndjson(path)
    tags = pl.col("tags").list.eval(pl.element().str.to_lowercase()).list.unique(maintain_order=True)
    data = data.with_columns(tags).with_row_index("nth")
    held = data.explode("tags").group_by("tags").len().filter(pl.col("len") > 1).get_column("tags").to_list()
    return data.with_columns(pl.col("tags").list.eval(pl.element().filter(pl.element().is_in(held)))).drop("nth")


def measured(data: pl.DataFrame, chosen: pl.DataFrame) -> tuple[float, float, float]:
    """Coverage, complexity and effective tags: the exponential of the entropy of their shares."""
    found = instag.measure(chosen, of=data)
    shares = chosen.explode("tags").get_column("tags").drop_nulls().value_counts().get_column("count").to_numpy()
    shares = shares / shares.sum()
    return found.coverage or 0.0, found.complexity, float(np.exp(-(shares * np.log(shares)).sum()))


def table(header: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    for row in (header, ["---", *["---:"] * (len(header) - 1)], *rows):
        print(f"| {' | '.join(row)} |")
    print()


def frontier(data: pl.DataFrame) -> None:
    """Coverage, complexity and effective tags of each method."""
    lines = []
    for name, options in ROWS.items():
        cells = []
        for budget in BUDGETS:
            coverage, complexity, effective = measured(data, instag.select(data, budget, **options))
            cells.append(f"{coverage:.1%} · {complexity:.2f} · {effective:.0f}")
        lines.append([name, *cells])
    table(["coverage · complexity · effective tags", *map(str, BUDGETS)], lines)


def costs(data: pl.DataFrame, words: int) -> None:
    """What a budget of words buys."""
    data = data.with_columns(words=pl.col("query").str.count_matches(r"\S+").clip(lower_bound=1))
    ranked = instag.rank(data, method="gain")
    chosen = ranked.filter(pl.col("words").cum_sum() <= words)
    lines = [bought("gain alone, until the first sample that does not fit", data, chosen)]
    for name, exponent in (
        ("gain alone, skipping samples that do not fit", 0.0),
        ("gain / cost^.5", 0.5),
        ("gain / cost", 1.0),
    ):
        chosen = instag.select(data, words, method="gain", cost="words", cost_exponent=exponent)
        lines.append(bought(name, data, chosen))
    table([f"{words:,} words", "coverage", "complexity", "samples", "words each"], lines)


def bought(name: str, data: pl.DataFrame, chosen: pl.DataFrame) -> list[str]:
    """A line of that table."""
    coverage, complexity, _ = measured(data, chosen)
    each = chosen.get_column("words").to_numpy().mean()
    return [name, f"{coverage:.1%}", f"{complexity:.2f}", str(chosen.height), f"{each:.0f}"]


def certificates(data: pl.DataFrame) -> None:
    """What is certified, by the number of steps."""
    lines = []
    for steps in (0, 20, 200):
        shares = []
        for budget in BUDGETS:
            rows = instag.select(data, budget, method="gain", details=True).get_column("row")
            shares.append(f"{instag.certify(data, rows, steps=steps).share:.2%}")
        lines.append([f"{steps} steps", *shares])
    table(["certified share of the best possible, x^.5", *map(str, BUDGETS)], lines)


def qualities(data: pl.DataFrame, budget: int) -> None:
    """What the scale of a score does: a score from 0 to 1, made up, as it is, less spread, and more."""
    random = np.random.default_rng(0)
    data = data.with_columns(score=pl.Series(random.random(data.height)))
    lines = []
    for name, scaled in (
        ("none", pl.lit(1.0)),
        ("1 + score", 1 + pl.col("score")),
        ("score", pl.col("score")),
        ("score²", pl.col("score") ** 2),
        ("score⁴", pl.col("score") ** 4),
    ):
        chosen = instag.select(data.with_columns(quality=scaled), budget, method="gain", quality="quality")
        coverage, complexity, _ = measured(data, chosen)
        mean = chosen.get_column("score").to_numpy().mean()
        lines.append([name, f"{mean:.2f}", f"{coverage:.1%}", f"{complexity:.2f}"])
    table([f"quality, {budget} samples", "mean score", "coverage", "complexity"], lines)


def main() -> None:
    """Print them all."""
    data = pool(sys.argv[1] if len(sys.argv) > 1 else None)
    print(f"{data.height:,} samples, {instag.measure(data).tags:,} tags on two or more\n")
    frontier(data)
    certificates(data)
    qualities(data, 200)
    if "query" in data.columns:
        costs(data, 3000)


if __name__ == "__main__":
    main()

"""The table and the picture: each method beside random choice, with the noise of the seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from runs import Runs
from verdicts import by_loss

BASE = "random"


def per_run(runs: Runs, names: Sequence[str], seeds: Sequence[int]) -> pl.DataFrame:
    """Give a row for each run and source, "all" among them: loss a token, and the share won from random of its seed.

    Random choice is set against itself, with the next seed: how far that share is from a half is chance.
    """
    rows = []
    for name in names:
        for seed in seeds:
            losses = runs.losses(name, seed)
            other = runs.losses(BASE, seeds[(seeds.index(seed) + 1) % len(seeds)] if name == BASE else seed)
            for source in ["all", *sorted(losses["source"].unique())]:
                here = pl.lit(value=True) if source == "all" else pl.col("source") == source
                mine, base = losses.filter(here), other.filter(here)
                loss = float(mine["loss"].sum()) / int(mine["tokens"].sum())
                rows.append((name, seed, source, loss, by_loss(mine, base)))
    schema = ["method", "seed", "source", "loss", "won"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def spread(values: pl.DataFrame) -> pl.DataFrame:
    """Give the mean over the seeds, with the standard deviation, and the difference to random with its standard error."""
    found = values.group_by("method", "source", maintain_order=True).agg(
        loss=pl.col("loss").mean(),
        loss_sd=pl.col("loss").std(),
        won=pl.col("won").mean(),
        won_sd=pl.col("won").std(),
        seeds=pl.len(),
    )
    base = found.filter(pl.col("method") == BASE).select("source", base="loss", base_sd="loss_sd", base_seeds="seeds")
    error = (pl.col("loss_sd") ** 2 / pl.col("seeds") + pl.col("base_sd") ** 2 / pl.col("base_seeds")).sqrt()
    return found.join(base, on="source", maintain_order="left").with_columns(
        difference=pl.col("loss") - pl.col("base"), error=error
    )


def table(spreads: pl.DataFrame, facts: Mapping[str, Sequence[Mapping[str, Any]]], judged: Mapping[str, str]) -> str:
    """Write all of it as Markdown: a line a method, then a line a method and source."""
    whole = spreads.filter(pl.col("source") == "all").to_dicts()
    head = [
        "method",
        "rows",
        "tokens",
        "of answers",
        "tags a row",
        "tags",
        "loss",
        "to random",
        "likelier than random's",
    ]
    lines = [head + (["judged better"] if judged else [])]
    for row in whole:
        name = row["method"]
        means = [sum(fact[key] for fact in facts[name]) / len(facts[name]) for key in COUNTS]
        counts = [f"{means[0]:,.0f}", f"{means[1]:,.0f}", f"{means[2]:,.0f}", f"{means[3]:.2f}", f"{means[4]:,.0f}"]
        difference = "" if name == BASE else f"{row['difference']:+.4f} ± {number(row['error'], '.4f')}"
        loss = f"{row['loss']:.4f} ± {number(row['loss_sd'], '.4f')}"
        won = f"{row['won']:.1%} ± {number(row['won_sd'], '.1%')}"
        lines.append([name, *counts, loss, difference, won] + ([judged.get(name, "")] if judged else []))
    sources = [source for source in spreads["source"].unique(maintain_order=True) if source != "all"]
    found = {(row["method"], row["source"]): row for row in spreads.to_dicts()}
    each = [["loss by source", *sources]]
    for row in whole:
        cells = [found[row["method"], source] for source in sources]
        each.append([row["method"], *(f"{cell['loss']:.4f} ± {number(cell['loss_sd'], '.4f')}" for cell in cells)])
    return f"{markdown(lines)}\n{markdown(each)}"


COUNTS = ("rows", "tokens", "answer_tokens", "complexity", "tags")


def number(value: float | None, form: str) -> str:
    """Write a number; of one seed there is no deviation."""
    return "?" if value is None else format(value, form)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """Lay out a table."""
    rule = ["---", *["---:"] * (len(lines[0]) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (lines[0], rule, *lines[1:]))


def picture(values: pl.DataFrame, spreads: pl.DataFrame, path: Path) -> None:
    """Draw each run as a point, and the mean with its standard deviation as a bar, for all and for each source."""
    import altair as alt  # noqa: PLC0415

    drawn = values.join(spreads.select("method", "source", mean="loss", sd="loss_sd"), on=["method", "source"])
    drawn = drawn.with_columns(low=pl.col("mean") - pl.col("sd"), high=pl.col("mean") + pl.col("sd"))
    order = values["method"].unique(maintain_order=True).to_list()
    across = alt.Y("method:N", sort=order, title=None)
    along = alt.X("mean(low):Q", scale=alt.Scale(zero=False), title="loss a token of held-out answers (less is better)")
    chart = alt.Chart(drawn)
    bars = chart.mark_rule(strokeWidth=8, color="#ddd").encode(x=along, x2="mean(high):Q", y=across)
    means = chart.mark_tick(thickness=2, size=16).encode(x="mean(mean):Q", y=across)
    points = chart.mark_circle(size=45).encode(
        x="loss:Q", y=across, color=alt.Color("method:N", sort=order, legend=None)
    )
    whole = alt.layer(bars, means, points).properties(width=320, height=24 * len(order))
    faceted = whole.facet(alt.Facet("source:N", title=None), columns=2).resolve_scale(x="independent")
    faceted.properties(
        title=f"A point is a run, a bar one standard deviation of {values['seed'].n_unique()} seeds to either side"
    ).save(path)

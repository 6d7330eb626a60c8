"""Curves: distinct tags and coverage against the number of samples, also for each method."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.analysis.curves import EXPECTED, GOALS, reached, telling_budgets
from instag.reporting.drawing import decades, drawn, legend
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.wording import MEASURED, PERCENT, count, cut, listed, plural, share

__all__ = ["drawn_from", "frontier", "growth"]

RANDOM = "random order"

BOUNDS = {"coverage": ("low", "high"), "complexity": ("complexity_low", "complexity_high")}
TITLES = {"coverage": "coverage", "complexity": "tags a sample"}


def growth(analysis: Analysis) -> Section | None:
    """Build the section with the growth curves; None if no sample has tags."""
    curves = analysis.growth.with_columns(pl.col("curve").replace(EXPECTED, RANDOM))
    if not analysis.summary.item(0, "tags"):
        return None
    names = curves.get_column("curve").unique(maintain_order=True).to_list()
    half = reached(curves.filter(pl.col("curve") == RANDOM), GOALS[0])
    lead = "The share of the tags that a number of samples covers. " + (
        f"Drawn at random, about {plural(half, 'sample')} {'covers' if half == 1 else 'cover'} half of the tags."
        if half
        else "The samples are drawn at random."
    )
    if len(names) > 1:
        lead += " " + " ".join(against_random(curves, name) for name in names[1:])
    columns = (Column("in order of"), *(Column(f"{goal:.0%} of the tags", "count") for goal in GOALS))
    rows = [(cut(name), *(reached(part, goal) for goal in GOALS)) for name, part in parts(curves, names)]
    frame = pl.DataFrame(rows, ["curve", *map(str, GOALS)], orient="row")
    table = table_of("growth", "About how many samples it takes", columns, frame)
    figure = Figure("growth", f"Coverage against samples: {listed(names)}", growth_lines(curves, names))
    return Section("growth", "Growth", lead, (figure,), (table,), drawn_from(analysis))


def drawn_from(analysis: Analysis) -> tuple[str, ...]:
    """A note on the samples without tags, which random order leaves out; none if all have tags."""
    total = analysis.summary.item(0, "samples")
    tagged = analysis.growth.filter(pl.col("curve") == EXPECTED).select(pl.col("samples").max()).item()
    return (
        (f"Random is drawn from the {count(tagged)} samples with tags, of {count(total)}.",) if tagged < total else ()
    )


def parts(curves: pl.DataFrame, names: list[str]) -> list[tuple[str, pl.DataFrame]]:
    """Split the frame by curve."""
    return [(name, curves.filter(pl.col("curve") == name)) for name in names]


def against_random(curves: pl.DataFrame, name: str) -> str:
    """A sentence on the coverage of a selection and the number of random samples that would cover as much."""
    last = curves.filter(pl.col("curve") == name).tail(1)
    if last.is_empty():
        return f"“{cut(name)}” is empty."
    samples, coverage = last.item(0, "samples"), last.item(0, "coverage")
    alike = reached(curves.filter(pl.col("curve") == RANDOM), coverage)
    beside = f"; at random it would take about {count(alike)}" if alike else ""
    cover = "covers" if samples == 1 else "cover"
    return f"The {plural(samples, 'sample')} of “{cut(name)}” {cover} {share(coverage)}{beside}."


def growth_lines(curves: pl.DataFrame, names: list[str]) -> dict[str, object]:
    """A line for each curve."""
    rows = curves.with_columns(pl.col("coverage").round(5), pl.col("tags").round(1)).to_dicts()
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=320).encode(
        x=alt.X(
            "samples:Q",
            title="samples",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(format="~s", values=decades(curves.get_column("samples").max()), grid=False),
        ),
        y=alt.Y("coverage:Q", title="coverage", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        color=alt.Color(
            "curve:N",
            scale=alt.Scale(domain=names),
            legend=legend(names) if len(names) > 1 else None,
        ),
        tooltip=[
            alt.Tooltip("curve:N"),
            alt.Tooltip("samples:Q", format=","),
            alt.Tooltip("tags:Q", format=",.0f"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    return drawn(base.mark_line() + base.mark_point(size=60, opacity=0))


def frontier(analysis: Analysis) -> Section | None:
    """Build the section with the curves of each method; None if there are no budgets to compare."""
    curves = analysis.frontier
    if curves.is_empty() or curves.get_column("budget").n_unique() < 2:  # noqa: PLR2004 - a line has two ends
        return None
    budgets = telling_budgets(curves)
    at = budgets[len(budgets) // 2]
    best = (
        curves.filter(pl.col("budget") == at).sort("coverage", descending=True, maintain_order=True).row(0, named=True)
    )
    usual = curves.filter((pl.col("budget") == at) & (pl.col("method") == "random")).item(0, "coverage")
    lead = (
        f"Coverage and complexity of each method for every budget. At {count(at)} samples “{best['method']}” covers "
        f"{share(best['coverage'])} of the tags, and random {share(usual)}."
    )
    labels = {measure: f"{measure.capitalize()} against budget by method" for measure in BOUNDS}
    figures = tuple(
        Figure(f"frontier-{measure}", labels[measure], frontier_lines(curves, measure)) for measure in BOUNDS
    )
    notes = (f"The band around random holds the middle 90{PERCENT} of its seeds.", MEASURED, *drawn_from(analysis))
    return Section("frontier", "What a budget buys", lead, figures, (table(curves, budgets),), notes)


def table(curves: pl.DataFrame, budgets: list[int]) -> Table:
    """A table of methods by budgets."""
    columns = [Column("method")]
    frame = curves.select("method").unique(maintain_order=True)
    for budget in budgets:
        values = curves.filter(pl.col("budget") == budget).select("method", "coverage", "complexity")
        frame = frame.join(values, on="method", how="left", maintain_order="left", suffix=f"_{budget}")
        columns += [
            Column(f"coverage at {count(budget)}", "share"),
            Column(f"tags a sample at {count(budget)}", "number"),
        ]
    return table_of("frontier", "Coverage and tags a sample by budget", columns, frame)


def frontier_lines(curves: pl.DataFrame, measure: str) -> Spec:
    """A line for each method, and a band for the spread of random."""
    low, high = BOUNDS[measure]
    names = curves.get_column("method").unique(maintain_order=True).to_list()
    kept = curves.select("method", "budget", pl.col(measure, low, high).round(5))
    data = alt.InlineData(values=kept.to_dicts())
    axis = alt.Axis(format="%") if measure == "coverage" else alt.Axis()
    x = alt.X(
        "budget:Q",
        title="budget (samples)",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(format="~s", values=decades(curves.get_column("budget").max()), grid=False),
    )
    base = alt.Chart(data, width="container", height=300).encode(x=x)
    band = base.transform_filter(f"isValid(datum.{low})").mark_area(opacity=0.25)
    line = base.mark_line().encode(
        y=alt.Y(f"{measure}:Q", title=TITLES[measure], axis=axis, scale=alt.Scale(zero=measure == "coverage")),
        color=alt.Color("method:N", scale=alt.Scale(domain=names), legend=legend(names)),
    )
    points = line.mark_point(size=60, opacity=0).encode(
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("budget:Q", format=","),
            alt.Tooltip(f"{measure}:Q", format=".1%" if measure == "coverage" else ".2f"),
        ]
    )
    return drawn(band.encode(y=alt.Y(f"{low}:Q", title=TITLES[measure]), y2=f"{high}:Q") + line + points)

"""What a budget buys, by each method."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.analysis.goals import told
from instag.reporting.drawing import decades, drawn, legend
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.sections.growth import drawn_from
from instag.reporting.wording import PERCENT, count, share

__all__ = ["frontier"]

BOUNDS = {"coverage": ("low", "high"), "complexity": ("complexity_low", "complexity_high")}
TITLES = {"coverage": "coverage", "complexity": "tags a sample"}


def frontier(analysis: Analysis) -> Section | None:
    """The curves; None where there are no budgets to compare."""
    curves = analysis.frontier
    if curves.is_empty() or curves.get_column("budget").n_unique() < 2:  # noqa: PLR2004 - a line has two ends
        return None
    budgets = told(curves)
    at = budgets[len(budgets) // 2]
    best = (
        curves.filter(pl.col("budget") == at).sort("coverage", descending=True, maintain_order=True).row(0, named=True)
    )
    usual = curves.filter((pl.col("budget") == at) & (pl.col("method") == "random")).item(0, "coverage")
    lead = (
        f"Coverage and complexity for every budget, from one ranking by each method. At {count(at)} samples "
        f"“{best['method']}” covers {share(best['coverage'])} of the tags, random {share(usual)}."
    )
    labels = {measure: f"{measure.capitalize()} against budget by method" for measure in BOUNDS}
    figures = tuple(Figure(f"frontier-{measure}", labels[measure], lines(curves, measure)) for measure in BOUNDS)
    notes = (f"The band around random holds the middle 90{PERCENT} of its seeds.", *drawn_from(analysis))
    return Section("frontier", "What a budget buys", lead, figures, (table(curves, budgets),), notes)


def table(curves: pl.DataFrame, budgets: list[int]) -> Table:
    """Methods by budgets."""
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


def lines(curves: pl.DataFrame, measure: str) -> Spec:
    """A line for each method, and the spread of random."""
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

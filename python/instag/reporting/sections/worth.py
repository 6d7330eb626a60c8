"""The value of selections by an objective, their cost, and their quotas."""

from math import floor
from typing import get_args

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.choices import Method
from instag.normalization import Vocabulary
from instag.reporting.drawing import drawn, legend
from instag.reporting.nearness import NEAR, near_coverage
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.wording import MEASURED, cut, share

__all__ = ["worth"]

# Longer tables are shown page by page.
LISTED = 30
NEARLY = f"Near coverage also counts tags whose cosine with a covered tag is {NEAR:g} or more."
BOUND = (
    "No selection of that size or cost within the quotas exceeds the bound, by whatever method it is made; so a "
    "selection reaches at least this share of the best possible value."
)


def worth(analysis: Analysis, vocabulary: Vocabulary | None = None) -> Section | None:
    """Build the section with the certificates; None if there are no selections."""
    found = analysis.worth
    if found.selections.is_empty():
        return None
    best = found.selections.sort("share", descending=True, maintain_order=True).row(0, named=True)
    curve = "ln(1 + n)" if isinstance(found.curve, str) else f"n^{found.curve:g}"
    lead = (
        f"By the objective Σ {curve}, where n is the number of times a tag occurs in a selection, "
        f"“{cut(best['selection'])}” reaches at least {share(rounded_down(best['share']))} of the best possible value."
    )
    figures: tuple[Figure, ...] = ()
    if len(found.costs):
        label = f"Coverage against {found.unit} by method"
        figures = (Figure("cost", label, cost_lines(found.costs, found.unit or "cost")),)
    near = None if vocabulary is None else near_coverage(analysis, vocabulary)
    notes = (BOUND, MEASURED) if near is None else (BOUND, MEASURED, NEARLY)
    tables = [certificates(analysis, near)]
    if len(found.quotas):
        tables.append(quotas(found.quotas))
    return Section("worth", "How good the selections are", lead, figures, tuple(tables), notes)


def rounded_down(reached: float) -> float:
    """A share to be shown in tenths of a percent, rounded down, so that no more is claimed than is reached."""
    return floor(1000 * reached + 1e-6) / 1000


def certificates(analysis: Analysis, near: dict[str, float] | None) -> Table:
    """A table with a line for each selection."""
    found = analysis.worth
    names = found.selections.get_column("selection")
    ends = analysis.growth.group_by("curve").agg(pl.col("coverage").max())
    covered = dict(ends.iter_rows())
    columns = [Column("selection"), Column("samples", "count")]
    shown = [names.alias("selection"), found.selections.get_column("samples")]
    if found.unit is not None:
        columns.append(Column(found.unit, "count"))
        shown.append(found.selections.get_column("cost").round(0).cast(pl.Int64))
    columns.append(Column("coverage", "share"))
    shown.append(pl.Series("coverage", [covered.get(name) for name in names], dtype=pl.Float64))
    if near is not None:
        columns.append(Column("near coverage", "share"))
        shown.append(pl.Series("near", [near.get(name) for name in names], dtype=pl.Float64))
    columns += [Column("value", "number"), Column("bound", "number"), Column("of the best, at least", "share")]
    shown += [found.selections.get_column(name) for name in ("value", "bound")]
    reached = [rounded_down(each) for each in found.selections.get_column("share")]
    shown.append(pl.Series("share", reached, dtype=pl.Float64))
    return table_of("worth", "What each selection is worth", columns, pl.DataFrame(shown))


def quotas(bounds: pl.DataFrame) -> Table:
    """A table of the quota of each group and the amount reached."""
    columns = (
        Column("selection"),
        Column("group"),
        Column("at least", "count"),
        Column("at most", "count"),
        Column("reached", "count"),
    )
    whole = [pl.col(name).round(0).cast(pl.Int64) for name in ("at_least", "at_most", "reached")]
    shown = bounds.with_columns(at_least=pl.when(pl.col("at_least") > 0).then("at_least")).with_columns(whole)
    return table_of("quotas", "Quotas and amounts reached", columns, shown, browse=len(bounds) > LISTED)


def cost_lines(costs: pl.DataFrame, unit: str) -> Spec:
    """Draw coverage against cost, with a line for each method."""
    present = costs.get_column("method").unique().to_list()
    # A method has the colour that it has in the other figures, in which all methods are drawn.
    methods = [*get_args(Method), *(name for name in present if name not in get_args(Method))]
    names = [name for name in methods if name in present]
    rows = costs.with_columns(pl.col("coverage").round(5)).to_dicts()
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=300).encode(
        x=alt.X(
            "cost:Q",
            title=unit,
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(format="~s", tickCount=6, labelOverlap="greedy", grid=False),
        ),
        y=alt.Y("coverage:Q", title="coverage", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        color=alt.Color("method:N", scale=alt.Scale(domain=methods), legend=legend(names)),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("cost:Q", title=unit, format=",.0f"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    return drawn(base.mark_line() + base.mark_point(size=60, opacity=0))

"""How good the selections are, what they cost, and what was asked of them."""

from math import floor

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.normalization import Vocabulary
from instag.reporting.drawing import drawn, legend
from instag.reporting.nearness import NEAR, near_coverage
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.wording import MEASURED, PERCENT, cut

__all__ = ["worth"]

# Longer tables are shown page by page.
LISTED = 30
NEARLY = f"Near coverage counts the tags that are covered, or at a cosine of {NEAR:g} or more to one that is, too."
BOUND = (
    "The bound holds for every selection of that size or cost within the quotas, whoever makes it; the share is what a "
    "selection reaches of the best possible at least."
)


def worth(analysis: Analysis, vocabulary: Vocabulary | None = None) -> Section | None:
    """The certificates; None if there is no selection."""
    found = analysis.worth
    if found.selections.is_empty():
        return None
    best = found.selections.sort("share", descending=True, maintain_order=True).row(0, named=True)
    curve = "ln(1 + n)" if isinstance(found.curve, str) else f"n^{found.curve:g}"
    # Rounded down: a bound that is not reached is not claimed.
    reached = floor(1000 * best["share"] + 1e-6) / 10
    lead = (
        f"By the objective Σ {curve}, n being how often a selection holds a tag, “{cut(best['selection'])}” reaches at "
        f"least {reached:.1f}{PERCENT} of the best possible."
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


def certificates(analysis: Analysis, near: dict[str, float] | None) -> Table:
    """A line for each selection."""
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
    shown += [found.selections.get_column(name) for name in ("value", "bound", "share")]
    return table_of("worth", "What each selection is worth", columns, pl.DataFrame(shown))


def quotas(asked: pl.DataFrame) -> Table:
    """What each group was to have, and has."""
    columns = (
        Column("selection"),
        Column("group"),
        Column("at least", "count"),
        Column("at most", "count"),
        Column("reached", "count"),
    )
    whole = [pl.col(name).round(0).cast(pl.Int64) for name in ("at_least", "at_most", "reached")]
    shown = asked.with_columns(at_least=pl.when(pl.col("at_least") > 0).then("at_least")).with_columns(whole)
    return table_of("quotas", "Quotas asked for and reached", columns, shown, browse=len(asked) > LISTED)


def cost_lines(costs: pl.DataFrame, unit: str) -> Spec:
    """A line for each method."""
    names = costs.get_column("method").unique(maintain_order=True).to_list()
    rows = costs.with_columns(pl.col("coverage").round(5)).to_dicts()
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=300).encode(
        x=alt.X(
            "cost:Q",
            title=unit,
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(format="~s", tickCount=6, labelOverlap="greedy", grid=False),
        ),
        y=alt.Y("coverage:Q", title="coverage", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        color=alt.Color("method:N", scale=alt.Scale(domain=names), legend=legend(names)),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("cost:Q", title=unit, format=",.0f"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    return drawn(base.mark_line() + base.mark_point(size=60, opacity=0))

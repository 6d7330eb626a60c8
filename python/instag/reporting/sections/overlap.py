"""Which group has the tags of which: the recall matrix, the paper's Figure 2b."""

from typing import Any

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, Table, highest, table_of
from instag.reporting.wording import count, cut, plural, share

__all__ = ["overlap"]

# As many groups as a heat map shows, and as many as have numbers in their cells.
MOST = 40
NUMBERED = 12
# The height of a row in pixels, and where there are more of them than are comfortable.
STEP, DENSE = 30, 19
COMFORTABLE = 24
# The luminance that black and white stand out from alike: from what is lighter black does more, and never less than 4.5.
LIGHTER = 0.179
PAIRS = (
    Column("group"),
    Column("by"),
    Column("tags of both", "count"),
    Column("plain", "share"),
    Column("weighted", "share"),
)
COLUMNS = (
    Column("group"),
    Column("distinct tags", "count"),
    Column("of the tags of others it has", "share"),
    Column("of its tags others have", "share"),
    Column("most alike"),
    Column("which has of its tags", "share"),
)


def overlap(analysis: Analysis) -> Section | None:
    """The matrix; None if there are no two groups with tags."""
    others = analysis.recall.filter((pl.col("group") != pl.col("by")) & pl.col("recall").is_not_null())
    if others.is_empty():
        return None
    rows = summed(analysis, others)
    broadest = highest(rows, "has")
    lead = (
        "Read row by row: which share of the tags of a group the group of the column has as well. "
        f"“{cut(broadest['group'])}” has most of what the others have: {share(broadest['has'])} on average."
    )
    every = len(analysis.summary) - 1
    notes = (
        (f"The {MOST} largest of {count(every)} groups are drawn; the analysis has all of them.",)
        if every > MOST
        else ()
    )
    shown = analysis.summary.get_column("group")[1 : MOST + 1].to_list()
    step = STEP if len(shown) <= COMFORTABLE else DENSE
    label = f"Heat map of the recall between {plural(len(shown), 'group')}"
    figure = Figure(
        "overlap",
        label,
        heat_map(analysis.recall, shown, step),
        least=150 + STEP * len(shown),
        most=200 + 3 * STEP * len(shown),
    )
    title = "On average over the other groups"
    table = table_of("overlap", title, COLUMNS, rows, browse=len(rows) > NUMBERED)
    return Section("overlap", "Overlap of groups", lead, (figure,), (table, pairs(others, shown)), notes)


def pairs(others: pl.DataFrame, shown: list[str]) -> Table:
    """The numbers of what is drawn, but for each group with itself."""
    drawn_too = others.filter(pl.col("group").is_in(shown) & pl.col("by").is_in(shown))
    rows = drawn_too.select("group", "by", "shared", "recall", "weighted")
    title = "Which share of the tags of a group another has"
    return table_of("overlap-pairs", title, PAIRS, rows, browse=len(rows) > NUMBERED)


def summed(analysis: Analysis, others: pl.DataFrame) -> pl.DataFrame:
    """For each group, how much it has of others and others of it."""
    has = others.group_by("by").agg(has=pl.col("recall").mean())
    nearest = pl.col("by").sort_by("recall", descending=True, maintain_order=True).first()
    had = others.group_by("group", maintain_order=True).agg(
        had=pl.col("recall").mean(), nearest=nearest, most=pl.col("recall").max()
    )
    joined = analysis.summary[1:].select("group", "tags").join(had, on="group", how="left", maintain_order="left")
    joined = joined.join(has, left_on="group", right_on="by", how="left", maintain_order="left")
    return joined.select("group", "tags", "has", "had", "nearest", "most")


def labels(**options: Any) -> alt.Axis:
    """An axis with the names of groups."""
    return alt.Axis(labelExpr="names[datum.value]", labelLimit=130, title=None, grid=False, **options)


def heat_map(recall: pl.DataFrame, shown: list[str], step: int) -> dict[str, object]:
    """A cell for each pair, plain or weighted by how frequent the tags are."""
    # Names are listed once, with numbers: they may be long, and there is a cell for every two.
    number = pl.Enum(shown)
    rows = (
        recall.filter(pl.col("group").is_in(shown) & pl.col("by").is_in(shown) & pl.col("recall").is_not_null())
        .select(
            pl.col("group").cast(number).to_physical().alias("row"),
            pl.col("by").cast(number).to_physical().alias("column"),
            "shared",
            pl.col("recall", "weighted").round(4),
        )
        .to_dicts()
    )
    names = alt.param(name="names", value=shown)
    measure = alt.param(
        name="measure", value="plain", bind=alt.binding_radio(options=["plain", "weighted"], name="each tag counts ")
    )
    order = alt.Scale(domain=list(range(len(shown))))
    base = (
        alt.Chart(alt.InlineData(values=rows), width="container", height=step * len(shown))
        .transform_calculate(
            value="measure == 'plain' ? datum.recall : datum.weighted",
            group="names[datum.row]",
            by="names[datum.column]",
        )
        .encode(
            x=alt.X("column:O", scale=order, axis=labels(orient="top", labelAngle=-45)),
            y=alt.Y("row:O", scale=order, axis=labels()),
        )
    )
    colour = alt.Color(
        "value:Q",
        scale=alt.Scale(domain=[0, 1]),
        legend=alt.Legend(format="%", title=None, orient="bottom", gradientLength=180),
    )
    tooltip = [
        alt.Tooltip("group:N"),
        alt.Tooltip("by:N"),
        alt.Tooltip("shared:Q", title="tags of both", format=","),
        alt.Tooltip("recall:Q", title="plain", format=".1%"),
        alt.Tooltip("weighted:Q", format=".1%"),
    ]
    chart = base.mark_rect().encode(color=colour, tooltip=tooltip)
    if len(shown) <= NUMBERED:
        ink = f"luminance(scale('color', datum.value)) > {LIGHTER} ? '#000000' : '#ffffff'"
        text = base.mark_text(style="name", color=alt.ExprRef(ink))
        chart = chart + text.encode(text=alt.Text("value:Q", format=".0%"))
    return drawn(chart.add_params(names, measure))

"""The recall matrix, which shows the tags that groups share, like the paper's Figure 2b."""

from typing import Any

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, Table, highest, table_of
from instag.reporting.wording import count, cut, plural, share

__all__ = ["overlap"]

# The most groups of a heat map, and the most groups with which its cells have numbers.
MOST = 40
NUMBERED = 12
# The height of a row in pixels, and its height with more than COMFORTABLE rows.
STEP, DENSE = 30, 19
COMFORTABLE = 24
# The luminance with which black and white have the same contrast. On lighter colours black has more; with the better of
# the two, the contrast is never below 4.5.
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
    """Build the section with the heat map; None with fewer than two groups with tags."""
    others = analysis.recall.filter((pl.col("group") != pl.col("by")) & pl.col("recall").is_not_null())
    if others.is_empty():
        return None
    rows = summed(analysis, others)
    broadest = highest(rows, "has")
    lead = (
        "Each row is a group, and its cells are the shares of its tags that the groups of the columns also have. "
        f"“{cut(broadest['group'])}” has most of the others' tags: {share(broadest['has'])} on average."
    )
    number = len(analysis.summary) - 1
    notes = (
        (f"The {MOST} largest of {count(number)} groups are drawn; the analysis has all of them.",)
        if number > MOST
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
    """A table of the numbers that are drawn, without those of each group with itself."""
    drawn_too = others.filter(pl.col("group").is_in(shown) & pl.col("by").is_in(shown))
    rows = drawn_too.select("group", "by", "shared", "recall", "weighted")
    title = "Share of a group's tags that another group has"
    return table_of("overlap-pairs", title, PAIRS, rows, browse=len(rows) > NUMBERED)


def summed(analysis: Analysis, others: pl.DataFrame) -> pl.DataFrame:
    """For each group, its mean share of the others' tags and their mean share of its tags."""
    has = others.group_by("by").agg(has=pl.col("recall").mean())
    nearest = pl.col("by").sort_by("recall", descending=True, maintain_order=True).first()
    had = others.group_by("group", maintain_order=True).agg(
        had=pl.col("recall").mean(), nearest=nearest, most=pl.col("recall").max()
    )
    joined = analysis.summary[1:].select("group", "tags").join(had, on="group", how="left", maintain_order="left")
    joined = joined.join(has, left_on="group", right_on="by", how="left", maintain_order="left")
    return joined.select("group", "tags", "has", "had", "nearest", "most")


def labels(**options: Any) -> alt.Axis:
    """An axis labelled with the names of groups."""
    return alt.Axis(labelExpr="names[datum.value]", labelLimit=130, title=None, grid=False, **options)


def heat_map(recall: pl.DataFrame, shown: list[str], step: int) -> dict[str, object]:
    """A cell for each pair of groups, plain or weighted by the frequency of tags."""
    # Cells refer to the names by number, because names may be long and there is a cell for every pair.
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

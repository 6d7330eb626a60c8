"""Groups by coverage and complexity: the paper's Figure 2a."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, table_of
from instag.reporting.wording import cut, plural, share

__all__ = ["groups"]

# More groups than this have small points.
CROWD = 60
# How close two points may be, in shares of the picture, for both to have their names beside them.
NEAR = (0.3, 0.055)
COLUMNS = (
    Column("group"),
    Column("samples", "count"),
    Column("tags a sample", "number"),
    Column("median", "number"),
    Column("95 % have at most", "number"),
    Column("distinct tags", "count"),
    Column("coverage", "share"),
    Column("effective tags", "number"),
    Column("without tags", "share"),
)


def groups(analysis: Analysis) -> Section | None:
    """Where each group lies; None where there are neither groups nor selections."""
    points = located(analysis)
    if points.is_empty():
        return None
    widest = points.row(int(points.get_column("coverage").arg_max() or 0), named=True)
    richest = points.row(int(points.get_column("complexity").arg_max() or 0), named=True)
    lead = (
        "To the right are groups that have more of all the tags, higher up those with more tags a sample. "
        f"“{cut(widest['name'])}” has most of the tags ({share(widest['coverage'])}), "
        + ("and " if widest["name"] == richest["name"] else f"“{cut(richest['name'])}” ")
        + f"most tags a sample ({richest['complexity']:.2f})."
    )
    fields = ("group", "samples", "mean", "median", "p95", "tags", "coverage", "effective", "untagged")
    rows = analysis.summary.select(fields)
    table = table_of("groups", "Groups, largest first", COLUMNS, rows, browse=len(rows) > CROWD)
    label = f"Scatter of {plural(len(points), 'group')} by coverage and complexity"
    return Section("groups", "Coverage and complexity", lead, (Figure("groups", label, scatter(points)),), (table,))


def located(analysis: Analysis) -> pl.DataFrame:
    """Coverage and complexity of each group and each selection that has tags."""
    parts = analysis.summary[1:].select(
        pl.col("group").alias("name"), "samples", "coverage", pl.col("mean").alias("complexity"), kind=pl.lit("group")
    )
    picked = [
        {
            "name": name,
            "samples": len(picks),
            "coverage": analysis.growth.filter(pl.col("curve") == name).get_column("coverage").max(),
            "complexity": picks.get_column("tags").list.n_unique().mean(),
            "kind": "selection",
        }
        for name, picks in analysis.selections.items()
    ]
    points = pl.concat([parts, pl.DataFrame(picked, parts.schema, orient="row")])
    return points.filter(pl.col("complexity") > 0)


def scatter(points: pl.DataFrame) -> dict[str, object]:
    """One point a group, as large as it has samples."""
    crowded = len(points) > CROWD
    far = furthest(points)
    shown = legible(points)
    rows = [
        {
            **row,
            "name": cut(row["name"], 100),
            "label": cut(row["name"], 28),
            "side": "left" if row["coverage"] > far / 2 else "right",
        }
        | ({} if row["name"] in shown else {"side": None})
        for row in points.iter_rows(named=True)
    ]
    data = alt.InlineData(values=rows)
    x = alt.X(
        "coverage:Q",
        title="coverage (share of all tags)",
        axis=alt.Axis(format="%", tickCount=6),
        scale=alt.Scale(domain=[0, min(1.06 * far, 1.03)], nice=False),
    )
    y = alt.Y(
        "complexity:Q",
        title="complexity (tags a sample)",
        scale=alt.Scale(zero=False, padding=24),
        axis=alt.Axis(tickCount=6),
    )
    legend = alt.Legend(title=None) if points.get_column("kind").n_unique() > 1 else None
    base = alt.Chart(data, width="container", height=380).encode(x=x, y=y)
    marks = base.mark_point(opacity=0.55 if crowded else 0.8).encode(
        size=alt.Size("samples:Q", legend=None, scale=alt.Scale(range=[14, 260] if crowded else [70, 800])),
        color=alt.Color("kind:N", legend=legend, scale=alt.Scale(domain=["group", "selection"])),
        shape=alt.Shape(
            "kind:N", legend=legend, scale=alt.Scale(domain=["group", "selection"], range=["circle", "diamond"])
        ),
        tooltip=[
            alt.Tooltip("name:N"),
            alt.Tooltip("samples:Q", format=","),
            alt.Tooltip("coverage:Q", format=".1%"),
            alt.Tooltip("complexity:Q", format=".2f"),
        ],
    )
    left = "datum.side === 'left'"
    names = (
        base.transform_filter("isValid(datum.side)")
        .mark_text(style="name", align=alt.ExprRef(f"{left} ? 'right' : 'left'"), dx=alt.ExprRef(f"{left} ? -16 : 16"))
        .encode(text="label:N")
    )
    return drawn(marks + names)


def furthest(points: pl.DataFrame) -> float:
    """The largest coverage."""
    return float(points.select(pl.col("coverage").max()).item() or 1)


def legible(points: pl.DataFrame) -> set[str]:
    """The names that can stand beside their points: selections first, then the largest groups, none near another."""
    spread = points.select(pl.col("complexity").max() - pl.col("complexity").min()).item() or 1
    width = furthest(points)
    placed: dict[str, tuple[float, float]] = {}
    for row in points.sort(pl.col("kind") == "group", -pl.col("samples").cast(pl.Int64)).iter_rows(named=True):
        x, y = row["coverage"] / width, row["complexity"] / spread
        if all(abs(x - left) > NEAR[0] or abs(y - top) > NEAR[1] for left, top in placed.values()):
            placed[row["name"]] = (x, y)
    return set(placed)

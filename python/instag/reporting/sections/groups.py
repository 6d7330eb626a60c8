"""Groups by coverage and complexity, like the paper's Figure 2a."""

import polars as pl

from instag.analysis import Analysis
from instag.analysis.summary import effective
from instag.reporting.placement import NOWHERE, WIDTHS
from instag.reporting.scatter import place_names, scatter
from instag.reporting.section import Column, Figure, Section, highest, table_of
from instag.reporting.wording import PERCENT, count, cut, plural, share

__all__ = ["groups"]

# Longer tables are shown page by page.
LINES = 60
# The width of the drawing in pixels, in a narrow window and in a usual one.
NARROW, USUAL = 300, 850
COLUMNS = (
    Column("group"),
    Column("samples", "count"),
    Column("tags a sample", "number"),
    Column("median", "number"),
    Column(f"95{PERCENT} have at most", "number"),
    Column("distinct tags", "count"),
    Column("coverage", "share"),
    Column("effective tags", "number"),
    Column("without tags", "share"),
)
FIELDS = ("group", "samples", "mean", "median", "p95", "tags", "coverage", "effective", "untagged")


def groups(analysis: Analysis) -> Section | None:
    """Build the section with the scatter plot; None if there are neither groups nor selections."""
    rows = pl.concat([analysis.summary.select(FIELDS), *(selection(analysis, name) for name in analysis.selections)])
    points = located(analysis, rows)
    if points.is_empty():
        return None
    widest = highest(points, "coverage")
    richest = highest(points, "complexity")
    lead = (
        "Groups further right cover more of the tags; groups higher up have more tags per sample. "
        f"“{cut(widest['name'])}” covers most of the tags ({share(widest['coverage'])})"
        + (" and has" if widest["name"] == richest["name"] else f"; “{cut(richest['name'])}” has")
        + f" the most tags per sample ({richest['complexity']:.2f})."
    )
    title = "Groups, largest first" + (", and selections" if analysis.selections else "")
    table = table_of("groups", title, COLUMNS, rows, browse=len(rows) > LINES)
    placed = place_names(points)
    label = f"Scatter of {plural(len(points), 'group')} by coverage and complexity"
    figure = Figure("groups", label, scatter(points, placed))
    return Section("groups", "Coverage and complexity", lead, (figure,), (table,), notes(placed))


def selection(analysis: Analysis, name: str) -> pl.DataFrame:
    """The line of a selection in the table of groups."""
    picks = analysis.selections[name]
    tags = picks.get_column("tags").cast(pl.List(pl.String)).list.n_unique()
    counts = analysis.compare(name).tags.get_column("n_a")
    own = counts.filter(counts > 0)
    line = {
        "group": name,
        "samples": len(picks),
        "mean": tags.mean(),
        "median": tags.median(),
        "p95": tags.quantile(0.95, "linear"),
        "tags": len(own),
        "coverage": len(own) / max(len(analysis.tags), 1),
        "effective": effective(own.to_numpy()),
        "untagged": (tags == 0).mean(),
    }
    return pl.DataFrame([line], analysis.summary.select(FIELDS).schema)


def located(analysis: Analysis, rows: pl.DataFrame) -> pl.DataFrame:
    """Coverage and complexity of each group and each selection that has tags."""
    chosen = pl.col("name").is_in(list(analysis.selections))
    points = rows[1:].select(pl.col("group").alias("name"), "samples", "coverage", pl.col("mean").alias("complexity"))
    kinds = pl.when(chosen).then(pl.lit("selection")).otherwise(pl.lit("group"))
    return points.filter(pl.col("complexity") > 0).with_columns(kind=kinds)


def notes(placed: list[str]) -> tuple[str, ...]:
    """A note on points without names; none if all points have names."""
    usual, narrow = (
        sum(letters[nth] != NOWHERE for letters in placed)
        for nth in (max(nth for nth, width in enumerate(WIDTHS) if width <= room) for room in (USUAL, NARROW))
    )
    if min(usual, narrow) == len(placed):
        return ()
    note = (
        f"Names are shown where there is room for them: beside {count(usual)} of {plural(len(placed), 'point')} in a "
        f"usual window, {count(narrow)} in a narrow one. The table lists all."
    )
    return (note,)

"""The tags, one by one and in pairs."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, Spec, table_of
from instag.reporting.wording import cut, number, plural

__all__ = ["associations", "catalogue"]

# The most tags that are listed, and the most groups that are listed with a tag.
MOST_TAGS = 5_000
HELD = 5

MOST_PAIRS = 20
COLUMNS = (
    Column("tag"),
    Column("with"),
    Column("both", "count"),
    Column("the one", "count"),
    Column("the other", "count"),
    Column("lift", "number"),
    Column("NPMI", "number"),
)


def catalogue(analysis: Analysis) -> Section | None:
    """Build the section with the most frequent tags and examples; None if there are no tags."""
    tags = analysis.tags
    if tags.is_empty():
        return None
    grouped = len(analysis.summary) > 1
    has_examples = bool(tags.get_column("examples").list.len().sum())
    columns = [Column("tag"), Column("samples", "count"), Column("share", "share")]
    fields: list[str | pl.Expr] = ["tag", "count", "share"]
    if grouped:
        columns += [Column("groups", "count"), Column("most in", "tags")]
        fields += ["groups", pl.col("held").list.head(HELD)]
    if has_examples:
        columns.append(Column("for example", "texts"))
        fields.append("examples")
    once = int((tags.get_column("count") == 1).sum())
    lead = (
        f"{plural(len(tags), 'tag')}, the most frequent first; {plural(once, 'tag occurs', 'tags occur')} on one sample "
        f"only. The last is “{cut(tags.item(-1, 'tag'))}”."
    )
    left = f"The {MOST_TAGS:,} most frequent of {len(tags):,} tags are listed." if len(tags) > MOST_TAGS else ""
    table = table_of("tags", "Tags", columns, tags.head(MOST_TAGS).select(fields), browse=True, left=left)
    return Section("tags", "Tags", lead, tables=(table,))


def associations(analysis: Analysis) -> Section | None:
    """Build the section with the strongest pairs; None if there are none."""
    pairs = analysis.pairs.sort("npmi", "n_both", "a", "b", descending=[True, True, False, False])
    if pairs.is_empty():
        return None
    first = pairs.row(0, named=True)
    lead = (
        f"Tags that occur on the same samples far more often than by chance, led by “{cut(first['a'])}” with "
        f"“{cut(first['b'])}” (NPMI {number(first['npmi'])}): 1 is a pair that never occurs apart, 0 is chance."
    )
    shown = pairs.head(MOST_PAIRS)
    figure = Figure("associations", f"The {len(shown)} strongest pairs of tags by NPMI", bars(shown))
    rows = pairs.select("a", "b", "n_both", "n_a", "n_b", "lift", "npmi")
    title = "The strongest pairs by NPMI or by lift"
    return Section(
        "associations", "Associations", lead, (figure,), (table_of("associations", title, COLUMNS, rows, browse=True),)
    )


def bars(pairs: pl.DataFrame) -> Spec:
    """A bar for each pair."""
    rows = [
        {**row, "pair": f"{cut(row['a'], 24)} + {cut(row['b'], 24)}", "nth": nth}
        for nth, row in enumerate(pairs.select("a", "b", "n_both", "lift", "npmi").iter_rows(named=True))
    ]
    # Rows are identified by number, because two long names may look alike once cut.
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=34 * len(rows)).encode(
        y=alt.Y("nth:O", axis=None, scale=alt.Scale(paddingInner=0.74, paddingOuter=0.5))
    )
    bar = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("npmi:Q", title="NPMI", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5)),
        tooltip=[
            alt.Tooltip("a:N", title="tag"),
            alt.Tooltip("b:N", title="with"),
            alt.Tooltip("n_both:Q", title="both", format=","),
            alt.Tooltip("lift:Q", format=".1f"),
            alt.Tooltip("npmi:Q", title="NPMI", format=".3f"),
        ],
    )
    name = base.mark_text(style="name", align="left", baseline="bottom", dy=-6, dx=1).encode(
        x=alt.datum(0), text="pair:N"
    )
    return drawn(bar + name)

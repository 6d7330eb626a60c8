"""Selections: their samples, why each was picked, and how a selection differs from its pool."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.wording import count, cut, plural, share

__all__ = ["picks"]

# The most samples that are listed, the most tags that are drawn on either side, and the most characters of a query.
MOST = 2_000
DRAWN = 8
LONGEST = 400
LISTED = (
    Column("rank", "count"),
    Column("round", "count"),
    Column("query"),
    Column("new tags", "tags"),
    Column("other tags", "tags"),
)
APART = "The figure shows the tags whose share of the samples differs most between the selection and its pool."
ALIKE = "Every tag has the same share in the selection as in its pool, so there is no difference to draw."
RATIO = (
    "In the tables a log₂ ratio of 1 is about twice as often as in the pool, and \u22121 half as often. One sample is "
    "added on both sides, which keeps the ratios of rare tags near 0, since little can be said about them."
)
COMPARED = (
    Column("tag"),
    Column("taken", "count"),
    Column("pool", "count"),
    Column("of the taken", "share"),
    Column("of the pool", "share"),
    Column("log₂ ratio", "signed"),
)


def picks(analysis: Analysis, name: str, nth: int) -> Section:
    """Build the section of one selection; its number `nth` makes the section's name unique."""
    picked = analysis.selections[name]
    total = analysis.summary.item(0, "samples")
    rounds = picked.select(pl.col("round").max()).item() or 0
    lead = (
        f"{plural(len(picked), 'sample')} of {count(total)} ({share(len(picked) / max(total, 1))}) "
        f"{'was' if len(picked) == 1 else 'were'} taken, in {plural(rounds, 'round')}. {reason(picked)}"
    )
    title = f"Selection: {cut(name)}"
    section = f"selection-{nth}"
    if picked.is_empty():
        return Section(section, title, lead)
    compared = analysis.compare(name)
    tags = compared.tags.with_columns(gap=pl.col("share_a") - pl.col("share_b"))
    apart = gaps(tags)
    label = "Tags that the selection has more or less often than its pool"
    figures = () if apart.is_empty() else (Figure(section, label, dumbbells(apart)),)
    tables = [contrast(tags, section)] if len(tags) else []
    if len(compared.groups):
        tables.append(groups(compared.groups, section))
    notes = (ALIKE if apart.is_empty() else APART, RATIO) if len(tags) else ()
    return Section(section, title, lead, figures, (*tables, listing(picked, section)), notes)


def reason(picked: pl.DataFrame) -> str:
    """A sentence that explains new tags, and says how many samples with tags have none."""
    lacking = picked.filter((pl.col("new_tags").list.len() == 0) & (pl.col("tags").list.len() > 0)).height
    if not lacking:
        return "Each sample is the first of its round to have its new tags."
    return (
        "New tags are those that a sample is the first of its round to have. "
        f"{plural(lacking, 'sample has', 'samples have')} none and {'was' if lacking == 1 else 'were'} taken for another reason."
    )


def gaps(tags: pl.DataFrame) -> pl.DataFrame:
    """The tags whose share grew most, then those whose share fell most."""
    more = tags.filter(pl.col("gap") > 0).sort("gap", "tag", descending=[True, False]).head(DRAWN)
    less = tags.filter(pl.col("gap") < 0).sort("gap", "tag", descending=[True, False]).tail(DRAWN)
    return pl.concat([more, less])


def dumbbells(tags: pl.DataFrame) -> Spec:
    """For each tag its share in the pool and its share in the selection, joined by a line."""
    names = ["pool", "selection"]
    # Rows are identified by number, because two long names may look alike once cut.
    rows = [
        {
            "nth": nth,
            "tag": row["tag"],
            "name": cut(row["tag"], 48),
            "pool": row["share_b"],
            "selection": row["share_a"],
        }
        for nth, row in enumerate(tags.iter_rows(named=True))
    ]
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=34 * len(rows)).encode(
        y=alt.Y("nth:O", axis=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.5)),
        tooltip=[
            alt.Tooltip("tag:N"),
            alt.Tooltip("pool:Q", format=".2%"),
            alt.Tooltip("selection:Q", format=".2%"),
        ],
    )
    line = base.mark_rule(style="guide").encode(x=alt.X("pool:Q"), x2="selection:Q")
    points = (
        base.transform_fold([*names], ["of", "share"])
        .mark_point(size=90, opacity=1)
        .encode(
            x=alt.X(
                "share:Q",
                title="share of the samples",
                axis=alt.Axis(format="%", tickCount=6, labelOverlap="greedy", labelSeparation=6),
            ),
            color=alt.Color("of:N", scale=alt.Scale(domain=names), legend=alt.Legend(title=None)),
            shape=alt.Shape("of:N", scale=alt.Scale(domain=names, range=["circle", "diamond"])),
        )
    )
    label = base.mark_text(style="name", align="left", baseline="bottom", dy=-8).encode(x=alt.datum(0), text="name:N")
    return drawn(line + points + label)


def contrast(tags: pl.DataFrame, section: str) -> Table:
    """A table of the tags, the largest differences of shares first."""
    rows = tags.sort(pl.col("gap").abs(), descending=True, maintain_order=True).head(MOST)
    left = f"{count(MOST)} of {count(len(tags))} tags are listed." if len(tags) > MOST else ""
    shown = rows.select("tag", "n_a", "n_b", "share_a", "share_b", "ratio")
    return table_of(f"{section}-tags", "Tags, the largest differences first", COMPARED, shown, browse=True, left=left)


def groups(compared: pl.DataFrame, section: str) -> Table:
    """A table of the groups that the selection took samples from."""
    rows = compared.select("group", "n_a", "n_b", "share_a", "share_b", "ratio")
    columns = (Column("group"), *COMPARED[1:])
    return table_of(f"{section}-groups", "Groups it took from", columns, rows, browse=len(rows) > 3 * DRAWN)


def listing(picked: pl.DataFrame, section: str) -> Table:
    """A table of the picked samples, in order."""
    text = pl.col("query").str.strip_chars()
    rows = picked.head(MOST).select(
        "rank",
        "round",
        pl.when(text.str.len_chars() > LONGEST).then(text.str.head(LONGEST - 1) + "…").otherwise(text),
        "new_tags",
        pl.col("tags").list.unique(maintain_order=True).list.set_difference("new_tags").list.sort(),
    )
    left = f"The first {count(MOST)} of {plural(len(picked), 'sample')} are listed." if len(picked) > MOST else ""
    return table_of(f"{section}-picks", "What was taken, in order", LISTED, rows, browse=True, left=left)

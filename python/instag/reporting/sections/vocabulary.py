"""Normalisation: the steps and merges that led from the raw tags to the vocabulary."""

from typing import Any

import altair as alt
import polars as pl

from instag._core import clean
from instag.normalization import Normalized, Vocabulary
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, Spec, Table, table_of
from instag.reporting.wording import count, plural, share

__all__ = ["normalization"]

# The most merges listed for each step, the most merged tags that are listed, and the most raw tags listed for each.
MERGES = 100
MADE = 200
MEMBERS = 12
STEPS = (
    Column("step"),
    Column("tags before", "count"),
    Column("tags after", "count"),
    Column("assignments before", "count"),
    Column("assignments after", "count"),
    Column("assignments merged", "count"),
    Column("assignments dropped", "count"),
    Column("assignments repeated", "count"),
)
MERGED = (Column("raw tag"), Column("samples", "count"), Column("became"), Column("step"), Column("why"))
MADE_OF = (Column("tag"), Column("samples", "count"), Column("raw tags", "count"), Column("also written", "tags"))


def normalization(known: Vocabulary | Normalized[Any]) -> Section:
    """Build the section with the steps, merges and tags of a normalisation."""
    vocabulary = known.vocabulary if isinstance(known, Normalized) else known
    raw = int(vocabulary.tags.get_column("members").list.len().sum()) + len(vocabulary.dropped)
    lead = (
        f"{plural(raw, 'raw tag')} became {count(len(vocabulary))}; {count(len(vocabulary.dropped))} were dropped, "
        "most of them because they are rare."
    )
    steps = vocabulary.steps
    kept = steps.row(-1, named=True)["assignments_after"] / max(steps.row(0, named=True)["assignments_before"], 1)
    lead += f" {share(kept)} of all assignments are left."
    figures = (
        Figure("normalisation", "Distinct tags after each step", funnel(steps)),
        Figure("assignments", "What became of the assignments in each step", fates(steps)),
    )
    done = table_of("steps", "What each step did", STEPS, steps)
    return Section("normalisation", "Normalisation", lead, figures, (done, merges(vocabulary.merges), made(vocabulary)))


def funnel(steps: pl.DataFrame) -> Spec:
    """A bar for the distinct tags after each step."""
    rows = [
        {"step": f"{nth}. {name}" if nth else name, "tags": after}
        for nth, (name, after) in enumerate(steps.select("step", "tags_after").iter_rows())
    ]
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=34 * len(rows)).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(grid=False)),
        x=alt.X("tags:Q", title="distinct tags", axis=alt.Axis(tickCount=4, format="~s")),
    )
    text = base.mark_text(style="name", align="left", dx=6).encode(text=alt.Text("tags:Q", format=","))
    return drawn(base.mark_bar(cornerRadiusEnd=2).encode(tooltip=["step:N", alt.Tooltip("tags:Q", format=",")]) + text)


def fates(steps: pl.DataFrame) -> Spec:
    """For each step a bar of the assignments before it: those kept, and those removed by reason."""
    names = {"assignments_after": "left", "dropped": "dropped", "deduplicated": "twice in a sample"}
    rows = [
        {
            "step": f"{nth}. {step['step']}" if nth else step["step"],
            "of": name,
            "assignments": step[column],
            "nth": place,
        }
        for nth, step in enumerate(steps.iter_rows(named=True))
        for place, (column, name) in enumerate(names.items())
    ]
    chart = alt.Chart(alt.InlineData(values=rows), width="container", height=34 * len(steps))
    bars = chart.mark_bar().encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(grid=False)),
        x=alt.X("assignments:Q", title="assignments", axis=alt.Axis(tickCount=4, format="~s")),
        color=alt.Color("of:N", scale=alt.Scale(domain=list(names.values())), legend=alt.Legend(title=None)),
        order=alt.Order("nth:Q"),
        tooltip=["step:N", alt.Tooltip("of:N"), alt.Tooltip("assignments:Q", format=",")],
    )
    return drawn(bars)


def merges(changes: pl.DataFrame) -> Table:
    """A table of the most informative merges of each step: the most frequent tags first, mere respellings last."""
    merged = changes.filter(pl.col("to").is_not_null())
    plain = pl.col("why").str.starts_with("the same once cleaned")
    ranked = merged.sort(plain, "count", descending=[False, True], maintain_order=True)
    nth = pl.int_range(pl.len()).over("step")
    shown = ranked.filter(nth < MERGES).sort(plain, nth.over("step"), maintain_order=True)
    left = f"{count(len(shown))} of {count(len(merged))} merges are listed." if len(shown) < len(merged) else ""
    rows = shown.select("from", "count", "to", "step", "why")
    return table_of("merges", "Merges, those of meaning first", MERGED, rows, browse=True, left=left)


def made(vocabulary: Vocabulary) -> Table:
    """A table of the tags made of the most raw tags."""
    tags = vocabulary.tags.with_columns(
        raw=pl.col("members").list.len(),
        others=pl.struct("tag", "members").map_elements(differing, pl.List(pl.String)),
    ).filter(pl.col("raw") > 1)
    different = pl.col("others").list.len()
    shown = tags.sort(different, "raw", "count", descending=True, maintain_order=True).head(MADE)
    left = (
        f"{count(len(shown))} of {count(len(tags))} tags with several raw tags are listed."
        if len(shown) < len(tags)
        else ""
    )
    rows = shown.select("tag", "count", "raw", pl.col("members").list.slice(1, MEMBERS))
    return table_of("made", "Tags made of the most raw tags", MADE_OF, rows, browse=True, left=left)


def differing(tag: dict[str, Any]) -> list[str]:
    """The members of a tag that differ from it even after cleaning."""
    return sorted(set(clean(tag["members"])) - set(clean([tag["tag"]])))

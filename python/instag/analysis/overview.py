"""An analysis in a terminal: its main numbers, a few lines each."""

from collections.abc import Iterator
from math import isqrt
from typing import TYPE_CHECKING, Any

import polars as pl

from instag.analysis.goals import GOALS, reached, told
from instag.analysis.terminal import table

if TYPE_CHECKING:
    from instag.analysis.result import Analysis

__all__ = ["overview"]

# As many groups as the recall matrix has room for.
MOST = 10
# What the summary can do without, where names of groups are long.
SPARE = ("p95", "median", "queries")


def overview(analysis: "Analysis") -> str:
    """The summary, and where they say something, recall, frontier and growth."""
    every = analysis.summary.row(0, named=True)
    known = [column.name for column in analysis.summary if column.null_count() < len(column)]
    summary = analysis.summary.select(known)
    parts = [
        f"Analysis of {every['samples']:,} samples with {every['tags']:,} tags",
        table(summary, spare=[name for name in SPARE if name in known]),
        *_recall(analysis.recall, every=analysis.summary.height - 1),
        *_frontier(analysis.frontier),
        *_growth(analysis.growth),
        *_selections(analysis),
    ]
    return "\n".join(parts)


def _recall(recall: pl.DataFrame, every: int) -> Iterator[str]:
    """The matrix of the largest groups; nothing where there are no two."""
    if every < 2:  # noqa: PLR2004 - recall is of one by another
        return
    compared = isqrt(recall.height)
    shown = range(min(compared, MOST))
    names = [f"{nth + 1} {recall.item(nth, 'by')}" for nth in shown]
    columns = {
        f"{nth + 1}": recall.get_column("recall").gather([row * compared + nth for row in shown]) for nth in shown
    }
    yield "\nrecall: which share of the tags of a group (line) another has (column)"
    yield table(pl.DataFrame({"group": names} | columns))
    if every > MOST:
        yield f" the {MOST} largest of {every:,} groups"


def _frontier(frontier: pl.DataFrame) -> Iterator[str]:
    """Coverage and complexity by each method at a few budgets; nothing where there are no two."""
    if frontier.get_column("budget").n_unique() < 2:  # noqa: PLR2004 - as in the report
        return
    at = frontier.filter(pl.col("budget").is_in(told(frontier)))
    titles = {"coverage": "coverage", "complexity": "tags a sample"}
    for measure, title in titles.items():
        values = at.with_columns(pl.format("{}", "budget")).pivot("budget", index="method", values=measure)
        yield f"\nfrontier: {title} at so many samples, by each method"
        yield table(values.rename({name: f"{int(name):,}" for name in values.columns[1:]}))


def _growth(growth: pl.DataFrame) -> Iterator[str]:
    """About how many samples reach a coverage; nothing where there are no tags."""
    if not growth.get_column("tags").sum():
        return
    rows = [
        (name, *(reached(curve, goal) for goal in GOALS))
        for (name,), curve in growth.group_by("curve", maintain_order=True)
    ]
    schema: dict[str, Any] = {"curve": pl.String, **{f"{goal:.0%}": pl.UInt32 for goal in GOALS}}
    yield "\ngrowth: about how many samples hold this share of the tags"
    yield table(pl.DataFrame(rows, schema, orient="row"))


def _selections(analysis: "Analysis") -> Iterator[str]:
    """What each selection holds; nothing where there are none."""
    if not analysis.selections:
        return
    ends = analysis.growth.group_by("curve").agg(pl.col("tags", "coverage").last())
    sizes = pl.DataFrame(
        {"selection": list(analysis.selections), "samples": [len(picks) for picks in analysis.selections.values()]}
    )
    held = sizes.join(ends, left_on="selection", right_on="curve", how="left", maintain_order="left")
    yield ""
    yield table(held.with_columns(pl.col("tags").fill_null(0).cast(pl.UInt32), pl.col("coverage").fill_null(0)))

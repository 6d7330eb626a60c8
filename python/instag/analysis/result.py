"""What an analysis finds, and how it prints in a terminal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isqrt
from typing import Any

import polars as pl

from instag.analysis.comparison import Comparison, Parts, against
from instag.analysis.curves import GOALS, reached, telling_budgets
from instag.analysis.samples import ALL
from instag.analysis.terminal import table
from instag.analysis.worth import Worth

__all__ = ["Analysis", "overview", "register_html"]

# As many groups as the recall matrix has room for.
MOST = 10
# What the summary can do without, where names of groups are long.
SPARE = ("p95", "median", "queries")


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """What a data set holds, as frames; see :func:`instag.analyze`.

    Attributes
    ----------
    summary
        One line for all samples, then one a group, the largest first: `group`, `samples`, `queries` (null if they
        are not known), `mean`, `median` and `p95` of the tags a sample (over samples whose tags are not null), `tags`
        (distinct), `coverage` (the share of all distinct tags), `untagged` (the share of samples with null or no tags),
        `effective` (the number of tags, all alike in frequency, that would be as diverse: the exponential of the
        entropy of the counts).
    recall
        For each ordered pair of groups: which share of the tags of `group` the group `by` has. `shared` tags, `recall`,
        and `weighted`, where each tag counts as often as `group` holds it. Null for a group without tags.
    tags
        One line a tag, the most frequent first: `tag`, `count`, `share` of all samples, the number of `groups` that
        hold it, up to 10 that hold it most often in `held`, and up to three `examples`: queries, cut to 200 characters,
        of the first samples that hold it and have one; their `rows`, from 0.
    pairs
        Tags `a` and `b` that come together more often than by chance: `n_a`, `n_b`, `n_both`, `lift`, `npmi`, and the
        ranks `by_lift` and `by_npmi`, null below the first 100. Only pairs that at least 3 samples hold, and in large
        data more: as many as `instag.normalize` takes for `min_count`.
    growth
        Distinct `tags` and `coverage` against `samples`. The `curve` "expected" is the mean over all random orders of
        the samples that have tags, exactly (rarefaction); the others are the selections, in order of selection.
    frontier
        `coverage` and `complexity` against `budget` for each `method`, up to 100,000 samples. Random is the mean of 20
        seeds, with the bounds `low` and `high` of coverage and `complexity_low` and `complexity_high` that 5 % of the
        seeds stay below and above.
    complexity
        How many `samples` of each `group` have how many `tags`, null tags left out.
    selections
        For each selection its samples in order: `rank`, `round`, `new_tags`, `tags` and `query` (the first).
    worth
        What the selections are worth by the objective of ``method="gain"``, beside what is possible: frames `selections`,
        `quotas` and `costs`.
    """

    summary: pl.DataFrame
    recall: pl.DataFrame
    tags: pl.DataFrame
    pairs: pl.DataFrame
    growth: pl.DataFrame
    frontier: pl.DataFrame
    complexity: pl.DataFrame
    selections: dict[str, pl.DataFrame]
    worth: Worth
    _parts: Parts

    def compare(self, a: str, b: str = ALL) -> Comparison:
        """What `a` over- and under-represents beside `b`, tag by tag and group by group.

        Parameters
        ----------
        a, b
            Names of groups or selections; "all" is all samples.

        Raises
        ------
        InputError
            If there is nothing of that name.

        Examples
        --------
        >>> import instag, polars as pl
        >>> df = pl.DataFrame({"tags": [["math"], ["math", "proof"], ["poetry"], ["math"]]})
        >>> analysis = instag.analyze(df, selections=instag.select(df, 2))
        >>> analysis.compare("selection").tags.select("tag", "n_a", "expected").rows()
        [('poetry', 1, 0.5), ('proof', 1, 0.5), ('math', 1, 1.5)]
        """
        one, other = self._parts.part(a, "a"), self._parts.part(b, "b")
        samples = one.samples, other.samples
        return Comparison(
            a=a,
            b=b,
            tags=against(self._parts.tags.alias("tag"), one.tags, other.tags, samples),
            groups=against(self._parts.groups.alias("group"), one.groups, other.groups, samples),
        )

    def __repr__(self) -> str:
        return overview(self)

    def _repr_html_(self) -> str:
        return _as_html[0](self)


def _plain(analysis: Analysis) -> str:
    """Numbers alone, where nothing better is registered."""
    return str(analysis.summary._repr_html_())


_as_html: list[Callable[[Analysis], str]] = [_plain]


def register_html(render: Callable[[Analysis], str]) -> None:
    """Show analyses in notebooks by `render`; reporting, which is built on this, hands in its own when it is imported."""
    _as_html[0] = render


def overview(analysis: Analysis) -> str:
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
    at = frontier.filter(pl.col("budget").is_in(telling_budgets(frontier)))
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


def _selections(analysis: Analysis) -> Iterator[str]:
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

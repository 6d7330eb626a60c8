"""The result of an analysis, and how it prints in a terminal."""

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

# The recall matrix has room for this many groups.
MOST = 10
# Columns of the summary that are left out first to make room for long group names.
SPARE = ("p95", "median", "queries")


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """The result of :func:`instag.analyze`, as Polars frames.

    Attributes
    ----------
    summary
        One line for all samples, then one per group, the largest first: `group`, `samples`, `queries` (null if unknown),
        `mean`, `median` and `p95` of the tags per sample (over samples whose tags are not null), `tags` (distinct),
        `coverage` (the share of all distinct tags), `untagged` (the share of samples with null or no tags), `effective`
        (the number of equally frequent tags that would be as diverse: the exponential of the entropy of the counts).
    recall
        One line for each ordered pair of groups: the share of the tags of `group` that the group `by` also has. `shared`
        tags, `recall`, and `weighted`, which counts each tag as often as it occurs in `group`. Null for a group without
        tags.
    tags
        One line per tag, the most frequent first: `tag`, `count`, `share` of all samples, the number of `groups` that
        have it, in `held` up to 10 groups that have it most often, and up to three `examples`: queries, cut to 200
        characters, of the first samples that have the tag and a query. `rows` are the rows of the examples, from 0.
    pairs
        Tags `a` and `b` that occur together more often than by chance: `n_a`, `n_b`, `n_both`, `lift`, `npmi`, and the
        ranks `by_lift` and `by_npmi`, null beyond the first 100. A pair must occur in at least 3 samples, and in more
        in large data: the same number as `instag.normalize` derives for `min_count`.
    growth
        Distinct `tags` and `coverage` against `samples`. The `curve` "expected" is the exact mean over all random orders
        of the samples that have tags (rarefaction). The other curves are the selections, in order of selection.
    frontier
        `coverage` and `complexity` against `budget` for each `method`, up to 100,000 samples. Random is the mean of 20
        seeds; `low` and `high` are the 5 % and 95 % quantiles of its coverage, `complexity_low` and `complexity_high`
        those of its complexity.
    complexity
        The number of `samples` of each `group` with each number of `tags`, without samples whose tags are null.
    selections
        A frame per selection with its samples in order: `rank`, `round`, `new_tags`, `tags` and `query` (the first).
    worth
        The value of each selection by the objective of ``method="gain"``, compared with the best possible: the frames
        `selections`, `quotas` and `costs`.
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
        """Compare two parts of the data: what `a` over- and under-represents, tag by tag and group by group.

        Parameters
        ----------
        a, b
            Names of groups or selections; "all" is all samples.

        Raises
        ------
        InputError
            If no group or selection has that name.

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
    """The summary as a plain table, for use without the reporting package."""
    return str(analysis.summary._repr_html_())


_as_html: list[Callable[[Analysis], str]] = [_plain]


def register_html(render: Callable[[Analysis], str]) -> None:
    """Set how analyses are shown in notebooks.

    The reporting package depends on this one, so it registers its renderer here when it is imported.
    """
    _as_html[0] = render


def overview(analysis: Analysis) -> str:
    """The summary, then recall, frontier, growth and selections, each only if there is something to show."""
    total = analysis.summary.row(0, named=True)
    known = [column.name for column in analysis.summary if column.null_count() < len(column)]
    summary = analysis.summary.select(known)
    parts = [
        f"Analysis of {total['samples']:,} samples with {total['tags']:,} tags",
        table(summary, spare=[name for name in SPARE if name in known]),
        *_recall(analysis.recall, groups=analysis.summary.height - 1),
        *_frontier(analysis.frontier),
        *_growth(analysis.growth),
        *_selections(analysis),
    ]
    return "\n".join(parts)


def _recall(recall: pl.DataFrame, groups: int) -> Iterator[str]:
    """The recall matrix of the largest groups; nothing with fewer than two groups."""
    if groups < 2:  # noqa: PLR2004 - recall compares two groups
        return
    compared = isqrt(recall.height)
    shown = range(min(compared, MOST))
    names = [f"{nth + 1} {recall.item(nth, 'by')}" for nth in shown]
    columns = {
        f"{nth + 1}": recall.get_column("recall").gather([row * compared + nth for row in shown]) for nth in shown
    }
    yield "\nrecall: share of a group's tags (row) that another group has (column)"
    yield table(pl.DataFrame({"group": names} | columns))
    if groups > MOST:
        yield f" the {MOST} largest of {groups:,} groups"


def _frontier(frontier: pl.DataFrame) -> Iterator[str]:
    """Coverage and complexity by each method at a few budgets; nothing with fewer than two budgets."""
    if frontier.get_column("budget").n_unique() < 2:  # noqa: PLR2004 - as in the report
        return
    at = frontier.filter(pl.col("budget").is_in(telling_budgets(frontier)))
    titles = {"coverage": "coverage", "complexity": "tags per sample"}
    for measure, title in titles.items():
        values = at.with_columns(pl.format("{}", "budget")).pivot("budget", index="method", values=measure)
        yield f"\nfrontier: {title} of each method (row) by number of samples (column)"
        yield table(values.rename({name: f"{int(name):,}" for name in values.columns[1:]}))


def _growth(growth: pl.DataFrame) -> Iterator[str]:
    """The estimated number of samples that reach each coverage; nothing without tags."""
    if not growth.get_column("tags").sum():
        return
    rows = [
        (name, *(reached(curve, goal) for goal in GOALS))
        for (name,), curve in growth.group_by("curve", maintain_order=True)
    ]
    schema: dict[str, Any] = {"curve": pl.String, **{f"{goal:.0%}": pl.UInt32 for goal in GOALS}}
    yield "\ngrowth: about how many samples it takes to cover this share of the tags"
    yield table(pl.DataFrame(rows, schema, orient="row"))


def _selections(analysis: Analysis) -> Iterator[str]:
    """The size, tags and coverage of each selection; nothing without selections."""
    if not analysis.selections:
        return
    ends = analysis.growth.group_by("curve").agg(pl.col("tags", "coverage").last())
    sizes = pl.DataFrame(
        {"selection": list(analysis.selections), "samples": [len(picks) for picks in analysis.selections.values()]}
    )
    found = sizes.join(ends, left_on="selection", right_on="curve", how="left", maintain_order="left")
    yield ""
    yield table(found.with_columns(pl.col("tags").fill_null(0).cast(pl.UInt32), pl.col("coverage").fill_null(0)))

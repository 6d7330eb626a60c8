"""What an analysis finds."""

from dataclasses import dataclass

import polars as pl

from instag.analysis.comparison import Comparison, against
from instag.analysis.grouping import ALL
from instag.analysis.overview import overview
from instag.analysis.parts import Parts

__all__ = ["Analysis"]


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """What a data set holds, as frames; see :func:`instag.analyze`.

    Attributes
    ----------
    summary
        One line for all samples, then one a group, the largest first: `group`, `samples`, `queries` (null where they
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
    """

    summary: pl.DataFrame
    recall: pl.DataFrame
    tags: pl.DataFrame
    pairs: pl.DataFrame
    growth: pl.DataFrame
    frontier: pl.DataFrame
    complexity: pl.DataFrame
    selections: dict[str, pl.DataFrame]
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
            Where there is nothing of that name.

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
        from instag.reporting.notebook import html  # noqa: PLC0415 - the report is built on this

        return html(self)

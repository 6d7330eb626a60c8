"""`analyze`: the full analysis of a data set, its groups and its selections."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from instag.analysis.comparison import Parts
from instag.analysis.curves import EXPECTED, frontier, growth
from instag.analysis.result import Analysis
from instag.analysis.samples import ALL, groups_of, queries_of
from instag.analysis.selections import by_name, picks_of
from instag.analysis.summary import histogram, recall, summary_of
from instag.analysis.tags import catalogue, pairs
from instag.analysis.worth import worth_of
from instag.checks import check_name, shown
from instag.errors import InputError
from instag.frame import wrap
from instag.tagsets import encode

__all__ = ["analyze", "summarize"]

# Names that no selection may have, and what they stand for in an analysis or a report.
RESERVED = {
    ALL: "all samples",
    EXPECTED: "a growth curve",
    "all samples": "the whole data in a report",
    "random order": "the expected growth in a report",
}


def analyze(
    data: Any,
    *,
    by: str | None = None,
    tags: str = "tags",
    selections: Any = None,
    gain: Mapping[str, Any] | None = None,
) -> Analysis:
    """Analyse a data set by its tags: its diversity and complexity, what its groups share, and what a subset keeps.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes. If it has a column `queries`, as made by
        :func:`instag.read`, or a known conversation layout, the queries are counted and shown as examples.
    by
        A column with the group of each sample, for instance its source. Samples whose value is null form the group
        "(none)". A group called "all" is shown as "all" followed by the column's name in brackets.
    tags
        The column that holds each sample's tags, in the data and the selections.
    selections
        Subsets of the data: a dict of frames by name, or one frame, which is then called "selection". The columns
        `rank`, `round` and `new_tags` of :func:`instag.rank` are used if present. Otherwise the rows are assumed to be
        in order of selection, and a sample that adds no tag begins a new round.
    gain
        The objective that the selections are valued by: options of ``method="gain"`` in :func:`instag.select`. With
        `budget` among them, a selection's value is a share of what is possible within that budget; by default, within
        the selection's own number of samples, or its cost. The default curve is x^0.5.

    Raises
    ------
    InputError
        If a column is missing or has the wrong type, or if a selection has the name of a group or a reserved name:
        "all", "all samples", "expected", "random order".

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({
    ...     "source": ["web", "web", "book"],
    ...     "tags": [["math"], ["math", "proof"], ["proof"]],
    ... })
    >>> analysis = instag.analyze(df, by="source", selections=instag.select(df, 1))
    >>> analysis.summary.select("group", "samples", "mean", "coverage").rows()
    [('all', 3, 1.3333333333333333, 1.0), ('web', 2, 1.5, 1.0), ('book', 1, 1.0, 0.5)]
    >>> analysis.recall.filter(pl.col("group") != pl.col("by")).select("group", "by", "recall", "weighted").rows()
    [('web', 'book', 0.5, 0.3333333333333333), ('book', 'web', 1.0, 1.0)]
    >>> analysis.selections["selection"].row(0)
    (1, 1, ['math', 'proof'], ['math', 'proof'], None)

    References
    ----------
    Diversity, complexity and recall as in section 3 and figure 2 of the InsTag paper. Rarefaction: Hurlbert, "The
    Nonconcept of Species Diversity", 1971. NPMI: Bouma, "Normalized (Pointwise) Mutual Information in Collocation
    Extraction", 2009.
    """
    check_name("tags", tags)
    if by is not None:
        check_name("by", by)
    if gain is not None and not _are_options(gain):
        raise InputError(f"gain: expected options by name, such as {{'curve': 0.3}}; found {shown(gain)}")
    frame = wrap(data)
    pool = encode(frame.chunks(tags), order="count")
    groups = groups_of(frame, by, pool)
    picks = picks_of(selections, pool, tags, by, dict.fromkeys(groups.names, "a group") | RESERVED)
    queries = queries_of(frame)
    worth = worth_of(frame, pool, tags, gain, by_name(selections))
    return Analysis(
        summary=summary_of(pool, groups, queries),
        recall=recall(pool, groups),
        tags=catalogue(pool, groups, queries),
        pairs=pairs(pool),
        growth=growth(pool, [(name, pick.sets) for name, pick in picks.items()]),
        frontier=frontier(pool, worth.curve),
        complexity=histogram(pool, groups),
        selections={name: pick.frame for name, pick in picks.items()},
        worth=worth,
        _parts=Parts.of(pool, groups, picks),
    )


def _are_options(options: Any) -> bool:
    return isinstance(options, Mapping) and all(isinstance(name, str) for name in options)


def summarize(data: Any, *, by: str | None = None, tags: str = "tags") -> pl.DataFrame:
    """Compute only the `summary` of :func:`analyze`, which takes a fraction of the time."""
    frame = wrap(data)
    pool = encode(frame.chunks(tags), order="count")
    return summary_of(pool, groups_of(frame, by, pool), queries_of(frame))

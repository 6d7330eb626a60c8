"""How complex and how diverse a data set is, in six numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import check_name
from instag.frame import wrap
from instag.selection.choice import Selection
from instag.tagsets import TagSets

__all__ = ["Measures", "measure", "measure_chosen", "measure_parts", "measure_tags"]


@dataclass(frozen=True)
class Measures:
    """The size, complexity and diversity of a data set.

    Attributes
    ----------
    samples
        The number of samples.
    null
        The number of samples whose tags are null: not tagged, or tagging failed.
    empty
        The number of samples whose list of tags is empty.
    complexity
        The mean number of distinct tags per sample, over samples whose tags are not null.
    tags
        The number of distinct tags.
    coverage
        The share of another data set's tags that this one has, from 0 to 1; None without another data set.
    """

    samples: int
    null: int
    empty: int
    complexity: float
    tags: int
    coverage: float | None


def measure(data: Any, *, of: Any = None, tags: str = "tags") -> Measures:
    """Measure complexity and diversity.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    of
        Another frame whose distinct tags are to be covered, usually the pool that `data` was chosen from.
    tags
        The column that holds each sample's tags, in both frames.

    Raises
    ------
    InputError
        If the column is missing or does not hold lists of tags.

    Examples
    --------
    >>> import instag, polars as pl
    >>> pool = pl.DataFrame({"tags": [["math"], ["math", "proof", "latex"], ["poetry"]]})
    >>> instag.measure(instag.select(pool, 1), of=pool)
    Measures(samples=1, null=0, empty=0, complexity=3.0, tags=3, coverage=0.75)

    References
    ----------
    Complexity and diversity as in sections 2 and 3 of the InsTag paper.
    """
    check_name("tags", tags)
    tagsets = wrap(data).tag_sets(tags)
    measured = measure_tags(tagsets)
    return measured if of is None else replace(measured, coverage=_coverage(tagsets, wrap(of).tag_sets(tags)))


def measure_parts(parts: Mapping[str, Any], *, tags: str = "tags") -> tuple[dict[str, Measures], Measures]:
    """Measure the parts of a data set, each alone and all together.

    Parameters
    ----------
    parts
        Frames of any kind that :func:`instag.select` takes, by name.
    tags
        The column that holds each sample's tags, in all of them.

    Returns
    -------
    The measures of each part, by its name, and those of all of them; the coverage is the share of the tags of all parts.

    Raises
    ------
    InputError
        If the column is missing or holds no lists of tags.

    Examples
    --------
    >>> import polars as pl
    >>> from instag.analysis import measure_parts
    >>> chat, code = pl.DataFrame({"tags": [["greeting"]]}), pl.DataFrame({"tags": [["python", "greeting"], ["rust"]]})
    >>> each, together = measure_parts({"chat": chat, "code": code})
    >>> f"{each['chat'].coverage:.2f}", each["code"].coverage, together.samples
    ('0.33', 1.0, 3)
    """
    check_name("tags", tags)
    encoded = {name: wrap(part).tag_sets(tags) for name, part in parts.items()}
    measured = {name: measure_tags(tagsets) for name, tagsets in encoded.items()}
    distinct = pl.concat([tagsets.names for tagsets in encoded.values()]).n_unique() if encoded else 0
    samples, null, empty = (
        sum(getattr(each, count) for each in measured.values()) for count in ("samples", "null", "empty")
    )
    pairs = sum(tagsets.measure()[0] for tagsets in encoded.values())
    shares = {name: replace(each, coverage=each.tags / max(distinct, 1)) for name, each in measured.items()}
    return shares, Measures(
        samples, null, empty, pairs / max(samples - null, 1), distinct, coverage=distinct / max(distinct, 1)
    )


def measure_tags(tagsets: TagSets, rows: NDArray[np.uint32] | None = None) -> Measures:
    """Measure encoded tags: of all samples, or of the given rows, which must have tags, with their coverage."""
    pairs, distinct = tagsets.measure(rows)
    if rows is None:
        known = tagsets.samples - tagsets.null
        return Measures(tagsets.samples, tagsets.null, tagsets.empty, pairs / max(known, 1), distinct, coverage=None)
    _, total = tagsets.measure()
    return Measures(len(rows), 0, 0, pairs / max(len(rows), 1), distinct, coverage=distinct / max(total, 1))


def measure_chosen(chosen: Selection[Any]) -> tuple[Measures, Measures]:
    """Measure the pool of a selection, and the selection."""
    counts, (_, distinct) = chosen.counts, chosen.tagsets.measure()
    known = counts.samples - counts.null
    pool = Measures(
        counts.samples, counts.null, known - counts.tagged, counts.pairs / max(known, 1), distinct, coverage=None
    )
    return pool, measure_tags(chosen.tagsets, chosen.ranking.rows)


def _coverage(tagsets: TagSets, of: TagSets) -> float:
    own, wanted = (each.names for each in (tagsets, of))
    return int(wanted.is_in(own.implode()).sum()) / max(len(wanted), 1)

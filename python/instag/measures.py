"""Measuring: how complex and how diverse a data set is."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from instag.frame import wrap
from instag.tagsets import distinct_tags, encode

__all__ = ["Measures", "measure"]


@dataclass(frozen=True)
class Measures:
    """What a data set holds.

    Attributes
    ----------
    samples
        The number of samples.
    null
        Those of them whose tags are null: not tagged, or the tagging failed.
    complexity
        The mean number of distinct tags of a sample, over those whose tags are not null.
    tags
        The number of distinct tags.
    coverage
        The share of the tags of another data set that this one has, from 0 to 1; None where there is no other.
    """

    samples: int
    null: int
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
        Another frame, most often the pool that `data` was chosen from: its distinct tags are what is to be covered.
    tags
        The column that holds each sample's tags, in both frames.

    Raises
    ------
    InputError
        Where the column is missing or holds no lists of tags.

    Examples
    --------
    >>> import instag, polars as pl
    >>> pool = pl.DataFrame({"tags": [["math"], ["math", "proof", "latex"], ["poetry"]]})
    >>> instag.measure(instag.select(pool, 1), of=pool)
    Measures(samples=1, null=0, complexity=3.0, tags=3, coverage=0.75)

    References
    ----------
    Complexity and diversity as in sections 2 and 3 of the InsTag paper.
    """
    column = wrap(data).column(tags)
    tagsets = encode(column)
    pairs, distinct = tagsets.measure()
    known = tagsets.samples - tagsets.null
    return Measures(
        samples=tagsets.samples,
        null=tagsets.null,
        complexity=pairs / known if known else 0.0,
        tags=distinct,
        coverage=None if of is None else _coverage(column, wrap(of).column(tags)),
    )


def _coverage(column: pl.Series, of: pl.Series) -> float:
    wanted = distinct_tags(of)
    return int(wanted.is_in(distinct_tags(column).implode()).sum()) / max(len(wanted), 1)

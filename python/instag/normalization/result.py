"""The result of normalising: the data, the vocabulary, and a record of what was done."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from instag.normalization.vocabulary import Vocabulary

__all__ = ["Normalized"]

F = TypeVar("F")


@dataclass(frozen=True)
class Normalized(Generic[F]):
    """Normalised data, and a record of what was done.

    Attributes
    ----------
    data
        The frame with normalised tags. The raw ones are kept in a column named `raw_` and the column's name; if there
        is one from an earlier normalisation, it stays as it is.
    vocabulary
        The tags that are left.
    merges
        A row for each raw tag that changed or was dropped: `from`, `to` (null if it was dropped), `step`, `why`, its
        raw `count`; for the semantic step the `similarity` to the tag that it joined; `via`, the tag in between if it
        did not become `to` directly; for the association step `n_a` and `n_ab`, the rows that have it and those that
        have both, `support` (`n_ab` as a share of all rows whose tags are not null) and `confidence`.
    steps
        A row for each step: the numbers of distinct tags and of assignments (tags in rows) before and after it, and of
        assignments that were `merged` into another tag, `dropped`, or `deduplicated` because their row had the tag
        already. The first row, `raw`, counts the repeats in the data as they came.
    apart
        Pairs of tags that were kept apart, and why: tags of one stem of which neither is an inflection of the other,
        and tags that a judge called the same although it contradicts itself or a guard forbids it.
    judgments
        A row for each tag that was judged: `tag`, `count`, `candidates`, `same`, `broader`, `reasons` and `judge` (who
        said so); None without a judge. :func:`instag.write_judgments` writes them.
    """

    data: F
    vocabulary: Vocabulary
    merges: pl.DataFrame
    steps: pl.DataFrame
    apart: pl.DataFrame
    judgments: pl.DataFrame | None = None

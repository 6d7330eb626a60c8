"""`select` and `rank`: the rows to fine-tune on, in order of selection."""

from numbers import Integral, Real
from typing import TypeVar

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.selection.ranking import Method, explain, rank_tags
from instag.tagsets import TagSets, encode
from instag.warning import warn

__all__ = ["count", "rank", "select"]

F = TypeVar("F")


def select(
    data: F,
    budget: float,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    details: bool = False,
) -> F:
    """Choose a subset that is diverse and complex by its tags.

    The rows come back in order of selection, so that a smaller budget is a prefix of a larger one. Samples without
    tags are never chosen; fewer rows than `budget` come back, with a warning, where not enough samples have tags.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream. Of a LazyFrame only the tags are collected, and the rows come back lazily.
    budget
        How many samples to choose: a count, or as a float below 1 a share of all samples, rounded to the nearest
        count.
    tags
        The column that holds each sample's tags: a list of strings, categoricals, enums or integers, or a list of such
        lists, one a query.
    method
        - ``"complexity-first"``: complexity-first diverse sampling, Algorithm 1 of the InsTag paper. In each round,
          walk the samples from most tags to fewest and take each that has a tag not yet covered in this round.
        - ``"coverage"``: greedy maximum coverage. Take the sample with the most tags not yet covered, ties by more
          tags; once all are covered, begin the next round.
        - ``"complexity"``: most tags first.
        - ``"random"``: in random order, the baseline.
    seed
        Orders ties at random instead of by row. For ``"random"`` no seed means seed 0: the same call always gives
        the same rows.
    details
        Add the columns `rank` (from 1), `round` (from 1: coverage begins anew with each), `row` (the index in `data`,
        from 0) and `new_tags` (the tags that the sample was the first of its round to cover).

    Returns
    -------
    The same kind of frame as `data`, with all its columns.

    Raises
    ------
    InputError
        Where the column is missing or holds no lists of tags, or an option is out of range.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({
    ...     "id": ["a", "b", "c", "d"],
    ...     "tags": [["math"], ["math", "proof", "latex"], ["math", "proof"], ["poetry"]],
    ... })
    >>> instag.select(df, 2)["id"].to_list()
    ['b', 'd']
    >>> instag.select(df, 0.75, details=True).select("id", "round", "new_tags").rows()
    [('b', 1, ['math', 'proof', 'latex']), ('d', 1, ['poetry']), ('c', 2, ['math', 'proof'])]

    References
    ----------
    Lu et al., "#InsTag: Instruction Tagging for Analyzing Supervised Fine-tuning of Large Language Models", 2023,
    Algorithm 1.
    """
    frame = wrap(data)
    tagsets = encode(frame.chunks(tags))
    wanted = count(budget, tagsets.samples)
    ranking = rank_tags(tagsets, method, wanted, seed)
    warn_of_missing(tagsets, tags, wanted)
    added = explain(tagsets, ranking) if details else pl.DataFrame()
    picked: F = frame.take(ranking.rows, added)
    return picked


def rank(data: F, *, tags: str = "tags", method: Method = "complexity-first", seed: int | None = None) -> F:
    """Rank all samples that have tags: every selection, for any budget, is a prefix.

    Parameters and errors are those of :func:`select`; the columns of ``details=True`` are always added.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["math"], ["math", "proof"], [], ["proof"]]})
    >>> instag.rank(df).select("rank", "round", "row").rows()
    [(1, 1, 1), (2, 2, 0), (3, 2, 3)]
    """
    frame = wrap(data)
    tagsets = encode(frame.chunks(tags))
    ranking = rank_tags(tagsets, method, tagsets.samples, seed)
    warn_of_missing(tagsets, tags, 0)
    ranked: F = frame.take(ranking.rows, explain(tagsets, ranking))
    return ranked


def count(budget: float, samples: int) -> int:
    """How many samples a budget is: itself, or its share of all."""
    expected = "budget: expected a count of 0 or more, or a share below 1.0"
    if isinstance(budget, Integral) and not isinstance(budget, bool) and budget >= 0:
        return int(budget)
    if isinstance(budget, Real) and not isinstance(budget, Integral) and 0 <= budget < 1:
        return int(float(budget) * samples + 0.5)
    raise InputError(f"{expected}; found {budget!r}")


def warn_of_missing(tagsets: TagSets, column: str, wanted: int) -> None:
    """Say which samples could not be chosen, and whether the budget was missed for it."""
    if tagsets.null:
        message = (
            f"column {column!r}: {tagsets.null:,} of {tagsets.samples:,} samples have null tags; they are not chosen"
        )
        warn(message)
    if wanted > tagsets.tagged:
        message = (
            f"budget: {wanted:,} samples were asked for, and {tagsets.tagged:,} have tags; all of those were taken"
        )
        warn(message)

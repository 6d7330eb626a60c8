"""An earlier selection, which counts but is not returned again."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import shown
from instag.errors import InputError
from instag.frame import Frame
from instag.selection.columns import column_of, group_names, numbers_of, sums_of, tag_sets_of, wrapped
from instag.selection.cost import cost_of
from instag.selection.options import Options
from instag.tagsets import TagSets

__all__ = ["Start", "checked_numbers", "listed_numbers", "start_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """An earlier selection.

    Attributes
    ----------
    rows
        The rows of the data that are in it.
    size
        The number of samples in it, in the data or not.
    counts
        For each tag of the data, how many of its samples hold the tag, weighted by quality.
    holders
        How many of its samples hold each tag of the data.
    groups
        For each group, the number of its samples, or what they cost.
    """

    rows: NDArray[np.uint32]
    size: int
    counts: Floats
    holders: NDArray[np.int64]
    groups: dict[str, float]


def start_of(
    frame: Frame, tagsets: TagSets, options: Options, column: str, quality: Floats | None, costs: Floats | None
) -> Start | None:
    """Read the earlier selection from `start`: a column that marks its rows, their numbers, or a separate frame.

    Raises
    ------
    InputError
        If it is none of these, or holds all rows.
    """
    start = options.start
    if start is None:
        return None
    if isinstance(start, str):
        rows = _marked(frame, start)
    elif (numbers := listed_numbers(start)) is not None:
        rows = frame.places(np.unique(checked_numbers("start", numbers, tagsets.samples)))
    else:
        expected = "the name of a column of booleans, the numbers of rows, or a frame with tags"
        return _other(wrapped("start", start, expected), tagsets, options, column)
    if len(rows) == tagsets.samples and tagsets.samples:
        raise InputError(
            f"start: it holds all {len(rows):,} rows, so none is left to choose: leave it out, or add data"
        )
    groups: dict[str, float] = {}
    if options.group is not None:
        of = group_names(frame.column(options.group))[rows]
        groups = sums_of(of, None if costs is None else costs[rows])
    holders = _held(tagsets, rows, None).astype(np.int64)
    return Start(rows, len(rows), _held(tagsets, rows, quality), holders, groups)


def _marked(frame: Frame, name: str) -> NDArray[np.uint32]:
    marks = column_of(frame, "start", name)
    if marks.dtype != pl.Boolean:
        raise InputError(
            f"start: column {name!r} is {marks.dtype}: expected booleans, true for the rows of the earlier selection"
        )
    return np.flatnonzero(marks.fill_null(value=False).to_numpy()).astype(np.uint32)


def listed_numbers(rows: Any) -> list[Any] | None:
    """The items of `rows` if they may be row numbers; None if it is something else."""
    if isinstance(rows, np.ndarray | pl.Series) or hasattr(rows, "to_numpy"):
        values = np.asarray(rows.to_list() if isinstance(rows, pl.Series) else rows)
        return values.tolist() if values.ndim == 1 else None
    return (
        sorted(rows)
        if isinstance(rows, set | frozenset) and all(isinstance(row, Integral) for row in rows)
        else (list(rows) if isinstance(rows, Sequence) and not isinstance(rows, str | bytes) else None)
    )


def checked_numbers(option: str, numbers: list[Any], samples: int) -> NDArray[np.uint32]:
    """Check that these are the numbers of rows of the data."""
    if numbers and all(isinstance(number, bool) for number in numbers):
        raise InputError(
            f"{option}: expected numbers of rows, from 0 to {samples - 1:,}; found {len(numbers):,} booleans: "
            "give the numbers of those that are true, as numpy.flatnonzero does"
        )
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, Integral) or not 0 <= int(number) < samples:
            raise InputError(f"{option}: expected numbers of rows, from 0 to {samples - 1:,}; found {shown(number)}")
    return np.array(numbers, np.uint32)


def _other(frame: Frame, tagsets: TagSets, options: Options, column: str) -> Start:
    """An earlier selection that is not part of the data."""
    for option, name in (("tags", column), ("quality", options.quality), ("group", options.group)):
        if name is not None and name not in frame.columns:
            raise InputError(
                f"start: no column {name!r}, which holds the {option} in the data; its columns are: {', '.join(frame.columns) or 'none'}: add this column"
            )
    earlier = tag_sets_of(frame, column, options.tree)
    each = np.ones(earlier.samples)
    if options.quality is not None:
        each = numbers_of(frame, "start, quality", options.quality, options.quality_missing)
    pairs = tagsets.codes_of(earlier.names)[earlier.codes]
    known = pairs < tagsets.n_tags
    weights = np.repeat(each, earlier.lengths)
    counts = np.bincount(pairs[known], weights[known], minlength=tagsets.n_tags)
    groups: dict[str, float] = {}
    if options.group is not None:
        costs = cost_of(frame, options)
        groups = sums_of(group_names(frame.column(options.group)), None if costs is None else costs.values)
    holders = np.bincount(pairs[known], minlength=tagsets.n_tags)
    return Start(np.empty(0, np.uint32), earlier.samples, counts.astype(np.float64), holders, groups)


def _held(tagsets: TagSets, rows: NDArray[np.uint32], quality: Floats | None) -> Floats:
    """How many of these rows hold each tag, weighted by quality."""
    marks = np.zeros(tagsets.samples)
    marks[rows] = 1.0 if quality is None else quality[rows]
    weights = np.repeat(marks, tagsets.lengths)
    return np.bincount(tagsets.codes, weights, minlength=tagsets.n_tags).astype(np.float64)

"""`sweep`: subsets of one size that differ in one measure while the other stays the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import check_choice, check_count, check_flag, check_name, is_number, shown
from instag.choices import Measure
from instag.errors import InputError
from instag.frame import wrap
from instag.selection.exchange import SLACK, Exchange
from instag.selection.ranking import check_seed
from instag.tagsets import TagSets, encode
from instag.warning import warn

__all__ = ["Sweep", "sweep"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True)
class Sweep:
    """Subsets of one size that differ in one measure, and the values that they reached.

    Attributes
    ----------
    by
        What differs: "complexity" or "diversity".
    frames
        One subset for each level, the lowest first, with its rows in the order of the data.
    table
        One row for each level: `level` (from 1), `asked` (the value asked for), and the `complexity` and `coverage`
        reached.
    held
        The value at which the other measure was to be held.
    tolerance
        How far it is from that value at most, over all levels.
    """

    by: Measure
    frames: tuple[Any, ...]
    table: pl.DataFrame
    held: float
    tolerance: float


def sweep(
    data: Any,
    size: int,
    *,
    by: Measure,
    levels: int | Sequence[float] = 5,
    hold: float | None = None,
    nested: bool = False,
    tags: str = "tags",
    seed: int | None = None,
) -> Sweep:
    """Draw subsets of one size that differ in complexity alone, or in diversity alone.

    Training on each shows what that measure is worth by itself. A subset starts from rows with about the number of tags
    asked for, and exchanges rows with the pool until it has as many distinct tags as asked for and its mean number of
    tags is within half a percent (or, for a few rows, as close as whole tags allow). A warning says what a level could
    not reach.

    Parameters
    ----------
    data
        As for :func:`select`.
    size
        How many samples each subset has.
    by
        What differs: ``"complexity"``, the mean number of tags of a sample, or ``"diversity"``, the coverage: the share
        of all tags that a subset has.
    levels
        The values of that measure, rising; or the number of levels, which are then spread over what the data allow.
    hold
        The value of the other measure in all subsets. For ``"complexity"`` a coverage, by default that of rows
        with as many tags as the lowest level; for ``"diversity"`` a mean number of tags, by default that of all rows.
    nested
        By default, subsets are disjoint. Sets of one size cannot contain each other, but with this option each subset
        differs from the one before it by no more rows than the search exchanged.
    tags
        As for :func:`select`.
    seed
        Another seed draws other rows; None is seed 0.

    Returns
    -------
    Sweep
        With `frames`, of the same kind as `data`, and a `table` of what they reached.

    Raises
    ------
    InputError
        If an option is out of range, or there are too few rows for that many samples or tags.

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> found = instag.sweep(df, 60, by="complexity", levels=[4, 5], hold=0.07)
    >>> found.table["complexity"].round(1).to_list(), found.table["coverage"].round(2).to_list()
    ([4.0, 5.0], [0.07, 0.07])

    References
    ----------
    Lu et al., "#InsTag: Instruction Tagging for Analyzing Supervised Fine-tuning of Large Language Models", 2023,
    Section 4.3: figures 3 and 4 are such sweeps.
    """
    check_count("size", size)
    check_choice("by", by, get_args(Measure))
    check_flag("nested", nested)
    check_name("tags", tags)
    check_seed(seed)
    seed = int(seed or 0)
    levels = _levels(levels, by)
    if hold is not None:
        _check_value("hold", hold, "diversity" if by == "complexity" else "complexity")
    frame = wrap(data)
    tagsets = encode(frame.chunks(tags))
    number = levels if isinstance(levels, int) else len(levels)
    needed = int(size) if nested else int(size) * number
    if tagsets.tagged < needed:
        raise InputError(
            f"size: these levels need {needed:,} samples with tags, and there are {tagsets.tagged:,}: "
            "ask for fewer samples or levels" + ("" if nested else ", or pass nested=True")
        )
    pool = np.random.default_rng(seed).permutation(np.flatnonzero(tagsets.lengths > 0)).astype(np.uint32)
    asked, held = _asked(tagsets, pool, int(size), by, levels, hold)
    means, covers = (asked, [held] * number) if by == "complexity" else ([held] * number, asked)
    subsets: list[Rows] = []
    for mean, coverage in zip(means, covers, strict=True):
        others = pool[~np.isin(pool, np.concatenate(subsets))] if subsets and not nested else pool
        first = subsets[-1] if subsets and nested else _start(others, tagsets.lengths[others], int(size), mean * size)
        exchange = Exchange(tagsets, first, others[~np.isin(others, first)], seed)
        subsets.append(exchange.towards(round(mean * size), round(coverage * tagsets.n_tags)))
    reached = [tagsets.measure(rows) for rows in subsets]
    table = pl.DataFrame(
        {
            "level": np.arange(1, number + 1, dtype=np.uint32),
            "asked": asked,
            "complexity": [pairs / size for pairs, _ in reached],
            "coverage": [distinct / tagsets.n_tags for _, distinct in reached],
        }
    )
    _warn_of_missed(table, means, covers, int(size), tagsets.n_tags)
    other = "coverage" if by == "complexity" else "complexity"
    tolerance = max(abs(value - held) for value in table[other])
    return Sweep(by, tuple(frame.take(rows, pl.DataFrame()) for rows in subsets), table, held, tolerance)


def _asked(
    tagsets: TagSets, pool: Rows, size: int, by: Measure, levels: int | Sequence[float], hold: float | None
) -> tuple[list[float], float]:
    """The values of the levels, and the value at which the other measure is held."""
    lengths = tagsets.lengths[pool]
    mean = float(lengths.mean())
    by_chance = tagsets.measure(pool[:size])[1] / tagsets.n_tags
    if by == "diversity":
        # From a fifth below what random rows cover to a fifth above.
        asked = np.linspace(0.8, 1.2, levels) * by_chance if isinstance(levels, int) else np.array(levels, float)
        return np.minimum(asked, 1).tolist(), float(mean if hold is None else hold)
    if isinstance(levels, int):
        ordered = np.sort(lengths)
        # A third of the way from the mean of all rows to the least and to the most that is possible.
        low, high = (2 * mean + ordered[:size].mean()) / 3, (2 * mean + ordered[-size:].mean()) / 3
        values = np.linspace(low, high, levels).tolist()
    else:
        values = [float(level) for level in levels]
    if hold is None:
        lowest = _start(pool, lengths, size, values[0] * size)
        hold = tagsets.measure(lowest)[1] / tagsets.n_tags
    return values, float(hold)


def _start(rows: Rows, lengths: NDArray[np.int64], number: int, total: float) -> Rows:
    """Take `number` rows that have `total` tags together, as nearly as a window over the rows ordered by length allows.

    The sum over a window rises with its position, by no more than the largest length at each step.
    """
    order = np.argsort(lengths, kind="stable")
    sums = np.concatenate([[0], np.cumsum(lengths[order])])
    windows = sums[number:] - sums[: len(sums) - number]
    start = int(np.argmin(np.abs(windows - total)))
    return rows[order[start : start + number]]


def _warn_of_missed(table: pl.DataFrame, means: list[float], covers: list[float], size: int, n_tags: int) -> None:
    for row, mean, coverage in zip(table.iter_rows(named=True), means, covers, strict=True):
        if abs(round(row["complexity"] * size) - round(mean * size)) > SLACK * round(mean * size):
            warn(f"level {row['level']}: complexity {mean:.2f} was asked for, but {row['complexity']:.2f} was reached")
        if round(row["coverage"] * n_tags) != round(coverage * n_tags):
            warn(f"level {row['level']}: coverage {coverage:.1%} was asked for, but {row['coverage']:.1%} was reached")


def _levels(levels: Any, by: Measure) -> int | list[float]:
    """The values of the levels, or their number."""
    if isinstance(levels, np.ndarray | np.integer | pl.Series):
        levels = levels.to_list() if isinstance(levels, pl.Series) else levels.tolist()
    if isinstance(levels, int) and not isinstance(levels, bool):
        check_count("levels", levels, 2)
        return int(levels)
    if not isinstance(levels, Sequence) or isinstance(levels, str | bytes) or not levels:
        raise InputError(f"levels: expected a count of 2 or more, or rising values; found {shown(levels)}")
    for level in levels:
        _check_value("levels", level, by)
    if any(after <= level for level, after in pairwise(levels)):
        raise InputError(f"levels: expected rising values; found {shown(levels)}")
    return [float(level) for level in levels]


def _check_value(name: str, value: Any, by: Measure) -> None:
    if by == "complexity" and not (is_number(value) and value >= 1):
        raise InputError(f"{name}: expected a mean number of tags, 1 or more; found {shown(value)}")
    if by == "diversity" and not (is_number(value) and 0 < value <= 1):
        raise InputError(f"{name}: expected a coverage, above 0 and up to 1; found {shown(value)}")

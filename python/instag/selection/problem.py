"""A selection by gain: the rows to choose from, the objective and the constraints."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.errors import InputError
from instag.frame import Frame
from instag.frame.kinds import is_name
from instag.progress import Progress
from instag.selection.columns import column_of, numbers_of
from instag.selection.constraint import Constraint, constraint_of
from instag.selection.cost import cost_of
from instag.selection.objective import LARGEST, curve_of, worth_of
from instag.selection.options import Options
from instag.selection.propagation import Spread, spread_of
from instag.selection.start import Start, start_of
from instag.tagsets import TagSets
from instag.warning import warn

__all__ = ["Problem", "problem_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """All that a selection by gain depends on.

    Attributes
    ----------
    tagsets
        The tags of the data.
    curve
        The curve and its parameter.
    worth
        The weight of each tag; None if all have the same.
    quality
        The weight of each row; None if all have weight 1.
    spread
        How much tags count for similar tags; None if each counts only for itself.
    available
        The rows to choose from: with tags, within the limits of cost, not in the earlier selection.
    start
        The earlier selection.
    constraint
        The budget and the quotas.
    seed
        Breaks ties.
    dropped
        How many rows cost less than `min_cost`, and how many more than `max_cost`.
    """

    tagsets: TagSets
    curve: tuple[str, float]
    worth: Floats | None
    quality: Floats | None
    spread: Spread | None
    available: NDArray[np.bool_]
    start: Start | None
    constraint: Constraint
    seed: int | None
    dropped: tuple[int, int]

    def core(self) -> _core.Problem:
        """The problem in the form that the core takes."""
        (name, parameter), spread = self.curve, self.spread
        return _core.Problem(
            self.tagsets.sets,
            name,
            parameter,
            weights=self.worth,
            quality=self.quality,
            before=None if self.start is None else self.start.counts,
            spread=None if spread is None else (spread.offsets, spread.tags, spread.shares),
            available=self.available,
            wanted=self._wanted(),
            seed=self.seed,
        )

    def _wanted(self) -> list[tuple[int, int]]:
        """How many more rows with certain tags are wanted, beyond those in the earlier selection."""
        before = {} if self.start is None else dict(enumerate(self.start.holders.tolist()))
        return [(tag, max(least - before.get(tag, 0), 0)) for tag, least in self.constraint.wanted.items()]

    def choose(self) -> tuple[NDArray[np.uint32], Floats]:
        """Return the chosen rows, in order, and what each adds.

        Raises
        ------
        InputError
            If numbers are too large to be added up.
        """
        try:
            rows, gains, _ = _core.choose(self.core(), self.constraint.core())
        except OverflowError as error:
            raise InputError(str(error)) from None
        return rows, gains

    def along(self, name: str, parameter: float) -> "Problem":
        """The same problem with another curve."""
        return replace(self, curve=(name, parameter))


def problem_of(
    frame: Frame,
    tagsets: TagSets,
    options: Options,
    *,
    tags: str,
    budget: Any,
    seed: int | None,
    progress: Callable[[Progress], None] | None = None,
) -> Problem:
    """Read the columns that the options name.

    Raises
    ------
    InputError
        If a column is missing or has the wrong type or values, or nothing could be chosen.
    """
    if options.group is not None and not is_name(kind := column_of(frame, "group", options.group).dtype):
        raise InputError(f"group: column {options.group!r} is {kind}: expected one value a row, such as its first tag")
    quality = None if options.quality is None else _quality(frame, options)
    cost = cost_of(frame, options)
    available = tagsets.lengths > 0
    dropped = (0, 0)
    if cost is not None:
        cheap = cost.values < (options.min_cost or 0)
        dear = cost.values > (np.inf if options.max_cost is None else options.max_cost)
        dropped = (int(cheap.sum()), int(dear.sum()))
        if tagsets.tagged and not (available & ~cheap & ~dear).any():
            raise InputError(
                f"min_cost, max_cost: none of {tagsets.tagged:,} samples with tags costs between {options.min_cost or 0:g} and "
                f"{np.inf if options.max_cost is None else options.max_cost:g} {cost.name}; they cost {cost.values.min():g} to {cost.values.max():g}: widen the bounds"
            )
        available &= ~cheap & ~dear
    start = start_of(frame, tagsets, options, tags, quality, None if cost is None else cost.values)
    if start is not None:
        available[start.rows] = False
        if tagsets.tagged and not available.any():
            raise InputError(
                f"start: it holds every row with tags that may be chosen, so none of {tagsets.samples:,} rows is left: start from a smaller selection, or add data"
            )
    worth = worth_of(tagsets, options, tags)
    if tagsets.tagged and quality is not None and not quality[available].any():
        raise InputError(
            f"quality: column {options.quality!r} is 0 in every row that may be chosen, so nothing is worth choosing: leave it out, or give some rows more"
        )
    constraint = constraint_of(frame, tagsets, options, budget=budget, cost=cost, available=available, start=start)
    if constraint.quotas is not None and start is not None and (over := _over(constraint)):
        warn(f"at_most: the earlier selection already exceeds it in {', '.join(over)}; nothing is added there")
    spread = spread_of(tagsets, options, progress)
    return Problem(tagsets, curve_of(options), worth, quality, spread, available, start, constraint, seed, dropped)


def _quality(frame: Frame, options: Options) -> Floats:
    name = str(options.quality)
    quality = numbers_of(frame, "quality", name, options.quality_missing)
    if quality.size and (most := quality.max()) > LARGEST:
        raise InputError(
            f"quality: expected numbers up to {LARGEST:g} in column {name!r}; found {most:g}: divide all of them"
        )
    if (negative := np.flatnonzero(quality < 0)).size:
        raise InputError(
            f"quality: expected numbers of 0 or more in column {name!r}; found {quality[negative[0]]:g} in {frame.row_name(negative[0])}, and "
            f"{negative.size:,} such in all: scores such as raw logits of a reward model have to be mapped first, for instance by "
            "1 / (1 + exp(-x)), or by their rank as a share"
        )
    return quality


def _over(constraint: Constraint) -> list[str]:
    quotas = constraint.quotas
    if quotas is None:
        return []
    return [
        name for name, before, most in zip(quotas.names, quotas.before, quotas.at_most, strict=True) if before > most
    ]

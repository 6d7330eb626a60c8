"""`certify`: how good a selection is, compared with the best possible."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any, Unpack

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.checks import check_count, check_name, expect, shown
from instag.choices import Method
from instag.errors import InputError
from instag.frame import wrap
from instag.selection.columns import tag_sets_of
from instag.selection.constraint import Units
from instag.selection.cost import cost_of
from instag.selection.options import Gain, read_options
from instag.selection.problem import Problem, problem_of
from instag.selection.start import checked_numbers, listed_numbers
from instag.tagsets import TagSets

__all__ = ["Certificate", "certificate_of", "certify", "quick_steps"]

# Pairs of row and tag up to which so many steps take less than a second.
QUICK, STEPS = 10_000_000, 20


@dataclass(frozen=True)
class Certificate:
    """The value of a selection by the objective, and a bound on the value of any selection.

    Attributes
    ----------
    value
        What the selection adds to the earlier selection, or to nothing.
    bound
        No selection under the same constraints adds more.
    """

    value: float
    bound: float

    @property
    def share(self) -> float:
        """The least share of the best possible that the selection reaches, from 0 to 1."""
        return min(self.value / self.bound, 1.0) if self.bound > 0 else 1.0

    @property
    def line(self) -> str:
        """The share, the value and the bound in one line.

        Examples
        --------
        >>> Certificate(value=947.6287, bound=949.4)
        Certificate(value=947.6287, bound=949.4)
        >>> Certificate(value=947.6287, bound=949.4).line
        'at least 99.8 % of the best possible (value 947.629, bound 949.4)'
        """
        return f"{self} (value {self.value:,.6g}, bound {self.bound:,.6g})"

    def __str__(self) -> str:
        """The share, rounded down."""
        return f"at least {floor(1000 * self.share + 1e-6) / 10:.1f} % of the best possible"


def certify(
    data: Any,
    rows: Sequence[int] | NDArray[Any] | pl.Series,
    *,
    tags: str = "tags",
    method: Method = "gain",
    budget: float | str | None = None,
    steps: int = 200,
    **gain: Unpack[Gain],
) -> Certificate:
    """Certify any selection, however it was made: its value, and a bound on what is possible.

    Parameters
    ----------
    data
        The data that it was chosen from.
    rows
        The numbers of the rows, from 0, as in the column `row` of ``details=True``.
    tags
        As for :func:`select`.
    method
        Only ``"gain"`` has an objective.
    budget
        As for :func:`select`; None takes the number of the rows or, with `cost`, what they cost.
    steps
        The most steps in which the bound is improved; it stops earlier once the bound is within 0.1 %.
    **gain
        The options of ``method="gain"`` in :func:`select`: they define the objective and the constraints.

    Returns
    -------
    Certificate
        It has `value`, `bound` and `share`, and all three as text in `line`. Printed, it reads "at least 99.6 % of the
        best possible".

    Raises
    ------
    InputError
        If a row number does not exist in the data or comes twice, or the budget and quotas do not allow the rows.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["math"], ["math", "proof"], ["art"], ["proof"]]})
    >>> print(instag.certify(df, [1, 2]))
    at least 100.0 % of the best possible
    >>> round(instag.certify(df, [0, 3]).share, 2)
    0.67
    """
    expect(
        "method",
        method,
        "'gain', the only method with an objective to certify by",
        lambda each: isinstance(each, str) and each == "gain",
    )
    options = read_options(method, **gain)
    if options.curve == "match":
        raise InputError("curve: 'match' is not a curve of its own: certify by a number or 'log'")
    check_count("steps", steps, 0)
    check_name("tags", tags)
    frame = wrap(data)
    tagsets = tag_sets_of(frame, tags, options.tree)
    wanted = _row_numbers(rows, tagsets.samples)
    if budget is None:
        if not len(wanted):
            raise InputError("rows: expected at least one row, or a budget; found neither")
        cost = cost_of(frame, options)
        budget = len(wanted) if cost is None else Units(cost.values[wanted].sum())
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=None)
    _check_allowed(problem, wanted)
    tagged = tagsets.lengths[wanted] > 0
    return certificate_of(problem, wanted[tagged], steps)


def certificate_of(problem: Problem, rows: NDArray[np.uint32], steps: int) -> Certificate:
    """Bound what is possible, in at most `steps` steps.

    Lower quotas that the selection does not reach are lowered to what it has: with weaker quotas, no less is possible.
    """
    constraint = problem.constraint
    if (quotas := constraint.quotas) is not None:
        reached = constraint.reached(rows)
        constraint = replace(constraint, quotas=replace(quotas, at_least=np.minimum(quotas.at_least, reached)))
    try:
        return Certificate(*_core.certify(problem.core(), constraint.core(), rows, steps))
    except OverflowError as error:
        raise InputError(str(error)) from None


def quick_steps(tagsets: TagSets) -> int:
    """How many steps the bound is improved by if nobody asks for a number: none where they would take long."""
    return STEPS if len(tagsets.codes) <= QUICK else 0


def _row_numbers(rows: Any, samples: int) -> NDArray[np.uint32]:
    numbers = listed_numbers(rows)
    if numbers is None:
        raise InputError(
            f"rows: expected the numbers of the rows, such as [0, 5] or the column row of details=True; found {shown(rows)}"
        )
    wanted = checked_numbers("rows", numbers, samples)
    values, counts = np.unique(wanted, return_counts=True)
    if len(values) < len(wanted):
        raise InputError(
            f"rows: expected each row once; found row {values[counts > 1][0]:,} {counts.max():,} times: leave the repeats out"
        )
    return wanted


def _check_allowed(problem: Problem, rows: NDArray[np.uint32]) -> None:
    constraint = problem.constraint
    amount = constraint.amount(rows)
    unit = "samples" if constraint.cost is None else constraint.cost.name
    if amount > constraint.budget * (1 + 1e-12):
        raise InputError(
            f"rows: {amount:,.10g} {unit} exceed the budget of {constraint.budget:,.10g}: give fewer rows, or leave the budget out"
        )
    untagged = problem.tagsets.lengths[rows] == 0
    left_out = ~problem.available[rows] & ~untagged
    if left_out.any():
        raise InputError(
            f"rows: start, min_cost or max_cost exclude {int(left_out.sum()):,} of them, such as row {rows[left_out][0]:,}: leave them out"
        )
    if (quotas := constraint.quotas) is not None:
        for name, has, most in zip(quotas.names, constraint.reached(rows), quotas.at_most, strict=True):
            if has > most * (1 + 1e-12):
                raise InputError(
                    f"rows: group {name!r} has {has:,.10g} {unit}, above at_most of {most:,.10g}: give fewer of its rows, or a larger at_most"
                )

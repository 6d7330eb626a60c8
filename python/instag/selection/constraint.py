"""The limits of a selection: a budget of samples or of their cost, and quotas of groups and tags."""

from dataclasses import dataclass, field
from math import floor
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag import _core
from instag.checks import shown
from instag.errors import InputError
from instag.frame import Frame
from instag.selection.amounts import amount_of
from instag.selection.cost import Cost
from instag.selection.options import Options
from instag.selection.quota import Quotas, check_reachable, quotas_of, split_quotas, wanted_tags
from instag.selection.start import Start
from instag.tagsets import TagSets

__all__ = ["Constraint", "Units", "constraint_of", "count"]

UNBOUNDED = 2**63


class Units(float):
    """A budget in units of cost: a number up to 1 is not a share here."""


@dataclass(frozen=True)
class Constraint:
    """The limits of a selection.

    Attributes
    ----------
    budget
        A number of samples, or of units of cost.
    cost
        What each row costs; None where every row costs 1.
    exponent
        The exponent e of the cost in gain / cost^e.
    quotas
        The quotas of groups.
    wanted
        For some tags, how many rows should hold them if possible.
    """

    budget: float
    cost: Cost | None = None
    exponent: float = 1.0
    quotas: Quotas | None = None
    wanted: dict[int, int] = field(default_factory=dict)

    @property
    def nested(self) -> bool:
        """Whether the selection for any smaller budget is a prefix."""
        return self.cost is None and (self.quotas is None or not self.quotas.at_least.any())

    def amount(self, rows: NDArray[np.uint32]) -> float:
        """The total cost of rows, or their number."""
        return float(len(rows)) if self.cost is None else float(self.cost.values[rows].sum())

    def reached(self, rows: NDArray[np.uint32]) -> NDArray[np.float64]:
        """What each group has with these rows and those of the earlier selection; nothing without quotas."""
        if self.quotas is None:
            return np.empty(0)
        amounts = None if self.cost is None else self.cost.values[rows]
        return self.quotas.before + np.bincount(self.quotas.of[rows], amounts, minlength=len(self.quotas.names))

    def core(self) -> _core.Constraint:
        """The limits in the form that the core takes: integers."""
        parts = self.cost.parts if self.cost is not None else _whole
        given: dict[str, Any] = {}
        if self.cost is not None:
            given |= {"cost": self.cost.whole, "exponent": self.exponent}
        if self.quotas is not None:
            bounded = np.isfinite(self.quotas.at_most)
            most = [
                parts(each) if finite else UNBOUNDED for each, finite in zip(self.quotas.at_most, bounded, strict=True)
            ]
            given |= {
                "groups": self.quotas.of,
                "at_least": np.array([parts(each) for each in self.quotas.at_least], np.uint64),
                "at_most": np.array(most, np.uint64),
                "before": np.array([parts(each) for each in self.quotas.before], np.uint64),
            }
        return _core.Constraint(parts(self.budget), **given)


def _whole(samples: float) -> int:
    return int(min(float(samples), UNBOUNDED))


def count(budget: Any, samples: int) -> int:
    """Convert a budget to a number of samples: a count stays as it is, a share is taken of all samples.

    Examples
    --------
    >>> count(300, 1000), count(0.25, 1000), count("25%", 1000)
    (300, 250, 250)
    """
    expected = "budget: expected a count of 0 or more, or a share up to 1.0"
    wrong = InputError(f"{expected}; found {shown(budget)}")
    try:
        number = amount_of("budget", budget, samples, rounding=lambda share: floor(share + 0.5))
    except InputError:
        raise wrong from None
    if number != int(number):
        raise wrong
    return int(number)


def constraint_of(
    frame: Frame,
    tagsets: TagSets,
    options: Options,
    *,
    budget: Any,
    cost: Cost | None,
    available: NDArray[np.bool_],
    start: Start | None,
) -> Constraint:
    """Read the budget and the quotas; without a budget, the quotas are the only limit.

    Raises
    ------
    InputError
        If no selection can meet them; the message has the numbers that show why.
    """
    if cost is None:
        whole = float(tagsets.samples if budget is None else count(budget, tagsets.samples))
    else:
        whole = _units(budget, cost, available)
    group_least, wanted = split_quotas(options.at_least)
    quotas = None
    if group_least is not None or options.at_most is not None:
        quotas = quotas_of(frame, options, group_least, whole, cost, start)
        check_reachable(quotas, whole, cost, available, limited=budget is not None)
    elif options.group is not None and options.at_least is None:
        raise InputError(
            f"group: it has an effect only with at_least= or at_most=, the minimum or maximum of each {options.group!r}; neither is given: give one, or leave group out"
        )
    codes = wanted_tags(tagsets, wanted, whole, available, start)
    return Constraint(whole, cost, options.cost_exponent, quotas, codes)


def _units(budget: Any, cost: Cost, available: NDArray[np.bool_]) -> float:
    values = cost.values[available]
    total = float(values.sum())
    if budget is None:
        return total
    if isinstance(budget, Units):
        return float(budget)
    if isinstance(budget, bool) or not isinstance(budget, Integral | Real | str):
        raise InputError(f"budget: expected a number of {cost.name}, or a share up to 1.0; found {shown(budget)}")
    units = amount_of("budget", budget, total, rounding=float)
    if values.size and units < (least := float(values.min())):
        raise InputError(
            f"budget: {units:,.10g} {cost.name} are less than the {least:,.10g} that the cheapest sample costs: raise the budget; all samples cost {total:,.10g} together"
        )
    return float(units)

"""What a selection may hold: a budget of samples or of what they cost, and quotas of groups and tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor
from numbers import Integral, Real
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.errors import InputError
from instag.frame import Frame
from instag.selection.amounts import amount_of
from instag.selection.cost import Cost
from instag.selection.options import Options
from instag.selection.start import Start
from instag.tagsets import TagSets
from instag.warning import warn

__all__ = ["Constraint", "Quotas", "Units", "constraint_of", "count"]

# A key of at_least that starts so is a tag.
TAG = "tag:"
# Groups that a message lists.
SHOWN = 8
UNBOUNDED = 2**63


class Units(float):
    """A budget that is a number of units, however small."""


@dataclass(frozen=True)
class Quotas:
    """What groups have to hold, and may, with what they held before.

    Attributes
    ----------
    names
        The groups.
    of
        The group of each row.
    at_least, at_most
        In samples or units of cost, earlier ones included; `at_most` is infinite where there is no bound.
    before
        What each group held before.
    """

    names: list[str]
    of: NDArray[np.uint32]
    at_least: NDArray[np.float64]
    at_most: NDArray[np.float64]
    before: NDArray[np.float64]


@dataclass(frozen=True)
class Constraint:
    """What a selection may hold.

    Attributes
    ----------
    budget
        A number of samples, or of units of cost.
    cost
        What each row costs; None where every row costs 1.
    exponent
        How much the cost counts against the gain.
    quotas
        Those of groups.
    wanted
        For some tags, how many rows are to hold them, if that can be.
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
        """What rows cost together, or how many they are."""
        return float(len(rows)) if self.cost is None else float(self.cost.values[rows].sum())

    def core(self) -> _core.Constraint:
        """As the core takes it: in whole numbers."""
        parts = self.cost.parts if self.cost is not None else int
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


def count(budget: Any, samples: int) -> int:
    """How many samples a budget is: itself, or its share of all.

    Examples
    --------
    >>> count(300, 1000), count(0.25, 1000), count("25%", 1000)
    (300, 250, 250)
    """
    expected = "budget: expected a count of 0 or more, or a share up to 1.0"
    wrong = InputError(f"{expected}; found {budget!r}")
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
    """Read the budget and the quotas; None for a budget takes whatever the quotas allow.

    Raises
    ------
    InputError
        Where no selection keeps them, with the numbers that say why.
    """
    if cost is None:
        whole = float(tagsets.samples if budget is None else count(budget, tagsets.samples))
    else:
        whole = _units(budget, cost, available)
    group_least, wanted = _parted(options.at_least)
    quotas = None
    if group_least is not None or options.at_most is not None:
        quotas = _quotas(frame, options, group_least, whole, cost, start)
        _check_reachable(quotas, whole, cost, available, limited=budget is not None)
    elif options.group is not None and options.at_least is None:
        raise InputError(f"group: at_least= or at_most= says what each {options.group!r} is to have; neither is given")
    codes = _wanted(tagsets, wanted, whole, available, start)
    return Constraint(whole, cost, options.cost_exponent, quotas, codes)


def _units(budget: Any, cost: Cost, available: NDArray[np.bool_]) -> float:
    values = cost.values[available]
    total = float(values.sum())
    if budget is None:
        return total
    if isinstance(budget, Units):
        return float(budget)
    if isinstance(budget, bool) or not isinstance(budget, Integral | Real | str):
        raise InputError(f"budget: expected a number of {cost.name}, or a share up to 1.0; found {budget!r}")
    units = amount_of("budget", budget, total, rounding=float)
    if values.size and units < (least := float(values.min())):
        raise InputError(
            f"budget: {units:g} {cost.name} are less than the {least:g} of the cheapest sample; all cost {total:,.10g} together"
        )
    return float(units)


def _parted(at_least: Any) -> tuple[Any, dict[str, Any]]:
    """Lower quotas of groups, and those of tags."""
    if not isinstance(at_least, Mapping):
        return at_least, {}
    tags = {str(key)[len(TAG) :]: value for key, value in at_least.items() if str(key).startswith(TAG)}
    groups = {key: value for key, value in at_least.items() if not str(key).startswith(TAG)}
    return groups or None, tags


def _quotas(
    frame: Frame, options: Options, at_least: Any, budget: float, cost: Cost | None, start: Start | None
) -> Quotas:
    if options.group is None:
        name = "at_least" if at_least is not None else "at_most"
        raise InputError(f"{name}: group= names the column that it is about; found none")
    column = frame.column(options.group).cast(pl.String).fill_null("null")
    names = column.unique().sort().to_list()
    of = column.replace_strict(names, range(len(names)), return_dtype=pl.UInt32).to_numpy()
    unit = cost is None
    least = _bounds("at_least", at_least, names, budget, 0.0, ceil if unit else float)
    most = _bounds("at_most", options.at_most, names, budget, np.inf, floor if unit else float)
    before = np.array([start.groups.get(name, 0.0) if start is not None else 0.0 for name in names])
    return Quotas(names, of, least, most, before)


def _bounds(
    option: str, amounts: Any, names: list[str], budget: float, otherwise: float, rounding: Any
) -> NDArray[np.float64]:
    bounds = np.full(len(names), otherwise)
    if amounts is None:
        return bounds
    if not isinstance(amounts, Mapping):
        bounds[:] = amount_of(option, amounts, budget, rounding=rounding)
        return bounds
    places = {name: place for place, name in enumerate(names)}
    for name, amount in amounts.items():
        if str(name).startswith(TAG):
            raise InputError(
                f"{option}: {name!r}: tags have no upper quota: give the tag a smaller weight with weights="
            )
        if str(name) not in places:
            raise InputError(f"{option}: no group {str(name)!r}; the groups are: {_listed(names)}")
        bounds[places[str(name)]] = amount_of(f"{option}: {name}", amount, budget, rounding=rounding)
    return bounds


def _check_reachable(
    quotas: Quotas, budget: float, cost: Cost | None, available: NDArray[np.bool_], *, limited: bool
) -> None:
    unit = "samples" if cost is None else cost.name
    there = np.bincount(
        quotas.of[available], None if cost is None else cost.values[available], minlength=len(quotas.names)
    )
    missing = np.maximum(quotas.at_least - quotas.before, 0)
    for place, name in enumerate(quotas.names):
        least, most = quotas.at_least[place], quotas.at_most[place]
        if least > most:
            raise InputError(
                f"at_least, at_most: group {name!r} is to have at least {least:,g} and at most {most:,g} {unit}"
            )
        if missing[place] > there[place]:
            raise InputError(
                f"at_least: group {name!r} is to have at least {least:,g} {unit}; it has {there[place] + quotas.before[place]:,g} to choose "
                "from, with tags and by all other options: ask for less"
            )
    if missing.sum() > budget:
        raise InputError(
            f"at_least: the groups are to have {missing.sum():,g} {unit} together, above the budget of {budget:,g}: ask for less, or for a larger budget"
        )
    room = np.minimum(np.maximum(quotas.at_most - quotas.before, 0), there).sum()
    if limited and room < budget and np.isfinite(quotas.at_most).any():
        warn(
            f"at_most: the groups may have {room:,g} {unit} together, below the budget of {budget:,g}: that is all that can be chosen"
        )


def _wanted(
    tagsets: TagSets,
    wanted: Mapping[str, Any],
    budget: float,
    available: NDArray[np.bool_],
    start: Start | None,
) -> dict[int, int]:
    if not wanted:
        return {}
    codes = {tag: code for code, tag in enumerate(tagsets.tags.cast(pl.String))}
    pairs = np.repeat(available, np.diff(tagsets.offsets))
    holders = np.bincount(tagsets.codes[pairs], minlength=tagsets.n_tags)
    if start is not None:
        holders = holders + start.holders
    found = {}
    for tag, amount in wanted.items():
        if tag not in codes:
            raise InputError(f"at_least: {TAG}{tag}: no sample has the tag {tag!r}")
        least = ceil(amount_of(f"at_least: {TAG}{tag}", amount, budget))
        if least > holders[codes[tag]]:
            raise InputError(
                f"at_least: {TAG}{tag}: {least:,} samples are to have it; {holders[codes[tag]]:,} to choose from do: ask for less"
            )
        found[codes[tag]] = least
    return found


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")

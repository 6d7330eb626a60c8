"""Quotas: the minimum and maximum of each group, and how many rows should have certain tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import first_names
from instag.errors import InputError
from instag.frame import Frame
from instag.selection.amounts import amount_of
from instag.selection.columns import column_of, group_names
from instag.selection.cost import Cost
from instag.selection.options import Options
from instag.selection.start import Start
from instag.tagsets import TagSets
from instag.warning import warn

__all__ = ["Quotas", "check_reachable", "quotas_of", "split_quotas", "wanted_tags"]

# Keys of at_least that start with this are tags.
TAG = "tag:"
# The most groups that a message lists.
SHOWN = 8


@dataclass(frozen=True)
class Quotas:
    """The minimum and maximum of each group, and what the earlier selection has of it.

    Attributes
    ----------
    names
        The groups.
    of
        The group of each row.
    at_least, at_most
        In samples or units of cost, including the earlier selection; `at_most` is infinite if there is no limit.
    before
        What the earlier selection has of each group.
    """

    names: list[str]
    of: NDArray[np.uint32]
    at_least: NDArray[np.float64]
    at_most: NDArray[np.float64]
    before: NDArray[np.float64]


def split_quotas(at_least: Any) -> tuple[Any, dict[str, Any]]:
    """Split lower quotas into those of groups and those of tags."""
    if not isinstance(at_least, Mapping):
        return at_least, {}
    tags = {str(key)[len(TAG) :]: value for key, value in at_least.items() if str(key).startswith(TAG)}
    groups = {key: value for key, value in at_least.items() if not str(key).startswith(TAG)}
    return groups or None, tags


def quotas_of(
    frame: Frame, options: Options, at_least: Any, budget: float, cost: Cost | None, start: Start | None
) -> Quotas:
    """Read the quotas of groups.

    Raises
    ------
    InputError
        If there is no such group, or an amount is not valid.
    """
    if options.group is None:
        name = "at_least" if at_least is not None else "at_most"
        raise InputError(f"{name}: it needs the column with the groups, group= / --group; found none")
    column = group_names(column_of(frame, "group", options.group))
    names = column.unique().sort().to_list()
    of = column.replace_strict(names, range(len(names)), return_dtype=pl.UInt32).to_numpy()
    unit = cost is None
    least = _bounds("at_least", at_least, options.group, names, budget, 0.0, ceil if unit else float)
    most = _bounds("at_most", options.at_most, options.group, names, budget, np.inf, floor if unit else float)
    before = np.array([start.groups.get(name, 0.0) if start is not None else 0.0 for name in names])
    return Quotas(names, of, least, most, before)


def _bounds(
    option: str, amounts: Any, column: str, names: list[str], budget: float, otherwise: float, rounding: Any
) -> NDArray[np.float64]:
    bounds = np.full(len(names), otherwise)
    if amounts is None:
        return bounds
    counted = rounding is not float
    if not isinstance(amounts, Mapping):
        bounds[:] = amount_of(option, amounts, budget, rounding=rounding, counted=counted)
        return bounds
    places = {name: place for place, name in enumerate(names)}
    for key, amount in amounts.items():
        name = group_name(key)
        if name.startswith(TAG):
            raise InputError(
                f"{option}: {name!r}: tags have no upper quota: give the tag a smaller weight with weights="
            )
        if name not in places:
            raise InputError(
                f"{option}: no group {name!r} in column {column!r}; the groups are: {first_names(names, SHOWN)}: use one of them, "
                "or leave it out"
            )
        bounds[places[name]] = amount_of(f"{option}: {name}", amount, budget, rounding=rounding, counted=counted)
    return bounds


def group_name(key: Any) -> str:
    """The name of a group that a mapping gives as a value.

    Examples
    --------
    >>> group_name("math"), group_name(None), group_name(True), group_name(3)
    ('math', 'null', 'true', '3')
    """
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def check_reachable(
    quotas: Quotas, budget: float, cost: Cost | None, available: NDArray[np.bool_], *, limited: bool
) -> None:
    """Check that some selection can meet the quotas.

    Raises
    ------
    InputError
        If none can; the message has the numbers that show why.
    """
    unit = "samples" if cost is None else cost.name
    there = np.bincount(
        quotas.of[available], None if cost is None else cost.values[available], minlength=len(quotas.names)
    )
    missing = np.maximum(quotas.at_least - quotas.before, 0)
    for place, name in enumerate(quotas.names):
        least, most = quotas.at_least[place], quotas.at_most[place]
        if least > most:
            raise InputError(
                f"at_least, at_most: group {name!r} should have at least {least:,g} and at most {most:,g} {unit}: lower the one, or raise the other"
            )
        if missing[place] > there[place]:
            raise InputError(
                f"at_least: group {name!r} should have at least {least:,g} {unit}, but has {there[place] + quotas.before[place]:,g} with tags that "
                "the other options allow: lower it"
            )
    if missing.sum() > budget:
        raise InputError(
            f"at_least: the groups should have {missing.sum():,g} {unit} together, above the budget of {budget:,g}: lower it, or raise the budget"
        )
    room = np.minimum(np.maximum(quotas.at_most - quotas.before, 0), there).sum()
    if limited and room < budget and np.isfinite(quotas.at_most).any():
        warn(
            f"at_most: the groups may have {room:,g} {unit} together, below the budget of {budget:,g}: no more than that can be chosen"
        )


def wanted_tags(
    tagsets: TagSets,
    wanted: Mapping[str, Any],
    budget: float,
    available: NDArray[np.bool_],
    start: Start | None,
) -> dict[int, int]:
    """For some tags, by code, how many rows should hold them.

    Raises
    ------
    InputError
        If there is no such tag, or fewer rows hold it.
    """
    if not wanted:
        return {}
    codes = {tag: code for code, tag in enumerate(tagsets.spellings)}
    pairs = np.repeat(available, tagsets.lengths)
    holders = np.bincount(tagsets.codes[pairs], minlength=tagsets.n_tags)
    if start is not None:
        holders = holders + start.holders
    found = {}
    for tag, amount in wanted.items():
        if tag not in codes:
            raise InputError(
                f"at_least: {TAG}{tag}: no sample has the tag {tag!r}: check that it is spelled as in the data, or leave it out"
            )
        least = ceil(amount_of(f"at_least: {TAG}{tag}", amount, budget, counted=True))
        if least > holders[codes[tag]]:
            raise InputError(
                f"at_least: {TAG}{tag}: {least:,} samples should have it, but {holders[codes[tag]]:,} that may be chosen do: lower it"
            )
        found[codes[tag]] = least
    return found

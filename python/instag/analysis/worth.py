"""The value of selections by an objective, compared with the best possible, and their cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import prefixes
from instag.analysis.curves import BUDGET, spaced
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.normalization.rollup import with_broader
from instag.selection.certificate import Certificate, certificate_of, quick_steps
from instag.selection.columns import group_names, numbers_of, sums_of
from instag.selection.constraint import Units
from instag.selection.cost import cost_of
from instag.selection.options import Options, read_options
from instag.selection.problem import Problem, problem_of
from instag.selection.ranking import rank_tags
from instag.tagsets import TagSets, encode

__all__ = ["Worth", "worth_of"]

Floats = NDArray[np.float64]

WORTH: dict[str, Any] = {
    "selection": pl.String,
    "samples": pl.UInt32,
    "cost": pl.Float64,
    "value": pl.Float64,
    "bound": pl.Float64,
    "share": pl.Float64,
}
QUOTAS: dict[str, Any] = {
    "selection": pl.String,
    "group": pl.String,
    "at_least": pl.Float64,
    "at_most": pl.Float64,
    "reached": pl.Float64,
}
COSTS: dict[str, Any] = {"method": pl.String, "cost": pl.Float64, "coverage": pl.Float64}
# The methods whose coverage is shown against cost.
COMPARED = ("random", "complexity-first", "coverage", "gain")


@dataclass(frozen=True, eq=False)
class Worth:
    """The value and cost of selections.

    Attributes
    ----------
    selections
        One line for each `selection`: its `samples`, its `cost` (null without a cost option), its `value` by the
        objective, the `bound` that no selection of that size or cost exceeds, and `share`, the value divided by the
        bound: the selection reaches at least this share of the best value.
    quotas
        One line for each selection and group: the quota, `at_least` and `at_most`, and the amount `reached`.
    costs
        The `coverage` of each `method` against `cost`.
    curve
        The curve of the objective: a number a for x^a, or "log".
    unit
        The unit or column of the cost; None without a cost option.
    """

    selections: pl.DataFrame
    quotas: pl.DataFrame
    costs: pl.DataFrame
    curve: float | str
    unit: str | None


def worth_of(
    frame: Frame, pool: TagSets, tags: str, gain: Mapping[str, Any] | None, selections: Mapping[str, Any]
) -> Worth:
    """Value each selection by the options of ``method="gain"``, and bound the best value that these allow.

    Raises
    ------
    InputError
        If an option is wrong, or a selection lacks a column that an option needs.
    """
    given = dict(gain or {})
    budget = given.pop("budget", None)
    try:
        options = read_options("gain", **given)
    except TypeError as error:  # an unknown option
        raise InputError(f"gain: {error}") from None
    if options.curve == "match":
        raise InputError("gain: curve 'match' is not a curve of its own: give the one that it found, or 'log'")
    lines, quotas = [], []
    costs = pl.DataFrame(schema=COSTS)
    if pool.tagged:
        with_ancestors = with_broader(pool, options.tree)
        for name, data in selections.items():
            line, reached = _worth_of_one(name, wrap(data), frame, with_ancestors, tags, options, budget)
            lines.append(line)
            quotas += reached
        if options.cost is not None:
            costs = _coverage_by_cost(frame, pool, with_ancestors, tags, options)
    return Worth(
        pl.DataFrame(lines, WORTH, orient="row"),
        pl.DataFrame(quotas, QUOTAS, orient="row"),
        costs,
        options.curve,
        options.cost,
    )


def _worth_of_one(
    name: str, selected: Frame, frame: Frame, pool: TagSets, tags: str, options: Options, budget: Any
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    """The line of a selection in `selections`, and its lines in `quotas`."""
    own = with_broader(encode(selected.column(tags)), options.tree)
    cost = cost_of(selected, options)
    spent = None if cost is None else float(cost.values.sum())
    limit = budget if budget is not None else min(own.samples, pool.samples) if spent is None else Units(spent)
    problem = problem_of(frame, pool, options, tags=tags, budget=limit, seed=None)
    rows, _ = problem.choose()
    # The bound holds for every selection. It is computed at the greedy one, where it is tight.
    bound = certificate_of(problem, rows, quick_steps(pool)).bound
    certificate = Certificate(_value(problem, selected, own, options), bound)
    line = (name, own.samples, spent, certificate.value, max(bound, certificate.value), certificate.share)
    quotas = problem.constraint.quotas
    if quotas is None or options.group is None:
        return line, []
    groups = group_names(selected.column(options.group))
    sums = sums_of(groups, None if cost is None else cost.values)
    bounds = zip(quotas.names, quotas.at_least, quotas.at_most, quotas.before, strict=True)
    return line, [
        (name, group, float(least), float(most) if np.isfinite(most) else None, sums.get(group, 0.0) + float(before))
        for group, least, most, before in bounds
    ]


def _value(problem: Problem, selected: Frame, own: TagSets, options: Options) -> float:
    """The value of a selection. Like the core, it interpolates the curve linearly between tabulated points."""
    quality = np.ones(own.samples)
    if options.quality is not None:
        quality = numbers_of(selected, "quality", options.quality, options.quality_missing)
    codes = problem.tagsets.codes_of(own.names)[own.codes]
    known = codes < problem.tagsets.n_tags
    weights = np.repeat(quality, own.lengths)
    counts = np.bincount(codes[known], weights[known], minlength=problem.tagsets.n_tags).astype(np.float64)
    before = np.zeros(problem.tagsets.n_tags) if problem.start is None else problem.start.counts
    worth = np.ones(problem.tagsets.n_tags) if problem.worth is None else problem.worth
    parts = 1
    if (spread := problem.spread) is not None:
        source = np.repeat(np.arange(problem.tagsets.n_tags), np.diff(spread.offsets))
        shares = spread.shares / 2**16
        near = spread.tags.astype(np.int64)
        counts = np.bincount(near, shares * counts[source], minlength=len(worth)).astype(np.float64)
        before = np.bincount(near, shares * before[source], minlength=len(worth)).astype(np.float64)
        parts = 16
    return float((worth * (_curve_at(before + counts, problem, parts) - _curve_at(before, problem, parts))).sum())


def _curve_at(counts: Floats, problem: Problem, parts: int) -> Floats:
    """The objective's curve, interpolated linearly between multiples of 1 / `parts`."""
    name, parameter = problem.curve
    low = np.floor(counts * parts)

    def at(x: Floats) -> Floats:
        return np.log1p(x) if name == "log" else np.power(x, parameter)

    below, above = at(low / parts), at((low + 1) / parts)
    return np.asarray(below + (counts * parts - low) * (above - below), np.float64)


def _coverage_by_cost(
    frame: Frame, pool: TagSets, with_ancestors: TagSets, tags: str, options: Options
) -> pl.DataFrame:
    """Coverage against cost, for methods that ignore the cost and for gain per cost."""
    cost = cost_of(frame, options)
    assert cost is not None  # noqa: S101 - only called with a cost option
    most = min(pool.tagged, BUDGET)
    ranked = {method: rank_tags(pool, method, most, None).rows for method in COMPARED}
    problem = problem_of(frame, with_ancestors, options, tags=tags, budget=None, seed=None)
    ranked["gain for cost"] = problem.choose()[0][:most]
    curves = []
    for method, rows in ranked.items():
        sizes = spaced(len(rows))
        _, distinct = prefixes(pool.sets, rows, sizes)
        spent = np.cumsum(cost.values[rows])[sizes - 1]
        columns = {"method": [method] * len(sizes), "cost": spent, "coverage": distinct / max(pool.n_tags, 1)}
        curves.append(pl.DataFrame(columns, COSTS))
    return pl.concat(curves)

"""What a selection lacks of what was asked for, and why: samples of the budget, and lower quotas."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.selection.choice import Chosen
from instag.selection.problem import Problem
from instag.warning import warn

__all__ = ["reached_quotas", "warn_of_missing", "warn_of_quotas"]


def warn_of_missing(chosen: Chosen, column: str) -> None:
    """Say which samples could not be chosen, and whether the budget was missed for it."""
    counts, wanted = chosen.counts, chosen.wanted
    if counts.null:
        warn(f"column {column!r}: {counts.null:,} of {counts.samples:,} samples have null tags; they are not chosen")
    taken = len(chosen.rows)
    if wanted and not counts.tagged:
        warn(
            f"column {column!r}: none of {counts.samples:,} samples has tags, so nothing is chosen: tag them first with "
            "instag tag, or name the column that has them with tags= / --tags"
        )
    elif wanted == 0 and counts.tagged:
        warn(f"budget: it comes to 0 of {counts.samples:,} samples, so nothing is chosen: ask for 1 or more")
    elif wanted is not None and wanted > counts.tagged:
        rest = "all of those were taken" if taken == counts.tagged else f"{taken:,} were taken"
        warn(f"budget: {wanted:,} samples were asked for, and {counts.tagged:,} have tags; {rest}")
    elif wanted is not None and wanted > taken and chosen.problem is not None:
        warn(f"budget: {wanted:,} samples were asked for, and {taken:,} could be taken: {_why_fewer(chosen.problem)}")
    if chosen.problem is not None:
        warn_of_quotas(chosen.problem, chosen.rows)


def _why_fewer(problem: Problem) -> str:
    reasons = []
    if problem.start is not None and len(problem.start.rows):
        reasons.append(f"{len(problem.start.rows):,} were chosen before")
    if problem.constraint.quotas is not None and np.isfinite(problem.constraint.quotas.at_most).any():
        reasons.append("the groups may have no more")
    if problem.quality is not None or problem.worth is not None:
        reasons.append("others add nothing, for their quality is 0 or none of their tags counts")
    return "; ".join(reasons) or "the others have no tags"


def warn_of_quotas(problem: Problem, rows: NDArray[np.uint32]) -> None:
    """Say which lower quotas were not reached."""
    for name, asked, reached in reached_quotas(problem, rows):
        if reached < asked:
            warn(
                f"at_least: {name}: {asked:,g} were asked for, and {reached:,g} could be taken within the budget and the other quotas"
            )


def reached_quotas(problem: Problem, rows: NDArray[np.uint32]) -> list[tuple[str, float, float]]:
    """For each group and tag with a lower quota, what was asked for and what there is, earlier rows included."""
    constraint = problem.constraint
    found = []
    if (quotas := constraint.quotas) is not None:
        values = None if constraint.cost is None else constraint.cost.values[rows]
        held = quotas.before + np.bincount(quotas.of[rows], values, minlength=len(quotas.names))
        found = [
            (name, float(least), float(has))
            for name, least, has in zip(quotas.names, quotas.at_least, held, strict=True)
            if least > 0
        ]
    if constraint.wanted:
        taken = np.zeros(problem.tagsets.samples, np.bool_)
        taken[rows] = True
        codes = problem.tagsets.codes[np.repeat(taken, np.diff(problem.tagsets.offsets))]
        holders = np.bincount(codes, minlength=problem.tagsets.n_tags)
        if problem.start is not None:
            holders = holders + problem.start.holders
        names = problem.tagsets.tags.cast(pl.String)
        found += [(f"tag:{names[tag]}", float(least), float(holders[tag])) for tag, least in constraint.wanted.items()]
    return found

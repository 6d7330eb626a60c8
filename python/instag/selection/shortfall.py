"""Which part of the budget and of the quotas a selection misses, and why."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.selection.problem import Problem
from instag.selection.ranking import Counts
from instag.warning import warn

__all__ = ["quotas_reached", "warn_of_missing"]

QUOTAS = {"of": pl.String, "at_least": pl.Float64, "at_most": pl.Float64, "reached": pl.Float64}


def quotas_reached(problem: Problem | None, rows: NDArray[np.uint32]) -> pl.DataFrame:
    """For each group and tag with a quota, what was asked for and what was reached, with the earlier selection."""
    found: list[tuple[str, float | None, float | None, float]] = []
    if problem is not None and (quotas := problem.constraint.quotas) is not None:
        reached = problem.constraint.reached(rows)
        found += [
            (name, float(least) or None, float(most) if np.isfinite(most) else None, float(has))
            for name, least, most, has in zip(quotas.names, quotas.at_least, quotas.at_most, reached, strict=True)
            if least > 0 or np.isfinite(most)
        ]
    if problem is not None and problem.constraint.wanted:
        taken = np.zeros(problem.tagsets.samples, np.bool_)
        taken[rows] = True
        codes = problem.tagsets.codes[np.repeat(taken, problem.tagsets.lengths)]
        holders = np.bincount(codes, minlength=problem.tagsets.n_tags)
        if problem.start is not None:
            holders = holders + problem.start.holders
        names = problem.tagsets.names
        found += [
            (f"tag:{names[tag]}", float(least), None, float(holders[tag]))
            for tag, least in problem.constraint.wanted.items()
        ]
    return pl.DataFrame(found, QUOTAS, orient="row")


def warn_of_missing(
    counts: Counts,
    wanted: int | None,
    rows: NDArray[np.uint32],
    problem: Problem | None,
    quotas: pl.DataFrame,
    column: str,
) -> None:
    """Warn of samples that could not be chosen, of a budget that was missed, and of lower quotas that were missed."""
    taken = len(rows)
    if counts.null:
        warn(f"column {column!r}: {counts.null:,} of {counts.samples:,} samples have null tags; they are not chosen")
    if wanted != 0 and not counts.tagged:
        warn(
            f"column {column!r}: none of {counts.samples:,} samples has tags, so nothing is chosen: tag them first with "
            "instag tag, or name the column that has them with tags= / --tags"
        )
    elif wanted == 0 and counts.tagged:
        warn(f"budget: it amounts to 0 of {counts.samples:,} samples, so nothing is chosen: ask for 1 or more")
    elif wanted is not None and wanted > counts.tagged:
        rest = "all of those were taken" if taken == counts.tagged else f"{taken:,} were taken"
        warn(f"budget: {wanted:,} samples were asked for, but {counts.tagged:,} have tags; {rest}")
    elif wanted is not None and wanted > taken and problem is not None:
        warn(f"budget: {wanted:,} samples were asked for, but {taken:,} could be taken: {_why_fewer(problem)}")
    for of, asked, _, reached in quotas.filter(pl.col("reached") < pl.col("at_least")).iter_rows():
        warn(
            f"at_least: {of}: {asked:,g} were asked for, but {reached:,g} could be taken within the budget and the other quotas"
        )


def _why_fewer(problem: Problem) -> str:
    reasons = []
    if problem.start is not None and len(problem.start.rows):
        reasons.append(f"{len(problem.start.rows):,} are in the earlier selection")
    if problem.constraint.quotas is not None and np.isfinite(problem.constraint.quotas.at_most).any():
        reasons.append("the groups have reached their at_most")
    if problem.quality is not None or problem.worth is not None:
        reasons.append("others add nothing, because their quality is 0 or none of their tags counts")
    return "; ".join(reasons) or "the others have no tags"

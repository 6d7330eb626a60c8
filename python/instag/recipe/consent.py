"""A question to whoever pays, before a model is asked for more than a little."""

import sys
from collections.abc import Callable

from instag.errors import InputError
from instag.recipe.work.job import Job

__all__ = ["ask"]

# US dollars that a run without a limit of its own may cost unasked.
UNASKED = 1.0


def ask(step: str, job: Job, *, yes: bool, silent: bool, say: Callable[[str], None]) -> None:
    """Go on where a step costs little, has a limit, or somebody agrees.

    Raises
    ------
    InputError
        Where it may cost more, and nobody has agreed.
    """
    if yes or "max_cost" in job.given or step not in ("tag", "normalize"):
        return
    questions, cost = _tagging(job) if step == "tag" else _judging(job)
    if cost is None or cost <= UNASKED:
        return
    said = f"[{step}] {questions:,} questions may cost about ${cost:,.2f}, and the recipe has no max_cost"
    if sys.stdin.isatty() and not silent:
        say(f"{said}. Go on? (y/n)")
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            return
    raise InputError(f"{said}: set it, or run with --yes")


def _tagging(job: Job) -> tuple[int, float | None]:
    from instag.recipe.work.tagging import estimate  # noqa: PLC0415 - only where something is to be tagged

    found = estimate(job)
    costs = [each.cost for each in found]
    return sum(each.asked for each in found), None if None in costs else sum(each or 0.0 for each in costs)


def _judging(job: Job) -> tuple[int, float | None]:
    from instag.recipe.work.normalizing import foreseen  # noqa: PLC0415 - only where tags are judged

    return foreseen(job)

"""A question to whoever pays, before a model is asked for more than a little."""

import sys
from collections.abc import Callable

from instag.errors import InputError
from instag.recipe.outcome import foreseen
from instag.recipe.steps.job import Job

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
    if yes or "max_cost" in job.given:
        return
    found = foreseen(step, job)
    if found is None or found.cost is None or found.cost <= UNASKED:
        return
    about = "" if found.exact else "about "
    said = f"[{step}] {about}{found.questions:,} questions may cost about ${found.cost:,.2f}, and the recipe has no max_cost"
    if sys.stdin.isatty() and not silent:
        say(f"{said}. Go on? (y/n)")
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            return
    raise InputError(f"{said}: set it, or run with --yes")

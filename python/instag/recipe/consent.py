"""Asking the user before a model is asked for more than a little money."""

import sys
from collections.abc import Callable

from instag.errors import InputError
from instag.recipe.outcome import foreseen
from instag.recipe.steps.job import Job

__all__ = ["ask"]

# US dollars that a run without a limit may cost without asking.
UNASKED = 1.0


def ask(step: str, job: Job, *, yes: bool, silent: bool, say: Callable[[str], None]) -> None:
    """Go on if a step costs little, has a limit, or the user agrees.

    Raises
    ------
    InputError
        If it may cost more, and the user has not agreed.
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

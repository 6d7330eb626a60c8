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
    if yes or "max_cost" in job.given or step not in ("decontaminate", "tag", "normalize"):
        return
    if step == "decontaminate":
        _agree(_pairs(job), silent=silent, say=say)
        return
    questions, cost = _tagging(job) if step == "tag" else _judging(job)
    if cost is None or cost <= UNASKED:
        return
    said = f"[{step}] {questions:,} questions may cost about ${cost:,.2f}, and the recipe has no max_cost"
    _agree(said, silent=silent, say=say)


def _agree(said: str | None, *, silent: bool, say: Callable[[str], None]) -> None:
    """Ask on a terminal; elsewhere nobody can agree."""
    if said is None:
        return
    if sys.stdin.isatty() and not silent:
        say(f"{said}. Go on? (y/n)")
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            return
    raise InputError(f"{said}: set it, or run with --yes")


def _pairs(job: Job) -> str | None:
    """What to say of a judge of pairs, whose number nobody knows before; None where it costs nothing that is known."""
    from instag.recipe.work.asking import price_at  # noqa: PLC0415 - only where a model is asked

    model = job.given.get("judge")
    if model is None or price_at(job.options("price") | _price(job), model) is None:
        return None
    return "[decontaminate] judge: how many pairs it is asked about is known only then, and the recipe has no max_cost"


def _price(job: Job) -> dict[str, tuple[float, float]]:
    from instag.recipe.work.asking import price_in  # noqa: PLC0415 - as above

    return {"price": price_in(job.given["price"])} if "price" in job.given else {}


def _tagging(job: Job) -> tuple[int, float | None]:
    from instag.recipe.work.tagging import estimate  # noqa: PLC0415 - only where something is to be tagged

    found = estimate(job)
    costs = [each.cost for each in found]
    return sum(each.asked for each in found), None if None in costs else sum(each or 0.0 for each in costs)


def _judging(job: Job) -> tuple[int, float | None]:
    from instag.recipe.work.normalizing import foreseen  # noqa: PLC0415 - only where tags are judged

    return foreseen(job)

"""A recipe run: each step done once, and again only where what it is made of is another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.recipe.cache import Cache
from instag.recipe.checking import read_recipe
from instag.recipe.options import STEPS
from instag.recipe.output import finish
from instag.recipe.planning import foresee
from instag.recipe.road import Road

__all__ = ["run"]


def run(  # noqa: PLR0913 - each is a choice of its own
    recipe: str | Path,
    *,
    until: str | None = None,
    start: str | None = None,
    set: tuple[str, ...] | list[str] = (),  # noqa: A002 - as the command line calls it
    limit: int | None = None,
    dry_run: bool = False,
    yes: bool = False,
    rehash: bool = False,
    say: Callable[[str], None] | None = None,
    progress: Callable[[Any], None] | None = None,
) -> dict[str, pl.LazyFrame]:
    r"""Run a recipe: what is done already is not done again.

    Parameters
    ----------
    recipe
        A TOML file; see the page "Recipes" of the documentation. Results are kept in `.instag` beside it.
    until
        The last step to run.
    start
        Do this step and those after it again, whatever was done before.
    set
        Values in the place of those in the recipe, such as ``"select.budget=3000"``.
    limit
        Take so many rows of each source, and write to another folder, `out-trial` for `out`: a rehearsal.
    dry_run
        Print what would be run and why, and run nothing.
    yes
        Ask a model without a question to you even if it may cost more than a dollar and the recipe has no `max_cost`, or
        the server does not list it.
    rehash
        Read every file again to see whether it changed, also those whose size and time are as they were.
    say
        Called with lines about what is done; by default nothing is said.
    progress
        Called with where the work stands: an :class:`instag.Tally` where a model is asked, else an
        :class:`instag.Progress`.

    Returns
    -------
    What each step gave, as a lazy frame by the step's name; "read" is first. Of a dry run, what there is already.

    Raises
    ------
    InputError
        If the recipe has faults: all of them, a line each, before anything is done. Or where a step finds one.
    EndpointError
        If a model's endpoint ends it; what was answered is kept.
    InstagError
        If all that the recipe may spend is spent, and there is more to ask; a larger `max_cost` goes on.

    Examples
    --------
    >>> import instag
    >>> folder = getfixture("tmp_path")
    >>> instag.write(instag.load_sample().head(50), folder / "data.jsonl")
    >>> _ = (folder / "recipe.toml").write_text('[[source]]\nfiles = ["data.jsonl"]\n[select]\nbudget = 10\n')
    >>> frames = instag.run(folder / "recipe.toml")
    >>> list(frames), frames["select"].collect().height
    (['read', 'select'], 10)
    """
    cache = Cache(Path(recipe).parent / ".instag", rehash=rehash)
    read = read_recipe(recipe, overrides=tuple(set), passed=cache.passed, listed=not yes)
    names = ("read", *read.steps)
    for name, step in (("until", until), ("from", start)):
        if step is not None and step not in names:
            hint = f": add a table [{step}]" if step in STEPS else ""
            raise InputError(f"{name}: expected a step of the recipe, one of {', '.join(names)}; found {step!r}{hint}")
    if limit is not None and limit < 1:
        raise InputError(f"limit: expected a count of rows; found {limit!r}")
    road = Road(read, cache, limit=limit, start=start, say=say, yes=yes, progress=progress)
    if dry_run:
        foresee(road, until)
    else:
        with cache.lock(road.say):
            cache.passed = read.mark
            road.go(until)
            finish(road)
    return {each.step: pl.scan_parquet(next(iter(each.tables.values()))) for each in road.done if each.tables}

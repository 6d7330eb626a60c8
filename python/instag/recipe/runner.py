"""Running a recipe: each step is done once, and again only if its inputs or options have changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from instag.checks import check_count
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
    r"""Run a recipe; steps that are up to date are not run again.

    Parameters
    ----------
    recipe
        A TOML file; see the page "Recipes" of the documentation. Results are kept in `.instag` beside it.
    until
        The last step to run.
    start
        Run this step and all after it again, even if they are up to date.
    set
        Values that replace those in the recipe, such as ``"select.budget=3000"``.
    limit
        Try the recipe with this many rows of each source, and write to another folder: `out-trial` for `out`.
    dry_run
        Print what would be run and why, and run nothing.
    yes
        Ask models without asking you first, even if it may cost more than a dollar and the recipe has no `max_cost`, or the
        server does not list the model.
    rehash
        Read every file again to see whether it has changed, even if its size and time are the same.
    say
        Called with lines about what is done; by default nothing is printed.
    progress
        Called with the progress: an :class:`instag.Tally` while a model is asked, else an :class:`instag.Progress`.

    Returns
    -------
    The result of each step, as a lazy frame by the step's name; "read" is first. A dry run returns the results that exist
    already.

    Raises
    ------
    InputError
        If the recipe has faults: all of them, one a line, before anything is done. Or if a step finds one.
    EndpointError
        If a model's endpoint makes it useless to go on; the answers so far are kept.
    instag.recipe.CostError
        If the recipe has spent its `max_cost`, and there is more to ask; raise it and run the recipe again.

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
    if limit is not None:
        check_count("limit", limit)
    cache = Cache(Path(recipe).parent / ".instag", rehash=rehash)
    read = read_recipe(recipe, overrides=tuple(set), passed=cache.passed, listed=not yes, limit=limit)
    names = ("read", *read.steps)
    for name, step in (("until", until), ("from", start)):
        if step is not None and step not in names:
            hint = f": add a table [{step}]" if step in STEPS else ""
            raise InputError(f"{name}: expected a step of the recipe, one of {', '.join(names)}; found {step!r}{hint}")
    if start is not None and until is not None and names.index(start) > names.index(until):
        raise InputError(f"from: expected a step up to {until!r}, which is the last one to run; found {start!r}")
    road = Road(read, cache, limit=limit, start=start, say=say, yes=yes, progress=progress)
    if dry_run:
        foresee(road, until)
    else:
        with cache.lock(road.say):
            cache.passed = read.mark
            road.go(until)
            finish(road)
    return {each.step: pl.scan_parquet(next(iter(each.tables.values()))) for each in road.done if each.tables}

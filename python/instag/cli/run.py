"""`instag run`."""

from pathlib import Path
from typing import Annotated

import typer

import instag
from instag.cli import console

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="A recipe, as `instag recipe new` begins one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done and why, and do nothing.")]
Until = Annotated[str | None, typer.Option(metavar="STEP", help="The last step to do.")]
Start = Annotated[str | None, typer.Option("--from", metavar="STEP", help="Do this step and those after it again.")]
Values = Annotated[
    list[str] | None, typer.Option("--set", metavar="STEP.KEY=VALUE", help="A value in the place of the recipe's.")
]
Limit = Annotated[
    int | None, typer.Option(metavar="N", help="A rehearsal on so many rows a source, in a folder of its own.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Tag without a question, whatever it may cost.")]


def run(
    recipe: Recipe,
    dry_run: DryRun = False,
    until: Until = None,
    start: Start = None,
    set: Values = None,  # noqa: A002 - its name on the command line
    limit: Limit = None,
    yes: Yes = False,
) -> None:
    """Do all that a recipe says, from raw files to files for a trainer; what is done already is not done again."""
    with console.noted():
        instag.run(
            recipe, until=until, start=start, set=set or [], limit=limit, dry_run=dry_run, yes=yes, say=console.say
        )

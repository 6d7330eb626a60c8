"""`instag run`."""

from pathlib import Path
from typing import Annotated, Any, Self

import typer

import instag
from instag.cli import console
from instag.cli.summaries import leaving

Recipe = Annotated[
    Path, typer.Argument(metavar="RECIPE.toml", help="A recipe; `instag recipe new` writes a first one.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be run and why, and run nothing.")]
Until = Annotated[str | None, typer.Option(metavar="STEP", help="The last step to run.")]
Start = Annotated[str | None, typer.Option("--from", metavar="STEP", help="Run this step and all after it again.")]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="STEP.KEY=VALUE", help="Replace a value of the recipe; repeat it for several."),
]
Limit = Annotated[
    int | None, typer.Option(metavar="N", help="Try it with N rows of each source, in a folder of its own.")
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        help="Ask models without asking you first, whatever the cost, and even if the server does not list the model.",
    ),
]
Rehash = Annotated[bool, typer.Option("--rehash", help="Read every file again to see whether it has changed.")]


def run(
    recipe: Recipe,
    dry_run: DryRun = False,
    until: Until = None,
    start: Start = None,
    set: Values = None,  # noqa: A002 - its name on the command line
    limit: Limit = None,
    yes: Yes = False,
    rehash: Rehash = False,
) -> None:
    """Run a recipe, from raw files to files for a trainer; steps that are up to date are not run again."""
    from instag.recipe import CostError

    with leaving("what was answered is kept"), console.noted(), _Showing() as showing:
        try:
            instag.run(
                recipe, until=until, start=start, set=set or [], limit=limit, dry_run=dry_run, yes=yes, rehash=rehash,
                say=showing.say, progress=showing,
            )  # fmt: skip
        except CostError as error:
            console.error(str(error))
            raise typer.Exit(console.MAX_COST) from None


class _Showing:
    """The line of progress of a run; it is removed before anything is printed."""

    def __init__(self) -> None:
        self._stack: Any = None
        self._asking: Any = None
        self._tell: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def say(self, text: str) -> None:
        self._end()
        console.say(text)

    def __call__(self, standing: Any) -> None:
        from contextlib import ExitStack

        from instag.cli.progress import Display

        if self._stack is None:
            self._stack = ExitStack()
        if isinstance(standing, instag.Tally):
            if self._asking is None:
                self._end()
                self._stack = ExitStack()
                self._asking = self._stack.enter_context(Display())
            self._asking(standing)
        elif self._asking is None:
            if self._tell is None:
                self._tell = self._stack.enter_context(console.stage("working"))
            self._tell(standing)

    def _end(self) -> None:
        if self._stack is not None:
            self._stack.close()
        self._stack = self._asking = self._tell = None

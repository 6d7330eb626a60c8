"""`instag run`."""

from pathlib import Path
from typing import Annotated, Any, Self

import typer

import instag
from instag.cli import console
from instag.cli.summaries import leaving

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
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", help="Ask a model without a question to you, whatever it may cost, and if the server does not list it."
    ),
]
Rehash = Annotated[bool, typer.Option("--rehash", help="Read every file again, to see whether it changed.")]


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
    """Do all that a recipe says, from raw files to files for a trainer; what is done already is not done again."""
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
    """Where the work stands, in a line that is renewed; it goes before anything is said."""

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

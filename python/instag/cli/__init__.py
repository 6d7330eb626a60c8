"""The command line: one file a command."""

import sys
import traceback
from typing import Annotated

import typer

from instag import __version__
from instag.cli import console
from instag.cli.audit import audit
from instag.cli.convert import convert
from instag.cli.decontaminate import decontaminate
from instag.cli.dedup import dedup
from instag.cli.demo import demo
from instag.cli.normalize import normalize
from instag.cli.report import report
from instag.cli.select import rank, select
from instag.cli.split import split
from instag.cli.stats import stats
from instag.cli.summaries import INTERRUPTED
from instag.cli.tag import tag
from instag.cli.vocabulary import vocabulary
from instag.errors import InstagError

__all__ = ["app", "main"]

app = typer.Typer(
    name="instag",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (dedup, decontaminate, tag, audit, normalize, select, rank, split, stats, report, convert, demo):
    app.command()(command)
app.add_typer(vocabulary)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"instag {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""


def main() -> None:
    """Run the command line.

    Exit code 1 is for what is wrong with values, data and endpoints, 2 for a line that cannot be read, 130 for Ctrl-C.
    """
    # Looked for by hand, so that it may stand anywhere on the line.
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        with console.noted():
            app(arguments, prog_name="instag")
    except InstagError as error:
        if debug:
            traceback.print_exception(error)
        console.error(str(error))
        sys.exit(1)
    except SystemExit as leave:
        if leave.code == INTERRUPTED:
            console.error("stopped")
        raise

"""The commands as one application; each is loaded when it is called."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from instag._core import __version__

__all__ = ["COMMANDS", "HELP", "app", "command"]

COMMANDS = {
    "run": "Do all that a recipe says, from raw files to files for a trainer; what is done already is not done again.",
    "recipe": "Begin a recipe, or describe recipes to an editor.",
    "verify": "Check a result against its manifest: files, rows, sources, and with --replay the selection itself.",
    "cache": "Show and clear what runs of recipes have kept.",
    "clean": "Leave out rows in which nothing is said or answered, and those of the wrong size or writing.",
    "dedup": "Remove rows in which users said the same as in another, or nearly.",
    "decontaminate": "Remove rows in which a user asks what a benchmark asks, or most of it.",
    "tag": "Tag the queries of each sample with a language model; the same command goes on where it was stopped.",
    "audit": "Measure how good tags are: a model judges a sample of them, and is itself put to the test.",
    "normalize": "Turn raw tags into a vocabulary, and say why each became what it is.",
    "select": "Choose a diverse and complex subset; it is written in order of selection.",
    "rank": "Rank all samples that have tags: every selection is a prefix.",
    "sweep": "Draw subsets of one size that differ in complexity alone, or in diversity alone, to train a model on each.",
    "split": "Split data into rows to train and to validate with; copies stay together, sources and tags are spread alike.",
    "stats": "Measure complexity and coverage: of each IN alone and of all together, or of the groups in them.",
    "report": "Draw what the tags say of data and of subsets, in one HTML file that opens offline.",
    "explore": "Make one HTML file to explore tags in: samples, companions, the tree, and what selections took and why.",
    "compare": "Compare two sets: sizes, sources, tags gained and lost, and what is near-copied between them.",
    "convert": "Read data and write them in another format, or as a folder to train from.",
    "card": "Describe the data in a folder as a dataset card, README.md.",
    "push": "Push a folder of data to the Hugging Face Hub with its card, in one commit.",
    "demo": "Normalise and select the data that come with instag: no network, no key, no other file.",
    "vocabulary": "Show, compare, edit and apply vocabularies.",
}
"""Each command with what `instag --help` says of it: the first sentence of its own help."""

# Commands that share a file with another.
FILES = {"card": "push", "rank": "select"}


def command(name: str) -> Any:
    """The command of that name, loaded."""
    found = getattr(import_module(f"instag.cli.{FILES.get(name, name)}"), name)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, **SETTINGS)
    alone.command(name)(found)
    return typer.main.get_command(alone)


class Commands(TyperGroup):
    """Commands that are loaded one by one, since some load much."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, None where there is none."""
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the commands into the help, and load none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


HELP = ("-h", "--help")
SETTINGS: dict[str, Any] = {
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": list(HELP)},
}
app = typer.Typer(name="instag", cls=Commands, no_args_is_help=True, **SETTINGS)


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

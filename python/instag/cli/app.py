"""The commands as one application; each is loaded when it is called."""

import re
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from instag._core import __version__

__all__ = ["COMMANDS", "HELP", "Command", "Subcommands", "app", "command"]

COMMANDS = {
    "run": "Run a recipe, from raw files to files for a trainer; steps that are up to date are not run again.",
    "recipe": "Write a first recipe, or print the schema of recipes for an editor.",
    "verify": "Check a result against its manifest: files, rows, sources, and with --replay the selection itself.",
    "cache": "Show or clear the results that runs of recipes have kept.",
    "clean": "Remove rows without a question or an answer, and rows of the wrong length or script.",
    "dedup": "Remove rows whose queries are the same as in another row, or nearly the same.",
    "decontaminate": "Remove rows in which a user asks an item of a benchmark, or most of one.",
    "tag": "Tag the queries of each sample with a language model; run the command again to go on after a stop.",
    "audit": "Measure how good tags are: a model judges a sample of them, and is tested itself.",
    "normalize": "Turn raw tags into a vocabulary, with the reason for every merge.",
    "select": "Select a diverse and complex subset; it is written in order of selection.",
    "rank": "Rank all samples that have tags; the first rows are the selection of that size.",
    "sweep": "Draw subsets of one size that differ only in complexity, or only in diversity, to train a model on each.",
    "split": "Split data for training and validation; near-copies stay together, sources and tags are spread evenly.",
    "stats": "Measure complexity and coverage of each IN and of all together, or of the groups in them.",
    "report": "Draw a report on the tags of data and of subsets: one HTML file that opens offline.",
    "explore": "Make one HTML file to explore tags in: samples, tags that occur together, the tree, and selections with reasons.",
    "compare": "Compare two sets: sizes, sources, tags gained and lost, and near-copies between them.",
    "convert": "Convert data to another format, or to a folder to train from.",
    "card": "Describe the data in a folder as a dataset card, README.md.",
    "push": "Push a folder of data to the Hugging Face Hub with its card, in one commit.",
    "demo": "Normalise and select the data that come with instag: no network, no key, no other file.",
    "vocabulary": "Show, compare, edit and apply vocabularies.",
}
"""The commands with their line in `instag --help`, which is the first sentence of their own help."""

# Commands that share the file of another command.
FILES = {"card": "push", "rank": "select"}
# The commands for functions of Python that have another name.
FUNCTIONS = {"analyze": "stats", "measure": "stats", "certify": "report", "estimate": "tag", "read": "convert"}


# Errors of pydantic, with which Typer reads the values of options, and what was expected.
EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}
CHOICE = re.compile(r"'(?P<found>.*)' is not one of (?P<choices>'.*')\.?")


# The types of values in the help, and what stands there instead; after a name of its own nothing does.
TYPE = re.compile(r"(?P<named>(?:^|\s)(?!-)[^\s<]+)? <(?P<type>str|int|float|list\[str\])>")
NAMES = {"str": "TEXT", "int": "N", "float": "NUMBER", "list[str]": "TEXT"}


class Command(TyperCommand):
    """A command that says in plain words which values its options take."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, with what they take in the words of people rather than of Python."""
        write = formatter.write_dl
        formatter.write_dl = lambda rows: write([(TYPE.sub(_shown, name), text) for name, text in rows])
        super().format_options(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = _reworded(error)
            raise


def _shown(kind: re.Match[str]) -> str:
    return kind["named"] or f" {NAMES[kind['type']]}"


def _reworded(error: typer.BadParameter) -> str:
    if choice := CHOICE.search(error.message):
        choices = re.findall("'([^']*)'", choice["choices"])
        meant = get_close_matches(choice["found"].casefold(), choices, 1)
        hint = f". Did you mean {meant[0]!r}?" if meant else ""
        return f"expected one of {', '.join(choices)}; found {choice['found']!r}{hint}"
    faults: Any = getattr(error.__cause__, "errors", list)()
    if faults and (expected := EXPECTED.get(faults[0]["type"])):
        return f"expected {expected.format(**faults[0].get('ctx', {}))}; found {faults[0]['input']!r}"
    return error.message.removeprefix("Value error, ")


def command(name: str) -> Any:
    """Load the command of that name."""
    found = getattr(import_module(f"instag.cli.{FILES.get(name, name)}"), name)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, **SETTINGS)
    alone.command(name, cls=Command)(found)
    return typer.main.get_command(alone)


class Commands(TyperGroup):
    """A group of commands that loads a command only when it is called: some are slow to load."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """List the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Load the command of that name; None if there is none."""
        return command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is called; for a misspelt one, the error has the name that was probably meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            meant = FUNCTIONS.get(name) or next(iter(get_close_matches(name, COMMANDS)), None)
            if meant:
                ctx.fail(f"No such command '{name}'. Did you mean '{meant}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


class Subcommands(TyperGroup):
    """The commands of a command, whose help has the whole first sentence of each."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands, with no line cut short."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(1_000)) for name, each in found if each is not None])


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

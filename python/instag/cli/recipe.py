"""`instag recipe new` and `instag recipe schema`."""

import json
from pathlib import Path
from typing import Annotated

import typer

import instag
from instag.cli import console, outputs
from instag.cli.app import Command, Subcommands

recipe = typer.Typer(
    name="recipe",
    cls=Subcommands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Write a first recipe, or print the schema of recipes for an editor.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Files = Annotated[list[str], typer.Argument(metavar="FILES...", help="Data files, or globs.")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="RECIPE.toml", help="The file to write.")]


@recipe.command(cls=Command)
def new(files: Files, output: Output = Path("recipe.toml")) -> None:
    """Write a first recipe for data files, with comments and the columns that were found; edit it, then `instag run` it."""
    from instag.recipe import new as first_recipe

    outputs.apart(files, outputs.file("-o", output, ".toml"))
    if output.exists():
        raise instag.InputError(f"-o: {output} is there already: name another file, or remove that one")
    with console.stage("reading"):
        text = first_recipe(files)
    output.write_text(text, "utf-8")
    console.say(f"written to {output}; next: instag run {output} --limit 200, then --dry-run")


@recipe.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of recipes, with which an editor completes and checks them."""
    from instag.recipe import schema as described

    print(json.dumps(described(), indent=1))  # noqa: T201

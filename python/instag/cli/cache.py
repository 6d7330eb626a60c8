"""`instag cache`."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from instag.cli import console
from instag.cli.app import Command, Subcommands
from instag.errors import InputError, MissingFileError

cache = typer.Typer(
    name="cache",
    cls=Subcommands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show or clear the results that runs of recipes have kept.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Where = Annotated[Path, typer.Argument(metavar="[RECIPE.toml|FOLDER]", help="A recipe, or the folder it is in.")]
Answers = Annotated[
    str | None,
    typer.Option(metavar="JOURNAL", help="Delete a journal of answers, by its name; the answers were paid for."),
]


@cache.command(cls=Command)
def show(where: Where = Path()) -> None:
    """Show the size of each step's results, and of the journals."""
    home = _home(where)
    steps = sorted((home / "cache").iterdir()) if (home / "cache").is_dir() else []
    rows = [(each.name, f"{sum(found.is_dir() for found in each.iterdir()):,}", _size(each)) for each in steps]
    console.table(("results of", "", "bytes"), rows)
    journals = [(each.name, "", _size(each)) for each in sorted((home / "journals").glob("*.journal"))]
    if journals:
        console.table(("answers", "", "bytes"), journals)


@cache.command(cls=Command)
def clear(where: Where = Path(), answers: Answers = None) -> None:
    """Delete the results of steps; the next run makes them again. Answers of models stay."""
    home = _home(where)
    if answers is None:
        before = _size(home / "cache")
        shutil.rmtree(home / "cache", ignore_errors=True)
        (home / "files.json").unlink(missing_ok=True)
        kept = len(list((home / "journals").glob("*.journal")))
        console.say(f"{before} bytes of results deleted in {home}; {kept:,} journals of answers stay")
        return
    there = {each.name: each for each in sorted((home / "journals").glob("*.journal"))}
    if answers not in there:
        names = ", ".join(there) or "none"
        raise InputError(
            f"--answers: expected the name of a journal in {home / 'journals'}: {names}; found {answers!r}"
        )
    size = _size(there[answers])
    there[answers].unlink()
    console.say(f"{answers} deleted, {size} bytes: what it answered is asked, and paid for, again")


def _home(where: Path) -> Path:
    if not where.exists():
        raise MissingFileError(
            f"{where}: there is no such file or folder: expected a recipe, or the folder that it is in"
        )
    home = (where if where.is_dir() else where.parent) / ".instag"
    if not home.is_dir():
        raise MissingFileError(f"{home}: there is no such folder: no recipe was run there")
    return home


def _size(path: Path) -> str:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return f"{sum(each.stat().st_size for each in files):,}"

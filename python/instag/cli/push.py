"""`instag push` and `instag card`."""

from pathlib import Path
from typing import Annotated

import typer

import instag
from instag.cli import console
from instag.errors import InputError

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder with the data files, which may be in its data/.")
]
Repository = Annotated[
    str, typer.Argument(metavar="ORG/NAME", help="The data set on the Hub; it is made if there is none.")
]
Title = Annotated[str | None, typer.Option(help="The heading of the card.")]
License = Annotated[str | None, typer.Option(help="The licence of the data set, by its identifier on the Hub.")]
SourceNames = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME[=LICENCE]", help="A source of the data; repeat it for several."),
]
Language = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="A language, such as en; repeat it for several.")
]
Command = Annotated[str | None, typer.Option(metavar="LINE", help="The command that reproduces the data.")]
Private = Annotated[bool, typer.Option("--private", help="If the data set is new, make it private.")]
Revision = Annotated[str | None, typer.Option(metavar="BRANCH", help="An existing branch; by default the main one.")]
Message = Annotated[str | None, typer.Option(help="The message of the commit.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the card and the files, and push nothing.")]
Show = Annotated[bool, typer.Option("--dry-run", help="Show the card, and write nothing.")]


def push(
    folder: Folder,
    repository: Repository,
    title: Title = None,
    license: License = None,
    source: SourceNames = None,
    language: Language = None,
    command: Command = None,
    private: Private = False,
    revision: Revision = None,
    message: Message = None,
    dry_run: DryRun = False,
) -> None:
    """Push a folder of data to the Hugging Face Hub with its card, in one commit."""
    with console.stage(f"pushing to {repository}"):
        done = instag.push(
            folder,
            repository,
            private=private,
            revision=revision,
            message=message,
            dry_run=dry_run,
            title=title,
            license=license,
            sources=_sources(source),
            language=language or (),
            command=command,
        )
    if dry_run:
        console.say(done.card + "\n")
    console.say(repr(done))


def card(
    folder: Folder,
    title: Title = None,
    license: License = None,
    source: SourceNames = None,
    language: Language = None,
    command: Command = None,
    dry_run: Show = False,
) -> None:
    """Describe the data in a folder as a dataset card, README.md."""
    text = instag.card(
        folder,
        title=title,
        license=license,
        sources=_sources(source),
        language=language or (),
        command=command,
        write=not dry_run,
    )
    console.say(text if dry_run else f"written to {folder / 'README.md'}")


def _sources(given: list[str] | None) -> dict[str, str | None]:
    """Sources and their licences."""
    found: dict[str, str | None] = {}
    for text in given or ():
        name, _, licence = text.partition("=")
        if not name.strip():
            raise InputError(
                f"--source: expected a name, or a name and its licence such as alpaca=cc-by-nc-4.0; found {text!r}"
            )
        found[name.strip()] = licence.strip() or None
    return found

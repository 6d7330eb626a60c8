"""`instag verify`."""

from pathlib import Path
from typing import Annotated

import typer

import instag
from instag.cli import console

Manifest = Annotated[
    Path, typer.Argument(metavar="MANIFEST.json", help="The manifest that a run wrote, or its folder.")
]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the sources are now, if they were moved.")]
Replay = Annotated[
    bool, typer.Option("--replay", help="Also select again and compare; needs neither a model nor a network.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Also fail if something could not be checked.")]


def verify(manifest: Manifest, data: Data = None, replay: Replay = False, strict: Strict = False) -> None:
    """Check a result against its manifest: files, rows, sources, and with --replay the selection itself."""
    with console.noted(), console.stage("checking"):
        checks = instag.verify(manifest, data=data, replay=replay)
    for check in checks:
        console.say(str(check))
    if any(check.holds is False or (strict and check.holds is None) for check in checks):
        raise typer.Exit(1)

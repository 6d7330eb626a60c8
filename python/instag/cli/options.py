"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from instag.errors import InputError

Sources = Annotated[list[str], typer.Argument(metavar="IN...", help="Files, globs, or folders saved by datasets.")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The file to write; its ending says how.")]
Format = Annotated[str, typer.Option(help="How to read, where the files do not tell: see `instag.read`.")]
To = Annotated[str, typer.Option(help="How to write: a type of file, or alpaca, sharegpt or messages.")]
Tags = Annotated[str, typer.Option(metavar="COLUMN", help="The column with the tags of each sample.")]
Seed = Annotated[int | None, typer.Option(help="Order ties at random by this seed, instead of by row.")]


def one_or_list(sources: list[str]) -> str | list[str]:
    """One source as it is, several as a list."""
    return sources[0] if len(sources) == 1 else sources


def read_budget(text: str) -> float:
    """Read a budget: a whole number is a count, any other a share."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--budget: expected a count such as 6000, or a share such as 0.1; found {text!r}") from None

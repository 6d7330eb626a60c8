"""Options that several commands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from instag.checks import first_names
from instag.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["expect_by", "expect_tags", "shortened"]

Sources = Annotated[
    list[str], typer.Argument(metavar="IN...", help="Files, globs, folders, hf:// addresses, or - for standard input.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="OUT", help="The file to write; its ending decides the type.")
]
Format = Annotated[
    str, typer.Option(help="How to read the files, if their names and contents do not decide it: see `instag.read`.")
]
To = Annotated[str, typer.Option(help="What to write: a type of file, or alpaca, sharegpt or messages.")]
PerFile = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Write several files of N rows; OUT has a place for their number: out-{:05d}.parquet."
    ),
]
Tags = Annotated[str, typer.Option(metavar="COLUMN", help="The column with the tags of each sample.")]
Seed = Annotated[int | None, typer.Option(help="Break ties at random with this seed, instead of by row.")]

# How many files a message lists.
NAMED = 3


def one_or_list(sources: list[str]) -> str | list[str]:
    """One source as it is, several as a list."""
    return sources[0] if len(sources) == 1 else sources


def read_budget(text: str) -> float | str:
    """Read a budget: a whole number is a count, any other number a share."""
    return read_amount("--budget", text)


def read_amount(option: str, text: str) -> float | str:
    """Read an amount: a whole number is a count, any other number and any percentage a share.

    Examples
    --------
    >>> read_amount("--budget", "6000"), read_amount("--budget", "0.1"), read_amount("--budget", "10%")
    (6000, 0.1, '10%')
    """
    if text.strip().endswith("%"):
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"{option}: expected a count such as 6000, or a share such as 0.1 or 10%; found {text!r}"
        ) from None


def expect_tags(frame: "pl.LazyFrame", source: Sequence[str], name: str) -> None:
    """Check that the column with the tags exists.

    Examples
    --------
    >>> import polars as pl
    >>> expect_tags(pl.LazyFrame({"prompt": ["Why?"]}), ["raw.jsonl"], "tags")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: raw.jsonl: --tags: no column 'tags'; the columns are: prompt; name the one with the tags, or tag the data first (instag tag)
    """
    columns = frame.collect_schema().names()
    if _is_there(frame, name):
        return
    hint = "name the one with the tags, or tag the data first (instag tag)"
    if name == "tags" and "query_tags" in columns:
        hint = "the tags of each query are there: --tags query_tags"
    raise _missing(source, "--tags", name, columns, hint)


def _is_there(frame: "pl.LazyFrame", name: str) -> bool:
    """Whether the column, or the path within one, exists."""
    from instag.frame.path import resolve

    try:
        resolve(frame.collect_schema(), name)
    except InputError:
        return False
    return True


def expect_by(frame: "pl.LazyFrame", source: Sequence[str], name: str) -> None:
    """Check that the column with the groups exists.

    Examples
    --------
    >>> import polars as pl
    >>> expect_by(pl.LazyFrame({"tags": [["math"]]}), ["data.jsonl"], "source")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: data.jsonl: --by: no column 'source'; the columns are: tags; name another, leave --by out, or give several files: then each is a group
    """
    columns = frame.collect_schema().names()
    if name in columns:
        return
    files = ", or give several files: then each is a group" if name == "source" else ""
    raise _missing(source, "--by", name, columns, f"name another{',' if files else ' or'} leave --by out{files}")


def shortened(source: Sequence[str]) -> str:
    """The first names of files, and how many more there are."""
    return first_names(source, NAMED)


def _missing(source: Sequence[str], option: str, name: str, columns: Sequence[str], hint: str) -> InputError:
    found = ", ".join(columns) or "none"
    return InputError(f"{shortened(source)}: {option}: no column {name!r}; the columns are: {found}; {hint}")

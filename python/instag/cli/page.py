"""Options of `instag report` and `instag explore`: pages about data, their selections and a vocabulary."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

import instag
from instag.cli import console, outputs
from instag.cli.options import expect_by, expect_tags, one_or_list
from instag.errors import InputError
from instag.io.options import Reading

if TYPE_CHECKING:
    import polars as pl

__all__ = ["By", "Output", "Parts", "Selections", "Title", "Vocabulary", "named", "parts"]

Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT.html", help="The file to write.")]
By = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the group of each sample.")]
Selections = Annotated[
    list[str] | None,
    typer.Option(
        "--selection", metavar="[NAME=]S", help="A subset of IN, as `instag select` wrote it; repeat it for several."
    ),
]
Vocabulary = Annotated[
    Path | None, typer.Option("--vocabulary", metavar="V.parquet", help="A vocabulary to show as well.")
]
Title = Annotated[str | None, typer.Option(help="The heading.")]


class Parts(NamedTuple):
    """The data, the subsets by name, and the vocabulary of a page."""

    data: "pl.LazyFrame"
    selections: "dict[str, pl.LazyFrame]"
    vocabulary: "instag.Vocabulary | None"


def parts(
    source: list[str],
    output: Path,
    selections: list[str] | None,
    vocabulary: Path | None,
    columns: tuple[str, str | None],
    reading: Reading,
    *others: Any,
) -> Parts:
    """Open them, and check that the page is none of the files that are read; `columns` are those of tags and groups."""
    paths = named(selections or [])
    read = [*source, *paths.values(), vocabulary, *others]
    outputs.apart(read, outputs.file("-o", output, ".html", ".htm"))
    tags, by = columns
    with console.stage("reading"):
        data = opened(one_or_list(source), reading)
        expect_tags(data, source, tags)
        if by is not None:
            expect_by(data, source, by)
        taken = {name: opened(path, reading | {"format": "auto"}) for name, path in paths.items()}
        words = None if vocabulary is None else instag.Vocabulary.load(vocabulary)
    return Parts(data, taken, words)


def named(selections: list[str]) -> dict[str, str]:
    """The files of selections by name: the name before the first =, or that of the file."""
    paths: dict[str, str] = {}
    for text in selections:
        before, equals, after = text.partition("=")
        name, path = (before, after) if equals and not Path(text).exists() else (Path(text).stem, text)
        if name in paths:
            raise InputError(
                f"--selection: expected names of their own; found {name!r} for {paths[name]} and for {path}: "
                f"name one of them, as in --selection other={path}"
            )
        paths[name] = path
    return paths


def opened(source: str | list[str], reading: Reading) -> "pl.LazyFrame":
    """The data with the users' queries, or without them if no column is known to hold them."""
    frame = instag.io.scan(source, **reading)
    columns = frame.collect_schema()
    if "queries" not in columns:
        listed = ", ".join(columns)
        console.note(
            f"what users say is not shown: none of the columns ({listed}) is known to hold it; name one with --query"
        )
    return frame

"""`instag convert`."""

from typing import Annotated

import typer

from instag import io
from instag.cli import console, outputs
from instag.cli.options import Format, Output, Sources, To, one_or_list

Query = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with what the user says.")]


def convert(
    source: Sources,
    output: Output,
    to: To = "auto",
    format: Format = "auto",
    query: Query = None,
) -> None:
    """Read data and write them in another format."""
    outputs.apart(source, outputs.data("-o", output, to, lists=None))
    with console.stage("reading"):
        frame = io.read(one_or_list(source), format=format, query=query)
    with console.stage(f"writing {output}"):
        io.write(frame, output, format=to)
    queries = int(frame.get_column("queries").list.len().sum())
    console.say(f"{frame.height:,} samples with {queries:,} queries; written to {output}")

"""`instag compare`."""

from pathlib import Path
from typing import Annotated, Unpack

import typer

import instag
from instag.cli import console, outputs
from instag.cli.reading import reads
from instag.errors import InputError
from instag.io.options import Reading

A = Annotated[str, typer.Argument(metavar="A", help="A file, a glob or a folder: the older set, or the pool.")]
B = Annotated[str, typer.Argument(metavar="B", help="The same for the newer set, or the selection.")]
Tags = Annotated[str, typer.Option(metavar="COLUMN", help="The column with the tags of each row.")]
By = Annotated[str, typer.Option(metavar="COLUMN", help="The column with the sources.")]
Threshold = Annotated[float, typer.Option(metavar="J", help="How similar near-copies are at least.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Page = Annotated[
    Path | None, typer.Option("--report", metavar="OUT.html", help="Also write a report on B that has the comparison.")
]


@reads
def compare(
    a: A,
    b: B,
    tags: Tags = "tags",
    by: By = "source",
    threshold: Threshold = 0.9,
    report: Page = None,
    json: Json = False,
    **reading: Unpack[Reading],
) -> None:
    """Compare two sets: sizes, sources, tags gained and lost, and near-copies between them."""
    outputs.apart([a, b], outputs.file("--report", report, ".html", ".htm"))
    with console.stage("reading"):
        one, other = (instag.io.load(source, **reading).collect() for source in (a, b))
    if tags == "tags" and tags not in one.columns and tags not in other.columns:
        # The tags of each query, as `instag tag` writes them, will do.
        tags = next((name for name in ("query_tags",) if name in one.columns and name in other.columns), tags)
    with console.stage("comparing"):
        names = (Path(a).name, Path(b).name) if Path(a).name != Path(b).name else (a, b)
        found = instag.compare(one, other, tags=tags, by=by, threshold=threshold, names=names)
    if report is not None:
        if tags not in other.columns:
            raise InputError(f"--report: {b} has no column {tags!r}, and a report is about tags")
        with console.stage(f"writing {report}"):
            instag.report(instag.analyze(other, tags=tags), report, versions=found)
    if json:
        import orjson

        console.say(orjson.dumps(found.to_dict()).decode())
    else:
        console.say(repr(found))
    if report is not None and not json:
        console.say(f"\nthe report is in {report}")

"""`instag stats`."""

from typing import Annotated

import orjson
import polars as pl
import typer

from instag import io
from instag.cli import console
from instag.cli.options import Format, Sources, Tags
from instag.frame import wrap
from instag.measures import Measures, measure


def stats(
    source: Sources,
    tags: Tags = "tags",
    format: Format = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure complexity and coverage: each IN alone, and where there are several, all together."""
    parts: dict[str, pl.DataFrame] = {}
    for name in source:
        with console.stage(f"reading {name}"):
            parts[name] = wrap(io.load(name, format=format)).column(tags).alias("tags").to_frame()
    every = pl.concat(parts.values(), how="vertical_relaxed", rechunk=False)
    if len(parts) > 1:
        parts["all"] = every
    with console.stage("measuring"):
        measured = {name: measure(frame, of=every) for name, frame in parts.items()}
    if json:
        records = [{"source": name, **vars(measures)} for name, measures in measured.items()]
        console.say(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode())
        return
    header = ("", "samples", "null tags", "no tags", "complexity", "distinct tags", "coverage")
    console.table(header, [row(name, measures) for name, measures in measured.items()])


def row(name: str, measures: Measures) -> tuple[str, ...]:
    """A line of the table."""
    counts = (measures.samples, measures.null, measures.empty)
    return (
        name,
        *(f"{count:,}" for count in counts),
        f"{measures.complexity:.2f}",
        f"{measures.tags:,}",
        f"{measures.coverage or 0:.1%}",
    )

"""`instag stats`."""

from typing import Annotated, Any, Unpack

import typer

import instag
from instag.cli import console
from instag.cli.options import Sources, Tags, expect_by, expect_tags, one_or_list
from instag.cli.reading import reads
from instag.io.options import Reading


@reads
def stats(
    source: Sources,
    tags: Tags = "tags",
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Measure each group, by a column with their names.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    **reading: Unpack[Reading],
) -> None:
    """Measure complexity and coverage of each IN and of all together, or of the groups in them."""
    if by is None:
        files(source, tags, reading, json=json)
    else:
        groups(source, tags, by, reading, json=json)


def files(source: list[str], tags: str, reading: Reading, *, json: bool) -> None:
    """Measure each file, and where there are several, all together."""
    parts = {}
    with console.stage("reading"):
        for name in source:
            parts[name] = instag.io.load(name, **reading)
            expect_tags(parts[name], [name], tags)
    with console.stage("measuring"):
        measured, together = instag.analysis.measure_parts(parts, tags=tags)
    if len(parts) > 1:
        measured["all"] = together
    if json:
        print_json([{"source": name, **vars(measures)} for name, measures in measured.items()])
        return
    header = ("", "samples", "null tags", "no tags", "complexity", "distinct tags", "coverage")
    console.table(header, [row(name, measures) for name, measures in measured.items()])


def row(name: str, measures: "instag.Measures") -> tuple[str, ...]:
    """A line of the table."""
    counts = (measures.samples, measures.null, measures.empty)
    return (
        name,
        *(f"{count:,}" for count in counts),
        f"{measures.complexity:.2f}",
        f"{measures.tags:,}",
        f"{measures.coverage or 0:.1%}",
    )


def groups(source: list[str], tags: str, by: str, reading: Reading, *, json: bool) -> None:
    """Measure all files together, and each group in them."""
    with console.stage("reading"):
        data = instag.io.load(one_or_list(source), **reading)
        expect_tags(data, source, tags)
        expect_by(data, source, by)
    with console.stage("measuring"):
        summary = instag.analysis.summarize(data, by=by, tags=tags)
    if json:
        print_json(summary.to_dicts())
        return
    header = ("", "samples", "no tags", "mean", "median", "p95", "tags", "coverage", "effective")
    console.table(header, [group_row(**line) for line in summary.to_dicts()])


def group_row(
    *, group: str, samples: int, tags: int, coverage: float, effective: float, **rest: Any
) -> tuple[str, ...]:
    """A line of the table; a dash where there is nothing to measure."""
    untagged, mean, median, p95 = (rest[name] for name in ("untagged", "mean", "median", "p95"))
    return (
        group,
        f"{samples:,}",
        "-" if untagged is None else f"{untagged:.1%}",
        *("-" if number is None else f"{number:.2f}" for number in (mean, median, p95)),
        f"{tags:,}",
        f"{coverage:.1%}",
        f"{effective:,.1f}",
    )


def print_json(records: list[dict[str, Any]]) -> None:
    """Print records as a list."""
    import orjson

    console.say(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode())

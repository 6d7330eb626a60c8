"""`instag report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

import typer

import instag
from instag.cli import console, outputs
from instag.cli.options import Sources, Tags, expect_by, expect_tags, one_or_list, read_budget
from instag.cli.reading import reads
from instag.cli.select import Cost, Curved, Exponent, Group, Least, Most, Quality, Weights, read_amounts, read_curve
from instag.errors import InputError
from instag.io.options import Reading

if TYPE_CHECKING:
    import polars as pl

# How many groups are shown.
TELLING = 20

Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT.html", help="The file to write.")]
By = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that says which group a sample is in.")]
Selections = Annotated[
    list[str] | None,
    typer.Option(
        "--selection", metavar="[NAME=]S", help="A subset of IN, as `instag select` wrote it; several are fine."
    ),
]
File = Annotated[Path | None, typer.Option("--vocabulary", metavar="V.parquet", help="A vocabulary to show as well.")]
Folder = Annotated[Path | None, typer.Option("--figures", metavar="DIR", help="Save the figures too, as SVG and PNG.")]
Budget = Annotated[
    str | None,
    typer.Option(metavar="N", help="What shares in --at-least and --at-most are of; otherwise what a selection has."),
]
Title = Annotated[str | None, typer.Option(help="The heading.")]


@reads
def report(
    source: Sources,
    output: Output = Path("report.html"),
    by: By = None,
    tags: Tags = "tags",
    selection: Selections = None,
    curve: Curved = None,
    quality: Quality = None,
    cost: Cost = None,
    cost_exponent: Exponent = None,
    group: Group = None,
    at_least: Least = None,
    at_most: Most = None,
    budget: Budget = None,
    weights: Weights = None,
    vocabulary: File = None,
    folder: Folder = None,
    title: Title = None,
    **reading: Unpack[Reading],
) -> None:
    """Draw what the tags say of data and of subsets, in one HTML file that opens offline."""
    gain = {
        "curve": read_curve(curve),
        "quality": quality,
        "cost": cost,
        "cost_exponent": cost_exponent,
        "group": group,
        "at_least": read_amounts("--at-least", at_least),
        "at_most": read_amounts("--at-most", at_most),
        "budget": None if budget is None else read_budget(budget),
        "weights": weights,
    }
    chosen = named(selection or [])
    outputs.apart([*source, *chosen.values(), vocabulary, weights], outputs.file("-o", output, ".html", ".htm"))
    outputs.folder("--figures", folder)
    with console.stage("reading"):
        frame = opened(one_or_list(source), reading)
        expect_tags(frame, source, tags)
        if by is not None:
            expect_by(frame, source, by)
        taken = {name: opened(path, reading | {"format": "auto"}) for name, path in chosen.items()}
        given = {name: value for name, value in gain.items() if value is not None}
        words = None if vocabulary is None else instag.Vocabulary.load(vocabulary)
    with console.noted(), console.stage("analysing"):
        analysis = instag.analyze(frame, by=by, tags=tags, selections=taken, gain=given)
    with console.stage(f"writing {output}"):
        instag.report(analysis, output, vocabulary=words, title=title)
        pictures = [] if folder is None else instag.figures(analysis, folder, vocabulary=words)
    show(analysis)
    drawn = "" if folder is None else f"; {len(pictures)} figures are in {folder}"
    console.say(f"\nthe report is in {output}{drawn}")


def named(selections: list[str]) -> dict[str, str]:
    """The files of selections by name: the one given before the first =, or that of the file."""
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
    """The data with what users say, or where nobody knows which column that is, without."""
    frame = instag.io.scan(source, **reading)
    columns = frame.collect_schema()
    if "queries" not in columns:
        listed = ", ".join(columns)
        console.note(f"what users say is not shown: none of the columns ({listed}) says it; name one with --query")
    return frame


def show(analysis: "instag.Analysis") -> None:
    """Print the largest groups and the selections."""
    import polars as pl

    fields = ("group", "samples", "mean", "tags", "coverage", "untagged")
    rows = [line(*row) for row in analysis.summary.head(TELLING + 1).select(fields).iter_rows()]
    console.table(("", "samples", "tags a sample", "distinct tags", "coverage", "without tags"), rows)
    left = len(analysis.summary) - len(rows)
    if left:
        console.say(f"and {left:,} smaller {'group' if left == 1 else 'groups'}")
    for name, picks in analysis.selections.items():
        curve = analysis.growth.filter(pl.col("curve") == name)
        coverage = curve.select(pl.col("coverage").max()).item() or 0.0
        console.say(f"{name}: {len(picks):,} samples cover {coverage:.1%} of the tags")


def line(name: str, samples: int, mean: float | None, tags: int, coverage: float, untagged: float) -> tuple[str, ...]:
    """A line of the table."""
    return name, f"{samples:,}", f"{mean or 0:.2f}", f"{tags:,}", f"{coverage:.1%}", f"{untagged:.1%}"

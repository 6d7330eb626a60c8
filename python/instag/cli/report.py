"""`instag report`."""

from pathlib import Path
from typing import Annotated, Any, Unpack

import typer

import instag
from instag.cli import console, outputs
from instag.cli.gain import files_of, gained, opened
from instag.cli.options import Sources, Tags, read_budget
from instag.cli.page import By, Output, Selections, Title, Vocabulary, parts
from instag.cli.reading import reads
from instag.io.options import Reading
from instag.selection.options import Gain

# How many groups to show.
TELLING = 20

Folder = Annotated[Path | None, typer.Option("--figures", metavar="DIR", help="Save the figures too, as SVG and PNG.")]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="The budget that shares in --at-least and --at-most are of; by default the size of each selection.",
    ),
]


@gained()
@reads
def report(
    source: Sources,
    output: Output = Path("report.html"),
    by: By = None,
    tags: Tags = "tags",
    selection: Selections = None,
    vocabulary: Vocabulary = None,
    folder: Folder = None,
    title: Title = None,
    budget: Budget = None,
    *,
    gain: Gain,
    **reading: Unpack[Reading],
) -> None:
    """Draw a report on the tags of data and of subsets: one HTML file that opens offline."""
    wanted = None if budget is None else read_budget(budget)
    outputs.folder("--figures", folder)
    data, selections, words = parts(source, output, selection, vocabulary, (tags, by), reading, *files_of(gain))
    judged_by: dict[str, Any] = dict(opened(gain, data.collect_schema().names(), tags))
    if wanted is not None:
        judged_by["budget"] = wanted
    with console.noted(), console.stage("analysing"):
        analysis = instag.analyze(data, by=by, tags=tags, selections=selections, gain=judged_by)
    with console.stage(f"writing {output}"):
        instag.report(analysis, output, vocabulary=words, title=title)
        pictures = [] if folder is None else instag.figures(analysis, folder, vocabulary=words)
    show(analysis)
    drawn = "" if folder is None else f"; {len(pictures)} figures are in {folder}"
    console.say(f"\nthe report is in {output}{drawn}")


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

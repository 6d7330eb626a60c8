"""`instag explore`."""

from pathlib import Path
from typing import Annotated, Unpack

import typer

import instag
from instag.choices import EXPLORED
from instag.cli import console
from instag.cli.options import Sources, Tags
from instag.cli.page import By, Output, Selections, Title, Vocabulary, parts
from instag.cli.reading import reads
from instag.io.options import Reading

Samples = Annotated[
    int,
    typer.Option(metavar="N", help="The most samples on the page: what was selected first, then others at random."),
]
Seed = Annotated[int, typer.Option(help="Another seed draws other samples.")]


@reads
def explore(
    source: Sources,
    output: Output = Path("explore.html"),
    by: By = None,
    tags: Tags = "tags",
    selection: Selections = None,
    vocabulary: Vocabulary = None,
    samples: Samples = EXPLORED,
    seed: Seed = 0,
    title: Title = None,
    **reading: Unpack[Reading],
) -> None:
    """Make one HTML file to explore tags in: samples, companions, the tree, and what selections took and why."""
    data, selections, words = parts(source, output, selection, vocabulary, (tags, by), reading)
    with console.noted(), console.stage(f"writing {output}"):
        instag.explore(
            data,
            output,
            tags=tags,
            by=by,
            selections=selections,
            vocabulary=words,
            samples=samples,
            seed=seed,
            title=title,
        )
    console.say(f"the page is in {output}: open it in a browser")

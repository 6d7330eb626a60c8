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
    typer.Option(
        metavar="N", help="How many samples the page has at most: first the selected ones, then others at random."
    ),
]
Seed = Annotated[int, typer.Option(help="The seed of the samples that are drawn.")]


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
    """Make one HTML file to explore tags in: samples, tags that occur together, the tree, and selections with reasons."""
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

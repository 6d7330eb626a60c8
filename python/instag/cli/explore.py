"""`instag explore`."""

from pathlib import Path
from typing import Annotated, Unpack

import typer

import instag
from instag.choices import EXPLORED
from instag.cli import console, outputs
from instag.cli.options import Sources, Tags, expect_by, expect_tags, one_or_list
from instag.cli.reading import reads
from instag.cli.report import By, File, Output, Selections, Title, named, opened
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
    vocabulary: File = None,
    samples: Samples = EXPLORED,
    seed: Seed = 0,
    title: Title = None,
    **reading: Unpack[Reading],
) -> None:
    """Make one HTML file to explore tags in: samples, companions, the tree, and what selections took and why."""
    chosen = named(selection or [])
    outputs.apart([*source, *chosen.values(), vocabulary], outputs.file("-o", output, ".html", ".htm"))
    with console.stage("reading"):
        frame = opened(one_or_list(source), reading)
        expect_tags(frame, source, tags)
        if by is not None:
            expect_by(frame, source, by)
        taken = {name: opened(path, reading | {"format": "auto"}) for name, path in chosen.items()}
        words = None if vocabulary is None else instag.Vocabulary.load(vocabulary)
    with console.noted(), console.stage(f"writing {output}"):
        instag.explore(
            frame,
            output,
            tags=tags,
            by=by,
            selections=taken,
            vocabulary=words,
            samples=samples,
            seed=seed,
            title=title,
        )
    console.say(f"the page is in {output}: open it in a browser")

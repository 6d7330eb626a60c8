"""`instag split`."""

from pathlib import Path
from typing import Annotated, Any

import typer

import instag
from instag import io
from instag.cleaning.options import Splitting
from instag.cli import console, outputs
from instag.cli.declared import declared, load
from instag.cli.options import Sources
from instag.cli.outputs import numbered

Folder = Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="The folder for the files.")]
To = Annotated[str, typer.Option(help="The type of the files (jsonl, parquet, …), or alpaca, sharegpt or messages.")]

Parts = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Write files of so many rows: train-00000.jsonl, train-00001.jsonl, …"),
]

# `val` is the usual name on disk, and Hugging Face datasets read it as the split "validation".
FILES = {"train": "train", "validation": "val", "test": "test"}


@declared(Splitting)
def split(source: Sources, output: Folder, to: To = "jsonl", rows_per_file: Parts = None, **options: Any) -> None:
    """Split data for training and validation; near-copies stay together, sources and tags are spread evenly."""
    ending = outputs.ending_of(to)
    wanted = {
        part: output / numbered(f"{name}.{ending}", rows_per_file)
        for part, name in FILES.items()
        if part == "train" or options.get(part)
    }
    outputs.folder("-o", output)
    if output.is_dir():
        outputs.apart(
            source, *(outputs.data("-o", path, to, lists=None, rows_per_file=rows_per_file) for path in wanted.values())
        )
    else:
        outputs.data(
            "-o", Path(numbered(f"train.{ending}", rows_per_file)), to, lists=None, rows_per_file=rows_per_file
        )
    with console.stage("reading"):
        data, others = load(instag.split, source, options, to)
    with console.stage("splitting"):
        result = instag.split(data, **others)
    # Made only now, so that no folder is left behind if splitting fails.
    output.mkdir(parents=True, exist_ok=True)
    for part, path in wanted.items():
        if (rows := getattr(result, part)) is not None:
            with console.stage(f"writing {path}"):
                io.write(rows, path, format=to, rows_per_file=rows_per_file)
    far = dict.fromkeys(result.distances.get_column("by"))
    distance = {(part, by): f"{away:.3f}" for part, by, away in result.distances.iter_rows()}
    table = [(part, f"{size:,}", *(distance.get((part, by), "") for by in far)) for part, size in result.sizes.items()]
    console.table(("", "rows", *(f"{by}: distance" for by in far)), table)
    console.say(f"written to {', '.join(map(str, wanted.values()))}")

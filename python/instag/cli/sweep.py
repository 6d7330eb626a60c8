"""`instag sweep`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

import typer

from instag.choices import Measure
from instag.cli import console, outputs
from instag.cli.options import Seed, Sources, Tags, expect_tags, one_or_list
from instag.cli.outputs import numbered
from instag.cli.reading import reads
from instag.errors import InputError
from instag.io.options import Reading

if TYPE_CHECKING:
    import instag

Folder = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="FOLDER", help="The folder for the subsets, with a file for each level."),
]
Size = Annotated[int, typer.Option(metavar="N", help="How many samples each subset has.")]
What = Annotated[
    Measure, typer.Option("--by", help="The measure that differs from subset to subset; the other is held constant.")
]
Levels = Annotated[
    str,
    typer.Option(
        metavar="N|V,V,…", help="How many subsets, or the value that each should reach: 4,6,8 or 40%,70%,100%."
    ),
]
Hold = Annotated[
    str | None,
    typer.Option(metavar="V", help="The value of the other measure in all subsets: tags a sample, or a coverage."),
]
Nested = Annotated[
    bool,
    typer.Option(
        "--nested", help="Make each subset from the one before it by exchanging rows; by default they are disjoint."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option("--figures", metavar="DIR", help="Also draw the measures that were reached, as SVG and PNG."),
]
To = Annotated[str, typer.Option(help="The type of the files (jsonl, parquet, …), or alpaca, sharegpt or messages.")]
Parts = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Write files of so many rows: level-1-00000.jsonl, level-1-00001.jsonl, …"),
]


@reads
def sweep(
    source: Sources,
    output: Folder,
    size: Size,
    by: What,
    levels: Levels = "5",
    hold: Hold = None,
    nested: Nested = False,
    tags: Tags = "tags",
    seed: Seed = None,
    figures: Figures = None,
    to: To = "jsonl",
    rows_per_file: Parts = None,
    **reading: Unpack[Reading],
) -> None:
    """Draw subsets of one size that differ only in complexity, or only in diversity, to train a model on each."""
    import instag
    from instag import io

    wanted = read_levels(levels)
    held = None if hold is None else number("--hold", hold)
    outputs.folder("-o", output)
    outputs.folder("--figures", figures)
    ending = outputs.ending_of(to)
    paths = [
        output / numbered(f"level-{nth}.{ending}", rows_per_file)
        for nth in range(1, 1 + (wanted if isinstance(wanted, int) else len(wanted)))
    ]
    table = output / "levels.csv"
    if output.is_dir():
        outputs.apart(
            source,
            *(outputs.data("-o", path, to, rows_per_file=rows_per_file) for path in paths),
            outputs.file("-o", table, ".csv"),
        )
    else:
        outputs.data("-o", Path(numbered(f"level-1.{ending}", rows_per_file)), to, rows_per_file=rows_per_file)
    with console.stage("reading"):
        data = io.load(one_or_list(source), to=to, **reading)
        expect_tags(data, source, tags)
    with console.noted(), console.stage("exchanging rows"):
        found = instag.sweep(data, size, by=by, levels=wanted, hold=held, nested=nested, tags=tags, seed=seed)
    # Made only now, so that no folder is left behind if drawing fails.
    output.mkdir(parents=True, exist_ok=True)
    for frame, path in zip(found.frames, paths, strict=True):
        with console.stage(f"writing {path}"):
            io.write(frame, path, format=to, metadata=io.metadata_of(source), rows_per_file=rows_per_file)
    io.write(found.table, table)
    pictures = [] if figures is None else instag.figures(found, figures)
    show(found, size)
    drawn = f"; {len(pictures)} figures are in {figures}" if pictures else ""
    console.say(f"written to {paths[0]} … {paths[-1].name}, and {table}{drawn}")


def show(found: "instag.Sweep", size: int) -> None:
    """Print what each level reached, and how far the other measure is from constant."""
    shown = [
        (
            f"{level}",
            f"{asked:.2f}" if found.by == "complexity" else f"{asked:.1%}",
            f"{complexity:.2f}",
            f"{coverage:.1%}",
        )
        for level, asked, complexity, coverage in found.table.iter_rows()
    ]
    console.table(("level", "asked", "tags a sample", "coverage"), shown)
    far = f"{found.tolerance:.2%}" if found.by == "complexity" else f"{found.tolerance:.3f}"
    other = f"coverage {found.held:.1%}" if found.by == "complexity" else f"tags a sample {found.held:.2f}"
    console.say(f"held: {other}, within {far}; {size:,} samples each")


def read_levels(text: str) -> int | list[float]:
    """A number of levels, or their values.

    Examples
    --------
    >>> read_levels("5"), read_levels("4,6,8.5"), read_levels("40%, 0.7")
    (5, [4.0, 6.0, 8.5], [0.4, 0.7])
    """
    if "," not in text and text.strip().isdigit():
        return int(text)
    return [number("--levels", part) for part in text.split(",")]


def number(option: str, text: str) -> float:
    """A number, or a share such as 40%."""
    part = text.strip()
    try:
        return float(part[:-1]) / 100 if part.endswith("%") else float(part)
    except ValueError:
        raise InputError(
            f"{option}: expected a number such as 4, or a share such as 0.7 or 70%; found {text!r}"
        ) from None

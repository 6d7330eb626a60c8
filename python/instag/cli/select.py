"""`instag select` and `instag rank`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

import typer

from instag.choices import Method
from instag.cli import console, outputs
from instag.cli.gain import files_of, gained, opened
from instag.cli.options import (
    Output,
    PerFile,
    Seed,
    Sources,
    Tags,
    To,
    expect_tags,
    one_or_list,
    read_budget,
    shortened,
)
from instag.cli.reading import reads
from instag.errors import InputError
from instag.io.options import Reading, ReadOptions
from instag.selection.options import Gain

if TYPE_CHECKING:
    import polars as pl

    import instag

Ranked = Annotated[Method, typer.Option("--method", help="How samples are ranked.")]
Budget = Annotated[
    str,
    typer.Option(
        metavar="N", help="How many samples: a count, or a share such as 10%. With --cost, how many of its units."
    ),
]
Details = Annotated[
    bool, typer.Option("--details", help="Add columns with the reasons: rank, round or gain, row, new_tags and more.")
]
Key = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="Break ties by this column, whose values differ from row to row, instead of by row."
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Select on a Ray cluster: its address, auto, or local. Needs --key."),
]
Tokenizer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="First count tokens into a column, with a tokenizer.json or a tokenizer on disk."
    ),
]


@gained()
@reads
def select(
    source: Sources,
    output: Output,
    budget: Budget,
    tags: Tags = "tags",
    method: Ranked = "complexity-first",
    seed: Seed = None,
    key: Key = None,
    details: Details = False,
    tokenizer: Tokenizer = None,
    *,
    gain: Gain,
    ray: Ray = None,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **reading: Unpack[Reading],
) -> None:
    """Select a diverse and complex subset; it is written in order of selection."""
    import instag

    wanted = read_budget(budget)
    chosen_by: dict[str, Any] = {"tags": tags, "method": method, "seed": seed, "key": key}
    if ray is not None:
        from instag.cli.cluster import select_on_ray

        if tokenizer is not None or ReadOptions(**reading) != ReadOptions():
            raise InputError("--ray: Ray reads the files as they are: leave out --tokenizer and the options of reading")
        select_on_ray(ray, source, output, wanted, to, rows_per_file, **chosen_by, details=details, **gain)
        return
    out = outputs.data("-o", output, to, rows_per_file=rows_per_file)
    data = read(source, out, tags, gain, to, reading)
    if tokenizer is not None:
        with console.stage("counting tokens") as tell:
            data = instag.count_tokens(data, tokenizer, progress=tell)
    with console.stage("selecting") as tell:
        gain = opened(gain, data.collect_schema().names(), tags)
        selection = instag.choose(data, wanted, progress=tell, **chosen_by, **gain)
    write(selection, source, output, to, rows_per_file, details=details)


@gained("cost", "cost_exponent", "min_cost", "max_cost", "at_least")
@reads
def rank(
    source: Sources,
    output: Output,
    tags: Tags = "tags",
    method: Ranked = "complexity-first",
    seed: Seed = None,
    key: Key = None,
    *,
    gain: Gain,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **reading: Unpack[Reading],
) -> None:
    """Rank all samples that have tags; the first rows are the selection of that size. Adds the columns of --details."""
    import instag

    out = outputs.data("-o", output, to, rows_per_file=rows_per_file)
    data = read(source, out, tags, gain, to, reading)
    with console.stage("ranking") as tell:
        gain = opened(gain, data.collect_schema().names(), tags)
        selection = instag.choose(data, tags=tags, method=method, seed=seed, key=key, progress=tell, **gain)
    write(selection, source, output, to, rows_per_file, details=True)


def read(
    source: list[str], out: outputs.Out | None, tags: str, gain: Gain, to: str, reading: Reading
) -> "pl.LazyFrame":
    """Open the data, and check that the output is none of the files that are read."""
    from instag import io

    outputs.apart([*source, *files_of(gain)], out)
    with console.stage("reading"):
        data = io.load(one_or_list(source), to=to, **reading)
        expect_tags(data, source, tags)
    return data


def write(
    selection: "instag.Selection[pl.LazyFrame]",
    source: list[str],
    output: Path,
    to: str,
    rows_per_file: int | None,
    *,
    details: bool,
) -> None:
    """Write the selection, and print its measures, how good it is, and which quotas it misses."""
    from instag import io
    from instag.analysis import measure_chosen

    if not selection.counts.tagged:
        raise InputError(f"{shortened(source)}: no sample has tags, so nothing is written")
    with console.stage(f"writing {output}"):
        chosen = selection.data(details=details)
        io.write(chosen, output, format=to, metadata=io.metadata_of(source), rows_per_file=rows_per_file)
    console.compare(*measure_chosen(selection))
    for line in selection.lines():
        console.say(line)
    with console.stage("certifying"):
        certificate = selection.certificate()
    good = "" if certificate is None else f": {certificate.line}"
    if selection.problem is None:
        rounds = int(selection.ranking.rounds.max(initial=0))
        good = f", {rounds:,} {'round' if rounds == 1 else 'rounds'}"
    console.say(f"{selection.method}{good}; written to {output}")

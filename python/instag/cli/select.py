"""`instag select` and `instag rank`."""

from pathlib import Path
from typing import Annotated

import typer

from instag.choices import Method
from instag.cli import console, outputs
from instag.cli.options import Format, Output, Seed, Sources, Tags, To, expect_tags, one_or_list, read_budget, shortened
from instag.errors import InputError

Ranked = Annotated[Method, typer.Option("--method", help="How samples are ranked.")]
Budget = Annotated[str, typer.Option(metavar="N", help="How many samples: a count, or a share below 1.")]
Details = Annotated[bool, typer.Option("--details", help="Add the columns rank, round, row and new_tags.")]


def select(
    source: Sources,
    output: Output,
    budget: Budget,
    tags: Tags = "tags",
    method: Ranked = "complexity-first",
    seed: Seed = None,
    details: Details = False,
    format: Format = "auto",
    to: To = "auto",
) -> None:
    """Choose a diverse and complex subset; it is written in order of selection."""
    run(source, output, tags, method, seed, format, to, budget=read_budget(budget), details=details)


def rank(
    source: Sources,
    output: Output,
    tags: Tags = "tags",
    method: Ranked = "complexity-first",
    seed: Seed = None,
    format: Format = "auto",
    to: To = "auto",
) -> None:
    """Rank all samples that have tags; adds the columns rank, round, row and new_tags."""
    run(source, output, tags, method, seed, format, to, budget=None, details=True)


def run(
    source: list[str],
    output: Path,
    tags: str,
    method: Method,
    seed: int | None,
    format: str,
    to: str,
    *,
    budget: float | None,
    details: bool,
) -> None:
    """Read, select, write, and say what was done; no budget takes every sample that has tags."""
    import polars as pl

    from instag import io
    from instag.analysis.measures import measure_tags
    from instag.frame import wrap
    from instag.selection.ranking import explain, rank_tags
    from instag.selection.selector import count
    from instag.tagsets import encode

    outputs.apart(source, outputs.data("-o", output, to))
    with console.stage("reading"):
        data = io.load(one_or_list(source), format=format)
        expect_tags(data, source, tags)
        frame = wrap(data)
    with console.stage("encoding tags"):
        tagsets = encode(frame.chunks(tags))
    if not tagsets.tagged:
        raise InputError(f"{shortened(source)}: no sample has tags: tag them first (instag tag)")
    with console.stage("selecting"):
        wanted = tagsets.tagged if budget is None else count(budget, tagsets.samples)
        ranking = rank_tags(tagsets, method, wanted, seed)
        added = explain(tagsets, ranking) if details else pl.DataFrame()
    with console.stage(f"writing {output}"):
        io.write(frame.take(ranking.rows, added), output, format=to)
    console.compare(measure_tags(tagsets), measure_tags(tagsets, ranking.rows))
    rounds = int(ranking.rounds.max(initial=0))
    console.say(f"{method}, {rounds:,} {'round' if rounds == 1 else 'rounds'}; written to {output}")
    if wanted > tagsets.tagged:
        console.note(f"the budget is {wanted:,}, and only {tagsets.tagged:,} samples have tags: all of them were taken")

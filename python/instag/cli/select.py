"""`instag select` and `instag rank`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

import typer

from instag.choices import OPENAI, Method
from instag.cli import console, outputs
from instag.cli.options import (
    Output,
    PerFile,
    Seed,
    Sources,
    Tags,
    To,
    expect_tags,
    one_or_list,
    read_amount,
    read_budget,
    shortened,
)
from instag.cli.reading import reads
from instag.errors import InputError
from instag.io.options import Reading, ReadOptions

if TYPE_CHECKING:
    from instag.selection.choice import Chosen

Ranked = Annotated[Method, typer.Option("--method", help="How samples are ranked.")]
Budget = Annotated[
    str, typer.Option(metavar="N", help="How many samples: a count, or a share such as 10%. With --cost: units of it.")
]
Details = Annotated[
    bool, typer.Option("--details", help="Add columns that say why: rank, round or gain, row, new_tags and more.")
]
Key = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Ties go by this column, which tells rows apart, not by row.")
]
Ray = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Choose on a Ray cluster: its address, auto, or local. Needs --key."),
]
Curved = Annotated[
    str | None,
    typer.Option("--curve", metavar="A", help="gain: a number for x^A (0.5), log, or match. 0 covers, 1 deepens."),
]
Quality = Annotated[str | None, typer.Option(metavar="COLUMN", help="gain: samples count as much as this column says.")]
Missing = Annotated[float | None, typer.Option(metavar="NUMBER", help="gain: what null in --quality counts.")]
Cost = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="gain: what samples cost, for --budget: a column, characters, words or tokens."
    ),
]
Exponent = Annotated[float | None, typer.Option(metavar="E", help="gain: take by gain / cost^E, from 0 to 1 (1).")]
Cheapest = Annotated[float | None, typer.Option(metavar="NUMBER", help="gain: leave out samples that cost less.")]
Dearest = Annotated[float | None, typer.Option(metavar="NUMBER", help="gain: leave out samples that cost more.")]
Tokenizer = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Count tokens into a column first: a tokenizer.json, or a name on disk."),
]
Group = Annotated[str | None, typer.Option(metavar="COLUMN", help="gain: the groups of --at-least and --at-most.")]
Least = Annotated[
    list[str] | None,
    typer.Option(
        "--at-least", metavar="[GROUP=]N", help="gain: what a group, or tag:TAG, is to have: a count or a share."
    ),
]
Most = Annotated[
    list[str] | None,
    typer.Option("--at-most", metavar="[GROUP=]N", help="gain: what a group may have: a count or a share."),
]
Start = Annotated[
    str | None,
    typer.Option(metavar="COLUMN|FILE", help="gain: what was chosen before: a column of booleans, or a file."),
]
Weights = Annotated[
    Path | None, typer.Option(metavar="FILE", help="gain: what tags are worth: a file with the columns tag and weight.")
]
Target = Annotated[
    Path | None, typer.Option(metavar="FILE", help="gain: choose data like those in this file, by its tags.")
]
Tree = Annotated[
    Path | None,
    typer.Option(metavar="V.parquet", help="gain: count broader tags too, of a vocabulary made with a judge."),
]
Similarity = Annotated[
    float | None,
    typer.Option(metavar="COSINE", help="gain: count for tags as near as this too, in part, from 0 to 1."),
]
Embedder = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Tells which tags are near, for --similarity: as for instag normalize."),
]

Url = Annotated[str, typer.Option(metavar="URL", help="Where the endpoint of --embedder openai:MODEL is.")]


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
    curve: Curved = None,
    quality: Quality = None,
    quality_missing: Missing = None,
    cost: Cost = None,
    cost_exponent: Exponent = None,
    min_cost: Cheapest = None,
    max_cost: Dearest = None,
    tokenizer: Tokenizer = None,
    group: Group = None,
    at_least: Least = None,
    at_most: Most = None,
    start: Start = None,
    weights: Weights = None,
    target: Target = None,
    tree: Tree = None,
    similarity: Similarity = None,
    embedder: Embedder = None,
    base_url: Url = OPENAI,
    ray: Ray = None,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **reading: Unpack[Reading],
) -> None:
    """Choose a diverse and complex subset; it is written in order of selection."""
    gain = {
        "curve": read_curve(curve),
        "quality": quality,
        "quality_missing": quality_missing,
        "cost": cost,
        "cost_exponent": cost_exponent,
        "min_cost": min_cost,
        "max_cost": max_cost,
        "group": group,
        "at_least": read_amounts("--at-least", at_least),
        "at_most": read_amounts("--at-most", at_most),
        "start": start,
        "weights": weights,
        "target": target,
        "tree": tree,
        "similarity": similarity,
        "embedder": embedder_of(embedder, base_url),
    }
    wanted = read_budget(budget)
    if ray is not None:
        from instag.cli.cluster import select_on_ray

        if tokenizer is not None or ReadOptions(**reading) != ReadOptions():
            raise InputError("--ray: Ray reads the files, as they are: leave --tokenizer and how to read them out")
        chosen = {"tags": tags, "method": method, "seed": seed, "key": key, "details": details, **gain}
        select_on_ray(ray, source, output, wanted, to, rows_per_file, **chosen)
        return
    run(
        source,
        output,
        tags,
        method,
        seed,
        key,
        reading,
        to,
        gain,
        tokenizer,
        budget=wanted,
        details=details,
        rows_per_file=rows_per_file,
    )


@reads
def rank(
    source: Sources,
    output: Output,
    tags: Tags = "tags",
    method: Ranked = "complexity-first",
    seed: Seed = None,
    key: Key = None,
    curve: Curved = None,
    quality: Quality = None,
    quality_missing: Missing = None,
    group: Group = None,
    at_most: Most = None,
    start: Start = None,
    weights: Weights = None,
    target: Target = None,
    tree: Tree = None,
    similarity: Similarity = None,
    embedder: Embedder = None,
    base_url: Url = OPENAI,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **reading: Unpack[Reading],
) -> None:
    """Rank all samples that have tags: every selection is a prefix. Adds the columns of --details."""
    gain = {
        "curve": read_curve(curve),
        "quality": quality,
        "quality_missing": quality_missing,
        "group": group,
        "at_most": read_amounts("--at-most", at_most),
        "start": start,
        "weights": weights,
        "target": target,
        "tree": tree,
        "similarity": similarity,
        "embedder": embedder_of(embedder, base_url),
    }
    run(
        source,
        output,
        tags,
        method,
        seed,
        key,
        reading,
        to,
        gain,
        None,
        budget=None,
        details=True,
        rows_per_file=rows_per_file,
    )


def run(
    source: list[str],
    output: Path,
    tags: str,
    method: Method,
    seed: int | None,
    key: str | None,
    reading: Reading,
    to: str,
    gain: dict[str, Any],
    tokenizer: str | None,
    *,
    budget: float | str | None,
    details: bool,
    rows_per_file: int | None,
) -> None:
    """Read, select, write, and say what was done; no budget takes every sample that has tags."""
    import polars as pl

    from instag import io
    from instag.frame import wrap
    from instag.selection.choice import choose
    from instag.selection.options import read_options

    read = [
        *source,
        *(str(gain[name]) for name in ("start", "weights", "target", "tree") if gain.get(name) is not None),
    ]
    outputs.apart(read, outputs.data("-o", output, to))
    given: dict[str, Any] = {name: value for name, value in gain.items() if value is not None}
    options = read_options(method, **given)
    with console.stage("reading"):
        data = io.load(one_or_list(source), to=to, **reading)
        expect_tags(data, source, tags)
        if isinstance(given.get("start"), str) and given["start"] not in data.collect_schema():
            given["start"] = earlier(given["start"], tags)
            options = read_options(method, **given)
        frame = wrap(data, key)
    if tokenizer is not None:
        with console.stage("counting tokens") as tell:
            from instag.selection import count_tokens

            frame = wrap(count_tokens(data, tokenizer, progress=tell), key)
    with console.stage("selecting") as tell:
        if budget is None and (options.at_least is not None or options.cost is not None or options.curve == "match"):
            raise InputError("--curve match: it finds another curve for each budget: use instag select with --budget")
        chosen = choose(frame, budget, tags=tags, method=method, seed=seed, options=options, progress=tell)
        if not chosen.counts.tagged:
            raise InputError(f"{shortened(source)}: no sample has tags: tag them first (instag tag)")
        added = chosen.details(frame, options) if details else pl.DataFrame()
    with console.stage(f"writing {output}"):
        taken = frame.take(chosen.rows, added)
        io.write(taken, output, format=to, metadata=io.metadata_of(source), rows_per_file=rows_per_file)
    tell_of(chosen, method, output, tags)


def tell_of(chosen: "Chosen", method: Method, output: Path, tags: str) -> None:
    """Say what was chosen, how good that is, and what could not be done."""
    from instag.analysis.measures import measure_chosen
    from instag.selection.shortfall import reached_quotas, warn_of_missing

    console.compare(*measure_chosen(chosen))
    if chosen.problem is None:
        rounds = int(chosen.ranking.rounds.max(initial=0))
        console.say(f"{method}, {rounds:,} {'round' if rounds == 1 else 'rounds'}; written to {output}")
        if chosen.wanted is not None and chosen.wanted > chosen.counts.tagged:
            tagged = chosen.counts.tagged
            console.note(
                f"the budget is {chosen.wanted:,}, and only {tagged:,} samples have tags: all of them were taken"
            )
        return
    constraint = chosen.problem.constraint
    if constraint.cost is not None:
        cheap, dear = chosen.problem.dropped
        spent = f"{constraint.amount(chosen.rows):,.10g} of {constraint.budget:,.10g} {constraint.cost.name}"
        left_out = f"; {cheap:,} samples cost too little and {dear:,} too much" if cheap or dear else ""
        console.say(f"{spent}{left_out}")
    for name, asked, reached in reached_quotas(chosen.problem, chosen.rows):
        console.say(f"{name}: {reached:,.10g}, of at least {asked:,.10g}")
    if chosen.match is not None:
        console.say(f"match: {chosen.match}")
    with console.stage("certifying"):
        certificate = chosen.certificate()
    good = "" if certificate is None else f": {certificate.line}"
    console.say(f"{method}{good}; written to {output}")
    warn_of_missing(chosen, tags)


def earlier(path: str, tags: str) -> Any:
    """The file of an earlier selection."""
    from instag import io

    if not Path(path).exists():
        raise InputError(f"--start: {path!r} is neither a column of the data nor a file")
    frame = io.load(path)
    expect_tags(frame, [path], tags)
    return frame


def embedder_of(text: str | None, base_url: str) -> Any:
    """The embedder that is meant, where one is named."""
    if text is None:
        return None
    if text == "none":
        raise InputError("--similarity: it needs an embedder, to tell which tags are near each other; found none")
    from instag.cli.normalize import read_embedder

    return read_embedder(text, base_url)


def read_curve(text: str | None) -> float | str | None:
    """Read a curve: a number, log or match.

    Examples
    --------
    >>> read_curve("0.3"), read_curve("log")
    (0.3, 'log')
    """
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def read_amounts(option: str, texts: list[str] | None) -> float | str | dict[str, float | str] | None:
    """Read what each group is to have; one amount without a group is for all.

    Examples
    --------
    >>> read_amounts("--at-least", ["math=500", "tag:proof=2%"]), read_amounts("--at-most", ["0.3"])
    ({'math': 500, 'tag:proof': '2%'}, 0.3)
    """
    if not texts:
        return None
    if len(texts) == 1 and "=" not in texts[0]:
        return read_amount(option, texts[0])
    amounts: dict[str, float | str] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if not equals:
            raise InputError(f"{option}: expected GROUP=N for each of several groups; found {text!r}")
        amounts[name] = read_amount(option, amount)
    return amounts

"""`instag demo`."""

from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, get_args

import polars as pl
import typer

from instag import io
from instag.cli import console
from instag.measures import Measures, measure, measure_tags
from instag.sample import load_sample
from instag.selection import Method, select
from instag.tagsets import TagSets, encode

BUDGET = 100
SEEDS = 20
WIDTH = 90

Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write the subset to.")]


def demo(output: Folder = Path("instag-demo")) -> None:
    """Select from the data that come with instag: no network, no key, no other file."""
    pool = shared_tags(load_sample())
    measured = measure(pool)
    console.say(
        f"{measured.samples} samples of four kinds; {measured.tags} tags, case aside, stand on two samples or more.\n"
        f"Choosing {BUDGET} samples by these tags:\n"
    )
    tagsets = encode(pool.get_column("tags"))
    console.table(("method", "complexity", "coverage"), [compared(tagsets, method) for method in get_args(Method)])
    console.say("\ncomplexity: mean tags a sample; coverage: share of the tags that the chosen samples have.")

    output.mkdir(parents=True, exist_ok=True)
    path = output / "subset.jsonl"
    chosen = select(pool, BUDGET, details=True)
    io.write(chosen, path)
    console.say(f"\nThe first three by complexity-first, all {BUDGET} are in {path}:\n")
    for query, new in chosen.head(3).select(first_query(), "new_tags").iter_rows():
        console.say(f"  {query}\n    new: {', '.join(new)}")
    console.say(
        "\nWith data of your own, tagged in a column `tags`:\n\n"
        "  instag stats data.jsonl\n"
        "  instag select data.jsonl --budget 6000 -o subset.jsonl\n"
    )


def shared_tags(data: pl.DataFrame) -> pl.DataFrame:
    """Keep the tags that two samples or more have, case aside: raw tags of one sample say nothing of another."""
    lower = data.with_columns(
        pl.col("tags").list.eval(pl.element().str.to_lowercase()).list.unique(maintain_order=True)
    )
    counts = lower.get_column("tags").explode().value_counts()
    shared = counts.filter(pl.col("count") > 1).get_column("tags")
    return lower.with_columns(pl.col("tags").list.filter(pl.element().is_in(shared.implode())))


def compared(tagsets: TagSets, method: Method) -> tuple[str, str, str]:
    """A line of the table; random over several seeds, with its spread."""

    def chosen(seed: int | None) -> Measures:
        return measure_tags(tagsets, tagsets.rank(method, BUDGET, seed).rows)

    if method != "random":
        measures = chosen(None)
        return method, f"{measures.complexity:.2f}", f"{measures.coverage:.1%}"
    draws = [chosen(seed) for seed in range(SEEDS)]
    complexity, coverage = [draw.complexity for draw in draws], [draw.coverage or 0 for draw in draws]
    return (
        f"{method} (mean of {SEEDS})",
        f"{mean(complexity):.2f} ± {stdev(complexity):.2f}",
        f"{mean(coverage):.1%} ± {stdev(coverage):.1%}",
    )


def first_query() -> pl.Expr:
    """What the user says first, cut to a line."""
    users = pl.col("messages").list.filter(pl.element().struct.field("role") == "user")
    text = users.list.first().struct.field("content").str.replace_all(r"\s+", " ")
    return pl.when(text.str.len_chars() > WIDTH).then(text.str.head(WIDTH - 1) + "…").otherwise(text)

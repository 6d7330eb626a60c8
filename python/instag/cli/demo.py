"""`instag demo`."""

from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Annotated, get_args

import typer

import instag
from instag.choices import Method
from instag.cli import console, outputs
from instag.cli.normalize import show_merges
from instag.errors import InputError

if TYPE_CHECKING:
    import polars as pl

BUDGET = 100
SEEDS = 20
WIDTH = 90

Folder = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write the subset and the report to.")
]


def demo(output: Folder = Path("instag-demo")) -> None:
    """Normalise and select the data that come with instag: no network, no key, no other file."""
    outputs.folder("-o", output)
    raw = instag.load_sample()
    before = instag.measure(raw)
    console.say(f"{before.samples} samples of four kinds, with {before.tags:,} raw tags.")
    with console.noted():
        done = instag.normalize(raw, steps=("rules", "frequency"), min_count=2)
    show_merges(done.merges, 5)
    pool = done.data
    measured = instag.measure(pool)
    console.say(f"{measured.tags} tags are on two samples or more: the vocabulary.\nChoosing {BUDGET} samples by it:\n")
    console.table(("method", "complexity", "coverage"), [compared(pool, method) for method in get_args(Method)])
    console.say(
        "\ncomplexity: mean tags a sample; coverage: share of the tags that the chosen samples have; ±: standard deviation."
    )

    output.mkdir(parents=True, exist_ok=True)
    path = output / "subset.jsonl"
    chosen = instag.select(pool, BUDGET, details=True)
    instag.write(chosen, path)
    console.say(f"\nThe first three by complexity-first, all {BUDGET} are in {path}:\n")
    for query, new in chosen.head(3).select(first_query(), "new_tags").iter_rows():
        console.say(f"  {query}\n    new: {', '.join(new)}")
    draw(done, chosen, output)
    from instag.sample import lay_out

    recipe = lay_out(output / "recipe")
    console.say(
        "\nAll steps as a recipe, from raw samples to files for a trainer. It needs neither a key nor a network,\n"
        "but the optional libraries (pip install 'instag[all]'):\n\n"
        f"  instag run {recipe}\n"
        f"  instag verify {recipe.parent / 'out' / 'manifest.json'} --replay"
    )
    console.say(
        "\nWith data of your own, and a model at an endpoint of your own (or OpenAI's):\n\n"
        "  instag tag data.jsonl -o tagged.jsonl --model gpt-4o-mini\n"
        "  instag normalize tagged.jsonl -o clean.jsonl --vocabulary vocabulary.parquet\n"
        "  instag select clean.jsonl --method gain --budget 6000 -o subset.jsonl\n"
        "  instag report clean.jsonl --selection subset.jsonl -o report.html\n"
    )


def draw(done: "instag.Normalized[pl.DataFrame]", chosen: "pl.DataFrame", output: Path) -> None:
    """Write the report, if the libraries to draw it are installed."""
    with console.stage("drawing"):
        analysis = instag.analyze(done.data, by="source", selections={"complexity-first": chosen})
        try:
            path = instag.report(analysis, output / "report.html", vocabulary=done)
            instag.figures(analysis, output / "figures", format="svg", vocabulary=done)
        except InputError as error:
            console.note(str(error))
            return
    console.say(f"\nA report on the tags, to open in a browser: {path}")


def compared(pool: "pl.DataFrame", method: Method) -> tuple[str, str, str]:
    """A line of the table; for random the mean of several seeds, with its spread."""

    def chosen(seed: int | None) -> "instag.Measures":
        return instag.measure(instag.select(pool, BUDGET, method=method, seed=seed), of=pool)

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


def first_query() -> "pl.Expr":
    """The first user turn, cut to a line."""
    import polars as pl

    users = pl.col("messages").list.filter(pl.element().struct.field("role") == "user")
    text = users.list.first().struct.field("content").str.replace_all(r"\s+", " ")
    return pl.when(text.str.len_chars() > WIDTH).then(text.str.head(WIDTH - 1) + "…").otherwise(text)

"""`instag normalize`."""

from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

import instag
from instag.choices import DISTANCE, JUDGE_TOKENS, MIN_CONFIDENCE, MIN_SAMPLES, MIN_SUPPORT, OPENAI, Linkage, Stem
from instag.cli import console, outputs
from instag.cli.judging import DryRun, Estimating, Judge, Judgments, JudgmentsOut, judge_of
from instag.cli.llm_options import asks_a_model
from instag.cli.options import Output, PerFile, Sources, Tags, To, expect_tags, one_or_list
from instag.cli.progress import Display
from instag.cli.reading import parted, reads
from instag.cli.summaries import asked, exit_at_cost, leaving
from instag.errors import InputError

if TYPE_CHECKING:
    import polars as pl

# How many merges to show.
TELLING = 10

File = Annotated[Path | None, typer.Option("--vocabulary", metavar="V.parquet", help="Where to save the vocabulary.")]
Merged = Annotated[
    Path | None, typer.Option("--merges", metavar="FILE", help="Where to write what each raw tag became, and why.")
]
Apart = Annotated[
    Path | None,
    typer.Option(
        "--apart", metavar="FILE", help="Where to write the pairs of tags with one stem that were not merged."
    ),
]
Steps = Annotated[
    str | None,
    typer.Option(
        help="The steps in order, separated by commas; a step left out is skipped. By default "
        "frequency,rules,semantic,association; with a judge rules,semantic,judge,frequency,association."
    ),
]
Least = Annotated[str, typer.Option(metavar="N", help="Drop tags that are in fewer rows: a count, auto, or none.")]
Stemmed = Annotated[
    str, typer.Option(help="Merge inflections (guarded), words with one Porter stem (paper), or neither (none).")
]
Distance = Annotated[
    str, typer.Option(metavar="NUMBER", help="The cosine distance within which tags are merged, or none.")
]
Embedder = Annotated[
    str,
    typer.Option(
        help="auto, none, use (multilingual), sentence-transformers:NAME, model2vec:NAME, or openai:MODEL, at the first "
        "--base-url with the key in OPENAI_API_KEY."
    ),
]
Guards = Annotated[bool, typer.Option("--guards/--no-guards", help="Keep tags apart that only look alike.")]
Linked = Annotated[Linkage, typer.Option("--linkage", help="How similar tags are joined.")]
Samples = Annotated[int, typer.Option(help="DBSCAN: how many tags must be near a tag to make it dense.")]
Diameter = Annotated[float | None, typer.Option(help="DBSCAN: split clusters that are wider.")]
Support = Annotated[
    str, typer.Option(metavar="N", help="Association: the least number of rows with both tags, or none.")
]
Confidence = Annotated[float, typer.Option(help="Association: the least share of rows with the first tag.")]


class Beside(NamedTuple):
    """The files beside the data: None for those that are not wanted."""

    vocabulary: Path | None
    merges: Path | None
    apart: Path | None
    judgments: Path | None

    def save(self, done: "instag.Normalized[Any]") -> None:
        """Write them."""
        if self.vocabulary is not None:
            done.vocabulary.save(self.vocabulary)
        for path, table in ((self.merges, done.merges), (self.apart, done.apart)):
            if path is not None:
                instag.io.write(table, path)
        if self.judgments is not None and done.judgments is not None:
            instag.write_judgments(done.judgments, self.judgments)

    def places(self) -> list[str]:
        """Which of them is where, for people."""
        names = ("the vocabulary is", "the merges are", "what was kept apart is", "the judgements are")
        return [f"{name} in {path}" for name, path in zip(names, self, strict=True) if path is not None]


@reads
@asks_a_model(always=False, max_tokens=JUDGE_TOKENS)
def normalize(
    source: Sources,
    output: Output,
    vocabulary: File = None,
    merges: Merged = None,
    apart: Apart = None,
    tags: Tags = "tags",
    steps: Steps = None,
    min_count: Least = "auto",
    stem: Stemmed = "guarded",
    distance: Distance = str(DISTANCE),
    embedder: Embedder = "auto",
    guards: Guards = True,
    linkage: Linked = "star",
    min_samples: Samples = MIN_SAMPLES,
    max_diameter: Diameter = None,
    min_support: Support = str(MIN_SUPPORT),
    min_confidence: Confidence = MIN_CONFIDENCE,
    judge: Judge = None,
    judgments: Judgments = None,
    judgments_out: JudgmentsOut = None,
    dry_run: DryRun = False,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **rest: Any,
) -> None:
    """Turn raw tags into a vocabulary, with the reason for every merge."""
    reading, asking = parted(rest)
    model = judge_of(judge, output, asking, dry_run=dry_run)
    outputs.apart(
        [*source, *(judgments or ()), asking["api_key_file"], *asking["journal"][:-1]],
        outputs.data("-o", output, to, rows_per_file=rows_per_file),
        outputs.file("--vocabulary", vocabulary, ".parquet"),
        outputs.data("--merges", merges, lists=None),
        outputs.data("--apart", apart, lists=None),
        outputs.file("--judgments-out", judgments_out, ".jsonl"),
        outputs.file("--journal", None if model is None else model.journal),
    )
    options: dict[str, Any] = {
        "steps": None if steps is None else [step.strip() for step in steps.split(",") if step.strip()],
        "min_count": read_count(min_count),
        "stem": read_stem(stem),
        "distance": read_number("--distance", distance),
        "min_support": read_number("--min-support", min_support),
    }
    with console.stage("reading"):
        frame = instag.io.load(one_or_list(source), to=to, **reading)
        expect_tags(frame, source, tags)
    beside = Beside(vocabulary, merges, apart, judgments_out)
    judging = Estimating(model) if model is not None and dry_run else model
    kept = "nothing was asked" if model is None else f"what was answered is in {model.journal}"
    with leaving(kept, f"{output} was not written"), console.noted(), Display(title="normalising") as display:
        done = instag.normalize(
            frame,
            tags=tags,
            embedder=read_embedder(embedder, (asking["base_url"] or [OPENAI])[0]),
            guards=guards,
            linkage=linkage,
            min_samples=min_samples,
            max_diameter=max_diameter,
            min_confidence=min_confidence,
            judge=judging,
            judgments=judgments,
            progress=display,
            **options,
        )
    if isinstance(judging, Estimating):
        judging.show()
        return
    with console.stage(f"writing {output}"):
        metadata = instag.io.metadata_of(source)
        instag.io.write(done.data, output, format=to, metadata=metadata, rows_per_file=rows_per_file)
        beside.save(done)
    show_steps(done.steps)
    show_merges(done.merges)
    if model is not None and model.tally is not None:
        console.table(("", ""), asked(model.tally))
    console.say("; ".join((f"{len(done.vocabulary):,} tags; written to {output}", *beside.places())))
    exit_at_cost(None if model is None else model.tally)


def show_steps(steps: "pl.DataFrame") -> None:
    """Print what each step did."""
    header = ("step", "tags", "after", "assigned", "after", "merged", "dropped", "repeated")
    console.table(header, [(name, *(f"{number:,}" for number in numbers)) for name, *numbers in steps.iter_rows()])


def show_merges(merges: "pl.DataFrame", most: int = TELLING) -> None:
    """Print the most informative merges: of each kind those of the most frequent tags."""
    import polars as pl

    merged = merges.filter(pl.col("to").is_not_null())
    trivial = pl.col("why").str.starts_with("the same once cleaned")
    kinds = [
        merged.filter(~trivial & (pl.col("step") == step)) for step in ("rules", "semantic", "judge", "association")
    ]
    ranked = [kind.sort("count", descending=True, maintain_order=True) for kind in (*kinds, merged.filter(trivial))]
    picked = chain.from_iterable(zip_longest(*(kind.head(most).iter_rows(named=True) for kind in ranked)))
    lines = [line for line in picked if line is not None][:most]
    if lines:
        console.say(f"\n{len(lines)} of {len(merged):,} merges:")
    for line in lines:
        console.say(f"  {line['from']} ({line['count']:,}) -> {line['to']}\n    {line['step']}: {line['why']}")
    console.say()


def read_count(text: str) -> int | Literal["auto"] | None:
    """Read a least count: a number, auto, or none."""
    if text == "none":
        return None
    if text == "auto":
        return "auto"
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--min-count: expected a count such as 20, auto, or none; found {text!r}") from None


def read_number(option: str, text: str) -> float | None:
    """Read a number, or none."""
    if text == "none":
        return None
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        raise InputError(f"{option}: expected a number, or none; found {text!r}") from None


def read_stem(text: str) -> Stem:
    """Read how words are stemmed."""
    stems: dict[str, Stem] = {"guarded": True, "paper": "paper", "none": False}
    if text not in stems:
        raise InputError(f"--stem: expected one of {', '.join(stems)}; found {text!r}")
    return stems[text]


def read_embedder(text: str, base_url: str) -> "str | instag.OpenAIEmbedder | None":
    """Read the name of an embedder."""
    if text == "none":
        return None
    kind, _, model = text.partition(":")
    return instag.OpenAIEmbedder(model, base_url=base_url) if kind == "openai" and model else text

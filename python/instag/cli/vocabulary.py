"""`instag vocabulary show`, `tree`, `diff`, `edit` and `apply`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import instag
from instag.choices import JUDGE_TOKENS, OPENAI
from instag.cli import console, outputs
from instag.cli.app import Command, Subcommands
from instag.cli.judging import DryRun, Estimating, Judge, Judgments, JudgmentsOut, judge_of
from instag.cli.llm_options import asks_a_model
from instag.cli.normalize import read_embedder
from instag.cli.options import Output, PerFile, Sources, Tags, To, expect_tags, one_or_list
from instag.cli.progress import Display
from instag.cli.reading import parted, reads
from instag.cli.summaries import asked, exit_at_cost, leaving
from instag.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from instag.embedding import Embed

__all__ = ["vocabulary"]

# How many members of a tag, and how many new tags, to show.
SHOWN = 5

File = Annotated[Path, typer.Argument(metavar="V.parquet", help="A vocabulary that instag normalize saved.")]
Other = Annotated[Path, typer.Argument(metavar="OTHER.parquet", help="The vocabulary to compare it with.")]
Top = Annotated[int, typer.Option(metavar="N", min=0, help="How many lines to show.")]
Tag = Annotated[
    str | None, typer.Option(metavar="TAG", help="Show one tag with its raw tags, or what became of a raw tag.")
]
New = Annotated[
    Literal["drop", "keep"], typer.Option("--new", help="What to do with tags that match none of the vocabulary.")
]

Embedder = Annotated[
    str,
    typer.Option(
        help="same (as the vocabulary's), none, use, sentence-transformers:NAME, model2vec:NAME, or openai:MODEL, at the "
        "first --base-url with the key in OPENAI_API_KEY."
    ),
]
Edits = Annotated[Path, typer.Argument(metavar="EDITS.txt", help="A text file with one edit a line.")]
Edited = Annotated[Path, typer.Option("-o", "--output", metavar="V2.parquet", help="Where to save the result.")]
Depth = Annotated[int | None, typer.Option(metavar="N", min=1, help="How many levels to show; by default all.")]
Under = Annotated[str | None, typer.Option(metavar="TAG", help="Show this tag and what is below it.")]

vocabulary = typer.Typer(
    name="vocabulary",
    cls=Subcommands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show, compare, edit and apply vocabularies.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@vocabulary.command(cls=Command)
def show(file: File, top: Top = 20, tag: Tag = None) -> None:
    """Show the most frequent tags; or one tag with its raw tags, and why; or what became of a raw tag, and why."""
    loaded = instag.Vocabulary.load(file)
    if tag is not None:
        show_tag(loaded, tag)
        return
    for name, count, members in loaded.tags.head(top).iter_rows():
        console.say(f"{count:>9,}  {name}{shortened(members)}")
    numbers = loaded.summary()
    console.say(
        f"\n{numbers['tags']:,} tags from {numbers['raw_tags']:,} raw tags, of which {numbers['dropped']:,} were dropped"
    )
    settings = ", ".join(f"{name}={numbers[name]}" for name in ("min_count", "stem", "distance", "embedder", "linkage"))
    console.say(settings)


@vocabulary.command(cls=Command)
def diff(file: File, other: Other, top: Top = 20) -> None:
    """Show which raw tags become another tag in the other vocabulary, or are dropped; the most frequent come first."""
    show_changes(instag.Vocabulary.load(file).diff(instag.Vocabulary.load(other)), top)


def show_changes(changes: "pl.DataFrame", top: int) -> None:
    """Print the raw tags whose tag has changed."""
    for raw, before, after, change, _ in changes.head(top).iter_rows():
        console.say(f"{change:<8} {raw}: {before or '(none)'} -> {after or '(none)'}")
    counts = changes.get_column("change").value_counts(sort=True)
    said = ", ".join(f"{count:,} {change}" for change, count in sorted(counts.iter_rows()))
    console.say(f"\n{said or 'no differences'}")


@vocabulary.command(cls=Command)
@reads
@asks_a_model(always=False, max_tokens=JUDGE_TOKENS)
def apply(
    file: File,
    source: Sources,
    output: Output,
    tags: Tags = "tags",
    new: New = "drop",
    embedder: Embedder = "same",
    judgments: Judgments = None,
    judgments_out: JudgmentsOut = None,
    judge: Judge = None,
    dry_run: DryRun = False,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **rest: Any,
) -> None:
    """Replace the raw tags of other data by those of a vocabulary."""
    reading, asking = parted(rest)
    model = judge_of(judge, output, asking, dry_run=dry_run)
    outputs.apart(
        [file, *source, *(judgments or ()), asking["api_key_file"], *asking["journal"][:-1]],
        outputs.data("-o", output, to, rows_per_file=rows_per_file),
        outputs.file("--judgments-out", judgments_out, ".jsonl"),
        outputs.file("--journal", None if model is None else model.journal),
    )
    with console.stage("reading"):
        loaded = instag.Vocabulary.load(file)
        frame = instag.io.load(one_or_list(source), to=to, **reading)
        expect_tags(frame, source, tags)
    judging = Estimating(model) if model is not None and dry_run else model
    kept = "nothing was asked" if model is None else f"what was answered is in {model.journal}"
    with leaving(kept, f"{output} was not written"), console.noted(), Display(title="applying") as display:
        applied = loaded.apply(
            frame,
            tags=tags,
            new=new,
            embedder=embedder_for(loaded, embedder, (asking["base_url"] or [None])[0]),
            judge=judging,
            judgments=judgments,
            progress=display,
        )
    if isinstance(judging, Estimating):
        judging.show()
        return
    with console.stage(f"writing {output}"):
        metadata = instag.io.metadata_of(source)
        instag.io.write(applied.data, output, format=to, metadata=metadata, rows_per_file=rows_per_file)
        if judgments_out is not None and applied.judgments is not None:
            instag.write_judgments(applied.judgments, judgments_out)
    show_drift(applied)
    if model is not None and model.tally is not None:
        console.table(("", ""), asked(model.tally))
    fate = "dropped" if new == "drop" else "kept"
    console.say(f"{len(applied.new):,} new tags were {fate}; written to {output}")
    exit_at_cost(None if model is None else model.tally)


def show_drift(applied: "instag.Applied[Any]") -> None:
    """Print how tags were found, and the most frequent new ones."""
    fates = applied.drift.iter_rows()
    console.table(
        ("found by", "tags", "assigned", "share"),
        [(fate, f"{tags:,}", f"{count:,}", f"{share:.1%}") for fate, tags, count, share in fates],
    )
    lines = applied.new.head(SHOWN).iter_rows()
    rows = [(tag, f"{count:,}", nearest or "", f"{alike or 0:.2f}") for tag, count, nearest, alike in lines]
    if rows:
        console.table(("new tag", "count", "nearest", "similarity"), rows)


@vocabulary.command(cls=Command)
def tree(file: File, depth: Depth = None, under: Under = None) -> None:
    """Print the tree of tags, with the rows that have each tag, and the share that has it or one below it."""
    lines = instag.Vocabulary.load(file).tree
    names = lines.get_column("tag").to_list()
    parents = {name: broader[0] if broader else None for name, broader in lines.select("tag", "broader").iter_rows()}
    if under is not None and under not in parents:
        raise InputError(f"--under: the vocabulary has no tag {under!r}; instag vocabulary show lists those it has")
    levels: dict[str | None, int] = {None: -1} if under is None else {}
    for name, count, share in lines.select("tag", "count", "share").iter_rows():
        # A tag comes after the one above it.
        if under is None or name == under or parents[name] in levels:
            levels[name] = level = 0 if name == under else levels[parents[name]] + 1
            if depth is None or level < depth:
                console.say(f"{'  ' * level}{name}  {count:,}  {share:.1%}")
    console.say(
        f"\n{len(names):,} tags, {sum(parent is None for parent in parents.values()):,} with nothing above them"
    )


@vocabulary.command(cls=Command)
def edit(file: File, edits: Edits, output: Edited, top: Top = 20) -> None:
    """Apply a text file of edits, a line each: merge A into B, split A from B, rename A to B, drop A, keep A, broader A: B."""
    outputs.apart([file, edits], outputs.file("-o", output, ".parquet"))
    before = instag.Vocabulary.load(file)
    after = before.edit(edits)
    after.save(output)
    show_changes(before.diff(after), top)
    console.say(f"{len(after.edits):,} edits; {len(after):,} tags; written to {output}")


def embedder_for(loaded: "instag.Vocabulary", text: str, base_url: str | None) -> "str | Embed | None":
    """Read the name of an embedder; with an endpoint's address, the vocabulary's own model is asked there."""
    name = loaded.embedder or ""
    wanted = name if text == "same" and base_url is not None and name.startswith("openai:") else text
    return read_embedder(wanted, base_url or OPENAI)


def show_tag(loaded: "instag.Vocabulary", tag: str) -> None:
    """Print the raw tags of a tag; or what became of a raw tag, step by step."""
    import polars as pl

    found = loaded.tags.filter(loaded.tags.get_column("tag") == tag)
    if found.is_empty():
        show_way(loaded, tag)
        return
    count, members = found.row(0)[1:]
    console.say(f"{tag}: {count:,} rows, from {len(members):,} raw tags")
    for line in loaded.merges.filter(pl.col("to") == tag).sort("count", descending=True).iter_rows(named=True):
        via = f" [via {line['via']}]" if line["via"] else ""
        console.say(f"  {line['from']} ({line['count']:,}) {line['step']}: {line['why']}{via}")


def show_way(loaded: "instag.Vocabulary", raw: str) -> None:
    """Print what became of a raw tag, step by step."""
    ways = {line["from"]: line for line in loaded.merges.iter_rows(named=True)}
    if raw not in ways and (tidy := " ".join(raw.split()) or raw) != raw:
        show_tag(loaded, tidy)
        return
    if raw not in ways:
        raise InputError(f"--tag: the vocabulary knows no tag {raw!r}; instag vocabulary show lists those it has")
    line = ways[raw]
    end = "was dropped" if line["to"] is None else f"-> {line['to']}"
    console.say(f"{raw} ({line['count']:,}) {end}")
    step: str | None = raw
    while step is not None:
        line = ways[step]
        towards = line["via"] or line["to"] or "(none)"
        console.say(f"  {step} -> {towards}: {line['step']}: {line['why']}")
        step = line["via"]


def shortened(members: list[str]) -> str:
    """The first members other than the tag itself, and how many more there are."""
    others = members[1 : SHOWN + 1]
    more = len(members) - 1 - len(others)
    return f" <- {', '.join(others)}{f' and {more:,} more' if more else ''}" if others else ""

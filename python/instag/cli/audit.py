"""`instag audit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import instag
from instag.choices import AUDITED, GROUP, PROBES
from instag.cli import console, outputs
from instag.cli.llm_options import asks_a_model, read_asking
from instag.cli.options import Sources, Tags, expect_tags, one_or_list
from instag.cli.progress import Display
from instag.cli.reading import parted, reads
from instag.cli.summaries import asked, exit_at_cost, leaving

if TYPE_CHECKING:
    import polars as pl

Model = Annotated[str, typer.Option(help="The judge's name at the endpoint, or a .gguf file to run here.")]
Precision = Annotated[int, typer.Option(metavar="N", help="How many cases of a query with one of its tags.")]
Consistency = Annotated[int, typer.Option(metavar="N", help="How many cases of a tag with several of its queries.")]
Probes = Annotated[float, typer.Option(metavar="SHARE", help="Cases made wrong on purpose, as a share of the others.")]
Group = Annotated[int, typer.Option(metavar="N", help="How many queries a case of --consistency has.")]
Seed = Annotated[int, typer.Option(help="The seed of the sample that is judged.")]
ToLabel = Annotated[
    Path | None,
    typer.Option("--cases", metavar="FILE.csv", help="Where to write the cases for people to label."),
]
Labelled = Annotated[
    list[Path] | None,
    typer.Option("--labels", metavar="FILE.csv", help="Labels that people gave; repeat it for several files."),
]
Details = Annotated[
    Path | None, typer.Option("--details", metavar="FILE", help="Where to write all cases with their verdicts.")
]
Worst = Annotated[int, typer.Option(metavar="N", min=0, help="How many of the worst tags to show.")]


# Queries of a case that are shown.
SHOWN = 2

# Where to read why a κ is undefined.
NOTES = (("Cohen's", "cohen_note"), ("Fleiss'", "fleiss_note"))

ASKED = {
    "precision": ("tags right for their query", "wrong tags caught"),
    "consistency": ("tags of one meaning", "misplaced queries caught"),
}


@reads
@asks_a_model()
def audit(
    source: Sources,
    model: Model,
    tags: Tags = "tags",
    precision: Precision = AUDITED,
    consistency: Consistency = AUDITED,
    probes: Probes = PROBES,
    group: Group = GROUP,
    seed: Seed = 0,
    cases: ToLabel = None,
    labels: Labelled = None,
    details: Details = None,
    worst: Worst = 10,
    **rest: Any,
) -> None:
    """Measure how good tags are: a model judges a sample of them, and is tested itself."""
    reading, asking = parted(rest)
    outputs.apart(
        [*source, *(labels or []), asking["api_key_file"], *(asking["journal"] or [])[:-1]],
        outputs.file("--cases", cases, ".csv"),
        outputs.data("--details", details, lists="queries"),
        outputs.file("--journal", (asking["journal"] or [None])[-1]),
    )
    with console.stage("reading"):
        frame = instag.io.read(one_or_list(source), **reading)
        expect_tags(frame.lazy(), source, tags)
    given: dict[str, Any] = {
        "model": model,
        "tags": tags,
        "precision": precision,
        "consistency": consistency,
        "probes": probes,
        "group": group,
        "seed": seed,
        "cases": cases,
        "labels": labels or None,
    } | read_asking(asking)
    with leaving("the answers so far are kept; run the same command to go on"), console.noted(), Display() as display:
        done = instag.audit(frame, **given, progress=display)
    show(done, worst)
    if details is not None:
        instag.io.write(done.cases, details)
    for file, what in ((cases, "the cases to label"), (details, "all cases")):
        if file is not None:
            console.say(f"{what} are in {file}")
    if not done.precision.of and not done.consistency.of and asking["limit"] is None:
        console.error("no case has a verdict")
        raise typer.Exit(1)
    exit_at_cost(done.tally)


def show(done: "instag.Audit", worst: int) -> None:
    """Print the shares, the judge's score, the worst tags, and how far people agree."""
    import polars as pl

    rows = [
        (f"{kind}: {ASKED[kind][0]}", *estimated(share))
        for kind, share in (("precision", done.precision), ("consistency", done.consistency))
    ]
    for kind, probes, caught, _, _, _ in done.judge.iter_rows():
        rows.append((f"judge: {ASKED[kind][1]}", *estimated(instag.Share.from_counts(caught, probes))))
    console.table(("", "share", "95 % interval", "cases"), rows)
    missed = done.cases.filter("probe", "right")
    show_wrong("wrong on purpose, and taken for right", missed.head(worst), missed.height)
    bad = done.tags.filter(pl.col("right") < pl.col("cases"))
    wrong = done.cases.filter(~pl.col("probe"), ~pl.col("right")).unique(["kind", "tag"], maintain_order=True)
    first = bad.head(worst).join(wrong, on=["kind", "tag"], maintain_order="left", suffix="_case")
    show_wrong("worst tags", first, bad.height)
    if done.agreement is not None:
        show_agreement(done.agreement)
    console.table(("", ""), asked(done.tally))
    console.say(f"tags from the column {done.column}; the answers are in {done.journal}")


def estimated(share: "instag.Share") -> tuple[str, str, str]:
    """A share with its interval and its counts."""
    if share.share is None:
        return "-", "-", "none"
    return f"{share.share:.1%}", f"{share.low:.1%} to {share.high:.1%}", f"{share.count:,} of {share.of:,}"


def show_wrong(title: str, lines: "pl.DataFrame", total: int) -> None:
    """Print tags by name, each with a case and the judge's reason.

    Of a case's queries the first is shown, or two if the tag has several meanings, and any query that does not belong.
    """
    if lines.is_empty():
        return
    console.say(f"\n{title} ({lines.height:,} of {total:,}):")
    for line in lines.iter_rows(named=True):
        of = f", {line['right']:,} of {line['cases']:,} right" if "cases" in line else ""
        console.say(f"  {console.one_line(line['tag'])} ({line['kind']}{of})")
        odd = line["misplaced"]
        others = [query for nth, query in enumerate(line["queries"]) if nth != odd]
        for query in others[: SHOWN if odd is None else SHOWN - 1]:
            console.say(f"    {console.one_line(query)}")
        if odd is not None:
            console.say(f"    misplaced: {console.one_line(line['queries'][odd])}")
        console.say(f"    judge: {console.one_line(line['reason']) or '(no reason)'}")
    console.say()


def show_agreement(agreement: "pl.DataFrame") -> None:
    """Print how far people agree with each other and with the judge."""
    rows, notes = [], []
    for line in agreement.iter_rows(named=True):
        name = line["kind"] if line["probes"] else f"{line['kind']}, without probes"
        shares = ["-" if line[key] is None else f"{line[key]:.1%}" for key in ("right", "same")]
        kappas = ["-" if line[key] is None else f"{line[key]:.2f}" for key in ("cohen", "fleiss")]
        rows.append((name, f"{line['raters']:,}", f"{line['cases']:,}", *shares, *kappas))
        notes += [f"{who} κ, {name}: {line[key]}" for who, key in NOTES if line[key] is not None]
    console.table(("labels of people", "raters", "cases", "right", "as the judge", "Cohen's κ", "Fleiss' κ"), rows)
    for note in notes:
        console.say(f"  {note}")
    console.say()

"""`instag tag`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import instag
from instag.choices import BATCH, Action
from instag.cli import console, outputs
from instag.cli.llm_options import (
    Batched,
    BatchSize,
    DryRun,
    Explained,
    Failures,
    Hinted,
    Longest,
    LongestTokens,
    Model,
    Prompted,
    Replace,
    Shown,
    Spoken,
    asks_a_model,
    kept_beside,
    read_asking,
    read_cut,
)
from instag.cli.options import Output, PerFile, Sources, To, one_or_list
from instag.cli.progress import Display
from instag.cli.reading import parted, reads
from instag.cli.summaries import asked, counted, estimated, exit_at_cost, leaving
from instag.errors import InputError
from instag.model_options import OPTIONS

if TYPE_CHECKING:
    import polars as pl

# Options of single requests, which batches do not have.
ONE_BY_ONE = (
    "retry_unread", "shard", "concurrency", "rpm", "tpm", "attempts", "reask", "timeout", "patience", "max_unread",
)  # fmt: skip

UNDER_WAY = ("validating", "in_progress", "finalizing", "cancelling", "waiting for its files")


@reads
@asks_a_model()
def tag(
    source: Sources,
    output: Output,
    model: Model,
    prompt: Prompted = "instag",
    examples: Shown = None,
    vocabulary: Hinted = None,
    tags_in: Spoken = "English",
    longest: Longest = None,
    longest_tokens: LongestTokens = None,
    explanations: Explained = False,
    replace: Replace = False,
    failures: Failures = None,
    dry_run: DryRun = False,
    batched: Batched = None,
    batch_size: BatchSize = BATCH,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **rest: Any,
) -> None:
    """Tag the queries of each sample with a language model; run the command again to go on after a stop."""
    reading, asking = parted(rest)
    journals = asking["journal"] = asking["journal"] or [kept_beside(output, ".journal")]
    path = journals[-1]
    left = f"what was answered is in {path}", f"{output} was not written"
    outputs.apart(
        [*source, prompt, examples, vocabulary, asking["api_key_file"], *journals[:-1]],
        outputs.data("-o", output, to, rows_per_file=rows_per_file),
        outputs.data("--failures", failures, lists=None),
        outputs.file("--journal", path),
    )
    if batched is not None:
        check_batched(asking)
    columns: dict[str, Any] = {"explanations": explanations, "replace": replace}
    with console.noted(), console.stage("reading"):
        frame, added = instag.io.scan_for(one_or_list(source), to, **reading)
    instag.tagging.check_columns(frame.collect_schema().names(), **columns)
    given: dict[str, Any] = {
        "model": model,
        "prompt": prompt,
        "examples": examples or (),
        "vocabulary": vocabulary,
        "tags_in": tags_in,
        "cut": read_cut(longest, longest_tokens),
    } | read_asking(asking)
    if dry_run:
        with console.noted(), console.stage("estimating"):
            found = instag.estimate(frame, **given, batch=batched is not None)
        console.table(("", ""), estimated(found))
        console.say("nothing was asked")
        return
    if batched is not None:
        with leaving(*left), console.noted(), console.stage(f"batches: {batched}"):
            states = instag.tagging.batch(batched, frame, **given, **columns, requests=batch_size)
        if not ready(states, batched):
            return
        given["limit"] = 0
    with leaving(*left):
        tagged = ask(frame, **given, **columns)
    with console.rows(f"writing {output}") as tell:
        instag.io.write(
            tagged.data.drop("queries") if added else tagged.data,
            output,
            format=to,
            metadata=instag.io.metadata_of(source),
            rows_per_file=rows_per_file,
            progress=tell,
        )
    console.table(("", ""), [*counted(tagged), *asked(tagged.tally)])
    console.say(f"written to {output}; the answers are in {path}")
    leave(tagged, failures)


def leave(tagged: "instag.Tagged[Any]", failures: Path | None) -> None:
    """Write the failures, and exit with a code of its own if no query has tags, or the maximum cost was reached."""
    if failures is not None:
        instag.io.write(tagged.failures, failures)
        console.say(f"queries without tags: {tagged.failures.height:,}, written to {failures}")
    if tagged.queries > tagged.blank and tagged.failures.height == tagged.queries - tagged.blank:
        console.error("no query has tags")
        raise typer.Exit(1)
    exit_at_cost(tagged.tally)


def ask(frame: "pl.LazyFrame", **options: Any) -> "instag.Tagged[pl.LazyFrame]":
    """Tag, and show progress."""
    with console.noted(), Display() as display:
        return instag.tag(frame, **options, progress=display)


def ready(states: "list[instag.tagging.BatchState]", action: Action) -> bool:
    """Print the state of the batches; returns whether all were collected, so that the output can be written."""
    if states:
        header = ("batch", "queries", "answered", "failed", "status")
        console.table(
            header,
            [
                (state.batch or "", f"{state.requests:,}", f"{state.answered:,}", f"{state.failed:,}", state.status)
                for state in states
            ],
        )
    for detail in sorted({state.detail for state in states if state.detail}):
        console.note(detail)
    count = sum(state.requests for state in states)
    if action == "submit":
        console.say(f"{count:,} queries sent; the same command with --batch collect fetches the answers")
    under_way = sum(state.status in UNDER_WAY for state in states)
    if action == "collect" and under_way:
        console.say(f"{under_way:,} batches are under way: try again later; --limit 0 writes what there is")
    return action == "collect" and not under_way


def check_batched(given: dict[str, Any]) -> None:
    """Refuse options of single requests, which batches do not have."""
    for name in ONE_BY_ONE:
        if given[name] != OPTIONS[name].default:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option}: not with --batch: it is for requests one by one; leave it out")

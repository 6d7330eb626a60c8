"""`instag tag`."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import typer

import instag
from instag.choices import Action
from instag.cli import console, outputs
from instag.cli.llm_options import (
    Attempts,
    Batched,
    BatchSize,
    Body,
    Concurrency,
    Cost,
    DryRun,
    Explained,
    Failures,
    Headers,
    Hinted,
    Kept,
    KeyEnv,
    KeyFile,
    Limit,
    Longest,
    LongestTokens,
    Model,
    MostUnread,
    Patience,
    Price,
    Prompted,
    Replace,
    Retry,
    Rpm,
    Shown,
    Spoken,
    Structure,
    Temperature,
    Timeout,
    Tokens,
    Tpm,
    Url,
    read_body,
    read_concurrency,
    read_cut,
    read_headers,
    read_key,
    read_price,
)
from instag.cli.options import Output, Sources, To, one_or_list
from instag.cli.progress import Display
from instag.cli.reading import reads
from instag.cli.summaries import asked, counted, estimated, leaving
from instag.errors import InputError
from instag.io.options import Reading

if TYPE_CHECKING:
    import polars as pl

UNDER_WAY = ("validating", "in_progress", "finalizing", "cancelling", "waiting for its files")


@reads
def tag(
    source: Sources,
    output: Output,
    model: Model,
    base_url: Url = None,
    api_key_env: KeyEnv = "OPENAI_API_KEY",
    api_key_file: KeyFile = None,
    header: Headers = None,
    prompt: Prompted = "instag",
    examples: Shown = None,
    vocabulary: Hinted = None,
    tags_in: Spoken = "English",
    journal: Kept = None,
    concurrency: Concurrency = "auto",
    rpm: Rpm = None,
    tpm: Tpm = None,
    max_cost: Cost = None,
    price: Price = None,
    attempts: Attempts = 6,
    timeout: Timeout = 120.0,
    patience: Patience = 600.0,
    max_unread: MostUnread = 0.5,
    longest: Longest = None,
    longest_tokens: LongestTokens = None,
    max_tokens: Tokens = 1024,
    temperature: Temperature = 0.0,
    structured: Structure = "auto",
    extra_body: Body = None,
    explanations: Explained = False,
    replace: Replace = False,
    retry_unread: Retry = False,
    limit: Limit = None,
    failures: Failures = None,
    dry_run: DryRun = False,
    batched: Batched = None,
    batch_size: BatchSize = 50_000,
    to: To = "auto",
    **reading: Unpack[Reading],
) -> None:
    """Tag the queries of each sample with a language model; the same command goes on where it was stopped."""
    path = journal or Path(f"{output}.journal")
    left = f"what was answered is in {path}", f"{output} was not written"
    outputs.apart(
        [*source, prompt, examples, vocabulary, api_key_file],
        outputs.data("-o", output, to),
        outputs.data("--failures", failures, lists=None),
        outputs.file("--journal", path),
    )
    asked_by: dict[str, Any] = {
        "retry_unread": retry_unread,
        "concurrency": read_concurrency(concurrency),
        "rpm": rpm,
        "tpm": tpm,
    }
    borne: dict[str, Any] = {
        "attempts": attempts,
        "timeout": timeout,
        "patience": patience,
        "max_unread": max_unread,
    }
    if batched is not None:
        check_batched(asked_by | borne)
    columns: dict[str, Any] = {"explanations": explanations, "replace": replace}
    with console.noted(), console.stage("reading"):
        # What is added for the asking is not part of the data.
        added = "queries" not in instag.io.load(one_or_list(source), **reading).collect_schema()
        frame = instag.io.read(one_or_list(source), **reading)
    instag.tagging.check_columns(frame.columns, **columns)
    questions: dict[str, Any] = {
        "model": model,
        "base_url": base_url,
        "prompt": prompt,
        "examples": examples or (),
        "vocabulary": vocabulary,
        "tags_in": tags_in,
        "cut": read_cut(longest, longest_tokens),
        "journal": path,
        "limit": limit,
        "max_tokens": max_tokens or None,
        "price": read_price(price),
    }
    asking: dict[str, Any] = {
        "api_key": read_key(api_key_env, api_key_file),
        "temperature": None if temperature < 0 else temperature,
        "structured": structured,
        "extra_body": read_body(extra_body),
        "headers": read_headers(header),
        "max_cost": max_cost,
    }
    if dry_run:
        with console.noted(), console.stage("estimating"):
            found = instag.estimate(frame, **questions, **asked_by, batch=batched is not None)
        console.table(("", ""), estimated(found))
        console.say("nothing was asked")
        return
    if batched is not None:
        with leaving(*left), console.noted(), console.stage(f"batches: {batched}"):
            states = instag.tagging.batch(batched, frame, **questions, **asking, **columns, requests=batch_size)
        if not ready(states, batched):
            return
        questions["limit"] = 0
    with leaving(*left):
        tagged = ask(frame, **questions, **asking, **asked_by, **borne, **columns)
    with console.stage(f"writing {output}"):
        instag.io.write(
            tagged.data.drop("queries") if added else tagged.data,
            output,
            format=to,
            metadata=instag.io.metadata_of(source),
        )
    console.table(("", ""), [*counted(tagged), *asked(tagged.tally)])
    console.say(f"written to {output}; the answers are in {path}")
    if failures is not None:
        instag.io.write(tagged.failures, failures)
        console.say(f"queries without tags: {tagged.failures.height:,}, written to {failures}")
    if tagged.queries > tagged.blank and tagged.failures.height == tagged.queries - tagged.blank:
        console.error("no query has tags")
        raise typer.Exit(1)


def ask(frame: "pl.DataFrame", **options: Any) -> "instag.Tagged[pl.DataFrame]":
    """Tag, and show where it stands."""
    with console.noted(), Display() as display:
        return instag.tag(frame, **options, progress=display)


def ready(states: "list[instag.tagging.BatchState]", action: Action) -> bool:
    """Show where the batches stand; whether all was collected, so that the output can be made."""
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
    """Refuse what says how single requests are made, where there are none."""
    for name, value in given.items():
        if value != inspect.signature(tag).parameters[name].default:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option}: not with --batch: it is for requests one by one; leave it out")

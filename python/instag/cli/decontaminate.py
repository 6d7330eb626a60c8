"""`instag decontaminate`."""

from pathlib import Path
from typing import Annotated, Any

import typer

import instag
from instag import io
from instag.cleaning.options import Decontamination
from instag.cli import console, outputs
from instag.cli.declared import Dropped, declared, load, write
from instag.cli.llm_options import asks_a_model, kept_beside, read_asking
from instag.cli.options import Output, PerFile, Sources, To
from instag.cli.progress import Display
from instag.cli.summaries import asked, exit_at_cost, leaving
from instag.errors import InputError

JudgmentsOut = Annotated[
    Path | None,
    typer.Option(
        "--judgments-out",
        metavar="FILE",
        help="Where to write the candidates with their judgements: JSON Lines, to read, fill in and correct.",
    ),
]


@declared(Decontamination)
@asks_a_model(always=False)
def decontaminate(
    source: Sources,
    output: Output,
    dropped: Dropped = None,
    judgments_out: JudgmentsOut = None,
    to: To = "auto",
    rows_per_file: PerFile = None,
    **options: Any,
) -> None:
    """Remove rows in which a user asks an item of a benchmark, or most of one."""
    model, known = options["judge"], options["judgments"]
    journals = options["journal"] = options["journal"] or [kept_beside(output, ".judge.journal")]
    looking = model is not None or bool(known) or options["judge_from"] is not None
    if judgments_out is not None and not looking:
        raise InputError("--judgments-out: there are candidates only with --judge-model, --judgments or --judge-from")
    options["judgments"] = known or None
    outputs.apart(
        [*source, *options["against"], *(known or []), options["api_key_file"], *journals[:-1]],
        outputs.data("-o", output, to, lists=None, rows_per_file=rows_per_file),
        outputs.data("--dropped", dropped, lists=None),
        outputs.file("--judgments-out", judgments_out, ".jsonl", ".ndjson"),
        outputs.file("--journal", journals[-1]) if model is not None else None,
    )
    with console.stage("reading"):
        data, others = load(instag.decontaminate, source, options, to)
    if model is None:
        with console.noted(), console.stage("comparing"):
            result = instag.decontaminate(data, **{name: others[name] for name in NAMES if name in others})
    else:
        others |= read_asking(options)
        left = f"what was answered is in {journals[-1]}", f"{output} was not written"
        with leaving(*left), console.noted(), Display() as display:
            result = instag.decontaminate(data, **others, progress=display)
    if judgments_out is not None and result.candidates is not None:
        io.write(result.candidates, judgments_out)
    write(result, output, dropped, to, rows_per_file, marked=options["action"] == "mark")
    if result.candidates is not None:
        said = result.candidates.get_column("same").drop_nulls()
        console.say(
            f"{result.candidates.height:,} candidates for paraphrases, {said.sum():,} of them the same, "
            f"{result.candidates.height - len(said):,} without a judgement"
            + ("" if judgments_out is None else f"; they are in {judgments_out}")
        )
    if result.tally is not None:
        console.table(("", ""), asked(result.tally))
        exit_at_cost(result.tally)


# Printed if no model was asked.
NAMES = ("query", "against", "numbers", "action", "judge_from", "judgments", "embedder")

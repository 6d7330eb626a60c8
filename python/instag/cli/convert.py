"""`instag convert`."""

from typing import Annotated, Unpack

import typer

import instag
from instag.cli import console, outputs
from instag.cli.options import Output, PerFile, Sources, To, one_or_list
from instag.cli.reading import reads
from instag.errors import InputError
from instag.io.options import Reading

Trainers = Annotated[
    str | None,
    typer.Option(
        "--trainer",
        metavar="A,B",
        help="Make OUT a folder to train from with llama-factory, axolotl, trl, swift or unsloth, or several.",
    ),
]
Model = Annotated[str | None, typer.Option(help="For trainers: the base model, a name on a hub or a folder.")]
Validation = Annotated[
    list[str] | None, typer.Option(metavar="FILE", help="For trainers: rows for validation (see instag split).")
]
ChatTemplate = Annotated[
    str | None, typer.Option(metavar="NAME", help="For LLaMA-Factory: its name for the model's chat template.")
]
Skip = Annotated[bool, typer.Option("--skip", help="For trainers: leave out rows that one of them cannot represent.")]


@reads
def convert(
    source: Sources,
    output: Output,
    to: To = "auto",
    trainer: Trainers = None,
    model: Model = None,
    validation: Validation = None,
    chat_template: ChatTemplate = None,
    skip: Skip = False,
    rows_per_file: PerFile = None,
    **reading: Unpack[Reading],
) -> None:
    """Convert data to another format, or to a folder to train from."""
    names = None if trainer is None else [name.strip() for name in trainer.split(",") if name.strip()]
    if names is None:
        given = {"--model": model, "--validation": validation, "--chat-template": chat_template, "--skip": skip}
        if extra := [option for option, value in given.items() if value]:
            raise InputError(f"{extra[0]}: this is for trainers: name them with --trainer")
        outputs.apart(source, outputs.data("-o", output, to, lists=None, rows_per_file=rows_per_file))
    else:
        outputs.folder("-o", output)
        outputs.apart(
            [*source, *(validation or [])],
            *(outputs.Out("-o", output / "data" / f"{part}.jsonl") for part in ("train", "val")),
        )
    with console.rows(f"converting to {output}") as tell:
        done = instag.convert(
            one_or_list(source),
            output,
            to=to,
            trainers=names,
            model=model,
            validation=validation,
            chat_template=chat_template,
            skip=skip,
            progress=tell,
            rows_per_file=rows_per_file,
            **reading,
        )
    samples = "sample" if done.samples == 1 else "samples"
    queries = "query" if done.queries == 1 else "queries"
    console.say(f"{done.samples:,} {samples} with {done.queries:,} {queries}; written to {output}")
    if names is None:
        return
    from instag.io.trainers.configs import filename

    for name in names:
        # Each configuration has the command to run at its top.
        first = next(line for line in (output / filename(name)).read_text().splitlines()[1:] if line)
        call = first.strip('# "')
        console.say(f"  cd {output} && {call}")

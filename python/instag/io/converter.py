"""Converting: files of one format become a file of another."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Unpack

import polars as pl

from instag.io.metadata import metadata_of
from instag.io.options import Reading, options_of
from instag.io.reader import read, read_conversations
from instag.io.source import Source
from instag.io.targets import TARGETS
from instag.io.writer import write


class Converted(NamedTuple):
    """How much was converted."""

    samples: int
    queries: int


def read_for(source: Source, to: str, **options: Unpack[Reading]) -> pl.DataFrame:
    """Read files that will be written in some format.

    Parameters
    ----------
    source
        As for :func:`instag.read`.
    to
        How they will be written, as for :func:`convert`.
    **options
        As for :func:`instag.read`.

    Returns
    -------
    polars.DataFrame
        As :func:`instag.read` returns; but where a layout is to be written and the user names the columns, with the
        conversations in a column ``messages``, for nothing else would tell a writer which columns they are.
    """
    reading = options_of(**options)
    return read_conversations(source, reading) if to in TARGETS and reading.parts else read(source, **options)


def convert(
    source: Source,
    output: str | Path,
    *,
    to: str = "auto",
    trainers: Sequence[str] | str | None = None,
    model: str | None = None,
    validation: Source | None = None,
    chat_template: str | None = None,
    skip: bool = False,
    **options: Unpack[Reading],
) -> Converted:
    r"""Read files and write them in another format, without loss.

    Parameters
    ----------
    source
        What to read, as for :func:`instag.read`.
    output
        The file to write, as for :func:`instag.write`.
    to
        How to write: ``"auto"``, a type of file, or a layout: ``"alpaca"``, ``"sharegpt"`` or ``"messages"``.
    trainers, model, chat_template, skip
        Write a folder to train from, as for :func:`instag.write`.
    validation
        For trainers: what to validate with, read as `source` is.
    **options
        How to read, as for :func:`instag.read`: ``format``, ``query``, ``answer`` and so on.

    Returns
    -------
    Converted
        The numbers of samples and of queries in them.

    Raises
    ------
    InputError
        Where something cannot be read, found, or held by the format; nothing is written then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pairs.jsonl")
    ...     _ = path.write_text('{"question": "Why?", "answer": "So."}')
    ...     convert(path, f"{folder}/chat.jsonl", to="sharegpt")
    ...     Path(folder, "chat.jsonl").read_text()
    Converted(samples=1, queries=1)
    '{"conversations":[{"from":"human","value":"Why?"},{"from":"gpt","value":"So."}]}\n'
    """
    reading = options_of(**options)
    frame = read_for(source, "messages" if trainers is not None else to, **options)
    if trainers is not None:
        held = None if validation is None else read_conversations(validation, reading)
        write(frame, output, trainers=trainers, model=model, validation=held, chat_template=chat_template, skip=skip)
    queries = int(frame.get_column("queries").list.len().sum())
    if trainers is None:
        write(frame, output, format=to, metadata=metadata_of(source))
    return Converted(frame.height, queries)

"""Converting: files of one format become files of another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from instag.frame.batches import batches
from instag.io.conversation.speakers import Speakers
from instag.io.conversation.targets import TARGETS
from instag.io.metadata import metadata_of
from instag.io.opening import blamed, opened
from instag.io.options import Reading, ReadOptions, options_of
from instag.io.pace import expecting, followed, passed
from instag.io.part import Part
from instag.io.source import Source
from instag.io.union import union
from instag.io.where import kept
from instag.io.writer import write
from instag.progress import Progress

# The origin of a row: the number of its file, and its number there.
PLACE = ("source_file", "source_row")


class Converted(NamedTuple):
    """How much was converted."""

    samples: int
    queries: int


def scan_for(source: Any, to: str, **options: Unpack[Reading]) -> tuple[pl.LazyFrame, bool]:
    """Open files that will be written in another format, and warn of unusual roles in them.

    Parameters
    ----------
    source
        As for :func:`instag.scan`.
    to
        The format they will be written in, as for :func:`convert`.
    **options
        As for :func:`instag.read`.

    Returns
    -------
    tuple
        What :func:`instag.scan` returns; but if a layout will be written and the user names the columns, the conversations are
        in a column ``messages``, so that the writer finds them. And whether the column ``queries`` was added, and is not in
        the files.
    """
    reading = options_of(**options)
    parts = _opened(source, to, reading)
    plan = kept(union(parts), reading.where)
    _counted(plan, parts, reading.query).warn()
    return plan, all(part.asked for part in parts)


def convert(  # noqa: PLR0913 - as write has them
    source: Any,
    output: str | Path,
    *,
    to: str = "auto",
    trainers: Sequence[str] | str | None = None,
    model: str | None = None,
    validation: Source | None = None,
    chat_template: str | None = None,
    skip: bool = False,
    rows_per_file: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    **options: Unpack[Reading],
) -> Converted:
    r"""Read files and write them in another format, without loss, however many rows there are.

    Parameters
    ----------
    source
        What to read, as for :func:`instag.scan`.
    output
        The file to write, as for :func:`instag.write`.
    to
        How to write: ``"auto"``, a type of file, or a layout: ``"alpaca"``, ``"sharegpt"`` or ``"messages"``.
    trainers, model, chat_template, skip
        Write a folder to train from, as for :func:`instag.write`.
    validation
        For trainers: the data for validation, read like `source`.
    rows_per_file
        Write several files of this many rows, as for :func:`instag.write`.
    progress
        Called with an :class:`instag.Progress` as rows are read and written; ``print`` prints lines.
    **options
        How to read, as for :func:`instag.read`: ``format``, ``query``, ``answer`` and so on.

    Returns
    -------
    Converted
        The numbers of samples that were written and of queries in them; for trainers, of those to train with.

    Raises
    ------
    InputError
        If something cannot be read or found, or the format cannot hold it; nothing is written then.

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
    with followed(progress):
        parts = _opened(source, "messages" if trainers is not None else to, reading)
        plan = kept(union(parts), reading.where)
        speakers = _counted(plan, parts, reading.query)
        with blamed(parts), speakers.warned():
            if trainers is not None:
                held = None if validation is None else scan_for(validation, "messages", **options)[0]
                write(
                    plan,
                    output,
                    trainers=trainers,
                    model=model,
                    validation=held,
                    chat_template=chat_template,
                    skip=skip,
                )
                if skip:
                    speakers = _written(output)
            else:
                with expecting(speakers.samples):
                    write(plan, output, format=to, metadata=metadata_of(source), rows_per_file=rows_per_file)
        return Converted(speakers.samples, speakers.queries)


def _written(folder: str | Path) -> Speakers:
    """Count the training data in a trainer's folder, which may be less than was read."""
    parts = _opened(Path(folder, "data", "train.jsonl"), "messages", options_of())
    return _counted(union(parts), parts)


def convert_placed(
    source: Any, output: str | Path, *, progress: Callable[[Progress], None] | None = None, **options: Unpack[Reading]
) -> list[str]:
    """Convert files to messages, with the origin of each row.

    The columns ``source_file`` and ``source_row`` are the number of its file, from 0, and that of the row there, from 1,
    before `where` removes any.

    Parameters
    ----------
    source, output, progress
        As for :func:`convert`.
    **options
        As for :func:`instag.read`.

    Returns
    -------
    The names of the files, by their numbers.
    """
    reading = options_of(**options)
    with followed(progress):
        names: list[str] = []
        parts = []
        for part in _opened(source, "messages", reading):
            parts.append(replace(part, frame=_placed(part, len(names))))
            names += [name for name, _ in part.files] or [str(part.path)]
        plan = kept(union(parts), reading.where)
        speakers = _counted(plan, parts, reading.query)
        with blamed(parts), speakers.warned(), expecting(speakers.samples):
            write(plan, output, format="messages", metadata=metadata_of(source))
    return names


def _placed(part: Part, first: int) -> pl.LazyFrame:
    """The rows of a part with their origins, given the number of its first file."""
    frame = part.frame.drop(PLACE, strict=False).with_row_index("source_row")
    row = pl.col("source_row")
    if not part.files:
        return frame.with_columns(row + 1, source_file=pl.lit(first, dtype=pl.UInt32))
    ends = np.cumsum([rows for _, rows in part.files])
    starts = ends - [rows for _, rows in part.files]
    kinds = dict.fromkeys(PLACE, pl.UInt32)

    def places(rows: pl.Series) -> pl.Series:
        of = np.searchsorted(ends, rows.to_numpy(), side="right")
        found = {"source_file": of + first, "source_row": rows.to_numpy() - starts[of] + 1}
        return pl.DataFrame(found, schema=kinds).to_struct("place")

    place = row.map_batches(places, return_dtype=pl.Struct(kinds), is_elementwise=True).alias("place")
    return frame.with_columns(place).drop("source_row").unnest("place")


def _opened(source: Any, to: str, options: ReadOptions) -> list[Part]:
    return opened(source, options, whole=to in TARGETS)


def _counted(plan: pl.LazyFrame, parts: Sequence[Part], query: str | None = None) -> Speakers:
    """Go through the queries and the speakers once."""
    speakers = Speakers(query, [part.said for part in parts])
    with blamed(parts):
        for batch in batches(plan.select(Speakers.columns(plan.collect_schema()))):
            speakers.add(batch)
            passed("reading", speakers.samples)
    return speakers

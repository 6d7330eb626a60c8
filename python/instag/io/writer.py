"""Writing: a frame becomes a file in the form a trainer reads, all of it or none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.frame.batches import reading_little_ahead
from instag.io.compression import compression_of
from instag.io.conversation.detection import find
from instag.io.conversation.queries import TEXTS, queries
from instag.io.conversation.targets import TARGETS, to_target
from instag.io.files import type_of
from instag.io.filetypes import TYPES, type_called
from instag.io.output import atomic_write
from instag.io.pace import followed
from instag.io.shards import shards_of
from instag.io.sink import Sink
from instag.io.trainers import Training, write_folder
from instag.progress import Progress

FORMATS = ("auto", *TYPES, *TARGETS)


def write(
    data: Any,
    path: str | Path,
    *,
    format: str = "auto",
    metadata: Mapping[str, str] | None = None,
    trainers: Sequence[str] | str | None = None,
    rows_per_file: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    **training: Unpack[Training],
) -> None:
    r"""Write a frame to a file, whole or not at all; or a folder to train from.

    Parameters
    ----------
    data
        What :func:`read` or :func:`scan` returned, or part of it; or any other frame that :func:`instag.select` takes.
        A lazy frame streams into every type but JSON. The ``queries`` are left out where reading the file finds the same ones again.
    path
        The file to write or replace, or ``"-"`` for standard output; its extension decides the type, and ``.gz`` or ``.zst``
        after it compresses.
    format
        ``"auto"``; or a file type, whatever the extension; or a layout to convert the samples to: ``"alpaca"``,
        ``"sharegpt"`` or ``"messages"``.
    metadata
        Metadata of columns for a Parquet file, such as the names of classes: see :func:`instag.io.metadata_of`. Other files
        cannot hold it.
    progress
        Called with an :class:`instag.Progress` as rows are written; ``print`` prints lines.
    rows_per_file
        Write several files of this many rows each, the last one with the rest. The name has a place for their number,
        counted from 0, such as ``"out-{:05d}.parquet"``; all of them are written, or none.
    trainers
        Write a folder to train from instead of a file, for ``"llama-factory"``, ``"axolotl"``, ``"trl"``, ``"swift"`` or
        ``"unsloth"``, or for several: the data as messages in ``data/``, with tools and preferences where there are any,
        and a configuration for each trainer. One that a person has edited since is left as it is.
    **training
        How to train, for `trainers`:

        - ``model``: the base model, a name on a hub or a folder;
        - ``validation``: a frame of rows to validate with; if `data` is what :func:`instag.split` returned, it has them;
        - ``chat_template``: LLaMA-Factory's name of the model's chat template, if instag does not know it;
        - ``skip``: leave out rows that one of the trainers cannot hold, and say how many, instead of refusing them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(pl.DataFrame({"question": ["Why?"], "id": [None]}), f"{folder}/train.jsonl")
    ...     Path(folder, "train.jsonl").read_text()
    '{"question":"Why?","id":null}\n'
    """
    with followed(progress):
        _write(data, path, format, metadata, trainers, rows_per_file, training)


def _write(
    data: Any,
    path: str | Path,
    format: str,
    metadata: Mapping[str, str] | None,
    trainers: Sequence[str] | str | None,
    rows_per_file: int | None,
    training: Training,
) -> None:
    if trainers is not None:
        write_folder(data, path, trainers, **training)
        return
    if training:
        raise InputError(f"{next(iter(training))}: this is for trainers: name them with trainers= / --trainer")
    if format not in FORMATS:
        raise InputError(f"format: found {format!r}: expected one of {', '.join(FORMATS)}")
    whole = wrap(data).lazy()
    target = Path(path).expanduser()
    kind = type_of(target, format)
    if target.is_dir():
        raise InputError(f"{target}: this is a folder: expected a file to write")
    if not target.parent.is_dir():
        raise InputError(f"{target.parent}: there is no such folder: expected one to write {target.name} to")
    shards = shards_of(target, rows_per_file)
    sink = Sink(compression_of(target), metadata, data.height if isinstance(data, pl.DataFrame) else None)
    put = type_called(kind).write
    if shards is None:
        with atomic_write(target, kind) as draft, reading_little_ahead():
            put(_ready(whole, format), draft, sink)
        return
    if not type_called(kind).divisible:
        raise InputError(
            f"{target}: a {target.suffix} file is one list: write .jsonl with rows_per_file= / --rows-per-file"
        )
    with shards.writing(kind) as folder, reading_little_ahead():
        parts = pl.PartitionBy(
            folder,
            file_path_provider=lambda file: f"{file.index_in_partition:09d}",
            max_rows_per_file=shards.rows,
            approximate_bytes_per_file=None,
        )
        put(frame := _ready(whole, format), parts, sink)
        if not any(folder.iterdir()):
            put(frame, folder / "0", sink)


def _ready(whole: pl.LazyFrame, format: str) -> pl.LazyFrame:
    return _without_queries(to_target(whole, format) if format in TARGETS else whole)


def _without_queries(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Leave the queries out if they say no more than the columns they come from."""
    schema = dict(frame.collect_schema())
    if schema.pop("queries", None) != TEXTS or (layout := find(frame)) is None:
        return frame
    same = queries(layout, schema).eq_missing(pl.col("queries")).all()
    return frame.drop("queries") if frame.select(same).collect(engine="streaming").item() else frame

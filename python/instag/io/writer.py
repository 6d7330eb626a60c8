"""Writing: a frame becomes a file in the form a trainer reads, all of it or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import orjson
import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.frame.batches import reading_little_ahead
from instag.io.conversation.detection import find
from instag.io.conversation.queries import TEXTS, queries
from instag.io.conversation.targets import TARGETS, to_target
from instag.io.files import SEPARATORS, TYPES, Compression, Type, compression_of, type_of
from instag.io.formats.arrow import names_of
from instag.io.formats.json_rows import encoder, is_special
from instag.io.formats.records import any_within
from instag.io.output import atomic_write
from instag.io.pace import counted, followed
from instag.io.shards import shards_of
from instag.io.trainers import Training, write_folder
from instag.progress import Progress

SCHEMA = "ARROW:schema"
# A schema without columns, as Arrow spells it: it fits no file, so that readers look at the file itself.
NO_COLUMNS = "/////zAAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAAAAAA="
FORMATS = ("auto", *TYPES, *TARGETS)
# Rows that are objects of Python at a time.
STEP = 1_000


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
        The file to write or replace, or ``"-"`` for standard output; its extension says the type, and ``.gz`` or ``.zst`` after it compresses.
    format
        ``"auto"``; or a file type, whatever the extension; or a layout to convert the samples to: ``"alpaca"``,
        ``"sharegpt"`` or ``"messages"``.
    metadata
        What a Parquet file says of its columns beside their types, such as the names of classes: see
        :func:`instag.io.metadata_of`. Other files hold none.
    progress
        Called with an :class:`instag.Progress` as rows are written; ``print`` prints lines.
    rows_per_file
        Write several files of so many rows each, the last one with what is left. The name has a place for their number,
        counted from 0, such as ``"out-{:05d}.parquet"``; all of them are written, or none.
    trainers
        Write a folder to train from instead of a file, for ``"llama-factory"``, ``"axolotl"``, ``"trl"``, ``"swift"`` or
        ``"unsloth"``, or for several: the data as messages in ``data/``, with tools and preferences where there are any,
        and a configuration for each trainer. One that a person has edited since is left as it is.
    **training
        How to train, for `trainers`:

        - ``model``: the base model, a name on a hub or a folder;
        - ``validation``: a frame of rows to validate with; where `data` is what :func:`instag.split` returned, it has them;
        - ``chat_template``: LLaMA-Factory's name of the model's chat template, where instag does not know it;
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
    target = Path(path)
    kind = type_of(target, format)
    if target.is_dir():
        raise InputError(f"{target}: this is a folder: expected a file to write")
    if not target.parent.is_dir():
        raise InputError(f"{target.parent}: there is no such folder: expected one to write {target.name} to")
    shards = shards_of(target, rows_per_file)
    sink = Sink(kind, compression_of(target), metadata or {}, data.height if isinstance(data, pl.DataFrame) else None)
    if shards is None:
        with atomic_write(target, kind) as draft, reading_little_ahead():
            sink.write(_ready(whole, format), draft)
        return
    if kind == "json":
        raise InputError(f"{target}: a .json file is one list: write .jsonl with rows_per_file= / --rows-per-file")
    with shards.writing(kind) as folder, reading_little_ahead():
        parts = pl.PartitionBy(
            folder,
            file_path_provider=lambda file: f"{file.index_in_partition:09d}",
            max_rows_per_file=shards.rows,
            approximate_bytes_per_file=None,
        )
        sink.write(frame := _ready(whole, format), parts)
        if not any(folder.iterdir()):
            sink.write(frame, folder / "0")


def _ready(whole: pl.LazyFrame, format: str) -> pl.LazyFrame:
    return _without_queries(to_target(whole, format) if format in TARGETS else whole)


def _without_queries(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Leave the queries out if they say no more than the columns they come from."""
    schema = dict(frame.collect_schema())
    if schema.pop("queries", None) != TEXTS or (layout := find(frame)) is None:
        return frame
    same = queries(layout, schema).eq_missing(pl.col("queries")).all()
    return frame.drop("queries") if frame.select(same).collect(engine="streaming").item() else frame


Place = Path | pl.PartitionBy


@dataclass(frozen=True)
class Sink:
    """How a frame is written: into a file, or into several."""

    kind: Type
    compression: Compression
    metadata: Mapping[str, str]
    rows: int | None = None

    def write(self, frame: pl.LazyFrame, place: Place) -> None:
        """Write it."""
        match self.kind:
            case "parquet":
                self._parquet(frame, place)
            case "arrow":
                self._counted(frame).sink_ipc(place)
            case "json":
                self._lines(_one_list(self._counted(frame)), place, ending="")
            case "jsonl":
                self._lines(self._counted(_spelt(frame)), place)
            case "text":
                self._lines(self._counted(_prompts(frame)), place)
            case _:
                self._table(frame, place)

    def _table(self, frame: pl.LazyFrame, place: Place) -> None:
        nested = [name for name, dtype in frame.collect_schema().items() if dtype.is_nested()]
        if nested:
            raise InputError(
                f"columns {', '.join(nested)} hold lists or records, and {self.kind} cannot: write .jsonl or .parquet"
            )
        separator = SEPARATORS[self.kind]
        self._counted(frame).sink_csv(place, separator=separator, compression=self.compression, check_extension=False)

    def _lines(self, lines: pl.LazyFrame, place: Place, *, ending: str = "\n") -> None:
        """Write one column of text as it is, compressed as the path says."""
        lines.sink_csv(
            place,
            include_header=False,
            quote_style="never",
            line_terminator=ending,
            compression=self.compression,
            check_extension=False,
        )

    def _parquet(self, frame: pl.LazyFrame, place: Place) -> None:
        """Write what a file said of its columns too, and their types in it where these are still its columns."""
        names = frame.collect_schema().names()
        before = names_of(self.metadata.get(SCHEMA, ""))
        kept = dict(self.metadata)
        if kept and before != names:
            # By the columns' own types; but a reader that finds a schema there takes what else is said from it alone.
            kept[SCHEMA] = NO_COLUMNS
        self._counted(frame).sink_parquet(place, metadata=kept)

    def _counted(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        return counted(frame, "writing", self.rows)


def _spelt(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Rows as JSON; let Polars spell them where its form of every value is the right one."""
    record = pl.struct(pl.all())
    special = any_within(record, pl.Struct(dict(frame.collect_schema())), is_special).any()
    if frame.select(special).collect(engine="streaming").item():
        return _dumped(frame, lambda row: orjson.dumps(row).decode())
    return frame.select(record.struct.json_encode())


def _one_list(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Rows as the pieces of one list."""
    rows = _dumped(frame, lambda row: orjson.dumps([row], option=orjson.OPT_INDENT_2).decode()[1:-2])
    before = pl.when(pl.col("row") == 0).then(pl.lit("[")).otherwise(pl.lit(","))
    pieces = rows.with_row_index("row").select(before + pl.col("text"))
    if not frame.head(1).collect(engine="streaming").height:
        return pl.LazyFrame({"text": ["[]\n"]})
    return pl.concat([pieces.rename({"literal": "text"}), pl.LazyFrame({"text": ["\n]\n"]})])


def _dumped(frame: pl.LazyFrame, dump: Callable[[Any], str]) -> pl.LazyFrame:
    """A text for each row, few rows at a time: as objects of Python they take many times as much memory."""
    encode = encoder(frame.collect_schema())

    def texts(rows: pl.Series) -> pl.Series:
        parts = [
            pl.Series([dump(encode(row)) for row in part.to_series().to_list()], dtype=pl.String)
            for part in rows.to_frame().iter_slices(STEP)
        ]
        return pl.concat(parts) if parts else pl.Series(dtype=pl.String)

    return frame.select(text=pl.struct(pl.all()).map_batches(texts, return_dtype=pl.String, is_elementwise=True))


def _prompts(frame: pl.LazyFrame) -> pl.LazyFrame:
    schema = frame.collect_schema()
    if list(schema.dtypes()) != [pl.String]:
        raise InputError(f"found the columns {', '.join(schema)}: expected one column of text; write .jsonl")
    lines = pl.first()
    broken = lines.is_null() | (lines.str.strip_chars() == "") | lines.str.contains(r"[\r\n]")
    if frame.select(broken.any()).collect(engine="streaming").item():
        raise InputError("a prompt is blank or of several lines: expected one line each; write .jsonl")
    return frame

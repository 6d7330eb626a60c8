"""JSON Lines as frames: at the speed of Polars if that is exact, otherwise line by line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from instag.errors import InputError
from instag.frame.batches import pieces
from instag.io.compression import COMPRESSIONS
from instag.io.conversation.roles import is_turn
from instag.io.files import glob_safe, interruptible, lines
from instag.io.filetypes import DataFile, FileType
from instag.io.json.buffer import RecordBuffer
from instag.io.json.encoder import dumped, is_special
from instag.io.json.inference import Repetition, schema_of, width
from instag.io.json.records import any_within, decode, frame
from instag.io.json.text import concatenated, near, parse, parsed, parsed_line
from instag.io.json.values import NOUNS, rows_of
from instag.io.pace import passed, watched
from instag.io.sink import Place, Sink
from instag.surrogates import warn_of_lone
from instag.warning import warn

LISTED_LINES = 5
STEP = 5_000  # lines
BLANK = " \t\r"
WIDE = 100  # fields
# Files of more bytes are not held in memory, although they are read more than once.
LARGE = 1 << 26
# Many files are opened as one if they have at most this many bytes on average.
SMALL = 1 << 20
# No broader: an error in the queries of this module would silently make every file slow.
UNREADABLE = (
    pl.exceptions.ComputeError,
    pl.exceptions.SchemaError,
    pl.exceptions.DuplicateError,
    pl.exceptions.PanicException,
    orjson.JSONDecodeError,
)


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file; one that holds a list in spite of its name is read as such."""
    return scan_lines(file.path, file.name, skip=file.skip)


def write(data: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write an object a line; Polars writes it if its form of every value is right."""
    record = pl.struct(pl.all())
    special = any_within(record, pl.Struct(dict(data.collect_schema())), is_special).any()
    if data.select(special).collect(engine="streaming").item():
        spelt = dumped(data, lambda row: orjson.dumps(row).decode())
    else:
        spelt = data.select(record.struct.json_encode())
    sink.lines(sink.counted(spelt), place)


def scan_lines(path: Path, name: object = None, *, skip: int = 0) -> pl.LazyFrame:
    """Scan a JSON Lines file, lazily unless a field mixes JSON types.

    A file that holds a list of objects in spite of its name, or objects of several lines each, is read as such.

    Parameters
    ----------
    path
        The file, compressed or not.
    name
        What to call it in an error.
    skip
        How many lines that cannot be read may be skipped.

    Returns
    -------
    polars.LazyFrame
        One row a line that is not blank.
    """
    source = lines(path).filter(pl.col("line").str.strip_chars(BLANK) != "")
    try:
        schema = schema_of(source)
        if schema is not None:
            # With few fields, Polars decodes lines faster than it reads the file as JSON Lines; with many, more slowly.
            wide = width(schema) > WIDE and not _is_marked(path)
            plan = pl.scan_ndjson(glob_safe(path), schema=dict(schema)) if wide else decode(source, schema)
            return plan if is_large(path) else interruptible(lambda: plan.collect(engine="streaming")).lazy()
    except UNREADABLE:
        pass  # the exact way reads what Polars cannot, or says on which line the fault is
    return _exact(path, name or path, skip)


def _is_marked(path: Path) -> bool:
    """Whether a text begins with a byte-order mark."""
    first = pl.scan_lines(path, glob=False, n_rows=1).collect()
    return bool(first.height) and first.item().startswith("\ufeff")


def is_large(path: Path) -> bool:
    """Whether a file is too large to hold in memory; a packed one counts as about seven times its size.

    Parameters
    ----------
    path
        The file, compressed or not.
    """
    return path.stat().st_size > (LARGE >> 3 if path.suffix.lower() in COMPRESSIONS else LARGE)


def _exact(path: Path, name: object, skip: int) -> pl.LazyFrame:
    """Parse every line on its own; objects are kept until the types of all are known, in files if there are many."""
    buffer, repetition = RecordBuffer(), Repetition()
    values: list[Any] = []
    kind: type | None = None
    numbers: list[int] = []
    halves = 0
    bad: list[str] = []
    for number, line in _watched(path, repetition):
        if not line.strip():
            continue
        try:
            value, replaced = parsed_line(line)
            if not isinstance(value, dict | list | str) or kind not in (None, type(value)):
                raise _OtherError(type(value))
        except ValueError as error:
            if kind is None and not bad and (held := _whole(path, name)) is not None:
                return rows_of(held, name, lambda row: f"record {row + 1}", jsonl=True)
            bad.append(_fault(name, number, line, error))
            if len(bad) > skip:
                raise InputError(f"{bad[-1]}: expected one object a line; {_hint(line, bad, skip)}") from error
            continue
        kind = type(value)
        halves += replaced
        values.append(value)
        if kind is not dict:
            numbers.append(number)
        elif len(values) == STEP:
            buffer.add(values)
            values = []
    warn_of_lone(halves, str(name))
    repetition.warn(name, "line")
    _warn_of_skipped(name, bad)
    if kind is dict:
        buffer.add(values)
        return buffer.rows()
    return _listed(values, numbers, name)


def _listed(values: list[Any], numbers: list[int], name: object) -> pl.LazyFrame:
    """Make rows of lines that are lists or texts."""
    if len(values) == 1 and isinstance(values[0], list) and not (values[0] and isinstance(values[0][0], list | str)):
        # One line that is a list: of rows, unless these are the turns of one conversation.
        inner = values[0]
        if not inner or not all(is_turn(each, exchanges=False) for each in inner):
            return rows_of(inner, name, lambda row: f"record {row + 1}", jsonl=True)
    return rows_of(values, name, lambda row: f"line {numbers[row]}", jsonl=True)


def _warn_of_skipped(name: object, bad: list[str]) -> None:
    if bad:
        listed = "; ".join(bad[:LISTED_LINES]) + (
            f"; and {len(bad) - LISTED_LINES:,} more" if len(bad) > LISTED_LINES else ""
        )
        many = "lines that cannot be read were" if len(bad) > 1 else "line that cannot be read was"
        warn(f"{name}: {len(bad):,} {many} skipped: {listed}")


def _watched(path: Path, repetition: Repetition) -> Iterator[tuple[int, str]]:
    """Number the lines, and report from time to time how many there were."""
    texts = lines(path)
    total = texts.select(pl.len()).collect(engine="streaming").item() if watched() else None
    number = 0
    for batch in pieces(texts, STEP):
        repetition.add(batch.get_column("line"))
        for line in batch.get_column("line").to_list():
            number += 1
            yield number, line
        passed("parsing", number, total)


def pool(paths: Sequence[Path], names: Sequence[str]) -> tuple[pl.LazyFrame, list[int]] | None:
    """Parse small files as one, because opening each costs more than reading it."""
    if sum(path.stat().st_size for path in paths) > SMALL * len(paths):
        return None
    values: list[dict[str, Any]] = []
    counts: list[int] = []
    texts: list[str] = []
    for path, name in zip(paths, names, strict=True):
        found = _records(path, texts)
        if not found:
            return None
        values += [value if "source" in value else value | {"source": name} for value in found]
        counts.append(len(found))
    repetition = Repetition()
    repetition.add(texts)
    # A key that comes twice is pointed out with the file that it is in.
    return None if repetition.there else (frame(values).lazy(), counts)


def _records(path: Path, texts: list[str]) -> list[dict[str, Any]]:
    """Parse a small file, and keep its lines; empty if it holds anything but objects, or is damaged."""
    try:
        held = [line for line in path.read_bytes().decode().removeprefix("\ufeff").split("\n") if line.strip()]
        values = [parse(line) for line in held]
    except (ValueError, OSError):
        return []
    texts += held
    return values if all(isinstance(value, dict) for value in values) else []


class _OtherError(ValueError):
    """A line is JSON, but of another kind than a row."""

    def __init__(self, kind: type) -> None:
        super().__init__(f"found {NOUNS.get(kind, 'null')}")


def _fault(name: object, number: int, line: str, error: ValueError) -> str:
    """Describe where a line is not JSON, with the text around it."""
    if isinstance(error, _OtherError):
        return f"{name}, line {number}: {error}"
    reason, column = getattr(error, "msg", str(error)), getattr(error, "colno", 1)
    return f"{name}, line {number}, column {column}: not valid JSON: {reason}, near {near(line, column)}"


def _hint(line: str, bad: list[str], skip: int) -> str:
    """Say what a line that is not JSON looks like, or what to do about it."""
    if line.startswith("PAR1"):
        return "this is a Parquet file: read it with format='parquet' / --format parquet"
    if line.startswith("data: {"):
        return "this is a stream of server-sent events: take away 'data: ' before each line, and the last one, 'data: [DONE]'"
    if line.count(",") and not line.lstrip().startswith(("{", "[", '"')):
        return "this looks like a table: read it with format='csv' / --format csv"
    if skip:
        return f"more than {skip:,} lines cannot be read"
    return (
        f"mend the line, or skip lines that cannot be read with skip_bad_lines={len(bad)} / --skip-bad-lines {len(bad)}"
    )


def _whole(path: Path, name: object) -> list[Any] | None:
    """Parse a file as one list, or as objects of several lines each; None if it is neither."""
    text = "\n".join(lines(path).collect().get_column("line"))
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        value = parsed(text)[0]
    except ValueError:
        return concatenated(text)
    repetition = Repetition()
    repetition.add([text])
    repetition.warn(name)
    return value if isinstance(value, list) else [value]


TYPE = FileType(endings=(".jsonl", ".ndjson"), scan=scan, write=write, address=pl.scan_ndjson, pool=pool)

"""Arrow files and streams, after a check that the lengths in them can be true.

A reader that believes wrong lengths asks for all the memory there is.
"""

import os
import struct
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from instag.errors import InputError
from instag.io.filetypes import DataFile, FileType
from instag.io.sink import Place, Sink

__all__ = ["TYPE", "names_of", "scan_arrow"]

FEATHER = b"FEA1"  # how version 1 of Feather begins, which is not Arrow
MAGIC, CONTINUED = b"ARROW1", 0xFFFFFFFF
RECORD_BATCH = 3
PADDING = 64  # bytes, to multiples of which buffers are filled up at most
PREFIX = 8  # bytes that say how long a buffer is when it is unpacked
DAMAGED = "cannot be read as arrow: the file is damaged, or cut short"


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file, or read a stream."""
    if file.head.startswith(FEATHER):
        raise InputError(
            f"{file.name}: this is Feather of version 1, which is not an Arrow file: write it again, with pandas "
            "pd.read_feather(…).to_parquet(…)"
        )
    check(file.path, file.name)
    return scan_arrow(file.path)


def scan_arrow(path: Path) -> pl.LazyFrame:
    """Scan an Arrow file, or read an Arrow stream, whose lengths are right."""
    with path.open("rb") as file:
        seekable = file.read(len(MAGIC)) == MAGIC
    return pl.scan_ipc(path, glob=False) if seekable else pl.read_ipc_stream(path).lazy()


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write a file, which a reader may map into memory."""
    sink.counted(frame).sink_ipc(place)


def check(path: Path, name: object) -> None:
    """Check that no buffer in an Arrow file claims to be longer than it can be.

    Parameters
    ----------
    path
        The file or stream.
    name
        What to call it in an error.
    """
    size = path.stat().st_size
    most = _memory()
    try:
        with path.open("rb") as file:
            lengths = [length for start in _messages(file, size) for length in _lengths(file, start, size)]
    except (ValueError, struct.error, IndexError, OverflowError) as error:
        raise InputError(f"{name}: {DAMAGED}") from error
    if any(not -1 <= length <= most for length in lengths):
        raise InputError(f"{name}: {DAMAGED}")


def names_of(schema: str) -> list[str]:
    """Read the names of the columns in a schema that a Parquet file keeps.

    Parameters
    ----------
    schema
        The schema, as the file has it under ``ARROW:schema``.

    Returns
    -------
    list of str
        The names; none if it cannot be read.
    """
    try:
        data = b64decode(schema)
        meta = data[8:] if struct.unpack_from("<I", data)[0] == CONTINUED else data[4:]
        root = _root(meta)
        place = _field(meta, root, 2)
        if place is None:
            return []
        fields = _field(meta, place + struct.unpack_from("<I", meta, place)[0], 1)
        if fields is None:
            return []
        start, count = _vector(meta, fields)
        return [_name(meta, start + 4 * nth) for nth in range(count)]
    except (ValueError, struct.error, IndexError, TypeError):
        return []


def _name(data: bytes, place: int) -> str:
    field = place + struct.unpack_from("<I", data, place)[0]
    name = _field(data, field, 0)
    if name is None:
        return ""
    start, length = _vector(data, name)
    return data[start : start + length].decode()


def _memory() -> int:
    """The bytes of memory that the machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 1 << 40


def _messages(file: BinaryIO, size: int) -> Iterator[int]:
    """Walk the places where messages begin, from the footer of a file or one after another in a stream."""
    if file.read(6) == MAGIC:
        file.seek(-10, os.SEEK_END)
        length, magic = struct.unpack("<i6s", file.read(10))
        if magic != MAGIC or not 0 < length <= size - 10:
            raise ValueError
        file.seek(-10 - length, os.SEEK_END)
        footer = file.read(length)
        for field in (2, 3):
            place = _field(footer, _root(footer), field)
            if place is None:
                continue
            start, count = _vector(footer, place)
            for nth in range(count):
                offset, head, body = struct.unpack_from("<qi4xq", footer, start + 24 * nth)
                if not (0 <= offset < size and 0 <= head <= size and 0 <= body <= size - offset - head):
                    raise ValueError
                yield offset
        return
    at = 0
    while at + 8 <= size:
        file.seek(at)
        first, second = struct.unpack("<Ii", file.read(8))
        head = 8 if first == CONTINUED else 4
        length = second if first == CONTINUED else first
        if length == 0:
            return
        yield at
        file.seek(at + head)
        meta = file.read(length)
        body = _field(meta, _root(meta), 3)
        skipped = 0 if body is None else struct.unpack_from("<q", meta, body)[0]
        if skipped < 0:
            raise ValueError
        at += head + length + skipped


def _lengths(file: BinaryIO, start: int, size: int) -> Iterator[int]:
    """Read how many values a message says that it has, and how long its packed buffers are when they are unpacked."""
    file.seek(start)
    first, second = struct.unpack("<Ii", file.read(8))
    head = 8 if first == CONTINUED else 4
    length = second if first == CONTINUED else first
    if not 0 <= length <= size:
        raise ValueError
    file.seek(start + head)
    meta = file.read(length)
    root = _root(meta)
    kind = _field(meta, root, 1)
    place = _field(meta, root, 2)
    if kind is None or place is None or meta[kind] != RECORD_BATCH:
        return
    batch = place + struct.unpack_from("<I", meta, place)[0]
    nodes, buffers = _field(meta, batch, 1), _field(meta, batch, 2)
    if nodes is not None:
        begin, count = _vector(meta, nodes)
        for nth in range(count):
            yield from struct.unpack_from("<qq", meta, begin + 16 * nth)  # how many values, and nulls among them
    if buffers is None:
        return
    is_packed = _field(meta, batch, 3) is not None
    begin, count = _vector(meta, buffers)
    body, filled = start + head + length, 0
    for nth in range(count):
        offset, packed = struct.unpack_from("<qq", meta, begin + 16 * nth)
        if offset < 0 or packed < 0 or body + offset + packed > size or (is_packed and 0 < packed < PREFIX):
            raise ValueError
        filled += -(-packed // PADDING) * PADDING
        if is_packed and packed >= PREFIX:
            file.seek(body + offset)
            yield struct.unpack("<q", file.read(PREFIX))[0]
    place = _field(meta, root, 3)
    if place is not None and struct.unpack_from("<q", meta, place)[0] >= filled + PADDING:
        raise ValueError  # more bytes than all buffers have


def _root(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, 0)[0])


def _field(data: bytes, table: int, number: int) -> int | None:
    """Find where a field of a table stands, as flatbuffers have it; None if it has none."""
    offsets = table - struct.unpack_from("<i", data, table)[0]
    (length,) = struct.unpack_from("<H", data, offsets)
    if 4 + 2 * number >= length:
        return None
    (offset,) = struct.unpack_from("<H", data, offsets + 4 + 2 * number)
    return table + offset if offset else None


def _vector(data: bytes, place: int) -> tuple[int, int]:
    """Find where the elements of a vector begin, and how many there are."""
    start = place + struct.unpack_from("<I", data, place)[0]
    (count,) = struct.unpack_from("<I", data, start)
    if start + 4 + count > len(data) + 24 * count or count > len(data):
        raise ValueError
    return start + 4, count


TYPE = FileType(endings=(".arrow", ".feather", ".ipc"), scan=scan, write=write, mark=MAGIC, binary=True)

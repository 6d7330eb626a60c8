"""Arrow files: whether the lengths in one can be true, for a reader that believes wrong ones asks for all memory there is."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from instag.errors import InputError

MAGIC, CONTINUED = b"ARROW1", 0xFFFFFFFF
RECORD_BATCH = 3
PREFIX = 8  # bytes that say how long a buffer is when it is unpacked
DAMAGED = "cannot be read as arrow: the file is damaged, or cut short"


def check(path: Path, name: object) -> None:
    """See that no buffer in an Arrow file says that it is longer than it can be.

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
            lengths = [length for start in _messages(file, size) for length in _unpacked(file, start, size)]
    except (ValueError, struct.error, IndexError, OverflowError) as error:
        raise InputError(f"{name}: {DAMAGED}") from error
    if any(not -1 <= length <= most for length in lengths):
        raise InputError(f"{name}: {DAMAGED}")


def _memory() -> int:
    """Give the bytes of memory that the machine has."""
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
                (offset,) = struct.unpack_from("<q", footer, start + 24 * nth)
                if not 0 <= offset < size:
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


def _unpacked(file: BinaryIO, start: int, size: int) -> Iterator[int]:
    """Read how long the packed buffers of a message say that they are when they are unpacked."""
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
    buffers = _field(meta, batch, 2)
    if buffers is None or _field(meta, batch, 3) is None:
        return
    begin, count = _vector(meta, buffers)
    body = start + head + length
    for nth in range(count):
        offset, packed = struct.unpack_from("<qq", meta, begin + 16 * nth)
        if offset < 0 or packed < 0 or body + offset + packed > size:
            raise ValueError
        if packed >= PREFIX:
            file.seek(body + offset)
            yield struct.unpack("<q", file.read(PREFIX))[0]


def _root(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, 0)[0])


def _field(data: bytes, table: int, number: int) -> int | None:
    """Find where a field of a table stands, as flatbuffers have it; None where it has none."""
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

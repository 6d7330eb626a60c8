"""Parquet files, after a check that the places in their footers can be true.

Polars believes these, and if one is wrong, its threads print pages about their panic before there is an error to catch.
"""

import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame.once import GROUP
from instag.io.filetypes import DataFile, FileType
from instag.io.formats.arrow import names_of
from instag.io.sink import Place, Sink

__all__ = ["TYPE", "check", "largest_group"]

SCHEMA = "ARROW:schema"
# A schema without columns, as Arrow spells it: it fits no file, so that readers look at the file itself.
NO_COLUMNS = "/////zAAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAAAAAA="

MAGIC, ENDING = b"PAR1", 8
DAMAGED = "cannot be read as parquet: the file is damaged, or cut short"
# To look through a larger footer takes longer than it is worth.
LARGEST = 4 << 20
DEEPEST = 32
# The numbers of fields in the footer, as Parquet's definition has them.
ROW_GROUPS, COLUMNS, ROWS, META = 4, 1, 3, 3
VALUES, UNPACKED, PACKED, DATA, DICTIONARY = 5, 6, 7, 9, 11
TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, RECORD, UUID = 1, 2, 3, 7, 8, 9, 10, 11, 12, 13
INTEGERS = (4, 5, 6)
SHORT = 15  # the length of a longer list follows as a number of its own


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file."""
    check(file.path, file.name)
    return pl.scan_parquet(file.path, glob=False)


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write a file with the metadata of its columns, and the types in it if these are still its columns."""
    said = dict(sink.metadata or {})
    if said and names_of(said.get(SCHEMA, "")) != frame.collect_schema().names():
        said.pop(SCHEMA, None)
        if said:
            # The columns' own types count; but a reader that finds a schema reads all other metadata only from there.
            said[SCHEMA] = NO_COLUMNS
    sink.counted(frame).sink_parquet(place, metadata=said, row_group_size=GROUP)


def pool(paths: Sequence[Path], names: Sequence[str]) -> tuple[pl.LazyFrame, list[int]] | None:
    """Scan files of the same columns at once."""
    try:
        for path, name in zip(paths, names, strict=True):
            check(path, name)
        schemas = [pl.read_parquet_schema(path) for path in paths]
    except (InputError, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None
    if "source" in schemas[0] or any(schema != schemas[0] for schema in schemas):
        return None
    counts = [pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() for path in paths]
    return pl.scan_parquet(list(paths), glob=False, include_file_paths="source"), counts


def metadata(path: Path) -> Mapping[str, str]:
    """Read what a file says of its columns: the features of Hugging Face ``datasets``, the index of pandas."""
    try:
        return dict(pl.read_parquet_metadata(path))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return {}  # what reads the file says what is wrong with it


def check(path: Path, name: object) -> None:
    """Check that every column of a Parquet file lies within it.

    Parameters
    ----------
    path
        The file.
    name
        What to call it in an error.
    """
    ending = _footer(path, name)
    if ending is None:
        return
    footer, end = ending
    try:
        found = _Compact(footer).record()
        chunks = [chunk.get(META, {}) for group in found[ROW_GROUPS] for chunk in group[COLUMNS]]
        fits = all(_fits(chunk, end) for chunk in chunks if chunk)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise InputError(f"{name}: {DAMAGED}") from error
    if not fits:
        raise InputError(f"{name}: {DAMAGED}")


def largest_group(path: Path) -> int | None:
    """The most rows of one row group, which are what is read at a time; None if the file does not say."""
    try:
        footer = _footer(path, path)
        groups = [] if footer is None else _Compact(footer[0]).record()[ROW_GROUPS]
        return max((int(group[ROWS]) for group in groups), default=None)
    except (InputError, OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error):
        return None


def _footer(path: Path, name: object) -> tuple[bytes, int] | None:
    """The footer of the file, and where it begins; None if it is not a Parquet file, or the footer is too large."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < ENDING + len(MAGIC) or file.read(len(MAGIC)) != MAGIC:
            return None  # what reads it says what it is
        file.seek(-ENDING, os.SEEK_END)
        length, magic = struct.unpack("<I4s", file.read(ENDING))
        if magic != MAGIC or length > LARGEST:
            return None
        end = size - ENDING - length
        if end < len(MAGIC):
            raise InputError(f"{name}: {DAMAGED}")
        file.seek(end)
        return file.read(length), end


def _fits(chunk: dict[int, Any], end: int) -> bool:
    """Whether the pages of a column lie between the first bytes of a file and its footer."""
    # Some writers say that there is a dictionary at 0 if there is none, and a page of values if there are no values.
    places = [chunk.get(DICTIONARY) or None, chunk[DATA] if chunk[VALUES] else chunk[DATA] or None]
    start: int = min((place for place in places if place is not None), default=len(MAGIC))
    return bool(
        len(MAGIC) <= start
        and 0 <= chunk[PACKED] <= end - start
        and chunk[DATA] <= end
        and chunk[VALUES] >= 0 <= chunk[UNPACKED]
    )


class _Compact:
    """Reads Thrift's compact form: a record becomes a dict by the numbers of its fields."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def record(self, depth: int = 0) -> dict[int, Any]:
        """Read the fields up to the end of a record."""
        if depth > DEEPEST:
            raise ValueError
        found: dict[int, Any] = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.integer()
            kind = head & 15
            found[number] = kind == TRUE if kind in (TRUE, FALSE) else self.value(kind, depth)
        return found

    def value(self, kind: int, depth: int) -> Any:
        """Read one value of a kind."""
        if kind in INTEGERS:
            return self.integer()
        readers: dict[int, Any] = {
            TRUE: self.byte,
            FALSE: self.byte,
            BYTE: self.byte,
            DOUBLE: lambda: self.skip(8),
            UUID: lambda: self.skip(16),
            BINARY: lambda: self.skip(self.varint()),
            LIST: lambda: self.values(depth),
            SET: lambda: self.values(depth),
            MAP: lambda: self.pairs(depth),
            RECORD: lambda: self.record(depth + 1),
        }
        return readers[kind]()

    def values(self, depth: int) -> list[Any]:
        """Read a list."""
        head = self.byte()
        length = head >> 4 if head >> 4 != SHORT else self.varint()
        if length > len(self.data):
            raise ValueError
        return [self.value(head & 15, depth) for _ in range(length)]

    def pairs(self, depth: int) -> None:
        """Skip a map; no part of a footer is one."""
        length = self.varint()
        kinds = self.byte() if length else 0
        if length > len(self.data):
            raise ValueError
        for _ in range(length):
            self.value(kinds >> 4, depth)
            self.value(kinds & 15, depth)

    def byte(self) -> int:
        """Read one byte."""
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        """Read an integer of as many bytes as it needs."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004 - the bit that says that there is more
                return value
            shift += 7

    def integer(self) -> int:
        """Read an integer that may be negative."""
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def skip(self, length: int) -> None:
        """Pass over bytes."""
        if self.at + length > len(self.data):
            raise ValueError
        self.at += length


TYPE = FileType(
    endings=(".parquet", ".pq"),
    scan=scan,
    write=write,
    mark=MAGIC,
    binary=True,
    address=pl.scan_parquet,
    pool=pool,
    metadata=metadata,
)

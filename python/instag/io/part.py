"""A part of a source: one file, opened, or every file in an archive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from instag.errors import InputError
from instag.io.archives import is_archive, members
from instag.io.compression import PACKED
from instag.io.encodings import broken, check_utf8, encoding_of, recoded
from instag.io.files import reading, type_of
from instag.io.filetypes import TYPES, DataFile, endings, type_called
from instag.io.options import ReadOptions
from instag.io.temporary import UNPACKERS, head_of, kept, stdin_file, unpacked

STANDARD_INPUT = "-"
# Other files that a folder may have.
BESIDE = ("readme", "license", "dataset_info", "dataset_infos", "dataset_dict", "state", "config", "requirements")
# The first bytes of files that are not what their names suggest.
LFS = b"version https://git-lfs"
# The beginning of a list of objects, or of an object.
OBJECT = re.compile(rb'(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
PAGES = (b"<!doctype html", b"<html")
PACKED_MARKS: dict[bytes, str] = {
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
}


@dataclass(frozen=True)
class Part:
    """One file or split: its path, the mark of its rows, and its columns.

    If many small files were opened as one, `files` has them with their numbers of rows. `asked` is whether the column
    `queries` was made from the others. If its conversations became messages, so that there was a warning of roles that
    nobody knows, `said` is the column of the file with what was said in each, empty if it is none by itself.
    """

    path: Path
    name: str
    frame: pl.LazyFrame
    split: bool = False
    files: tuple[tuple[str, int], ...] = ()
    asked: bool = False
    said: str | None = None


def opened(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open a file, or every file in an archive."""
    if is_archive(path):
        yield from _archive(path, name, options)
        return
    kind = type_of(path, options.format, packed=True)
    with reading(name, kind):
        if path.is_file() and path.stat().st_size == 0:
            raise InputError(f"{name}: the file is empty: expected at least one record")
        if not path.is_file():
            # A pipe or a device is read once, and from its beginning.
            path = kept(path, f"data{path.suffix}")
        frame = _scanned(path, kind, name, options)
        frame.collect_schema()
    yield Part(Path(name), name, frame)


def _scanned(path: Path, kind: str, name: str, options: ReadOptions) -> pl.LazyFrame:
    head = head_of(path)
    _check_head(head, name)
    if not type_called(kind).binary:
        if options.format not in TYPES:
            kind = _content_of(head, kind)
        path, kind = _in_utf8(path, kind, name, options.encoding)
        head = head_of(path)
    try:
        return type_called(kind).scan(
            DataFile(path=path, name=name, head=head, skip=options.skip_bad_lines, field=options.field)
        )
    except pl.exceptions.PolarsError:
        if not type_called(kind).binary:
            check_utf8(path, name)
        raise


def _in_utf8(path: Path, kind: str, name: str, encoding: str | None) -> tuple[Path, str]:
    """Unpack and recode a text file if Polars cannot, and find its type by its content."""
    if path.suffix.lower() in UNPACKERS:
        path = unpacked(path)
    head = head_of(path)
    encoding = encoding or encoding_of(head)
    if encoding is not None:
        path = recoded(path, encoding, name)
        head = head_of(path)
        if kind == "text" and b"\t" in head.partition(b"\n")[0]:
            kind = "tsv"  # what Excel calls Unicode text
    if kind in ("csv", "tsv", "text") and b"\r" in head and b"\n" not in head:
        path = broken(path)  # line ends of old Macs
    return path, kind


def _content_of(head: bytes, kind: str) -> str:
    """Check by the first line whether a table or text is JSON: nothing else begins like an object."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind not in ("csv", "tsv", "text") or not OBJECT.match(first):
        return kind
    return "json" if first.startswith(b"[") else "jsonl"


def _check_head(head: bytes, name: str) -> None:
    """Recognise files that are often found in place of data."""
    if head.startswith(LFS):
        raise InputError(
            f"{name}: this is a Git LFS pointer, not the data: fetch them with `git lfs pull` in its folder"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(PAGES):
        raise InputError(
            f"{name}: this is a web page (HTML), not data: download the file itself, by its raw or resolve address"
        )


def _archive(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open the data files in a zip archive."""
    found = [(member, inner) for member, inner in members(path) if is_data(Path(member))]
    if not found:
        raise InputError(f"{name}: no file in the archive ends in one of {', '.join(endings())}")
    for member, inner in found:
        label = name if len(found) == 1 else f"{name}/{member}"
        yield _member(inner, label, options)


def _member(path: Path, label: str, options: ReadOptions) -> Part:
    kind = type_of(path, options.format, packed=True)
    with reading(label, kind):
        if path.stat().st_size == 0:
            raise InputError(f"{label}: the file is empty: expected at least one record")
        frame = _scanned(path, kind, label, options)
        frame.collect_schema()
    return Part(Path(label), label, frame)


def is_data(path: Path) -> bool:
    """Whether a file of a folder or an archive holds data, by its name."""
    stem = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return stem.suffix.lower() in endings() and stem.stem.lower() not in BESIDE


def standard_input(options: ReadOptions) -> Part:
    """Store standard input in a file, with the type that its first bytes show."""
    path = stdin_file()
    with path.open("rb") as file:
        head = file.read(4096)
    marks = {mark: each.endings[0] for each in map(type_called, TYPES) if (mark := each.mark)} | PACKED_MARKS
    ending = next((ending for mark, ending in marks.items() if head.startswith(mark)), None)
    if ending is None:
        text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        ending = ".json" if text.startswith("[") else ".jsonl" if text.startswith("{") else ""
    if not ending and options.format not in TYPES and head:
        raise InputError(
            f"-: found no JSON, Parquet or Arrow: say what it is with format= / --format: {', '.join(TYPES)}"
        )
    named = path.rename(path.with_suffix(ending or ".txt"))
    if ending in PACKED:
        # Its content decides the type.
        named = named.rename(named.with_suffix(f".jsonl{ending}"))
    return _member(named, STANDARD_INPUT, options)

"""A part of a source: one file, opened, or every file in an archive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from instag.errors import InputError
from instag.io import files, spool
from instag.io.files import BINARY, EXTENSIONS, PACKED, SEPARATORS, Type, reading, type_of
from instag.io.formats import arrow as arrow_form
from instag.io.formats import csv as csv_form
from instag.io.formats import json_array, jsonl
from instag.io.formats import parquet as parquet_form
from instag.io.options import ReadOptions

STANDARD_INPUT = "-"
# What a folder may hold beside data.
BESIDE = ("readme", "license", "dataset_info", "dataset_infos", "dataset_dict", "state", "config", "requirements")
# What the first bytes say of a file that is not what its name says.
LFS, FEATHER = b"version https://git-lfs", b"FEA1"
# How a list of objects, or an object, begins.
OBJECT = re.compile(rb'(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
PAGES = (b"<!doctype html", b"<html")
MAGIC: dict[bytes, str] = {
    b"PAR1": ".parquet",
    b"ARROW1": ".arrow",
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
}


@dataclass(frozen=True)
class Part:
    """One file or split: where it is, what its rows are marked with, and its columns.

    Of many small files that were opened as one, `files` are these, and how many rows each has. `asked` says that the column
    `queries` was made of the others.
    """

    path: Path
    name: str
    frame: pl.LazyFrame
    split: bool = False
    files: tuple[tuple[str, int], ...] = ()
    asked: bool = False


def opened(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open a file, or every file in an archive."""
    if spool.is_archive(path):
        yield from _archive(path, name, options)
        return
    kind = type_of(path, options.format, packed=True)
    with reading(name, kind):
        if path.is_file() and path.stat().st_size == 0:
            raise InputError(f"{name}: the file is empty: expected at least one record")
        if not path.is_file():
            # A pipe or a device is read once, and from its beginning.
            path = spool.kept(path, f"data{path.suffix}")
        frame = _scanned(path, kind, name, options)
        frame.collect_schema()
    yield Part(Path(name), name, frame)


def _scanned(path: Path, kind: Type, name: str, options: ReadOptions) -> pl.LazyFrame:
    head = spool.head_of(path)
    _check_head(head, name)
    if kind in BINARY:
        return _binary(path, kind, name, head)
    if options.format not in files.TYPES:
        kind = _content_of(head, kind)
    if path.suffix.lower() in spool.UNPACKERS:
        path = spool.unpacked(path)
        head = spool.head_of(path)
    encoding = options.encoding or spool.encoding_of(head)
    if encoding is not None:
        path = spool.recoded(path, encoding, name)
        head = spool.head_of(path)
        if kind == "text" and b"\t" in head.partition(b"\n")[0]:
            kind = "tsv"  # what Excel calls Unicode text
    if kind in ("csv", "tsv", "text") and b"\r" in head and b"\n" not in head:
        path = spool.broken(path)  # lines that end as old Macs ended them
        head = spool.head_of(path)
    try:
        return _texts(path, kind, name, head, options)
    except pl.exceptions.PolarsError:
        spool.check_utf8(path, name)
        raise


def _content_of(head: bytes, kind: Type) -> Type:
    """See whether what should be a table or text is JSON: by its first line, for nothing else begins as objects do."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind not in ("csv", "tsv", "text") or not OBJECT.match(first):
        return kind
    return "json" if first.startswith(b"[") else "jsonl"


def _texts(path: Path, kind: Type, name: str, head: bytes, options: ReadOptions) -> pl.LazyFrame:
    if kind == "jsonl":
        return jsonl.scan(path, name, skip=options.skip_bad_lines)
    if kind == "json":
        return json_array.read(path, name, skip=options.skip_bad_lines, field=options.field)
    return _checked(files.text(path)) if kind == "text" else _table(path, kind, name, head)


def _check_head(head: bytes, name: str) -> None:
    """Recognise what often lies where data should be."""
    if head.startswith(LFS):
        raise InputError(
            f"{name}: this is a Git LFS pointer, not the data: fetch them with `git lfs pull` in its folder"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(PAGES):
        raise InputError(
            f"{name}: this is a web page (HTML), not data: download the file itself, by its raw or resolve address"
        )


def _binary(path: Path, kind: Type, name: str, head: bytes) -> pl.LazyFrame:
    if kind == "parquet":
        parquet_form.check(path, name)
        return pl.scan_parquet(path, glob=False)
    if head.startswith(FEATHER):
        raise InputError(
            f"{name}: this is Feather of version 1, which is no Arrow file: write it anew, with pandas "
            "pd.read_feather(…).to_parquet(…)"
        )
    arrow_form.check(path, name)
    return files.arrow(path)


def _table(path: Path, kind: Type, name: str, head: bytes) -> pl.LazyFrame:
    plain_file = path.suffix.lower() not in PACKED
    text = head.decode("utf-8-sig", "replace")
    separator = csv_form.separator_of(text, SEPARATORS[kind]) if head else SEPARATORS[kind]
    if plain_file and (mended := csv_form.mended(path, text, separator)) is not None:
        separator, write = mended
        path = spool.rewritten(path, write)
    header = csv_form.header_of(path, separator, name) if plain_file else []
    try:
        frame = _checked(files.table(path, separator))
    except pl.exceptions.PolarsError:
        if plain_file:
            spool.check_utf8(path, name)
            csv_form.find_fault(path, separator, name)
        raise
    names = frame.collect_schema().names()
    # Polars leaves quotes in a name twice.
    if names != header and len(names) == len(header):
        frame = frame.rename(dict(zip(names, header, strict=True)))
    rows = frame.filter(~pl.all_horizontal(pl.all().is_null())) if names else frame
    if not rows.head(1).collect(engine="streaming").height:
        raise InputError(f"{name}: the table has a header ({', '.join(names)}) and no rows: expected at least one")
    return rows


def _checked(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Read through what Polars checks only as it reads, so that no fault turns up later."""
    frame.select(pl.all().null_count()).collect(engine="streaming")
    return frame


def _archive(path: Path, name: str, options: ReadOptions) -> Iterator[Part]:
    """Open the data files in a zip archive."""
    found = [(member, inner) for member, inner in spool.members(path) if is_data(Path(member))]
    if not found:
        raise InputError(f"{name}: no file in the archive ends in one of {', '.join(EXTENSIONS)}")
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
    return stem.suffix.lower() in EXTENSIONS and stem.stem.lower() not in BESIDE


def standard_input(options: ReadOptions) -> Part:
    """Keep standard input in a file, of the type that its first bytes tell."""
    path = spool.standard_input("")
    with path.open("rb") as file:
        head = file.read(4096)
    ending = next((ending for mark, ending in MAGIC.items() if head.startswith(mark)), None)
    if ending is None:
        text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        ending = ".json" if text.startswith("[") else ".jsonl" if text.startswith("{") else ""
    if not ending and options.format not in files.TYPES and head:
        raise InputError(
            f"-: found no JSON, Parquet or Arrow: say what it is with format= / --format: {', '.join(files.TYPES)}"
        )
    named = path.rename(path.with_suffix(ending or ".txt"))
    if ending in PACKED:
        # What is within says what it is.
        named = named.rename(named.with_suffix(f".jsonl{ending}"))
    return _member(named, STANDARD_INPUT, options)

"""CSV files: tables as text. The separator of the fields is found; every column is text, so that ``007`` stays ``007``."""

import csv
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, TextIO

import polars as pl

from instag.errors import InputError
from instag.io.compression import PACKED
from instag.io.encodings import check_utf8
from instag.io.files import checked
from instag.io.filetypes import DataFile, FileType
from instag.io.sink import Place, Sink
from instag.io.temporary import rewritten

__all__ = ["TYPE", "scan_table"]

SEPARATORS = (",", ";", "\t", "|")
# How Excel names the separator of the fields.
NAMED = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)
# Records that show which separator a file has.
SAMPLE = 50


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file with every column as text."""
    return scan_table(file, ",")


def scan_table(file: DataFile, usual: str) -> pl.LazyFrame:
    """Scan a table in which the fields are usually separated like this.

    Parameters
    ----------
    file
        The file, in UTF-8.
    usual
        The separator to use if the file does not show it.

    Returns
    -------
    polars.LazyFrame
        A field without quotes and text is null, a quoted one is an empty string. Blank rows are left out.
    """
    path, name = file.path, file.name
    is_plain = path.suffix.lower() not in PACKED
    text = file.head.decode("utf-8-sig", "replace")
    separator = separator_of(text, usual) if text else usual
    if is_plain and (other := mended(path, text, separator)) is not None:
        separator, rewrite = other
        path = rewritten(path, rewrite)
    header = header_of(path, separator, name) if is_plain else []
    try:
        frame = checked(pl.scan_csv(path, separator=separator, infer_schema=False, glob=False))
    except pl.exceptions.PolarsError:
        if is_plain:
            check_utf8(path, name)
            find_fault(path, separator, name)
        raise
    names = frame.collect_schema().names()
    # Polars leaves quotes in a name twice.
    if names != header and len(names) == len(header):
        frame = frame.rename(dict(zip(names, header, strict=True)))
    rows = frame.filter(~pl.all_horizontal(pl.all().is_null())) if names else frame
    if not rows.head(1).collect(engine="streaming").height:
        raise InputError(f"{name}: the table has a header ({', '.join(names)}) and no rows: expected at least one")
    return rows


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write columns that are not nested."""
    sink.table(frame, place, ",", "csv")


def separator_of(text: str, default: str = ",") -> str:
    r"""Find what stands between the fields of a table.

    Parameters
    ----------
    text
        The beginning of the file.
    default
        The separator to use if the header does not show it.

    Returns
    -------
    str
        One of :data:`SEPARATORS`: the default if it fits, otherwise the one that makes most fields of every record.

    Examples
    --------
    >>> separator_of("a;b\nx, y;z\n"), separator_of("prompt\nWhy; how?\n")
    (';', ',')
    """
    header = text.partition("\n")[0]
    best, most = default, 1
    for separator in (default, *SEPARATORS):
        if separator not in header:
            continue
        widths = _widths(text, separator)
        if len(set(widths)) == 1 and widths[0] > most:
            best, most = separator, widths[0]
        if separator == default and most > 1:
            return default
    if most == 1:
        # No separator gives records of one width: with the one that the header has most of, the fault is found.
        counts = {separator: header.count(separator) for separator in (default, *SEPARATORS)}
        best = max(counts, key=lambda each: counts[each]) if any(counts.values()) and not counts[default] else default
    return best


def _widths(text: str, separator: str) -> list[int]:
    lines = text.splitlines(keepends=True)
    try:
        records = [record for record in islice(csv.reader(lines, delimiter=separator), SAMPLE) if record]
    except csv.Error:
        return [0, 1]
    # The last record may be cut off.
    return [len(record) for record in (records if text.endswith("\n") else records[:-1] or records)]


def header_of(path: Path, separator: str, name: object) -> list[str]:
    """Read the names of the columns, and check that no two are the same.

    Parameters
    ----------
    path
        The file, in UTF-8 and not packed.
    separator
        What stands between its fields.
    name
        What to call it in an error.

    Returns
    -------
    list of str
        The names.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = next(_records(file, separator), (1, []))[1]
    except _UnclosedError:
        return []  # what reads the file finds the fault
    for column in header:
        if header.count(column) > 1:
            places = " and ".join(str(at) for at, each in enumerate(header, start=1) if each == column)
            raise InputError(
                f"{name}, line 1: the columns {places} are both called {column!r}: expected names of their own; rename one"
            )
    return header


def mended(path: Path, text: str, separator: str) -> tuple[str, Callable[[IO[bytes]], None]] | None:
    r"""Find out whether a table has to be rewritten first: its first line names the separator, or backslashes escape quotes.

    Parameters
    ----------
    path
        The file, in UTF-8 and not packed.
    text
        The beginning of it.
    separator
        What stands between its fields, as far as the beginning shows.

    Returns
    -------
    tuple or None
        The separator, and a function that writes the table in the usual form; None if it has that form already.
    """
    named = NAMED.match(text)
    if named is None and not _has_escapes(path):
        return None
    separator = named[1] if named else separator
    dialect: dict[str, Any] = (
        {"doublequote": False, "escapechar": "\\"} if _is_escaped(path, separator, named=named is not None) else {}
    )

    def write(file: IO[bytes]) -> None:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source:
            if named:
                source.readline()
            out = TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
            plain = csv.writer(out, delimiter=separator, lineterminator="\n")
            plain.writerows(csv.reader(source, delimiter=separator, **dialect))
            out.flush()
            out.detach()

    return (separator, write) if named or dialect else None


def _has_escapes(path: Path) -> bool:
    r"""Whether \" is anywhere in a file."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if b'\\"' in before + chunk:
                return True
            before = chunk[-1:]
    return False


def _is_escaped(path: Path, separator: str, *, named: bool) -> bool:
    """Whether quotes within fields are escaped by backslashes: the table cannot be read if they are doubled instead."""

    def reads(**dialect: Any) -> bool:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            if named:
                file.readline()
            try:
                widths = {
                    len(record) for record in csv.reader(file, delimiter=separator, strict=True, **dialect) if record
                }
            except csv.Error:
                return False
        return len(widths) == 1

    return not reads() and reads(doublequote=False, escapechar="\\")


def find_fault(path: Path, separator: str, name: object) -> None:
    """Find the place where a table cannot be read, and raise an error that names it.

    Parameters
    ----------
    path
        The file, in UTF-8 and not packed.
    separator
        What stands between its fields.
    name
        What to call it in an error.

    Raises
    ------
    InputError
        If a quote is not closed, or a record has more fields than the header.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        width, columns = None, ""
        try:
            for line, record in _records(file, separator):
                if width is None:
                    width, columns = len(record), ", ".join(record)
                elif len(record) > width:
                    raise InputError(
                        f"{name}, line {line}: cannot be read as csv: found {len(record)} fields where the header has {width} "
                        f"({columns}), near {separator.join(record)[:60]!r}: put a field with {separator!r} in it in quotes"
                    )
        except _UnclosedError as error:
            raise InputError(
                f"{name}, line {error.line}: cannot be read as csv: a quote is opened near {error.text!r} and never closed: "
                'close it, and write a quote within a field as ""'
            ) from None


class _UnclosedError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line, self.text = line, text


def _records(file: TextIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Walk the records and the lines that they begin at."""
    start = quotes = 0
    parts: list[str] = []
    for line, text in enumerate(file, start=1):
        if not parts:
            start = line
        parts.append(text)
        quotes += text.count('"')
        if quotes % 2 == 0:
            record = next(csv.reader(["".join(parts)], delimiter=separator), [])
            if record:
                yield start, record
            parts, quotes = [], 0
    if parts:
        raise _UnclosedError(start, parts[0].strip()[:60])


TYPE = FileType(endings=(".csv",), scan=scan, write=write, nested=False, address=pl.scan_csv)

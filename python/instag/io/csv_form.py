"""The form of a CSV file: what stands between its fields, its header, and where a fault in it is."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from instag.errors import InputError

SEPARATORS = (",", ";", "\t", "|")
# Records that show which separator a file has.
SAMPLE = 50


def separator_of(text: str, default: str = ",") -> str:
    r"""Find what stands between the fields of a table.

    Parameters
    ----------
    text
        The beginning of the file.
    default
        What stands there where the header does not tell.

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
        # No separator makes records of one width: the one that the header has most of, for the fault to be found by.
        counts = {separator: header.count(separator) for separator in (default, *SEPARATORS)}
        best = max(counts, key=lambda each: counts[each]) if any(counts.values()) and not counts[default] else default
    return best


def _widths(text: str, separator: str) -> list[int]:
    lines = text.splitlines(keepends=True)
    try:
        records = [record for record in islice(csv.reader(lines, delimiter=separator), SAMPLE) if record]
    except csv.Error:
        return [0, 1]
    # The last may have been cut.
    return [len(record) for record in (records if text.endswith("\n") else records[:-1] or records)]


def header_of(path: Path, separator: str, name: object) -> list[str]:
    """Read the names of the columns, and see that each has one of its own.

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


def find_fault(path: Path, separator: str, name: object) -> None:
    """Say where a table cannot be read.

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
        Where a quote is not closed, or a record has more fields than the header.
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

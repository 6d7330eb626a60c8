"""Labels: people's judgements of the cases, in CSV files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from io import StringIO
from os import PathLike
from pathlib import Path

import polars as pl

from instag.auditing.cases import TAG, Kind
from instag.errors import InputError, file_error
from instag.io.output import atomic_write

__all__ = ["Labels", "read_labels", "write_cases"]

Labels = dict[str, dict[str, bool]]
"""For each rater the label of each case that has one."""

ASKED: dict[Kind, str] = {
    "precision": "Is the tag right for the query?",
    "consistency": "Does the tag mean the same in all queries?",
}
# What `write_cases` writes, and who joins labels and verdicts in one file may have; any other column is a rater's.
COLUMNS = ("case", "kind", "question", "tag", "queries")
KNOWN = frozenset({*COLUMNS, "rows", "probe", "misplaced", "right", "reason", "failure"})

YES = frozenset({"yes", "y", "1", "true", "t", "right"})
NO = frozenset({"no", "n", "0", "false", "f", "wrong"})

# Spreadsheets run what begins like this.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# A query can be long, and a case has several.
csv.field_size_limit(1 << 27)


def write_cases(cases: pl.DataFrame, path: Path) -> None:
    """Write cases for people to judge, as a CSV file with an empty column `label`.

    The file does not show which cases are probes or what the judge thinks, so that no rater is influenced. Cells that a spreadsheet
    would take for formulas begin with an apostrophe.

    Parameters
    ----------
    cases
        With the columns `case`, `kind`, `tag` and `queries`.
    path
        The file.

    Raises
    ------
    InputError
        If the file cannot be written, or is there and holds something else, such as labels.
    """
    rows = [
        (case, kind, ASKED[kind], _plain(TAG(tag)[0]), _numbered(queries), "")
        for case, kind, tag, queries in cases.select("case", "kind", "tag", "queries").iter_rows()
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*COLUMNS, "label"), pl.String), orient="row")
    # With the byte-order mark by which spreadsheets recognise UTF-8.
    text = frame.write_csv(include_bom=True, quote_style="non_numeric").encode()
    if path.exists() and path.read_bytes() != text:
        raise InputError(f"{path}: it is there already and may hold labels: name another file, or remove it first")
    with atomic_write(path, "csv") as draft:
        draft.write_bytes(text)


def read_labels(source: str | PathLike[str] | Sequence[str | PathLike[str]], cases: AbstractSet[str]) -> Labels:
    """Read the labels of one file or several.

    A file has a column `case`, and a column for each rater; further columns that :func:`write_cases` writes are passed
    over, and so is a column without a label. Columns of one name in two files are two raters. A cell without a label is
    a case that the rater has not judged.

    Parameters
    ----------
    source
        The files: CSV in UTF-8 with commas, semicolons or tabs.
    cases
        The names of the cases that there are.

    Raises
    ------
    InputError
        If a file cannot be read, names a case that is not among these or twice, or a label is neither yes nor no;
        the message has the line and column.
    """
    paths = [source] if isinstance(source, str | PathLike) else source
    labels: Labels = {}
    for path in map(Path, paths):
        for rater, given in _read(path, cases).items():
            if given:
                labels[rater if rater not in labels else f"{path}: {rater}"] = given
    if not labels:
        names = ", ".join(map(str, paths))
        raise InputError(
            f"{names}: expected a column of labels (yes or no) beside `case`; found none that is filled in"
        )
    return labels


def _read(path: Path, cases: AbstractSet[str]) -> Labels:
    labels: Labels = {}
    seen: dict[str, int] = {}
    for line, row in _rows(path):
        case = row["case"].strip()
        if not any(cell.strip() for cell in row.values()):
            continue
        if case not in cases:
            raise InputError(
                f"{path}, line {line}, column 'case': {case!r} is none of the {len(cases):,} cases; expected those of the "
                "same data, seed and options"
            )
        if case in seen:
            raise InputError(f"{path}, line {line}, column 'case': {case!r} stands in line {seen[case]} already")
        seen[case] = line
        for rater, cell in row.items():
            if rater not in KNOWN:
                given = labels.setdefault(rater, {})
                label = _label(cell, f"{path}, line {line}, column {rater!r} (case {case})")
                if label is not None:
                    given[case] = label
    return labels


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with the lines that they end in."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise file_error(f"{path}: expected CSV in UTF-8; it cannot be read: {reason}", error) from error
    delimiter = max(",;\t", key=text[: text.find("\n")].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header)
        for row in reader:
            if len(row) > len(header):
                raise InputError(f"{path}, line {reader.line_num}: expected {len(header)} cells; found {len(row)}")
            yield reader.line_num, dict(zip(header, row + [""] * (len(header) - len(row)), strict=True))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: expected CSV; {error}") from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    if "case" not in header:
        found = ", ".join(header) or "none"
        raise InputError(f"{path}, line 1: expected a column `case` with the names of the cases; found {found}")
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise InputError(f"{path}, line 1: expected each column once; found {', '.join(map(repr, repeated))} twice")


def _label(cell: str, place: str) -> bool | None:
    label = cell.strip().casefold()
    if not label:
        return None
    if label not in YES | NO:
        raise InputError(f"{place}: expected yes or no (or 1 and 0, true and false, right and wrong); found {cell!r}")
    return label in YES


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _numbered(queries: Sequence[str]) -> str:
    """One query as it is, several with numbers; neither begins like a formula."""
    if len(queries) == 1:
        return _plain(queries[0])
    return "\n\n".join(f"[{nth}] {query}" for nth, query in enumerate(queries, 1))

"""Labels that people give the cases, in CSV files."""

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
"""The labels of each rater, by the name of the case."""

ASKED: dict[Kind, str] = {
    "precision": "Is the tag right for the query?",
    "consistency": "Does the tag mean the same in all queries?",
}
# The columns of `write_cases`, and those that a file with labels and verdicts joined may also have. Any other column
# belongs to a rater.
COLUMNS = ("case", "kind", "question", "tag", "queries")
KNOWN = frozenset({*COLUMNS, "rows", "probe", "misplaced", "right", "reason", "failure"})

YES = frozenset({"yes", "y", "1", "true", "t", "right"})
NO = frozenset({"no", "n", "0", "false", "f", "wrong"})

# Spreadsheets run cells that begin like this as formulas.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# Cells can be long: a case may have several long queries.
csv.field_size_limit(1 << 27)


def write_cases(cases: pl.DataFrame, path: Path) -> None:
    """Write cases for people to label, as a CSV file with an empty column `label`.

    To avoid bias, the file does not say which cases are probes or how the judge decided. Cells that a spreadsheet would
    run as formulas begin with an apostrophe.

    Parameters
    ----------
    cases
        A frame with the columns `case`, `kind`, `tag` and `queries`.
    path
        The file to write.

    Raises
    ------
    InputError
        If the file cannot be written, or exists with other contents, such as labels.
    """
    rows = [
        (case, kind, ASKED[kind], _plain(TAG(tag)[0]), _numbered(queries), "")
        for case, kind, tag, queries in cases.select("case", "kind", "tag", "queries").iter_rows()
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*COLUMNS, "label"), pl.String), orient="row")
    # The byte order mark tells spreadsheets that the file is UTF-8.
    text = frame.write_csv(include_bom=True, quote_style="non_numeric").encode()
    if path.exists() and path.read_bytes() != text:
        raise InputError(f"{path}: the file exists and may hold labels: choose another file, or remove it first")
    with atomic_write(path, "csv") as draft:
        draft.write_bytes(text)


def read_labels(source: str | PathLike[str] | Sequence[str | PathLike[str]], cases: AbstractSet[str]) -> Labels:
    """Read the labels in one or several files.

    A file has a column `case`, and a column for each rater. The other columns of :func:`write_cases` and columns
    without any label are ignored. Columns of the same name in two files are two raters. An empty cell is a case that
    the rater has not labelled.

    Parameters
    ----------
    source
        The files: CSV in UTF-8 with commas, semicolons or tabs.
    cases
        The names of the cases that may be labelled.

    Raises
    ------
    InputError
        If a file cannot be read, has an unknown case or a case twice, or has a label that is neither yes nor no. The
        message has the line and the column.
    """
    paths = [source] if isinstance(source, str | PathLike) else source
    labels: Labels = {}
    for path in map(Path, paths):
        for rater, given in _read(path, cases).items():
            if given:
                labels[rater if rater not in labels else f"{path}: {rater}"] = given
    if not labels:
        names = ", ".join(map(str, paths))
        raise InputError(f"{names}: expected a column of labels (yes or no) beside `case`; found none with a label")
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
                f"{path}, line {line}, column 'case': {case!r} is not one of the {len(cases):,} cases; expected cases "
                "drawn with the same data, seed and options"
            )
        if case in seen:
            raise InputError(f"{path}, line {line}, column 'case': {case!r} is already in line {seen[case]}")
        seen[case] = line
        for rater, cell in row.items():
            if rater not in KNOWN:
                own = labels.setdefault(rater, {})
                label = _label(cell, f"{path}, line {line}, column {rater!r} (case {case})")
                if label is not None:
                    own[case] = label
    return labels


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows, each with the number of its last line."""
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
    """A single query as it is, several numbered; neither begins like a formula."""
    if len(queries) == 1:
        return _plain(queries[0])
    return "\n\n".join(f"[{nth}] {query}" for nth, query in enumerate(queries, 1))

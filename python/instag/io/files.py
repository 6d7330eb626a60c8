"""Files: the type of each, and errors in reading it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from threading import Thread
from typing import TypeVar

import polars as pl

from instag.errors import InputError, file_error
from instag.io.compression import COMPRESSIONS, PACKED, UNPACKING
from instag.io.failures import reason_of
from instag.io.filetypes import TYPES, endings, type_called
from instag.io.paths import check_encoding, is_stream

T = TypeVar("T")

SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
LISTENING = 0.1  # seconds between two checks for Ctrl-C


def type_of(path: Path, format: str, option: str | None = "format= / --format", *, packed: bool = False) -> str:
    """The type of a file: the one that was asked for, or else that of its extension.

    Parameters
    ----------
    path
        The file, which need not exist.
    format
        A file type; any other format leaves the choice to the extension.
    option
        The option that sets a format, for the message; None if there is none.
    packed
        Whether the file may be compressed in a way that can be read but not written.

    Returns
    -------
    str
        One of :data:`instag.io.filetypes.TYPES`.

    Examples
    --------
    >>> type_of(Path("train.jsonl.gz"), "auto")
    'jsonl'
    """
    check_encoding(path)
    stem = path.with_suffix("") if path.suffix.lower() in (PACKED if packed else COMPRESSIONS) else path
    found = format if format in TYPES else endings().get(stem.suffix.lower())
    if found is None and is_stream(path):
        found = "jsonl"  # pipes and devices have no endings
    if found is None and stem.suffix.lower() in SHEETS:
        raise InputError(
            f"{path}: this is a workbook, which is neither read nor written: save the sheet as CSV or Unicode text, or as "
            ".parquet, and read that; write .csv or .parquet"
        )
    if found is None and path.is_dir():
        raise InputError(f"{path}: this is a folder: expected a file, such as {path / 'out.jsonl'}")
    if found is None:
        hint = "rename it" if option is None else f"rename it, or say what it is with {option}: {', '.join(TYPES)}"
        raise InputError(
            f"{path}: unknown file extension {stem.suffix!r}: expected one of {', '.join(endings())}; {hint}"
        )
    if type_called(found).binary and stem != path:
        raise InputError(f"{path}: {found} files compress within themselves: expected no {path.suffix} after it")
    return found


def holds_lists(kind: str) -> bool:
    """Tell whether files of a type hold lists and records.

    Parameters
    ----------
    kind
        One of :data:`instag.io.filetypes.TYPES`.

    Examples
    --------
    >>> holds_lists("jsonl"), holds_lists("csv")
    (True, False)
    """
    return type_called(kind).nested


@contextmanager
def reading(path: object, what: str) -> Iterator[None]:
    """Turn any error inside into an InputError that names the file.

    Parameters
    ----------
    path
        The file being read.
    what
        What it should be, for the message.
    """
    try:
        yield
    except InputError:
        raise
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, *UNPACKING) as error:
        raise file_error(f"{path}: cannot be read as {what}: {reason_of(error)}", error) from error


def interruptible(work: Callable[[], T]) -> T:
    """Run work of Polars that does not react to Ctrl-C, so that Ctrl-C ends it at once.

    Parameters
    ----------
    work
        The work, done in a thread of its own; a thread that is left behind ends with the process.

    Returns
    -------
    object
        Its result.

    Examples
    --------
    >>> interruptible(lambda: pl.LazyFrame({"a": [1]}).collect_schema().names())
    ['a']
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(LISTENING)
    if errors:
        raise errors[0]
    return results[0]


def lines(path: Path) -> pl.LazyFrame:
    """Scan a text file, compressed or not, as one column ``line`` without a byte-order mark.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    polars.LazyFrame
        One row a line, blank ones too.
    """
    return pl.scan_lines(path, glob=False).with_columns(pl.col("line").str.strip_prefix("\ufeff"))


def checked(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Read through files that Polars checks only as it reads them, so that no error turns up later.

    Parameters
    ----------
    frame
        What is scanned.

    Returns
    -------
    polars.LazyFrame
        The same.
    """
    frame.select(pl.all().null_count()).collect(engine="streaming")
    return frame


def glob_safe(path: Path) -> str:
    """Escape a path for the readers of Polars that always expand globs.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        A glob that matches only this path.

    Examples
    --------
    >>> glob_safe(Path("data[1].jsonl"))
    'data[[]1].jsonl'
    """
    return escape(str(path))

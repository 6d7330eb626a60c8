"""Types of files: one for each file in ``formats/``, which says all that there is to say of it, and is called as it is.

Nothing here loads Polars, so that the names can stand in the help.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from instag.io.sink import Place, Sink

__all__ = ["TYPES", "DataFile", "FileType", "endings", "type_called"]

TYPES = tuple(sorted(each.name for each in iter_modules([str(Path(__file__).with_name("formats"))])))
"""The names of all types."""


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A file to read: where it is, what to call it in an error, how it begins, and what the user says of it."""

    path: Path
    name: str
    head: bytes = b""
    skip: int = 0
    """How many lines that cannot be read may be skipped."""
    field: str | None = None
    """The key that holds the rows, where the file is one JSON object."""


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A type of files: how they are recognised, read and written."""

    endings: tuple[str, ...]
    """How names of such files end; the first is the usual one."""
    scan: Callable[[DataFile], pl.LazyFrame]
    """Opens a file: its columns as they are. What is wrong with it is an :class:`instag.InputError`."""
    write: Callable[[pl.LazyFrame, Place, Sink], None]
    """Writes a frame."""
    mark: bytes | None = None
    """The first bytes of every such file."""
    binary: bool = False
    """Whether files compress within themselves, and hold no text that could be in another encoding."""
    nested: bool = True
    """Whether files hold lists and records."""
    divisible: bool = True
    """Whether the rows of a file, cut anywhere, are files again."""
    address: Callable[[str], pl.LazyFrame] | None = None
    """Scans files in a store, by an address that may be a glob."""
    pool: Callable[[Sequence[Path], Sequence[str]], tuple[pl.LazyFrame, list[int]] | None] | None = None
    """Opens many small files as one, with the name of each in `source`, and counts their rows; None if it cannot."""
    metadata: Callable[[Path], Mapping[str, str]] | None = None
    """Reads what a file says of its columns beside their types."""


@cache
def type_called(name: str) -> FileType:
    """Load a type of files.

    Parameters
    ----------
    name
        One of :data:`TYPES`.

    Examples
    --------
    >>> type_called("csv").endings
    ('.csv',)
    """
    return cast("FileType", import_module(f"instag.io.formats.{name}").TYPE)


@cache
def endings() -> Mapping[str, str]:
    """The endings of all types of files, with the names of these.

    Examples
    --------
    >>> endings()[".ndjson"]
    'jsonl'
    """
    return {ending: name for name in TYPES for ending in type_called(name).endings}

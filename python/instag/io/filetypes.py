"""Types of files: one for each file in ``formats/``, which has its name and all its properties.

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
    """A file to read: its path, its name for errors, its first bytes, and the user's options."""

    path: Path
    name: str
    head: bytes = b""
    skip: int = 0
    """How many lines that cannot be read may be skipped."""
    field: str | None = None
    """The key that holds the rows, if the file is one JSON object."""


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A type of files: how they are recognised, read and written."""

    endings: tuple[str, ...]
    """The endings of such files; the first is the usual one."""
    scan: Callable[[DataFile], pl.LazyFrame]
    """Opens a file with its columns as they are. Errors in it are :class:`instag.InputError`."""
    write: Callable[[pl.LazyFrame, Place, Sink], None]
    """Writes a frame."""
    mark: bytes | None = None
    """The first bytes of every such file."""
    binary: bool = False
    """Whether files are compressed internally, and are not text that could be in another encoding."""
    nested: bool = True
    """Whether files hold lists and records."""
    divisible: bool = True
    """Whether the rows of a file, cut anywhere, are files again."""
    address: Callable[[str], pl.LazyFrame] | None = None
    """Scans files in a store, by an address that may be a glob."""
    pool: Callable[[Sequence[Path], Sequence[str]], tuple[pl.LazyFrame, list[int]] | None] | None = None
    """Opens many small files as one, with the name of each in `source`, and counts their rows; None if it cannot."""
    metadata: Callable[[Path], Mapping[str, str]] | None = None
    """Reads the metadata of a file's columns."""


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

"""Temporary files, which live as long as the process: what Polars does not read as it is, unpacked or in another form."""

import atexit
import bz2
import gzip
import lzma
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from instag.errors import InputError
from instag.io.compression import UNPACKING

CHUNK = 1 << 20
# What opens packed files that Polars does not unpack.
UNPACKERS: dict[str, Any] = {".bz2": bz2.open, ".xz": lzma.open}


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="instag-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


_made: list[Path] = []


def new_file(name: str) -> Path:
    """Make room for a file, and name it by what it holds."""
    path = _folder() / str(len(_made)) / name
    path.parent.mkdir()
    _made.append(path)
    return path


def unpacked(path: Path) -> Path:
    """Unpack a file that Polars does not.

    Parameters
    ----------
    path
        A file whose ending is one of :data:`UNPACKERS`; the ending before it says what it holds.

    Returns
    -------
    pathlib.Path
        A file with the same content, plain.
    """
    with UNPACKERS[path.suffix.lower()](path, "rb") as packed:
        return copied(packed, path.stem, path)


def rewritten(path: Path, write: Callable[[IO[bytes]], None], name: str | None = None) -> Path:
    """Keep a text in another form.

    Parameters
    ----------
    path
        The file that it is from.
    write
        What writes the other form.
    name
        What to call the file; by default as the one that it is from.

    Returns
    -------
    pathlib.Path
        The file.
    """
    target = new_file(name or path.name)
    with target.open("wb") as file:
        write(file)
    return target


def stdin_file() -> Path:
    """Keep what comes by standard input.

    Returns
    -------
    pathlib.Path
        The file, without an ending.
    """
    return copied(sys.stdin.buffer, "standard-input", Path("-"))


def kept(path: Path, name: str) -> Path:
    """Keep what can be read but once, such as a pipe.

    Parameters
    ----------
    path
        The pipe.
    name
        The name of the file that it is kept in.

    Returns
    -------
    pathlib.Path
        The file.
    """
    with path.open("rb") as pipe:
        return copied(pipe, name, path)


def copied(packed: IO[bytes], name: str, path: Path) -> Path:
    """Keep all that is read from an open file; `path` names it in an error."""
    target = new_file(name)
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(packed, file, CHUNK)
    except (*UNPACKING, ValueError) as error:
        raise InputError(f"{path}: cannot be unpacked: {error}") from error
    return target


def head_of(path: Path, size: int = 4096) -> bytes:
    """Read the beginning of a file, unpacked if it is packed.

    Parameters
    ----------
    path
        The file.
    size
        How many bytes.
    """
    with suppress(*UNPACKING), gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        return file.read(size)
    return b""

"""Temporary files, which live as long as the process: files that Polars cannot read, unpacked or in another form."""

import bz2
import gzip
import lzma
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from instag.errors import InputError
from instag.frame.once import scratch
from instag.io.compression import UNPACKING

CHUNK = 1 << 20
# The functions that open compressed files that Polars cannot unpack.
UNPACKERS: dict[str, Any] = {".bz2": bz2.open, ".xz": lzma.open}


def new_file(name: str) -> Path:
    """A path for a temporary file, named after its content, in a folder of its own."""
    return scratch() / name


def opened(path: Path) -> IO[bytes]:
    """Open a file to read its content: that of a ``.gz`` file is unpacked."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def unpacked(path: Path) -> Path:
    """Unpack a file that Polars cannot unpack.

    Parameters
    ----------
    path
        A file whose ending is one of :data:`UNPACKERS`; the ending before it is that of its content.

    Returns
    -------
    pathlib.Path
        A file with the same content, uncompressed.
    """
    with UNPACKERS[path.suffix.lower()](path, "rb") as packed:
        return copied(packed, path.stem, path)


def rewritten(path: Path, write: Callable[[IO[bytes]], None], name: str | None = None) -> Path:
    """Store a text in another form.

    Parameters
    ----------
    path
        The original file.
    write
        A function that writes the other form.
    name
        The name of the file; by default that of the original.

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
    """Store standard input.

    Returns
    -------
    pathlib.Path
        The file, without an ending.
    """
    return copied(sys.stdin.buffer, "standard-input", Path("-"))


def kept(path: Path, name: str) -> Path:
    """Store a file that can be read only once, such as a pipe.

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
    with suppress(*UNPACKING), opened(path) as file:
        return file.read(size)
    return b""

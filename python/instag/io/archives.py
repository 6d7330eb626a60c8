"""Archives: the files in a zip or a tar, unpacked one by one."""

import bz2
import gzip
import lzma
import struct
import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from zipfile import BadZipFile, ZipFile

from instag.errors import InputError
from instag.io.compression import UNPACKING
from instag.io.temporary import copied, rewritten

__all__ = ["is_archive", "members"]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# The functions that unpack an archive compressed as a whole.
OPENERS: dict[str, Any] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".tbz2": bz2.open,
    ".xz": lzma.open,
    ".txz": lzma.open,
}


def is_archive(path: Path) -> bool:
    """Tell whether a file is an archive of files, by its name.

    Parameters
    ----------
    path
        The file.

    Examples
    --------
    >>> is_archive(Path("data.tar.gz")), is_archive(Path("data.jsonl.gz"))
    (True, False)
    """
    return path.name.lower().endswith(ARCHIVES)


def members(path: Path) -> Iterator[tuple[str, Path]]:
    """Unpack the files in a zip or tar archive.

    Parameters
    ----------
    path
        The archive.

    Yields
    ------
    tuple
        The name of each file that is not hidden, and its path.
    """
    if path.suffix.lower() != ".zip":
        yield from _tarred(path)
        return
    try:
        with ZipFile(path) as archive:
            for each in sorted(archive.infolist(), key=lambda each: each.filename):
                if not each.is_dir() and not _is_hidden(each.filename):
                    with archive.open(each) as packed:
                        yield each.filename, copied(packed, Path(each.filename).name, path)
    except InputError:
        raise
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, LookupError, struct.error, *UNPACKING) as error:
        raise InputError(f"{path}: cannot be read as zip: {error}") from error


def _tarred(path: Path) -> Iterator[tuple[str, Path]]:
    unpack = OPENERS.get(path.suffix.lower())
    try:
        if unpack is not None:
            # Unpacked to its end, where the checksum is: a reader of the archive would stop before that.
            with unpack(path, "rb") as packed:
                plain = rewritten(path, partial(copyfileobj, packed), "archive.tar")
        else:
            plain = path
        with tarfile.open(plain) as archive:
            for each in sorted(archive.getmembers(), key=lambda each: each.name):
                inner = archive.extractfile(each) if each.isfile() and not _is_hidden(each.name) else None
                if inner is not None:
                    yield each.name, copied(inner, Path(each.name).name, path)
    except (tarfile.TarError, LookupError, *UNPACKING) as error:
        raise InputError(f"{path}: cannot be read as tar: {error}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != "." for part in Path(name).parts)

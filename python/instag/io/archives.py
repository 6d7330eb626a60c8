"""Archives: the files in a zip or a tar, unpacked one by one."""

import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from instag.errors import InputError
from instag.io.temporary import copied

__all__ = ["is_archive", "members"]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


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
        The name of each file that is not hidden, and where it is.
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
    except (BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path}: cannot be read as zip: {error}") from error


def _tarred(path: Path) -> Iterator[tuple[str, Path]]:
    try:
        with tarfile.open(path) as archive:
            for each in sorted(archive.getmembers(), key=lambda each: each.name):
                packed = archive.extractfile(each) if each.isfile() and not _is_hidden(each.name) else None
                if packed is not None:
                    yield each.name, copied(packed, Path(each.name).name, path)
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError) as error:
        raise InputError(f"{path}: cannot be read as tar: {error}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != "." for part in Path(name).parts)

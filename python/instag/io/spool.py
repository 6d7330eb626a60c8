"""Spools: what Polars does not read as it is, unpacked or recoded into files that live as long as the process."""

import atexit
import bz2
import codecs
import gzip
import lzma
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from instag.errors import InputError

CHUNK = 1 << 20
# What opens packed files that Polars does not unpack.
UNPACKERS: dict[str, Any] = {".bz2": bz2.open, ".xz": lzma.open}
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What bytes at the beginning say of the encoding.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="instag-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


_made: list[Path] = []


def _fresh(name: str) -> Path:
    """Name a new file by what it holds."""
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
        return _written(packed, path.stem, path)


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
                        yield each.filename, _written(packed, Path(each.filename).name, path)
    except (BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path}: cannot be read as zip: {error}") from error


def _tarred(path: Path) -> Iterator[tuple[str, Path]]:
    try:
        with tarfile.open(path) as archive:
            for each in sorted(archive.getmembers(), key=lambda each: each.name):
                packed = archive.extractfile(each) if each.isfile() and not _is_hidden(each.name) else None
                if packed is not None:
                    yield each.name, _written(packed, Path(each.name).name, path)
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError) as error:
        raise InputError(f"{path}: cannot be read as tar: {error}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != "." for part in Path(name).parts)


def broken(path: Path) -> Path:
    """Put line feeds in the place of lone carriage returns.

    Parameters
    ----------
    path
        A text file, packed or not.

    Returns
    -------
    pathlib.Path
        The same text in other lines.
    """
    packed = path.suffix.lower() == ".gz"

    def write(file: IO[bytes]) -> None:
        with gzip.open(path) if packed else path.open("rb") as source:
            while chunk := source.read(CHUNK):
                file.write(chunk.replace(b"\r", b"\n"))

    return rewritten(path, write, path.stem if packed else path.name)


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
    target = _fresh(name or path.name)
    with target.open("wb") as file:
        write(file)
    return target


def standard_input(ending: str) -> Path:
    """Keep what comes by standard input.

    Parameters
    ----------
    ending
        The ending of the file that it is kept in.

    Returns
    -------
    pathlib.Path
        The file.
    """
    return _written(sys.stdin.buffer, f"standard-input{ending}", Path("-"))


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
        return _written(pipe, name, path)


def _written(packed: IO[bytes], name: str, path: Path) -> Path:
    target = _fresh(name)
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(packed, file, CHUNK)
    except (EOFError, lzma.LZMAError, OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be unpacked: {error}") from error
    return target


def encoding_of(head: bytes) -> str | None:
    r"""Find the encoding that the first bytes of a text file tell.

    Parameters
    ----------
    head
        The first bytes.

    Returns
    -------
    str or None
        The encoding; None for UTF-8 and where they do not say.

    Examples
    --------
    >>> encoding_of("\ufeffa".encode("utf-16-le")), encoding_of("ab".encode("utf-16-be")), encoding_of(b"ab")
    ('utf-16', 'utf-16-be', None)
    """
    found = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    if found is not None or not head[1:]:
        return found
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 4 and odd == 0 else None


def head_of(path: Path, size: int = 4096) -> bytes:
    """Read the beginning of a file, unpacked if it is packed.

    Parameters
    ----------
    path
        The file.
    size
        How many bytes.
    """
    with suppress(EOFError, OSError), gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        return file.read(size)
    return b""


def recoded(path: Path, encoding: str, name: object) -> Path:
    """Recode a text file as UTF-8.

    Parameters
    ----------
    path
        The file, packed or not.
    encoding
        The encoding that it has.
    name
        What to call it in an error.

    Returns
    -------
    pathlib.Path
        The file in UTF-8.
    """
    if path.suffix.lower() == ".zst":
        raise InputError(f"{name}: text in {encoding} cannot be read from .zst: unpack it, or save it as UTF-8")
    packed = path.suffix.lower() == ".gz"
    target = _fresh(path.stem if packed else path.name)
    decoder = codecs.getincrementaldecoder(encoding)()
    at = line = 0
    with gzip.open(path) if packed else path.open("rb") as source, target.open("wb") as file:
        while chunk := source.read(CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n") + 1
                raise InputError(
                    f"{name}, line {line}: byte {error.object[error.start]:#04x} is not {encoding}: "
                    "expected another encoding; say which with encoding= / --encoding"
                ) from error
            at, line = at + len(chunk), line + chunk.count(b"\n")
            file.write(text.encode("utf-8", "replace"))
        file.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    return target


def check_utf8(path: Path, name: object) -> None:
    """See that a text file is UTF-8.

    Parameters
    ----------
    path
        The file, packed or not.
    name
        What to call it in an error.

    Raises
    ------
    InputError
        Where it is not; the message has the line, the text around it, and what it would read in an encoding of the
        West.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                held, at = error.object, error.start
                line += chunk.count(b"\n") - held.count(b"\n", at)
                start = held.rfind(b"\n", 0, at) + 1
                end = held.find(b"\n", at)
                around = held[max(start, at - 30) : end if 0 <= end < at + 30 else at + 30]
                seen = around.decode("cp1252", "replace").strip()
                raise InputError(
                    f"{name}, line {line}, column {at - start + 1}: not UTF-8 (byte {held[at]:#04x}): save it as UTF-8, or "
                    f"say its encoding with encoding= / --encoding: in cp1252, of Western Windows, it would read {seen!r}"
                ) from None
            line += chunk.count(b"\n")

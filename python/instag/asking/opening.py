"""Opening a journal: the lock, the first line, and the end that a crash may have torn."""

import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from instag.asking.index import Index
from instag.asking.record import MAGIC, parse
from instag.errors import InputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["locked", "mend", "scan", "sync_folder"]


def locked(path: Path) -> "BaseFileLock":
    """Lock a journal; the operating system frees it when the process ends, however it ends.

    Raises
    ------
    InputError
        Where it is locked already, or filelock is not installed.
    """
    try:
        from filelock import FileLock, Timeout  # noqa: PLC0415 - it is in an extra
    except ImportError:
        raise InputError("tagging and auditing need the extra `tag`: pip install 'instag[tag]'") from None
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    # Whatever thread opens it, any may close it.
    lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"{path}: another run has this journal open: wait for its end, stop it, or name another journal"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be locked: {error.strerror or error}") from None
    return lock


def mend(file: int, path: Path, header: bytes, index: Index) -> tuple[int, int]:
    """Read all records into the index, and cut off an end that was torn.

    Returns
    -------
    tuple of int
        The file's size, and the bytes cut off.

    Raises
    ------
    InputError
        As :func:`scan` does.
    """
    with path.open("rb") as read:
        size, ended = scan(read, path, header, index)
    place = os.fstat(file).st_size
    if not size:
        return _begin(file, path, header), place
    if place > size:
        os.ftruncate(file, size)
    if not ended:
        size += os.write(file, b"\n")
    os.fsync(file)
    return size, place - min(size, place)


def scan(read: BinaryIO, path: Path, header: bytes, index: Index) -> tuple[int, bool]:
    """Read all records into the index; those that are written meanwhile are not there yet.

    A crash tears no line but those at the end: a broken one before a good one was made by something else, and is told.

    Returns
    -------
    tuple
        How far the good lines go, 0 where there is no whole first one, and whether the last of them is ended.

    Raises
    ------
    InputError
        Where it is another journal or none, or a line before the last good one is broken.
    """
    end = os.fstat(read.fileno()).st_size
    line = read.readline()
    if not line or _torn(line):
        return 0, True
    _compare(path, line, header)
    size = place = len(line)
    broken = 0
    for number, each in enumerate(read, 2):
        if place + len(each) > end:
            break
        record = parse(each)
        if record is None:
            broken = broken or number
        elif broken:
            raise InputError(f"{path}: line {broken} is no record, though good ones follow: take that line out")
        else:
            line, size = each, place + len(each)
            index.add(record, place)
        place += len(each)
    return size, line.endswith(b"\n")


def sync_folder(path: Path) -> None:
    """Force the name of a file to the disk: it, too, must outlive a power failure."""
    if os.name != "posix":  # folders cannot be opened there
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _begin(file: int, path: Path, header: bytes) -> int:
    os.ftruncate(file, 0)
    size = os.write(file, header)
    os.fsync(file)
    sync_folder(path)
    return size


def _torn(line: bytes) -> bool:
    """Whether a first line is the beginning of one that a crash cut short."""
    start = orjson.dumps({MAGIC: 1})[:-1]
    return not line.endswith((b"}", b"\n")) and (line.startswith(start) or start.startswith(line))


def _compare(path: Path, line: bytes, header: bytes) -> None:
    try:
        found = orjson.loads(line)
    except ValueError:
        found = None
    expected = orjson.loads(header)
    if not isinstance(found, dict) or found.get(MAGIC) != expected[MAGIC]:
        raise InputError(
            f"{path}: line 1: expected {{{MAGIC!r}: {expected[MAGIC]}, …}}; found {line[:80]!r}: name another journal"
        )
    if found != expected:
        raise InputError(
            f"{path}: this journal is of {_told(found)}; asked are answers of {_told(expected)}: name another journal, "
            "or ask as before"
        )


def _told(header: dict[str, Any]) -> str:
    schema = header.get("schema")
    mark = blake2b(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS), digest_size=4).hexdigest()
    schema = "no schema" if schema is None else f"schema {mark}"
    return f"model {header.get('model')!r}, prompt {header.get('prompt')!r}, {schema}"

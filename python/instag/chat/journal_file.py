"""The file of a journal: its lock, its records read, and the end that a crash may have torn."""

import os
import re
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from instag.chat.journal_index import Index
from instag.chat.journal_lines import MAGIC, PACE, SETUP, record_of
from instag.errors import InputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["FILE", "default_name", "locked", "mend", "scan", "sync_folder"]

FILE = 1 << 44
"""The distance between the numbers of the first places of two files."""

# Hexadecimal digits of the prompt's digest in the name of a journal.
DIGITS = 8


def default_name(model: str, purpose: str, digest: str) -> str:
    """The name of a journal for which the user gave none: another for each model, purpose and digest of the prompt.

    Examples
    --------
    >>> default_name("org/judge 1", "audit", "9ca34e61f0")
    'org-judge-1.audit.9ca34e61.journal'
    """
    return re.sub(r"[^\w.-]+", "-", f"{model}.{purpose}.{digest[:DIGITS]}.journal")


def locked(path: Path) -> "BaseFileLock":
    """Lock a journal; the operating system frees it when the process ends, however it ends.

    Raises
    ------
    InputError
        If it is locked already, or filelock is not installed.
    """
    try:
        from filelock import FileLock, Timeout  # noqa: PLC0415 - it is in an extra
    except ImportError:
        raise InputError("tagging and auditing need the extra `tag`: pip install 'instag[tag]'") from None
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    # Any thread may close it, not only the one that opened it.
    lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"{path}: another run has this journal open: wait for its end, stop it, or use another journal"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be locked: {error.strerror or error}") from None
    return lock


def mend(file: int, path: Path, header: bytes, index: Index, base: int = 0) -> tuple[int, int]:
    """Read all records into the index, and cut off a torn end.

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
        size, ended = scan(read, path, header, index, base)
    place = os.fstat(file).st_size
    if not size:
        return _begin(file, path, header), place
    if place > size:
        os.ftruncate(file, size)
    if not ended:
        size += os.write(file, b"\n")
    os.fsync(file)
    return size, place - min(size, place)


def scan(read: BinaryIO, path: Path, header: bytes, index: Index, base: int = 0) -> tuple[int, bool]:
    """Read all records into the index, except those written meanwhile.

    A file may be several journals one after the other, in any order, some of them twice, and each with a torn end. Any
    other broken line before a good one has another cause, and is an error.

    Parameters
    ----------
    read, path
        The file.
    header
        The first line that it must have.
    index
        The index to add the records to.
    base
        The number of the file's first place.

    Returns
    -------
    tuple
        The end of the good lines, 0 if there is no whole first one, and whether the last of them ends with a line break.

    Raises
    ------
    InputError
        If it is another journal or none, or a line before the last good one is broken.
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
        record = record_of(each)
        if record is not None:
            index.add(record, base + place)
        elif not _belongs(path, each, header, index):
            broken = broken or number
            place += len(each)
            continue
        else:
            # A broken line before the beginning of another journal is the torn end of the one before.
            broken = 0 if MAGIC.encode() in each else broken
        if broken:
            raise InputError(f"{path}: line {broken} is not a record, though good ones follow: remove that line")
        line, size = each, place + len(each)
        place += len(each)
    return size, line.endswith(b"\n")


def _belongs(path: Path, line: bytes, header: bytes, index: Index) -> bool:
    """Whether a line is not a record but valid: how requests are adapted, the pace, or another journal's first line.

    Such a first line may follow the torn end of the journal before.
    """
    at = line.find(orjson.dumps({MAGIC: 1})[:-2])
    if at >= 0 and not _torn(line[at:]):
        _compare(path, line[at:], header)
        return True
    try:
        found = orjson.loads(line)
        if PACE in found:
            answers, seconds = found[PACE]
            index.paces.append((int(answers), float(seconds)))
        else:
            index.setups[found.pop(SETUP)] = found
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def sync_folder(path: Path) -> None:
    """Force the name of a file to the disk, so that it also survives a power failure."""
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
    """Whether a first line is the beginning of one that a crash cut off."""
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
            f"{path}: line 1: expected {{{MAGIC!r}: {expected[MAGIC]}, …}}; found "
            f"{line[:80].decode(errors='replace').strip()!r}: name another journal"
        )
    if found != expected:
        raise InputError(
            f"{path}: this journal is of {_whose(found)}; the run is of {_whose(expected)}: name another journal, or ask as "
            "before"
        )


def _whose(header: dict[str, Any]) -> str:
    schema = header.get("schema")
    mark = blake2b(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS), digest_size=4).hexdigest()
    schema = "no schema" if schema is None else f"schema {mark}"
    return f"model {header.get('model')!r}, prompt {header.get('prompt')!r}, {schema}"

"""The file of a journal: its lines, its lock, the end that a crash may have torn, and an index of its keys."""

import os
from array import array
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

from instag.chat.question import BYTES, KEY, Fault, KeySet, Reply
from instag.errors import InputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["MAGIC", "Index", "header_of", "line_of", "locked", "mend", "record_of", "scan", "sync_folder"]

MAGIC = "instag journal"
VERSION = 1


def header_of(model: str, prompt: str, schema: Mapping[str, Any] | None) -> bytes:
    """The first line of a journal: whose answers it holds."""
    return orjson.dumps(
        {MAGIC: VERSION, "model": model, "prompt": prompt, "schema": schema},
        option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS,
    )


def line_of(record: Reply | Fault) -> bytes:
    r"""A record as a line, what is None left out.

    Examples
    --------
    >>> line_of(Fault(b"sixteen bytes 01", "timeout", "120 s", 6))
    b'{"key":"7369787465656e206279746573203031","fault":"timeout","detail":"120 s","attempts":6}\n'
    """
    line: dict[str, Any] = {"key": record.key.hex()}
    if isinstance(record, Fault):
        line |= {"fault": record.reason, "detail": record.detail, "attempts": record.attempts}
    else:
        words = {"content": record.content, "finish": record.finish_reason, "refusal": record.refusal}
        line |= {name: value for name, value in words.items() if value is not None}
        line["tokens"] = [record.prompt_tokens, record.completion_tokens]
        if record.limit is not None:
            line["limit"] = record.limit
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a surrogate pair, which UTF-8 has no place for
        sound = {name: _sound(value) if isinstance(value, str) else value for name, value in line.items()}
        return orjson.dumps(sound, option=orjson.OPT_APPEND_NEWLINE)


def record_of(line: bytes) -> Reply | Fault | None:
    """The record of a line; None where it is none.

    Examples
    --------
    >>> record_of(line_of(Reply(b"sixteen bytes 01", "Because.", "stop", limit=64))).content
    'Because.'
    """
    try:
        found = orjson.loads(line)
        key = bytes.fromhex(found["key"])
        if len(key) != KEY:
            return None
        if "fault" in found:
            return Fault(key, found["fault"], found["detail"], found["attempts"])
        said = (found.get("content"), found.get("finish"), found.get("refusal"))
        prompt_tokens, completion_tokens = found["tokens"]
        return Reply(key, *said, prompt_tokens, completion_tokens, found.get("limit"))
    except (ValueError, TypeError, KeyError):
        return None


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Index:
    """The keys of a journal's replies and faults: 24 bytes a record."""

    def __init__(self) -> None:
        self._replies, self._limits = bytearray(), array("q")
        self._faults, self._places = bytearray(), array("q")

    def add(self, record: Reply | Fault, place: int) -> None:
        """Take in a record, and where in the file it begins."""
        if isinstance(record, Fault):
            self._faults += record.key
            self._places.append(place)
        else:
            self._replies += record.key
            # 0 where nothing cut it off, or nobody knows at what length.
            self._limits.append(record.limit or 0 if record.finish_reason == "length" else 0)

    def answered(self, max_tokens: int | None) -> KeySet:
        """The keys whose last reply is whole, or would be cut off again at this limit."""
        keys, last = _last(self._replies)
        limits = np.array(self._limits, np.int64)[last]
        whole = (limits == 0) if max_tokens is None else (limits == 0) | (limits >= max_tokens)
        return KeySet(keys[whole])

    def replied(self) -> KeySet:
        """The keys that have a reply."""
        return KeySet(_keys(self._replies))

    def failed(self) -> KeySet:
        """The keys that have a fault and no reply."""
        keys, _, unanswered = self._unanswered()
        return KeySet(keys[unanswered])

    def faults(self) -> list[int]:
        """Where the last faults of keys without a reply begin, in the file's order."""
        _, last, unanswered = self._unanswered()
        places: list[int] = np.sort(np.array(self._places, np.int64)[last][unanswered]).tolist()
        return places

    def _unanswered(self) -> tuple[NDArray[np.bytes_], NDArray[np.intp], NDArray[np.bool_]]:
        """The keys with a fault, where each was seen last, and which of them have no reply."""
        keys, last = _last(self._faults)
        return keys, last, ~self.replied().isin(keys)


def _keys(buffer: bytearray) -> NDArray[np.bytes_]:
    # A copy: a buffer that is looked at could not grow.
    return np.frombuffer(buffer, BYTES).copy()


def _last(buffer: bytearray) -> tuple[NDArray[np.bytes_], NDArray[np.intp]]:
    """The distinct keys, and where each was seen last."""
    keys, first = np.unique(_keys(buffer)[::-1], return_index=True)
    return keys, len(buffer) // BYTES.itemsize - 1 - first


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

    A crash tears no line but those at the end: a broken one before a good one was made by something else, and is an error.

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
        record = record_of(each)
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

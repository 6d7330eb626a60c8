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

__all__ = [
    "FILE",
    "MAGIC",
    "Index",
    "header_of",
    "line_of",
    "locked",
    "mend",
    "record_of",
    "scan",
    "setup_line",
    "sync_folder",
]

MAGIC = "instag journal"
VERSION = 1
SETUP = "asked as"
# Where the places of a further file begin, in the numbering of all of them.
FILE = 1 << 44


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
        if record.final:
            line["final"] = True
    else:
        words = {"content": record.content, "finish": record.finish_reason, "refusal": record.refusal}
        line |= {name: value for name, value in words.items() if value is not None}
        line["tokens"] = [record.prompt_tokens, record.completion_tokens]
        more = {"limit": record.limit, "unread": record.unread, "temperature": record.temperature}
        line |= {name: value for name, value in more.items() if value is not None}
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a surrogate pair, which UTF-8 has no place for
        sound = {name: _sound(value) if isinstance(value, str) else value for name, value in line.items()}
        return orjson.dumps(sound, option=orjson.OPT_APPEND_NEWLINE)


def setup_line(base_url: str, setup: Mapping[str, Any]) -> bytes:
    """A line that says how questions are put at an endpoint, as was found out there."""
    return orjson.dumps({SETUP: base_url} | dict(setup), option=orjson.OPT_APPEND_NEWLINE)


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
            return Fault(key, found["fault"], found["detail"], found["attempts"], bool(found.get("final")))
        said = (found.get("content"), found.get("finish"), found.get("refusal"))
        prompt_tokens, completion_tokens = found["tokens"]
        more = (found.get("limit"), found.get("unread"), found.get("temperature"))
        return Reply(key, *said, prompt_tokens, completion_tokens, *more)
    except (ValueError, TypeError, KeyError):
        return None


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Index:
    """The keys of a journal's replies and faults: 25 bytes a record.

    Attributes
    ----------
    setups
        How questions are put, by the address of an endpoint.
    """

    def __init__(self) -> None:
        self._replies, self._states = bytearray(), array("q")
        self._faults, self._places, self._final = bytearray(), array("q"), bytearray()
        self._unread: dict[bytes, int] = {}
        self.setups: dict[str, dict[str, Any]] = {}

    def add(self, record: Reply | Fault, place: int) -> None:
        """Take in a record, and where it begins."""
        if isinstance(record, Fault):
            self._faults += record.key
            self._places.append(place)
            self._final.append(record.final)
            return
        self._replies += record.key
        # The count of those that could not be read and are asked again, below 0; the limit that cut it off, or 0.
        if record.unread:
            self._states.append(-record.unread)
            self._unread[record.key] = max(record.unread, self._unread.get(record.key, 0))
        else:
            self._states.append(record.limit or 0 if record.finish_reason == "length" else 0)

    def unread(self, key: bytes) -> int:
        """How many answers to a question could not be read and were to be followed by another."""
        return self._unread.get(key, 0)

    def answered(self, max_tokens: int | None, reask: int) -> KeySet:
        """The keys with a reply that is whole, or would be cut off again at this limit, or was asked for often enough."""
        states = np.array(self._states, np.int64)
        done = (states == 0) | (states < -reask)
        if max_tokens is not None:
            done |= states >= max_tokens
        return KeySet(_keys(self._replies)[done])

    def replied(self) -> KeySet:
        """The keys that have a reply."""
        return KeySet(_keys(self._replies))

    def failed(self, *, final: bool | None = None) -> KeySet:
        """The keys that have a fault and no reply; only those whose last fault is, or is not, final."""
        keys, last, unanswered = self._unanswered()
        if final is not None:
            unanswered &= np.frombuffer(self._final, np.bool_).copy()[last] == final
        return KeySet(keys[unanswered])

    def faults(self) -> list[int]:
        """Where the last faults of keys without a reply begin, in the order of the files."""
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


def mend(file: int, path: Path, header: bytes, index: Index, base: int = 0) -> tuple[int, int]:
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
    """Read all records into the index; those that are written meanwhile are not there yet.

    A file may be several journals one after the other, in any order, some of them twice, and each with an end that was
    torn. Elsewhere a broken line before a good one was made by something else, and is an error.

    Parameters
    ----------
    read, path
        The file.
    header
        The first line that it has to have.
    index
        Where the records go.
    base
        The number of the file's first place.

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
        if record is not None:
            index.add(record, base + place)
        elif not _begins(path, each, header, index):
            broken = broken or number
            place += len(each)
            continue
        else:
            # What is broken before another journal begins is the torn end of the one before.
            broken = 0 if MAGIC.encode() in each else broken
        if broken:
            raise InputError(f"{path}: line {broken} is no record, though good ones follow: take that line out")
        line, size = each, place + len(each)
        place += len(each)
    return size, line.endswith(b"\n")


def _begins(path: Path, line: bytes, header: bytes, index: Index) -> bool:
    """Whether a line says how questions are put, or begins another journal, at once or after a torn end."""
    at = line.find(orjson.dumps({MAGIC: 1})[:-2])
    if at >= 0 and not _torn(line[at:]):
        _compare(path, line[at:], header)
        return True
    try:
        setup = orjson.loads(line)
        index.setups[setup.pop(SETUP)] = setup
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


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

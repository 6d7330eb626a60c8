"""The journal: every reply and fault of all runs, in a file that only grows."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from instag.chat.journal_file import FILE, locked, mend, scan
from instag.chat.journal_index import Index
from instag.chat.journal_lines import header_of, line_of, pace_line, record_of, setup_line
from instag.chat.question import Fault, KeySet, Reply
from instag.errors import InputError

__all__ = ["Journal", "JournalReader", "Paths"]

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""A journal, or several of which the last is written to."""


class JournalReader:
    """The content of a journal; :meth:`Journal.peek` reads it without opening the journal for writing.

    Attributes
    ----------
    path
        The file that a run writes to.
    paths
        All files that are read, `path` the last of them.
    index
        The keys of their records.
    """

    def __init__(self, path: Path, others: Sequence[Path] = ()) -> None:
        self.path = path
        self.paths = [*others, path]
        self.index = Index()

    def answered(self, max_tokens: int | None, reask: int = 0) -> KeySet:
        """The keys that need not be asked.

        Parameters
        ----------
        max_tokens
            The limit of the requests. Answers that were cut off at a lower one do not count; None is no limit.
        reask
            How often a question is asked again if its answer cannot be read. A question that a run would have asked again, but
            was stopped before it could, is not among the keys.
        """
        return self.index.answered(max_tokens, reask)

    def replied(self) -> KeySet:
        """The keys with any reply."""
        return self.index.replied()

    def failed(self, *, final: bool | None = None) -> KeySet:
        """The keys that have a fault and no reply: those that the server refuses for good, or the others."""
        return self.index.failed(final=final)

    def unread(self, key: bytes) -> int:
        """How many answers to a question could not be read, so that it was to be asked again."""
        return self.index.unread(key)

    def pace(self) -> float | None:
        """Answers a second in the last runs, over a few hundred answers; None if there were none."""
        return self.index.pace()

    def setup(self, base_url: str) -> dict[str, Any]:
        """How requests are adapted to an endpoint, as an earlier run found out; empty if none did."""
        return self.index.setups.get(base_url, {})

    def replies(self) -> Iterator[Reply]:
        """All replies, in the order they came."""
        for path in self.paths:
            if path.exists():
                with path.open("rb") as file:
                    for line in file:
                        record = record_of(line)
                        if isinstance(record, Reply):
                            yield record

    def faults(self) -> Iterator[Fault]:
        """The last fault of each key that has no reply, in the order they came."""
        for number, places in groupby(self.index.faults(), key=lambda place: place // FILE):
            with self.paths[number].open("rb") as file:
                for place in places:
                    file.seek(place % FILE)
                    record = record_of(file.readline())
                    if isinstance(record, Fault):
                        yield record

    def _look(self, path: Path, header: bytes) -> None:
        """Read the keys of a file without changing it; a file that does not exist has none."""
        try:
            with path.open("rb") as file:
                scan(file, path, header, self.index, self.paths.index(path) * FILE)
        except FileNotFoundError:
            if path != self.path:
                raise InputError(f"{path}: there is no such journal: of several only the last may be new") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read as a journal: {error.strerror or error}") from None


# Records and seconds between two syncs: the most that a power failure can lose.
BATCH = 256
SECONDS = 1.0


class Journal(JournalReader):
    """A file of replies and faults, a JSON line each; the first line says for which model and prompt.

    Each record is handed to the operating system as it comes, so that killing the process loses none, and is forced
    to the disk every 256 records or second. A last line that was torn is dropped when the file is opened again. While
    it is open no other process can open it.

    Begin with :meth:`open`, in a `with` statement.

    Attributes
    ----------
    path
        The file.
    dropped
        Bytes of a torn end that were dropped when it was opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answers.journal"
    ...     with Journal.open(path, model="m", prompt="p", schema=None) as journal:
    ...         journal.append(Reply(b"sixteen bytes 01", "Because.", "stop"))
    ...     with Journal.open(path, model="m", prompt="p", schema=None) as journal:
    ...         print([reply.content for reply in journal.replies()], b"sixteen bytes 01" in journal.answered(None))
    ['Because.'] True
    """

    def __init__(self, path: Path, header: bytes, others: Sequence[Path] = ()) -> None:
        super().__init__(path, others)
        self._unsynced = 0
        self._synced = time.monotonic()
        self._lock = locked(path)
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            for other in others:
                self._look(other, header)
            self._size, self.dropped = mend(self._file, path, header, self.index, len(others) * FILE)
        except OSError as error:
            self.close()
            raise InputError(f"{path}: cannot be opened as a journal: {error.strerror or error}") from None
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, path: Paths, *, model: str, prompt: str, schema: Mapping[str, Any] | None) -> "Journal":
        """Open a journal, or create one.

        Parameters
        ----------
        path
            The file, or several: the last is written to, the others are only read. A lock file of the same name with
            `.lock` stays beside the last.
        model, prompt, schema
            The model's name, the prompt's identity, and the JSON schema of the answers.

        Raises
        ------
        InputError
            If it is open already, here or in another process; if it belongs to another model, prompt or schema, or is
            no journal; if a line before the last is broken.
        """
        *others, last = _paths(path)
        return cls(last, header_of(model, prompt, schema), others)

    @staticmethod
    def peek(path: Paths, *, model: str, prompt: str, schema: Mapping[str, Any] | None) -> JournalReader:
        """Read a journal's content without changing it; another run may have it open.

        Nothing is locked, repaired or created: a torn end is skipped, and a file that does not exist is empty.

        Parameters
        ----------
        path, model, prompt, schema
            As for :meth:`open`.

        Raises
        ------
        InputError
            If it cannot be read, or :meth:`open` would refuse its content.
        """
        *others, last = _paths(path)
        contents = JournalReader(last, others)
        for each in contents.paths:
            contents._look(each, header_of(model, prompt, schema))  # noqa: SLF001 - of the class above
        return contents

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, record: Reply | Fault) -> None:
        """Write a record.

        Raises
        ------
        InputError
            If it cannot be written whole (its beginning is removed then), or as in :meth:`sync`.
        """
        place = self._size
        self._append(line_of(record))
        self.index.add(record, (len(self.paths) - 1) * FILE + place)
        self._unsynced += 1
        if self._unsynced >= BATCH:
            self.sync()
        else:
            self.settle()

    def note_setup(self, base_url: str, setup: Mapping[str, Any]) -> None:
        """Write how requests are adapted to an endpoint, if the journal does not have it yet."""
        if self.setup(base_url) != setup:
            self._append(setup_line(base_url, setup))
            self.index.setups[base_url] = dict(setup)

    def note_pace(self, answers: int, seconds: float) -> None:
        """Write how long a number of answers took."""
        if answers > 0 and seconds > 0:
            self._append(pace_line(answers, seconds))
            self.index.paces.append((answers, seconds))

    def sync(self) -> None:
        """Force what was written to the disk.

        Raises
        ------
        InputError
            If the disk fails or is full.
        """
        if self._unsynced:
            with self._writing():
                os.fsync(self._file)
        self._unsynced = 0
        self._synced = time.monotonic()

    def settle(self) -> None:
        """Sync, if the last time was more than a second ago; raises what :meth:`sync` does."""
        if time.monotonic() - self._synced >= SECONDS:
            self.sync()

    def close(self) -> None:
        """Sync, close and unlock it, even if :meth:`sync` raises; closing twice does nothing."""
        try:
            if self._file >= 0:
                self.sync()
        finally:
            file, self._file = self._file, -1
            try:
                if file >= 0:
                    with self._writing():
                        os.close(file)
            finally:
                self._lock.release()

    def _append(self, line: bytes) -> None:
        with self._writing():
            try:
                written = os.write(self._file, line)
                while written < len(line):
                    written += os.write(self._file, line[written:])
            except OSError:
                if self._file >= 0:
                    os.ftruncate(self._file, self._size)
                raise
        self._size += len(line)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn an error of the system into one that names the journal."""
        try:
            yield
        except OSError as error:
            raise InputError(f"{self.path}: the journal cannot be written: {error.strerror or error}") from None


def _paths(paths: Any) -> list[Path]:
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(given, Sequence) or not given or not all(isinstance(path, str | os.PathLike) for path in given):
        raise InputError(f"journal / --journal: expected the path of a file, or several; found {paths!r}")
    # Reading a record twice would only change its place.
    *others, last = (Path(path).expanduser() for path in given)
    return [*dict.fromkeys(path for path in others if path != last), last]

"""The journal: every reply and fault of all runs, in a file that only grows."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from instag.chat.journal_file import Index, header_of, line_of, locked, mend, record_of, scan
from instag.chat.question import Fault, KeySet, Reply
from instag.errors import InputError

__all__ = ["Journal", "JournalReader"]


class JournalReader:
    """What a journal holds; :meth:`Journal.peek` gives it without opening the journal.

    Attributes
    ----------
    path
        The file.
    index
        The keys of what is in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = Index()

    def answered(self, max_tokens: int | None) -> KeySet:
        """The keys that need no asking.

        Parameters
        ----------
        max_tokens
            The limit that would be asked with. Answers that a lower one cut off do not count; None is no limit.
        """
        return self.index.answered(max_tokens)

    def replied(self) -> KeySet:
        """The keys with a reply, whatever it says."""
        return self.index.replied()

    def failed(self) -> KeySet:
        """The keys that have a fault and no reply."""
        return self.index.failed()

    def replies(self) -> Iterator[Reply]:
        """All replies, as they came; of several to one key the last is the one that counts."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                record = record_of(line)
                if isinstance(record, Reply):
                    yield record

    def faults(self) -> Iterator[Fault]:
        """The last fault of each key that has no reply, as they came."""
        if not (places := self.index.faults()):
            return
        with self.path.open("rb") as file:
            for place in places:
                file.seek(place)
                record = record_of(file.readline())
                if isinstance(record, Fault):
                    yield record


# Records and seconds between two syncs: the most that a power failure can take.
BATCH = 256
SECONDS = 1.0


class Journal(JournalReader):
    """A file of replies and faults, a JSON line each; the first line says whose they are.

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

    def __init__(self, path: Path, header: bytes) -> None:
        super().__init__(path)
        self._unsynced = 0
        self._synced = time.monotonic()
        self._lock = locked(path)
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            self._size, self.dropped = mend(self._file, path, header, self.index)
        except OSError as error:
            self.close()
            raise InputError(f"{path}: cannot be opened as a journal: {error.strerror or error}") from None
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, path: Path | str, *, model: str, prompt: str, schema: Mapping[str, Any] | None) -> "Journal":
        """Open a journal, or begin one.

        Parameters
        ----------
        path
            The file. A lock file of the same name with `.lock` stays beside it.
        model, prompt, schema
            Whose answers it holds: the model's name, the prompt's identity, the JSON schema of the answers.

        Raises
        ------
        InputError
            Where it is open already, here or in another process; where it is the journal of another model, prompt or
            schema, or no journal; where a line before the last is broken.
        """
        return cls(_path(path), header_of(model, prompt, schema))

    @staticmethod
    def peek(path: Path | str, *, model: str, prompt: str, schema: Mapping[str, Any] | None) -> JournalReader:
        """Look at what a journal holds now, and leave it as it is; another run may have it open meanwhile.

        Nothing is locked, mended or made: a torn end is passed over, and a file that is not there holds nothing.

        Parameters
        ----------
        path, model, prompt, schema
            As for :meth:`open`.

        Raises
        ------
        InputError
            Where it cannot be read, or :meth:`open` would refuse it for what it holds.
        """
        contents = JournalReader(_path(path))
        try:
            with contents.path.open("rb") as file:
                scan(file, contents.path, header_of(model, prompt, schema), contents.index)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise InputError(f"{path}: cannot be read as a journal: {error.strerror or error}") from None
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
            Where it cannot be written whole, and what was written of it is taken back; or, as :meth:`sync` does.
        """
        line = line_of(record)
        with self._writing():
            try:
                written = os.write(self._file, line)
                while written < len(line):
                    written += os.write(self._file, line[written:])
            except OSError:
                if self._file >= 0:
                    os.ftruncate(self._file, self._size)
                raise
        self.index.add(record, self._size)
        self._size += len(line)
        self._unsynced += 1
        if self._unsynced >= BATCH:
            self.sync()
        else:
            self.settle()

    def sync(self) -> None:
        """Force to the disk what is not there yet.

        Raises
        ------
        InputError
            Where the disk does not take it.
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
        """Sync, close, and let others open it, whatever :meth:`sync` raises; closing twice does nothing."""
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

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell what the system refuses."""
        try:
            yield
        except OSError as error:
            raise InputError(f"{self.path}: the journal cannot be written: {error.strerror or error}") from None


def _path(path: Path | str) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"journal: expected the path of a file; found {path!r}")
    return Path(path)

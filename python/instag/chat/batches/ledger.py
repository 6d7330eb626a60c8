"""The ledger: which batches were about to be sent, which were sent, and what became of them."""

import os
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from instag.chat.journal_file import sync_folder
from instag.chat.question import KEY
from instag.errors import InputError

__all__ = ["BatchState", "Entry", "Ledger"]


@dataclass(frozen=True)
class BatchState:
    """The state of a batch.

    Attributes
    ----------
    batch
        The server's name for it; None if none is known.
    status
        The server's word: `validating`, `in_progress`, `finalizing`, `completed`, `failed`, `expired`, `cancelling`,
        `cancelled`; or `never sent`, `refused`, `waiting for its files`, and `collected`.
    requests
        The questions in it.
    answered, failed
        How many of them have been collected, with an answer and without.
    detail
        The server's own words, if something went wrong.
    """

    batch: str | None
    status: str
    requests: int
    answered: int = 0
    failed: int = 0
    detail: str = ""


@dataclass(frozen=True, eq=False)
class Entry:
    """A batch in the ledger."""

    intent: str
    keys: NDArray[Any] = field(repr=False)
    """The keys of its questions, 16 bytes each."""
    limit: int | None
    tried: float | None = None
    """When the server was asked to make it, in seconds since 1970; None before."""
    batch: str | None = None
    end: BatchState | None = None
    """How it ended; None while its answers may still come."""

    @property
    def requests(self) -> int:
        """The questions in it."""
        return len(self.keys)


class Ledger:
    """A file that only grows, a JSON line for each event, written to the disk before the event it announces begins.

    The journal's lock guards it too.

    Parameters
    ----------
    path
        The file, which need not exist. A last line that was torn is dropped.
    identity
        The model and prompt: batches of others in the file are skipped.

    Raises
    ------
    InputError
        If the file is not a ledger, or cannot be written.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self.path, self._identity = path, identity
        self._entries: dict[str, Entry] = {}
        try:
            content = path.read_bytes() if path.exists() else b""
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                os.truncate(path, whole)
        except OSError as error:
            raise InputError(f"{path}: cannot be opened as a ledger of batches: {error.strerror}") from None
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                self._take(orjson.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise InputError(f"{path}: line {number}: expected an event of a batch; found {line[:80]!r}") from None

    @property
    def entries(self) -> list[Entry]:
        """All batches, in the order of their first events."""
        return list(self._entries.values())

    @property
    def open(self) -> list[Entry]:
        """Those whose answers may still come."""
        return [entry for entry in self._entries.values() if entry.end is None]

    def known(self, intent: str) -> Entry | None:
        """The entry of an intent."""
        return self._entries.get(intent)

    def intend(self, intent: str, keys: NDArray[Any], limit: int | None) -> None:
        """Note that a batch is about to be sent, or was sent from elsewhere."""
        packed = b64encode(np.ascontiguousarray(keys).tobytes()).decode()
        self._write({"intent": intent, "identity": self._identity, "keys": packed, "limit": limit})

    def attempt(self, intent: str) -> None:
        """Note that the server is about to be asked to make the batch."""
        self._write({"intent": intent, "tried": time.time()})

    def name(self, intent: str, batch: str) -> None:
        """Note the server's name for it."""
        self._write({"intent": intent, "batch": batch})

    def close(self, intent: str, end: BatchState) -> None:
        """Note how it ended."""
        self._write({"intent": intent, "end": end})

    def _write(self, event: dict[str, Any]) -> None:
        line = orjson.dumps(event) + b"\n"
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                while line:
                    line = line[os.write(file, line) :]
                os.fsync(file)
            finally:
                os.close(file)
            sync_folder(self.path)
        except OSError as error:
            raise InputError(f"{self.path}: the ledger of batches cannot be written: {error.strerror}") from None
        self._take(orjson.loads(orjson.dumps(event)))

    def _take(self, event: dict[str, Any]) -> None:
        intent = event["intent"]
        if "keys" in event:
            if event["identity"] == self._identity:
                keys = np.frombuffer(b64decode(event["keys"]), f"V{KEY}")
                self._entries[intent] = Entry(intent, keys, event["limit"])
        elif (entry := self._entries.get(intent)) is not None:
            if "end" in event:
                self._entries[intent] = replace(entry, end=BatchState(**event["end"]))
            elif "batch" in event:
                # The server has it after all.
                self._entries[intent] = replace(entry, batch=event["batch"], end=None)
            else:
                self._entries[intent] = replace(entry, tried=event["tried"])

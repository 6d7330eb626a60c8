"""What is on the disk, and when; and disks that are full or broken."""

import asyncio
import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest

import chaos
from asked import asking, texts
from instag.chat import Journal, Reply
from instag.chat import journal as journal_module
from instag.chat.batches.ledger import Ledger
from instag.errors import InputError


def opened(path: Path) -> Journal:
    return Journal.open(path, model="m", prompt="p", schema=None)


def reply(number: int = 0) -> Reply:
    return Reply(number.to_bytes(16), "an answer", "stop")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files and folders that were forced to the disk, in order."""
    fsync, done = os.fsync, list[str]()

    def noting(file: int) -> None:
        fsync(file)
        found = os.fstat(file)
        done.append("folder" if stat.S_ISDIR(found.st_mode) else f"file of {found.st_size}")

    monkeypatch.setattr(os, "fsync", noting)
    return done


def broken(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_each_record_is_with_the_system_at_once(tmp_path: Path) -> None:
    with opened(tmp_path / "j") as journal:
        journal.append(reply())
        assert journal.path.read_bytes().count(b"\n") == 2


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be opened")
def test_a_new_journal_and_its_name_are_on_the_disk_at_once(tmp_path: Path, synced: list[str]) -> None:
    with opened(tmp_path / "j") as journal:
        assert synced == [f"file of {journal.path.stat().st_size}", "folder"]
        journal.append(reply())
        assert len(synced) == 2
    assert synced[2:] == [f"file of {journal.path.stat().st_size}"]


def test_what_was_mended_is_on_the_disk_at_once(tmp_path: Path, synced: list[str]) -> None:
    path = tmp_path / "j"
    with opened(path) as journal:
        journal.append(reply())
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(b'{"key":"torn')
    synced.clear()
    with opened(path):
        assert synced == [f"file of {whole}"]


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be opened")
def test_each_event_of_a_batch_is_on_the_disk_before_what_it_tells_of(tmp_path: Path, synced: list[str]) -> None:
    ledger = Ledger(tmp_path / "l", "mine")
    ledger.intend("one", np.zeros(1, "V16"), None)
    assert synced == [f"file of {ledger.path.stat().st_size}", "folder"]
    ledger.attempt("one")
    assert synced[2] == f"file of {ledger.path.stat().st_size}"


def test_syncs_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synced: list[str]) -> None:
    with opened(tmp_path / "j") as journal:
        synced.clear()
        monkeypatch.setattr(journal_module, "SECONDS", float("inf"))
        for number in range(600):
            journal.append(reply(number))
        assert len(synced) == 2
        journal.settle()
        assert len(synced) == 2
        monkeypatch.setattr(journal_module, "SECONDS", 0.0)
        journal.settle()
        journal.settle()
        assert len(synced) == 3


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, room = os.write, 10

    def full(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            broken()
        written = write(file, data[:room])
        room -= written
        return written

    with opened(tmp_path / "j") as journal:
        journal.append(reply(1))
        before = journal.path.read_bytes()
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(InputError, match="cannot be written: No space left on device"):
            journal.append(reply(2))
        monkeypatch.setattr(os, "write", write)
        assert journal.path.read_bytes() == before
        journal.append(reply(3))
    assert journal.path.read_bytes().count(b"\n") == 3


@pytest.mark.parametrize("how", ["append", "settle", "sync", "close"])
def test_a_disk_that_does_not_take_it_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    path, refused = tmp_path / "j", list[int]()

    def refusing(file: int) -> None:
        refused.append(file)
        broken()

    monkeypatch.setattr(journal_module, "SECONDS", float("inf"))
    monkeypatch.setattr(journal_module, "BATCH", 2 if how == "append" else 256)
    journal = opened(path)
    journal.append(reply(1))
    monkeypatch.setattr(os, "fsync", refusing)
    monkeypatch.setattr(journal_module, "SECONDS", 0.0 if how == "settle" else float("inf"))
    words = f"^{path}: the journal cannot be written: No space left on device$"
    with pytest.raises(InputError, match=words):
        journal.append(reply(2)) if how == "append" else getattr(journal, how)()
    if how != "close":
        # What is not on the disk stays to be brought there.
        with pytest.raises(InputError, match=words):
            journal.close()
    assert len(refused) == (1 if how == "close" else 2)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(refused[0])
    monkeypatch.undo()
    # It is free, and whole.
    with opened(path) as again:
        assert len(list(again.replies())) == (2 if how == "append" else 1)


def test_a_file_that_cannot_be_closed_is_reported_and_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close, journal, left = os.close, opened(tmp_path / "j"), [broken]

    def closing(file: int) -> None:
        close(file)
        # The lock, which is closed after it, is well.
        if left:
            left.pop()()

    monkeypatch.setattr(os, "close", closing)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        journal.close()
    monkeypatch.undo()
    opened(tmp_path / "j").close()


def test_asking_tells_of_a_disk_that_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.open(tmp_path / "j", model="chaos", prompt="test", schema=None)
    monkeypatch.setattr(os, "fsync", broken)
    with chaos.running() as server, pytest.raises(InputError, match="the journal cannot be written: No space left"):
        asyncio.run(asking(journal, server.url, texts(5), schema=None))
    monkeypatch.undo()
    journal.close()

"""The lines of journals and of the ledger of batches, byte for byte as earlier runs wrote them.

A failure here says that answers that were paid for, or batches that were sent, would not be found again.
"""

import shutil
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from instag.chat import Fault, Journal, Reply
from instag.chat.batches.ledger import BatchState, Ledger

GOLDEN = Path(__file__).parent.parent / "golden"
SCHEMA = {"type": "object", "properties": {"tags": {"type": "array"}}, "required": ["tags"]}
KEYS = [bytes([number]) * 16 for number in range(1, 9)]
REPLIES = [
    Reply(KEYS[0], '{"tags": ["a"]}', "stop", None, 210, 32, 1024),
    Reply(KEYS[1], 'Ü 日本 😀 "quoted" \\ \n\t\x7f', "length", None, 210, 64, 64),
    Reply(KEYS[2], None, None, "I won't.", 0, 0, None),
    Reply(KEYS[3], "", "content_filter"),
    Reply(KEYS[4], None, "too large", None, 0, 0, 7),
    Reply(KEYS[1], "whole now", "stop", None, 210, 90, 128),
]
FAULTS = [
    Fault(KEYS[5], "timeout", "no whole answer in 120 s", 6),
    Fault(KEYS[6], "http 500", "", 1),
    Fault(KEYS[0], "disconnected", "it has an answer already", 2),
]


def write(path: Path) -> None:
    records: list[Reply | Fault] = [*REPLIES, *FAULTS]
    with Journal.open(path, model="org/model:7b", prompt="0123456789abcdef", schema=SCHEMA) as journal:
        for each in records:
            journal.append(each)


def test_a_journal_is_written_as_ever(tmp_path: Path) -> None:
    write(tmp_path / "journal")
    assert (tmp_path / "journal").read_bytes() == (GOLDEN / "chat.journal").read_bytes()


def test_a_journal_is_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    shutil.copy(GOLDEN / "chat.journal", path)
    with Journal.open(path, model="org/model:7b", prompt="0123456789abcdef", schema=SCHEMA) as journal:
        assert list(journal.replies()) == REPLIES
        assert list(journal.faults()) == FAULTS[:2]
        assert [key in journal.answered(1024) for key in KEYS] == [True] * 5 + [False] * 3
    assert path.read_bytes() == (GOLDEN / "chat.journal").read_bytes()


ENDS = [
    BatchState("batch_1", "collected", 2, 1, 1, ""),
    BatchState(None, "never sent", 1),
    BatchState("batch_3", "failed", 1, detail="beyond the limit of enqueued tokens"),
]


def record(path: Path) -> None:
    ledger = Ledger(path, "mark of a model and prompt")
    for nth, (keys, limit) in enumerate([(KEYS[:2], 1024), (KEYS[2:3], None), (KEYS[3:4], 64), (KEYS[4:5], 64)]):
        intent = f"intent{nth}"
        ledger.intend(intent, np.frombuffer(b"".join(keys), "V16"), limit)
        if nth != 1:
            ledger.attempt(intent)
            ledger.name(intent, f"batch_{nth + 1}")
    for nth, end in enumerate(ENDS):
        ledger.close(f"intent{nth}", end)


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(1_700_000_000)
    monkeypatch.setattr("time.time", lambda: float(next(ticks)))


@pytest.mark.usefixtures("_clock")
def test_a_ledger_is_written_as_ever(tmp_path: Path) -> None:
    record(tmp_path / "batches")
    assert (tmp_path / "batches").read_bytes() == (GOLDEN / "chat.batches").read_bytes()


def test_a_ledger_is_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "batches"
    shutil.copy(GOLDEN / "chat.batches", path)
    ledger = Ledger(path, "mark of a model and prompt")
    assert [entry.end for entry in ledger.entries] == [*ENDS, None]
    assert [(entry.intent, entry.batch, entry.limit, entry.tried is not None) for entry in ledger.open] == [
        ("intent3", "batch_4", 64, True)
    ]
    assert [key.tobytes() for entry in ledger.entries for key in entry.keys] == KEYS[:5]
    assert Ledger(path, "another").entries == []

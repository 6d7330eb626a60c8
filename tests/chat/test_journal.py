import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instag.chat import Fault, Journal, KeySet, Reply, identity_of, key_of
from instag.chat.journal import JournalReader
from instag.chat.journal_lines import line_of, record_of
from instag.errors import InputError

# Zero bytes at the end of a key are part of it.
KEYS = st.binary(min_size=16, max_size=16) | st.integers(0, 3).map(lambda number: bytes([number]) + bytes(15))
TEXTS = st.none() | st.text()
COUNTS = st.integers(0, 2**31 - 1)
REPLIES = st.builds(Reply, KEYS, TEXTS, TEXTS, TEXTS, COUNTS, COUNTS, st.none() | COUNTS)
FAULTS = st.builds(Fault, KEYS, st.text(), st.text(), COUNTS)
RECORDS = st.lists(REPLIES | FAULTS, max_size=8)


def opened(path: Path, model: str = "m", prompt: str = "p", schema: Mapping[str, Any] | None = None) -> Journal:
    return Journal.open(path, model=model, prompt=prompt, schema=schema)


def filled(path: Path, *records: Reply | Fault) -> Path:
    with opened(path) as journal:
        for record in records:
            journal.append(record)
    return path


def reply(name: str, content: str = "", **more: Any) -> Reply:
    return Reply(name.encode().ljust(16, b"."), content, **more)


def fault(name: str, reason: str = "timeout") -> Fault:
    return Fault(name.encode().ljust(16, b"."), reason, "", 1)


@given(REPLIES | FAULTS)
def test_a_record_comes_back_as_it_was(record: Reply | Fault) -> None:
    line = line_of(record)
    assert line.count(b"\n") == 1
    assert record_of(line) == record


def test_half_a_surrogate_pair_is_replaced() -> None:
    line = line_of(Reply(bytes(16), "a\ud800b", "stop"))
    found = record_of(line)
    assert isinstance(found, Reply)
    assert (found.content, found.finish_reason) == ("a?b", "stop")


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"{}", b"[1]", b"null", b'{"key": "00"}', b'{"key": 3, "tokens": [0, 0]}', b'{"key": "' + b"zz" * 16 + b'"}'],
)  # fmt: skip
def test_what_is_no_record(line: bytes) -> None:
    assert record_of(line) is None


@settings(deadline=None, max_examples=40)
@given(records=RECORDS)
def test_what_was_appended_is_there_after_reopening(tmp_path_factory: pytest.TempPathFactory, records: Any) -> None:
    path = filled(tmp_path_factory.mktemp("journal") / "j", *records)
    with opened(path) as journal:
        assert list(journal.replies()) == [each for each in records if isinstance(each, Reply)]
        replied = {each.key for each in records if isinstance(each, Reply)}
        last = {each.key: each for each in records if isinstance(each, Fault) and each.key not in replied}
        found = list(journal.faults())
        assert {each.key: each for each in found} == last
        assert len(found) == len(last)


@settings(deadline=None, max_examples=40)
@given(records=RECORDS, limit=st.none() | st.integers(1, 100))
def test_answered_is_as_a_slow_twin_says(
    tmp_path_factory: pytest.TempPathFactory, records: Any, limit: int | None
) -> None:
    finishes = {True: "length", False: "stop"}
    some = [
        Reply(each.key, None, finishes[index % 2 == 0], limit=(each.limit or 0) % 100 or None)
        if isinstance(each, Reply)
        else each
        for index, each in enumerate(records)
    ]
    expected: set[bytes] = set()
    for each in some:
        if isinstance(each, Fault):
            continue
        cut = each.finish_reason == "length" and each.limit is not None
        # One whole answer is enough, in whatever order journals were put together.
        if not cut or (limit is not None and limit <= (each.limit or 0)):
            expected.add(each.key)
    path = tmp_path_factory.mktemp("journal") / "j"
    with opened(path) as journal:
        for each in some:
            journal.append(each)
        before = {each.key for each in some if each.key in journal.answered(limit)}
    with opened(path) as journal:
        keys = [each.key for each in some]
        found = journal.answered(limit).isin(np.frombuffer(b"".join(keys), "V16"))
    assert {each for each, known in zip(keys, found, strict=True) if known} == expected == before


def test_an_answer_cut_off_is_asked_again_when_the_limit_grows(tmp_path: Path) -> None:
    cut = reply("cut", finish_reason="length", limit=64)
    path = filled(tmp_path / "j", cut, reply("whole", finish_reason="stop", limit=64))
    with opened(path) as journal:
        assert [len(journal.answered(limit)) for limit in (32, 64, 65, None)] == [2, 2, 1, 1]
        journal.append(reply("cut", finish_reason="stop", limit=128))
        assert cut.key in journal.answered(None)


def peeked(path: Path, model: str = "m") -> JournalReader:
    return Journal.peek(path, model=model, prompt="p", schema=None)


def test_a_journal_can_be_looked_at_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with opened(path) as journal:
        journal.append(reply("one", "first"))
        journal.append(fault("two"))
        seen = peeked(path)
        assert [each.content for each in seen.replies()] == ["first"]
        assert list(seen.faults()) == [fault("two")]
        journal.append(reply("two"))
        assert (len(seen.answered(None)), len(seen.failed()), len(peeked(path).replied())) == (1, 1, 2)
    before = path.read_bytes()
    path.write_bytes(before + b'{"key":"to')
    assert len(peeked(path).replied()) == 2
    assert path.read_bytes() == before + b'{"key":"to'


def test_a_line_that_is_being_written_is_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, line = filled(tmp_path / "j", reply("one")), line_of(reply("two"))
    with path.open("ab") as file:
        file.write(line[:20])
    grown = False

    def growing(found: bytes) -> Reply | Fault | None:
        nonlocal grown
        if record_of(found) is None and not grown:
            grown = True
            with path.open("ab") as file:
                file.write(line[20:] + line_of(reply("three")))
        return record_of(found)

    monkeypatch.setattr("instag.chat.journal_file.record_of", growing)
    assert len(peeked(path).replied()) == 1
    assert grown
    assert len(peeked(path).replied()) == 3


def test_looking_at_a_journal_leaves_nothing_behind(tmp_path: Path) -> None:
    seen = peeked(tmp_path / "j")
    assert (len(seen.answered(None)), len(seen.failed()), list(seen.replies()), list(seen.faults())) == (0, 0, [], [])
    assert list(tmp_path.iterdir()) == []
    filled(tmp_path / "k")
    with pytest.raises(InputError, match="the run is of model 'other'"):
        peeked(tmp_path / "k", "other")
    with pytest.raises(InputError, match="cannot be read as a journal"):
        peeked(tmp_path)
    with pytest.raises(InputError, match="expected the path of a file, or several; found 5"):
        peeked(5)  # type: ignore[arg-type] # it is what is tested


@settings(deadline=None, max_examples=40)
@given(records=RECORDS)
def test_what_failed_and_what_was_replied_to_is_as_a_slow_twin_says(
    tmp_path_factory: pytest.TempPathFactory, records: Any
) -> None:
    path = filled(tmp_path_factory.mktemp("journal") / "j", *records)
    replied = {each.key for each in records if isinstance(each, Reply)}
    failed = {each.key for each in records} - replied
    seen = peeked(path)
    for found, expected in ((seen.replied(), replied), (seen.failed(), failed)):
        assert {each.key for each in records if each.key in found} == expected
        assert len(found) == len(expected)


@given(st.lists(KEYS, max_size=20), st.lists(KEYS, max_size=20))
def test_sets_of_keys_are_sets(held: list[bytes], asked: list[bytes]) -> None:
    keys = KeySet(np.frombuffer(b"".join(held), "V16"))
    assert len(keys) == len(set(held))
    assert [key in keys for key in asked] == [key in set(held) for key in asked]
    rows = np.frombuffer(b"".join(asked), np.uint8).reshape(-1, 16)
    assert keys.isin(rows).tolist() == [key in set(held) for key in asked]


def test_a_key_takes_few_bytes() -> None:
    count = 100_000
    keys = np.random.default_rng(0).integers(0, 256, (count, 16), np.uint8)
    tracemalloc.start()
    held = KeySet(keys)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(held) == count
    assert size <= 40 * count


def test_a_torn_end_is_dropped_wherever_it_was_torn(tmp_path: Path) -> None:
    records = (reply("one", "first"), fault("two"), reply("three", "last “words”\n"))
    whole = filled(tmp_path / "whole", *records).read_bytes()
    before = whole[: whole[:-1].rindex(b"\n") + 1]
    for end in range(len(before), len(whole) + 1):
        path = tmp_path / f"torn at {end}"
        path.write_bytes(whole[:end])
        with opened(path) as journal:
            # The newline alone may be missing: then the record is whole.
            complete = end >= len(whole) - 1
            assert [each.content for each in journal.replies()] == ["first", *(["last “words”\n"] if complete else [])]
            assert journal.dropped == (0 if complete else end - len(before))
            journal.append(reply("four", "more"))
        lines = path.read_bytes().splitlines()
        assert len(lines) == (5 if complete else 4)
        assert all(isinstance(orjson.loads(line), dict) for line in lines)


def test_a_torn_first_line_is_written_anew(tmp_path: Path) -> None:
    whole = filled(tmp_path / "whole").read_bytes()
    for end in range(len(whole) + 1):
        path = tmp_path / f"torn at {end}"
        path.write_bytes(whole[:end])
        filled(path, reply("one"))
        assert path.read_bytes().startswith(whole)


@pytest.mark.parametrize("rubbish", [b"\0" * 100, b"\0" * 100 + b"\n", b'{"key":"00"}\n{"key', b"\n\n"])
def test_rubbish_at_the_end_is_dropped_and_counted(tmp_path: Path, rubbish: bytes) -> None:
    path = filled(tmp_path / "j", reply("one"))
    good = path.read_bytes()
    path.write_bytes(good + rubbish)
    with opened(path) as journal:
        assert journal.dropped == len(rubbish)
    assert path.read_bytes() == good


def test_a_broken_line_before_a_good_one_is_reported(tmp_path: Path) -> None:
    path = filled(tmp_path / "j", reply("one"), reply("two"))
    lines = path.read_bytes().splitlines(keepends=True)
    broken = lines[0] + lines[1][:-9] + b"\n" + lines[2]
    path.write_bytes(broken)
    with pytest.raises(InputError, match="line 2 is not a record"):
        opened(path)
    assert path.read_bytes() == broken


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "j", reply("one"))
    before = path.read_bytes()
    with pytest.raises(InputError, match="model 'm', prompt 'p', no schema; the run is of model 'other'"):
        opened(path, model="other")
    with pytest.raises(InputError, match="prompt 'q'"):
        opened(path, prompt="q")
    with pytest.raises(InputError, match=r"no schema; the run is of model 'm', prompt 'p', schema [0-9a-f]{8}"):
        opened(path, schema={"type": "object"})
    assert path.read_bytes() == before
    opened(path).close()


@pytest.mark.parametrize("content", [b"tags\n", b'{"tags": []}\n', b"\x89PNG", b'{"instag journal":2,"model":"m"}\n'])
def test_what_is_no_journal_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="line 1: expected"):
        opened(path)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        opened(tmp_path / "nowhere" / "j")


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened as a journal"):
        opened(tmp_path)


OPEN = "from instag.chat import Journal; j = Journal.open({!r}, model='m', prompt='p', schema=None); print('open', flush=True); {}"


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with opened(path), pytest.raises(InputError, match="another run has this journal open"):
        opened(path)
    with opened(path):
        second = subprocess.run(
            [sys.executable, "-c", OPEN.format(str(path), "")], capture_output=True, text=True, check=False
        )
    assert second.returncode == 1
    assert "another run has this journal open" in second.stderr


def test_a_killed_process_leaves_the_journal_free(tmp_path: Path) -> None:
    path = tmp_path / "j"
    first = subprocess.Popen(
        [sys.executable, "-c", OPEN.format(str(path), "import time; time.sleep(60)")], stdout=subprocess.PIPE
    )
    assert first.stdout
    assert first.stdout.readline() == b"open\n"
    with pytest.raises(InputError, match="another run"):
        opened(path)
    first.kill()
    first.communicate()
    filled(path, reply("one"))


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(InputError) as error:
        opened(tmp_path / "journal")
    assert str(error.value) == "tagging and auditing need the extra `tag`: pip install 'instag[tag]'"


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j")
    journal.close()
    journal.close()
    with pytest.raises(InputError, match="cannot be written"):
        journal.append(reply("one"))


@given(st.text(), st.text(), st.text(), st.text())
def test_different_questions_have_different_keys(model: str, prompt: str, other: str, text: str) -> None:
    identity = identity_of(model, prompt, None)
    assert len(key_of(identity, text)) == 16
    assert (identity == identity_of(model, other, None)) == (prompt == other)
    assert (key_of(identity, text) == key_of(identity, other)) == (text == other)
    assert identity_of(model, prompt, {"a": 1, "b": 2}) == identity_of(model, prompt, {"b": 2, "a": 1})


def test_half_a_surrogate_pair_has_a_key() -> None:
    assert key_of(b"", "a\ud800") != key_of(b"", "a?")


def test_how_fast_questions_were_answered(tmp_path: Path) -> None:
    path = filled(tmp_path / "j", reply("one"))
    with opened(path) as journal:
        assert journal.pace() is None
        journal.note_pace(300, 100.0)
        journal.note_pace(0, 60.0)
        journal.append(reply("two"))
        journal.note_pace(150, 10.0)
        journal.note_pace(90, 20.0)
        # The last 200 answers or some more, and no more.
        assert journal.pace() == 8.0
    whole = path.read_bytes()
    assert whole.count(b"pace") == 3
    # Parts of several machines one after the other, and a torn line at the end.
    path.write_bytes(whole + whole + whole[:-5])
    seen = peeked(path)
    assert len(seen.replied()) == 2
    assert seen.pace() == pytest.approx(8.0, rel=0.5)
    with opened(path) as journal:
        assert journal.dropped > 0

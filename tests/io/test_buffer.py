"""Data of which not all is held: what is read and converted piece by piece is what it is in one piece."""

import gzip
import io
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag.frame import once
from instag.io.conversation import branching, targets
from instag.io.formats import json as json_format
from instag.io.formats import jsonl
from instag.io.formats.json import _Members
from instag.io.json.buffer import RecordBuffer
from instag.io.json.records import frame

TEXT = st.text("ab é\n", max_size=6)
TURN = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "robot"]), "content": TEXT | st.none()},
    optional={"name": TEXT, "weight": st.integers(0, 2) | st.floats(0, 1)},
)
PARTS = st.fixed_dictionaries({"role": st.just("user"), "content": st.lists(st.fixed_dictionaries({"text": TEXT}))})
LATE = st.integers(0, 3) | TEXT | st.lists(st.integers(0, 3), max_size=2) | st.none()
ROWS = {
    "messages": st.fixed_dictionaries({"messages": st.lists(TURN | PARTS, max_size=3), "id": LATE}),
    "pairs": st.fixed_dictionaries({"id": st.integers(), "question": TEXT, "answer": TEXT | st.none(), "more": LATE}),
    "alpaca": st.fixed_dictionaries(
        {"instruction": TEXT, "input": TEXT, "output": TEXT, "history": st.none() | st.just([["a", "b"]])}
    ),
    "preference": st.fixed_dictionaries({"prompt": TEXT, "chosen": TEXT, "rejected": TEXT}),
    "mixed": st.fixed_dictionaries({"prompt": TEXT, "response": TEXT, "n": LATE})
    | st.fixed_dictionaries({"messages": st.lists(TURN, min_size=1, max_size=2), "n": LATE}),
    "tree": st.fixed_dictionaries(
        {
            "prompt": st.fixed_dictionaries(
                {
                    "role": st.just("prompter"),
                    "text": TEXT,
                    "replies": st.lists(
                        st.fixed_dictionaries({"role": st.just("assistant"), "text": TEXT, "replies": st.just([])}),
                        max_size=2,
                    ),
                }
            ),
            "id": LATE,
        }
    ),
}


@contextmanager
def in_small_pieces() -> Iterator[None]:
    """Few rows at a time, each kept in a file of its own, and no file too small to be large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(once, "SIZE", 0)
        patch.setattr(targets, "STEP", 2)
        patch.setattr(branching, "STEP", 1)
        patch.setattr(jsonl, "STEP", 2)
        patch.setattr(jsonl, "LARGE", 0)
        patch.setattr(json_format, "STEP", 2)
        patch.setattr(json_format, "CHUNK", 5)
        yield


def converted(source: Path, to: str, output: Path) -> bytes | str:
    """What converting writes, or why it does not."""
    output.unlink(missing_ok=True)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            instag.convert(source, output, to=to)
    except instag.InputError as error:
        return str(error)
    return output.read_bytes() + "\n".join(str(each.message) for each in said).encode()


@pytest.mark.parametrize("kind", ROWS)
@settings(deadline=None, max_examples=5)
@given(data=st.data())
def test_pieces_are_converted_as_the_whole(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = data.draw(st.lists(ROWS[kind], min_size=1, max_size=7))
    folder = tmp_path_factory.mktemp(kind)
    lines, listed = folder / "in.jsonl", folder / "in.json"
    lines.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    listed.write_text(json.dumps(rows, indent=1))
    for source in (lines, listed):
        for to in ("messages", "sharegpt", "alpaca"):
            output = folder / data.draw(st.sampled_from(["out.jsonl", "out.json"]))
            whole = converted(source, to, output)
            with in_small_pieces():
                assert converted(source, to, output) == whole


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text('a"\\é😀]}', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "arguments"]), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORD = st.dictionaries(st.sampled_from(["x", "y", "z"]), VALUE, min_size=1)


@settings(deadline=None, max_examples=100)
@given(st.lists(RECORD, min_size=1, max_size=6), st.integers(1, 3))
def test_records_have_the_types_of_all(records: list[dict[str, Any]], step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(once, "SIZE", 0)
        buffer = RecordBuffer()
        for start in range(0, len(records), step):
            buffer.add(records[start : start + step])
        found = buffer.rows().collect()
    assert found.equals(frame(records))
    assert found.schema == frame(records).schema


@settings(deadline=None, max_examples=100)
@given(st.lists(RECORD, max_size=4), st.booleans(), st.integers(1, 9))
def test_the_members_of_a_list_are_found(values: list[Any], spread: bool, chunk: int) -> None:  # noqa: FBT001
    text = "\n " + json.dumps(values, indent=2 if spread else None, ensure_ascii=spread) + " \n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_format, "CHUNK", chunk)
        assert repr([json.loads(each) for each in _Members(io.StringIO(text))]) == repr(values)
        for wrong in (text.rstrip()[:-1], text + "x", text.replace("[", "[,", 1), text.replace("[", "{", 1)):
            with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the file is read in the other way
                list(_Members(io.StringIO(wrong)))


@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_a_large_list_is_read_member_by_member(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"in{ending}"
    text = json.dumps([{"prompt": "a"}, {"prompt": "b", "n": 2**70}, {"prompt": "\ud83d", "n": "late"}])
    path.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    with pytest.warns(instag.InstagWarning, match="half of a character"):
        whole = instag.read(path)
    monkeypatch.setattr(jsonl, "LARGE", 0)
    monkeypatch.setattr(json_format, "lines", lambda _: pytest.fail("the whole file was read"))
    with pytest.warns(instag.InstagWarning, match="half of a character"):
        assert instag.read(path).equals(whole)


def test_large_files_that_are_no_list_of_objects_are_read_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LARGE", 0)
    path = tmp_path / "in.json"
    for text, queries in [
        ('{"rows": [{"prompt": "a"}]}', ["a"]),
        ('["a", "b"]', ["a", "b"]),
        ('{"prompt": "a"}\n{"prompt": "b"}\n', ["a", "b"]),
    ]:
        path.write_text(text)
        assert instag.read(path)["queries"].explode().to_list() == queries
    path.write_text('[{"prompt": "a"},\n{"prompt": }]')
    with pytest.raises(instag.InputError, match="line 2, column 12: not valid JSON"):
        instag.read(path)


def test_a_list_is_written_row_by_row(tmp_path: Path) -> None:
    rows = [{"id": row, "turns": [{"role": "user", "content": 'é\n"', "name": None}]} for row in range(5)]
    data = pl.DataFrame(rows)
    instag.write(data, tmp_path / "out.json")
    kept = [{"id": row, "turns": [{"role": "user", "content": 'é\n"'}]} for row in range(5)]
    assert (tmp_path / "out.json").read_text() == json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    instag.write(data.head(0), tmp_path / "none.json")
    assert (tmp_path / "none.json").read_text() == "[]\n"


def test_what_is_kept_in_files_goes_when_it_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "SIZE", 0)
    spool = once.Spool()
    for row in range(3):
        spool.add(pl.DataFrame({"a": [row]}))
    folder = spool._folder
    assert folder is not None
    assert len(list(folder.iterdir())) == 3
    assert [each["a"].item() for each in spool.taken()] == [0, 1, 2]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".json.gz"])
def test_keys_that_come_twice_are_pointed_out_in_large_files(ending: str, tmp_path: Path) -> None:
    rows = ['{"prompt":"a","n":1}', '{"prompt":"b","n":[2],"prompt":"c"}', '{"x":{"k":1,"k":2},"prompt":"d"}']
    text = "\n".join(rows) if ending == ".jsonl" else "[" + ",\n".join(rows) + "]"
    path = tmp_path / f"in{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    with pytest.warns(instag.InstagWarning, match="'prompt'") as small:
        whole = instag.read(path)
    with in_small_pieces(), pytest.warns(instag.InstagWarning, match="'prompt'") as large:
        assert instag.read(path).equals(whole)
    assert whole["prompt"].to_list() == ["a", "c", "d"]
    assert "'k'" in str(small[0].message)
    assert "'k'" in str(large[0].message)

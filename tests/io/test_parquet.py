"""Parquet files of other writers: without rows, and with maps."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import instag
from instag import InputError

COLUMNS = {"question": pa.string(), "score": pa.float64(), "tags": pa.list_(pa.string())}
TEXTS = pa.map_(pa.string(), pa.string())


@pytest.mark.parametrize("compression", ["snappy", "none", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize("groups", [0, 1, 2])
def test_a_file_of_no_rows(compression: str, dictionary: bool, groups: int, tmp_path: Path) -> None:  # noqa: FBT001
    schema = pa.schema(COLUMNS)
    path = tmp_path / "none.parquet"
    with pq.ParquetWriter(path, schema, compression=compression, use_dictionary=dictionary) as writer:
        for _ in range(groups):
            writer.write_table(schema.empty_table())
    assert instag.read(path).height == 0
    assert instag.convert(path, tmp_path / "out.jsonl").samples == 0
    assert (tmp_path / "out.jsonl").read_text("utf-8") == ""


def test_an_empty_group_among_others(tmp_path: Path) -> None:
    schema = pa.schema({"question": pa.string()})
    with pq.ParquetWriter(path := tmp_path / "some.parquet", schema) as writer:
        for rows in (["a"], [], ["b", "c"]):
            writer.write_table(pa.table({"question": rows}, schema))
    assert instag.read(path)["question"].to_list() == ["a", "b", "c"]


def test_maps_are_objects_in_json(tmp_path: Path) -> None:
    maps = {
        "question": ["a", "b", "c"],
        "plain": pa.array([[("k", "v"), ("n", None)], [], None], TEXTS),
        "numbered": pa.array([[(7, [("x", 1.5)])], None, []], pa.map_(pa.int64(), pa.map_(pa.string(), pa.float64()))),
        "within": pa.array([[[("k", "v")]], [], None], pa.list_(TEXTS)),
    }
    pq.write_table(pa.table(maps), tmp_path / "in.parquet")
    expected = [
        '{"question":"a","plain":{"k":"v","n":null},"numbered":{"7":{"x":1.5}},"within":[{"k":"v"}]}',
        '{"question":"b","plain":{},"numbered":null,"within":[]}',
        '{"question":"c","plain":null,"numbered":{},"within":null}',
    ]
    instag.convert(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text("utf-8").splitlines() == expected
    instag.convert(tmp_path / "in.parquet", tmp_path / "out.json")
    assert pl.read_json(tmp_path / "out.json")["plain"].to_list()[0] == {"k": "v", "n": None}


def test_keys_of_maps_that_are_no_names(tmp_path: Path) -> None:
    keys = pa.array([[(1.5, "v")]], pa.map_(pa.float64(), pa.string()))
    pq.write_table(pa.table({"question": ["a"], "odd": keys}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="column 'odd': keys of Float64 have no place in JSON"):
        instag.convert(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"question": ["a"]})
    with pytest.raises(InputError, match=r"this is a folder: expected a file, such as .*out\.jsonl"):
        instag.write(frame, tmp_path)


@pytest.mark.parametrize("column", ["messages", "Utterances"])
def test_turns_that_are_maps(column: str, tmp_path: Path) -> None:
    turns = [
        [[("role", "user"), ("content", "q")], None, [("role", "assistant"), ("content", "a"), ("name", "n")]],
        None,
        [],
        [[("content", "p"), ("role", "user")]],
    ]
    pq.write_table(pa.table({column: pa.array(turns, pa.list_(TEXTS))}), tmp_path / "in.parquet")
    assert instag.read(tmp_path / "in.parquet")["queries"].to_list() == [["q"], [], [], ["p"]]
    instag.convert(tmp_path / "in.parquet", tmp_path / "out.jsonl", to="messages")
    first = pl.read_ndjson(tmp_path / "out.jsonl")["messages"].to_list()[0]
    assert [turn["content"] for turn in first if turn] == ["q", "a"]


def test_maps_that_are_no_turns_stay_maps(tmp_path: Path) -> None:
    many = [[(f"k{number}", "v") for number in range(60)]]
    columns = {
        "question": ["q"],
        "other": pa.array([many], pa.list_(TEXTS)),
        "events": pa.array([many], pa.list_(TEXTS)),
    }
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    schema = instag.read(tmp_path / "in.parquet").schema
    assert schema["other"] == schema["events"] == pl.List(pl.Map(pl.String, pl.String))

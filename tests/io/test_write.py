import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag import InputError
from instag.io import load, read, write

CALL = {"name": "add", "arguments": {"x": 1, "y": "é"}}
SHAREGPT: list[dict[str, Any]] = [
    {"from": "system", "value": "s"},
    {"from": "human", "value": "q"},
    {"from": "gpt", "value": "a"},
    {"from": "human", "value": "r"},
    {"from": "function_call", "value": json.dumps(CALL, ensure_ascii=False)},
    {"from": "observation", "value": "2"},
    {"from": "gpt", "value": "two"},
]
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "q"},
    {"role": "assistant", "content": "a"},
    {"role": "user", "content": "r"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"type": "function", "function": {"name": "add", "arguments": '{"x": 1, "y": "é"}'}}],
    },
    {"role": "tool", "content": "2"},
    {"role": "assistant", "content": "two"},
]
ALPACA = {"instruction": "r", "input": "", "output": "b", "system": "s", "history": [["q", "a"]]}


def converted(record: dict[str, Any], layout: str, folder: Path) -> Any:
    (folder / "in.json").write_text(json.dumps([record]))
    write(read(folder / "in.json"), folder / "out.json", format=layout)
    (result,) = json.loads((folder / "out.json").read_text())
    return result


def fails(message: str, df: pl.DataFrame, path: Path, **options: Any) -> None:
    before = {file: file.read_bytes() for file in path.parent.glob("*") if file.is_file()}
    with pytest.raises(InputError) as error:
        write(df, path, **options)
    assert str(error.value) == message
    assert {file: file.read_bytes() for file in path.parent.glob("*") if file.is_file()} == before


def test_sharegpt_and_messages_turn_into_each_other(tmp_path: Path) -> None:
    there = converted({"id": 1, "conversations": SHAREGPT, "tools": "[]"}, "messages", tmp_path)
    assert there == {"id": 1, "messages": MESSAGES, "tools": "[]"}
    assert converted(there, "sharegpt", tmp_path) == {"id": 1, "conversations": SHAREGPT, "tools": "[]"}


def test_a_word_before_a_call_is_a_turn_of_its_own(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "none"}}
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "wait", "tool_calls": [call, call]}]
    assert converted({"messages": turns}, "sharegpt", tmp_path) == {
        "conversations": [
            {"from": "human", "value": "q"},
            {"from": "gpt", "value": "wait"},
            {"from": "function_call", "value": json.dumps([{"id": "c1", "name": "f", "arguments": "none"}] * 2)},
        ]
    }


def test_alpaca_holds_the_last_exchange_and_the_history(tmp_path: Path) -> None:
    turns = [*MESSAGES[:4], {"role": "assistant", "content": "b"}]
    assert converted({"messages": turns, "id": 1}, "alpaca", tmp_path) == {**ALPACA, "id": 1}
    assert converted(ALPACA, "messages", tmp_path) == {"messages": turns}
    assert converted({"messages": turns[:4]}, "alpaca", tmp_path) == {**ALPACA, "output": None}


@pytest.mark.parametrize(
    "record",
    [
        {"a": 1, "input": "q", "output": "a", "z": 2},
        {"a": 1, "question": "q", "answer": "a", "z": 2},
        {"a": 1, "dialog": ["q", "a"], "z": 2},
    ],
)
def test_plain_layouts_become_conversations(record: dict[str, Any], tmp_path: Path) -> None:
    result = converted(record, "sharegpt", tmp_path)
    turns = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
    assert list(result.items()) == [("a", 1), ("conversations", turns), ("z", 2)]
    assert converted(record, "alpaca", tmp_path) == {"a": 1, "instruction": "q", "input": "", "output": "a", "z": 2}


def test_what_was_chosen_stays_beside_its_twin(tmp_path: Path) -> None:
    assert converted({"prompt": "p", "chosen": "c", "rejected": "r"}, "messages", tmp_path) == {
        "messages": [{"role": "user", "content": "p"}],
        "chosen": "c",
        "rejected": "r",
    }


def test_the_layout_there_already_stays_as_it_is(tmp_path: Path) -> None:
    already: dict[str, dict[str, Any]] = {
        "messages": {"messages": [{"role": "user", "content": [{"type": "image"}], "weight": 0}]},
        "sharegpt": {"conversations": SHAREGPT},
        "alpaca": {"instruction": "do", "input": "this", "output": "done"},
    }
    for layout, record in already.items():
        assert converted(record, layout, tmp_path) == record


@pytest.mark.parametrize(
    ("turn", "layout", "message"),
    [
        (
            {"role": "tool", "content": "x"},
            "alpaca",
            "alpaca has no place for turn 2, of role 'tool': expected user and assistant in turn; write sharegpt or messages",
        ),
        (
            {"role": "assistant", "content": "x", "weight": 1},
            "alpaca",
            "alpaca has no place for 'weight' in a turn: write sharegpt or messages",
        ),
        (
            {"role": "assistant", "content": [{"type": "image"}]},
            "sharegpt",
            "sharegpt has no place for content that is not text: write messages",
        ),
        (
            {"role": "critic", "content": "x"},
            "sharegpt",
            "found the role 'critic': expected one of user, human, assistant, gpt, system, developer, tool, function, function_call, …",
        ),
    ],
)
def test_what_a_layout_cannot_hold_is_not_dropped(turn: Any, layout: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps([{"messages": [{"role": "user", "content": "q"}, turn]}]))
    frame = load(tmp_path / "in.json").collect()
    fails(f"{tmp_path}/out.json: row 1: {message}", frame, tmp_path / "out.json", format=layout)


def test_queries_are_left_out_only_if_they_can_be_found_again(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write(pl.DataFrame({"prompt": ["p"], "queries": [["p"]]}), path)
    assert load(path).collect_schema().names() == ["prompt"]
    write(pl.DataFrame({"prompt": ["p"], "queries": [["other"]]}), path)
    assert load(path).collect_schema().names() == ["prompt", "queries"]
    write(pl.DataFrame({"mine": ["p"], "queries": [["p"]]}), path)
    assert load(path).collect_schema().names() == ["mine", "queries"]


def test_a_type_can_be_named(tmp_path: Path) -> None:
    write(pl.DataFrame({"prompt": ["p"]}), tmp_path / "data.out", format="jsonl")
    assert (tmp_path / "data.out").read_text() == '{"prompt":"p"}\n'
    assert read(tmp_path / "data.out", format="jsonl")["prompt"].to_list() == ["p"]


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_failure_leaves_the_old_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.{kind}"
    path.write_text("old")
    binary = pl.DataFrame({"prompt": ["p"], "raw": [b"x"]})
    fails(
        f"{path}: column 'raw': Binary has no place in JSON: write .parquet or .arrow, or cast the column", binary, path
    )


def test_what_a_file_cannot_hold(tmp_path: Path) -> None:
    frame = pl.DataFrame({"prompt": ["p"], "tags": [["a"]], "queries": [["p"]]})
    fails(
        f"{tmp_path}/out.csv: columns tags hold lists or records, and csv cannot: write .jsonl or .parquet",
        frame,
        tmp_path / "out.csv",
    )
    fails(
        f"{tmp_path}/out.txt: found the columns prompt, tags: expected one column of text; write .jsonl",
        frame,
        tmp_path / "out.txt",
    )
    fails(
        f"{tmp_path}/out.txt: a prompt is blank or of several lines: expected one line each; write .jsonl",
        pl.DataFrame({"text": ["a\nb"]}),
        tmp_path / "out.txt",
    )


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    frame = pl.DataFrame({"prompt": ["p"]})
    with pytest.raises(InputError) as error:
        write(frame, tmp_path / "no" / "out.json")
    assert str(error.value) == f"{tmp_path}/no: there is no such folder: expected one to write out.json to"
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError) as error:
        write(frame, tmp_path / "a.json")
    assert str(error.value) == f"{tmp_path}/a.json: this is a folder: expected a file to write"
    with pytest.raises(InputError) as error:
        write(frame, tmp_path / "b.json", format="pairs")
    assert str(error.value) == (
        "format: found 'pairs': expected one of auto, arrow, csv, json, jsonl, parquet, text, tsv, alpaca, sharegpt, "
        "messages"
    )
    with pytest.raises(InputError) as error:
        write(frame, tmp_path / "b.parquet.gz")
    assert str(error.value) == (
        f"{tmp_path}/b.parquet.gz: parquet files compress within themselves: expected no .gz after it"
    )


def test_paths_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(pl.DataFrame({"prompt": ["p"], "tags": [["a"]]}), "~/out.jsonl")
    frame = read("~/out.jsonl")
    instag.normalize(frame, embedder=None).vocabulary.save("~/v.parquet")
    assert len(instag.Vocabulary.load("~/v.parquet")) == 1
    instag.tag(frame.drop("tags"), model=lambda queries: [["a"] for _ in queries], journal="~/answers.journal")
    assert instag.report(frame, "~/report.html") == tmp_path / "report.html"
    assert {path.name for path in tmp_path.iterdir()} >= {"out.jsonl", "v.parquet", "answers.journal", "report.html"}


def test_a_link_is_followed_and_a_file_can_be_written_over_what_it_is_read_from(tmp_path: Path) -> None:
    path, link = tmp_path / "data.jsonl", tmp_path / "link.jsonl"
    path.write_text('{"prompt":"a"}\n{"prompt":"b"}\n')
    link.symlink_to(path)
    write(load(link).filter(pl.col("prompt") == "b"), link)
    assert link.is_symlink()
    assert path.read_text() == '{"prompt":"b"}\n'

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from instag import InputError
from instag.io import read

TREE = {
    "text": "q1",
    "role": "prompter",
    "replies": [
        {"text": "a1", "role": "assistant", "replies": [{"text": "q2", "role": "prompter", "replies": []}]},
        {"text": "a2", "role": "assistant", "replies": [{"text": "q3", "role": "prompter", "replies": []}]},
    ],
}

golden: dict[str, tuple[dict[str, Any], list[str]]] = {
    "messages": (
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "User", "content": "one"},
                {"role": "assistant", "content": "a"},
                {"role": "tool", "content": "t"},
                {"role": "human", "content": "two"},
            ]
        },
        ["one", "two"],
    ),
    "messages under another name": ({"Thread": [{"role": "user", "content": "one"}]}, ["one"]),
    "parts": (
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "look"},
                        {"type": "image", "text": "pixels"},
                        {"type": "input_text", "text": "here"},
                    ],
                }
            ]
        },
        ["look\nhere"],
    ),
    "parts under value": ({"messages": [{"role": "user", "content": [{"type": "text", "value": "hi"}]}]}, ["hi"]),
    "mixed content": (
        {
            "messages": [
                {"role": "user", "content": "one"},
                {"role": "user", "content": [{"type": "text", "text": "two"}, {"type": "image_url", "image_url": "x"}]},
                {"role": "user", "content": None},
            ]
        },
        ["one", "two", ""],
    ),
    "mixed conversation": ({"messages": [{"role": "user", "content": "one"}, "noise"]}, ["one"]),
    "sharegpt": (
        {
            "conversations": [
                {"from": "system", "value": "s"},
                {"from": "human", "value": "one"},
                {"from": "function_call", "value": "{}"},
                {"from": "observation", "value": "{}"},
                {"from": "gpt", "value": "a"},
                {"from": "user", "value": "two"},
            ]
        },
        ["one", "two"],
    ),
    "turns": ({"data": ["one", "a", "two", "b"]}, ["one", "two"]),
    "alpaca": ({"instruction": "do", "input": "this", "output": "done"}, ["do\nthis"]),
    "alpaca without input": ({"instruction": "do", "input": " ", "output": "done"}, ["do"]),
    "alpaca with history": (
        {"instruction": "do", "input": None, "output": "x", "history": [["q", "a"], ["r", "b"]]},
        ["q", "r", "do"],
    ),
    "dolly": ({"instruction": "do", "context": "this", "response": "done"}, ["do\nthis"]),
    "question": ({"question": "why", "answer": "so"}, ["why"]),
    "letter case": ({"Question": "why", "ANSWER": "so"}, ["why"]),
    "problem": ({"problem": "x = ?", "solution": "2"}, ["x = ?"]),
    "prompt": ({"prompt": "p", "chosen": "c", "rejected": "r"}, ["p"]),
    "input": ({"input": "i", "output": "o"}, ["i"]),
    "text": ({"text": "t", "id": 1}, ["t"]),
    "tree": ({"message_tree_id": "x", "prompt": TREE}, ["q1", "q2", "q3"]),
    "queries": ({"queries": ["a", "b"], "prompt": "p"}, ["a", "b"]),
    "not tags": ({"tags": ["a", "b"], "prompt": "p"}, ["p"]),
}


def file(records: list[Any], folder: Path) -> Path:
    path = folder / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    return path


@pytest.mark.parametrize("name", golden)
def test_the_user_is_heard(name: str, tmp_path: Path) -> None:
    record, expected = golden[name]
    frame = read(file([record], tmp_path))
    assert frame["queries"].to_list() == [expected]
    assert frame.schema["queries"] == pl.List(pl.String)


# Given queries are taken as they are, nulls and all.
@pytest.mark.parametrize("name", [name for name in golden if name != "queries"])
def test_nulls_and_empty_lists_are_no_queries(name: str, tmp_path: Path) -> None:
    record, expected = golden[name]
    empty: dict[str, Any] = {key: [] if isinstance(value, list) else None for key, value in record.items()}
    frame = read(file([dict.fromkeys(record), record, empty], tmp_path))
    assert frame["queries"].to_list() == [[], expected, []]


def test_a_line_that_is_a_list_is_turns(tmp_path: Path) -> None:
    frame = read(file([["one", "a", "two"], []], tmp_path))
    assert frame.to_dicts() == [
        {"conversation": ["one", "a", "two"], "queries": ["one", "two"]},
        {"conversation": [], "queries": []},
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("one", ["one"]),
        (["one", "two"], ["one", "two"]),
        ([{"role": "user", "content": "one"}, {"role": "assistant", "content": "a"}], ["one"]),
    ],
)
def test_the_user_names_the_column(value: Any, expected: list[str], tmp_path: Path) -> None:
    frame = read(file([{"mine": value, "prompt": "p"}, {"mine": None, "prompt": "p"}], tmp_path), query="mine")
    assert frame["queries"].to_list() == [expected, []]


def test_a_layout_can_be_named(tmp_path: Path) -> None:
    path = file([{"instruction": "do", "input": "this", "output": "x"}], tmp_path)
    assert read(path, format="prompts")["queries"].to_list() == [["do"]]
    assert read(path, format="pairs")["queries"].to_list() == [["this"]]


def fails(message: str, path: Path, **options: Any) -> None:
    with pytest.raises(InputError) as error:
        read(path, **options)
    assert str(error.value) == f"{path}{message}"


def test_no_layout(tmp_path: Path) -> None:
    path = file([{"id": 1, "tags": ["a"]}], tmp_path)
    columns = (
        "found the columns id (Int64), tags (List(String)); the nearest is prompts, which lacks a column of text named "
        "prompt, instruction, question, query, text or problem; no column holds what a user could have said"
    )
    fails(f": expected a layout instag knows: {columns}", path)
    fails(f": expected the layout 'messages': {columns}", path, format="messages")
    fails(": there is no column 'q': expected one of id, tags", path, query="q")
    fails(": column 'id' is Int64: expected text, a list of it or messages", path, query="id")


def test_queries_of_another_type_are_not_overwritten(tmp_path: Path) -> None:
    path = file([{"queries": 3, "prompt": "p"}], tmp_path)
    fails(
        ": the column 'queries' is Int64, and would be overwritten: expected a list of strings; "
        "rename it, or name it with query= / --query",
        path,
    )

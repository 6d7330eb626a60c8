"""Layouts of data sets that many people use, in small and in words of our own: what must come out of each."""

import json
import re
import shlex
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.errors import InputError
from instag.io import convert, read

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "layouts.jsonl").read_text("utf-8").splitlines()
]


def file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def messages(path: Path, **options: Any) -> list[dict[str, Any]]:
    """The conversation of the first row, as it is written."""
    output = path.with_name("out.jsonl")
    convert(path, output, to="messages", **options)
    return list(json.loads(output.read_text(encoding="utf-8").partition("\n")[0])["messages"])


def said(path: Path, **options: Any) -> list[tuple[str, Any]]:
    return [(turn["role"], turn["content"]) for turn in messages(path, **options)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_a_layout_in_use_is_read(case: dict[str, Any], tmp_path: Path) -> None:
    path = file(tmp_path, *case["rows"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(path)["queries"].to_list()[0] == case["queries"]
    if case["roles"] is not None:
        assert [turn["role"] for turn in messages(path)] == case["roles"]


CHOICES = [
    ({"choices": ["wet", "dry"], "answer": 1}, "B. dry"),
    ({"choices": ["wet", "dry"], "answer": "B"}, "B. dry"),
    ({"options": {"A": "wet", "B": "dry"}, "answer": "dry"}, "B. dry"),
    ({"choices": {"text": ["wet", "dry"], "label": ["A", "B"]}, "answerKey": "A"}, "A. wet"),
    ({"choices": ["wet", "dry"], "answer": "neither"}, "neither"),
    ({"choices": ["wet", "dry"], "answer": 7}, "7"),
]


@pytest.mark.parametrize(("beside", "answer"), CHOICES)
def test_a_question_is_asked_with_its_choices(beside: dict[str, Any], answer: str, tmp_path: Path) -> None:
    path = file(tmp_path, {"question": "Is fog wet?", **beside})
    asked = "Is fog wet?\nA. wet\nB. dry"
    assert read(path)["queries"].to_list() == [[asked]]
    assert said(path) == [("user", asked), ("assistant", answer)]


def test_choices_in_columns_of_their_own(tmp_path: Path) -> None:
    path = file(tmp_path, {"Question": "Is fog wet?", "A": "wet", "B": "dry", "C": "red", "Answer": "C"})
    assert said(path) == [("user", "Is fog wet?\nA. wet\nB. dry\nC. red"), ("assistant", "C. red")]


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "A": "one answer", "B": "another", "label": "A"},
        {"prompt": "q", "choices": ["one answer", "another"], "response": "a third"},
        {"question": "q", "options": {"temperature": "0.5", "model": "m"}, "answer": "a"},
        {"prompt": "q", "comments": [{"author": "Amy", "text": "good"}]},
        {"prompt": "q", "events": ["start", "end"], "texts": ["x", "y"]},
    ],
)
def test_what_only_looks_like_a_part_is_none(row: dict[str, Any], tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(file(tmp_path, row))["queries"].to_list() == [["q"]]


def test_an_object_of_conversations_by_their_names_is_a_row_each(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    named = {
        f"d{row}": {"messages": [{"role": "usr", "content": f"q{row}"}, {"role": "sys", "content": "a"}]}
        for row in (1, 2)
    }
    path.write_text(json.dumps(named))
    assert read(path)["queries"].to_list() == [["q1"], ["q2"]]
    assert [role for role, _ in said(path)] == ["user", "assistant"]
    path.write_text(json.dumps({"settings": {"model": "m"}, "log": {"turns": named["d1"]["messages"]}}))
    assert read(path)["queries"].to_list() == [["q1"]]


def test_of_what_a_server_answered_nothing_is_lost(tmp_path: Path) -> None:
    choices = [{"index": place, "message": {"role": "assistant", "content": f"a{place}"}} for place in range(2)]
    path = file(tmp_path, {"request": {"messages": [{"role": "user", "content": "q"}]}, "choices": choices})
    assert said(path) == [("user", "q"), ("assistant", "a0")]
    assert json.loads((tmp_path / "out.jsonl").read_text())["choices"] == choices


def test_arrays_that_numpy_printed_into_a_table_are_read(tmp_path: Path) -> None:
    printed = "[{'role': 'user', 'content': \"Who's there?\"}\n {'role': 'assistant', 'content': 'Me}\\n {you'}]"
    path = tmp_path / "in.csv"
    pl.DataFrame({"id": ["1"], "messages": [printed]}).write_csv(path)
    assert read(path)["queries"].to_list() == [["Who's there?"]]
    assert said(path) == [("user", "Who's there?"), ("assistant", "Me}\n {you")]


def test_a_prompt_of_somebody_at_some_time_is_a_prompt(tmp_path: Path) -> None:
    path = file(tmp_path, {"user_id": "7", "timestamp": "2024-05-01", "prompt": "Why?"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(path)["queries"].to_list() == [["Why?"]]


def test_answers_that_are_calls_become_calls(tmp_path: Path) -> None:
    calls = [{"name": "tide", "arguments": {"port": "Emden", "day": 3}}, {"name": "now", "arguments": {}}]
    row = {"query": "High water?", "answers": json.dumps(calls), "tools": json.dumps([{"name": "tide"}])}
    path = file(tmp_path, row)
    assert read(path)["queries"].to_list() == [["High water?"]]
    turns = messages(path)
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    made = [call["function"] for call in turns[1]["tool_calls"]]
    assert [(call["name"], json.loads(call["arguments"])) for call in made] == [
        (call["name"], call["arguments"]) for call in calls
    ]
    assert json.loads((tmp_path / "out.jsonl").read_text())["tools"] == row["tools"]
    with pytest.raises(InputError, match="alpaca"):
        convert(path, tmp_path / "out.json", to="alpaca")
    assert said(file(tmp_path, row | {"answers": "At noon."})) == [("user", "High water?"), ("assistant", "At noon.")]


def test_texts_of_a_template_are_found_in_any_column(tmp_path: Path) -> None:
    text = "USER: Why?\n\n\nASSISTANT: So. <|endoftext|>\n\n\nUSER: How?\n\n\nASSISTANT: Thus. <|endoftext|>"
    path = file(tmp_path, {"system": "SYSTEM: Be kind.", "log": text})
    assert read(path)["queries"].to_list() == [["Why?", "How?"]]
    assert said(path)[0] == ("system", "Be kind.")
    assert len(messages(path)) == 5
    with pytest.raises(InputError, match="expected a layout"):
        read(path, template="none")
    with pytest.raises(InputError, match="--query log"):
        read(file(tmp_path, {"log": text}, {"log": "no template"}))


def test_a_template_is_taken_apart_beside_an_empty_input(tmp_path: Path) -> None:
    row = {"instruction": "Human: Why?\nAssistant: So.\nHuman: How?\nAssistant:", "input": "", "output": "Thus."}
    assert read(file(tmp_path, row))["queries"].to_list() == [["Why?", "How?"]]
    assert [role for role, _ in said(tmp_path / "in.jsonl")] == ["user", "assistant", "user", "assistant"]
    given = row | {"input": "a text"}
    assert read(file(tmp_path, row, given))["queries"].to_list()[1] == [f"{row['instruction']}\na text"]


PEOPLE = {
    "a messenger's file": {"name": "Amy", "messages": [{"from": "Amy", "text": "hi"}, {"from": "Bob", "text": "ho"}]},
    "a forum": {"dialog": [{"speaker": "A1", "text": "hi"}, {"speaker": "B2", "text": "ho"}]},
}


@pytest.mark.parametrize("row", PEOPLE.values(), ids=PEOPLE)
def test_people_of_whom_nobody_knows_who_asks(row: dict[str, Any], tmp_path: Path) -> None:
    path = file(tmp_path, row)
    with pytest.warns(instag.InstagWarning, match="no row has a user turn") as caught:
        assert read(path)["queries"].to_list() == [[]]
    found = re.search(r"--query (\S+)", str(caught[0].message))
    assert found
    assert read(path, query=found[1])["queries"].to_list() == [["hi", "ho"]]


def test_texts_with_links_in_them_are_kept_whole(tmp_path: Path) -> None:
    row = {
        "messages": [
            {"from": "Amy", "text": ["see ", {"type": "link", "text": "a.org"}]},
            {"from": "Bob", "text": "ho"},
        ]
    }
    assert read(file(tmp_path, row), query="messages.text")["queries"].to_list() == [["see a.org", "ho"]]


def test_a_row_that_is_a_message_of_somebody_is_pointed_out(tmp_path: Path) -> None:
    path = file(tmp_path, {"user": "U1", "text": "hi", "ts": "1.5"}, {"user": "U2", "text": "ho", "ts": "2.5"})
    with pytest.warns(instag.InstagWarning, match=r"looks like a message of a chat, because 'user' says who wrote it"):
        assert read(path)["queries"].to_list() == [["hi"], ["ho"]]
    with pytest.warns(instag.InstagWarning, match="looks like a message"):
        assert read(path, where="\"user\" = 'U1'")["queries"].to_list() == [["hi"]]


@pytest.mark.parametrize(
    "line", ["12/03/24, 09:15 - Amy: hi", "[2024-03-12, 09:15:20] Amy: hi", "3.12.24, 9:15 PM - Amy: hi"]
)
def test_lines_of_a_messenger_are_pointed_out(line: str, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(f"{line}\n{line}\nand so on\n", encoding="utf-8")
    with pytest.warns(instag.InstagWarning, match="look like the export of a chat"):
        read(tmp_path / "chat.txt")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (tmp_path / "chat.txt").write_text("What happened on 12/03/24?\nAt 9:15: why?\n", encoding="utf-8")
        read(tmp_path / "chat.txt")


STEPS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    (
        {"post_id": "1", "history": "q", "human_ref_A": "a", "human_ref_B": "b", "labels": 1},
        [("user", "q"), ("assistant", "a")],
    ),
    (
        {"question": {"dataset": "d", "full_text": "q"}, "answer_0": "a", "answer_1": "b"},
        [("user", "q"), ("assistant", "a")],
    ),
    ({"id": "1", "dialogue": "q", "summary": "a"}, [("user", "q"), ("assistant", "a")]),
    ({"q_id": "1", "title": "q", "answers": {"a_id": ["1"], "text": ["a", "b"]}}, [("user", "q"), ("assistant", "a")]),
    ({"url": "u", "body": {"input": "q", "instructions": "s"}}, [("system", "s"), ("user", "q")]),
    ({"recordId": "1", "modelInput": {"inputText": "q", "config": {"n": 1}}}, [("user", "q")]),
    ({"turns": {"turn_id": ["0", "1"], "speaker": [0, 1], "utterance": ["q", "r"]}}, [("user", "q"), ("user", "r")]),
]


@pytest.mark.parametrize(("row", "turns"), STEPS)
def test_a_step_names_every_column_that_it_can(
    row: dict[str, Any], turns: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = file(tmp_path, row)
    with pytest.raises(InputError) as error:
        read(path)
    found = re.search(r"instag convert (.*) -o OUT\.jsonl", str(error.value))
    assert found
    words = shlex.split(found[1])
    assert words[0] == str(path)
    options = {name.removeprefix("--"): column for name, column in zip(words[1::2], words[2::2], strict=True)}
    assert said(path, **options) == turns


def test_a_step_names_the_other_answers(tmp_path: Path) -> None:
    path = file(tmp_path, {"history": "q", "human_ref_A": "a", "human_ref_B": "b", "labels": 1})
    with pytest.raises(InputError, match=r"'human_ref_A' may be the answer, or 'human_ref_B'; it lacks"):
        read(path)


def test_what_holds_no_words_of_a_user_is_no_step(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column holds what a user could have said"):
        read(file(tmp_path, {"id": "1", "url": "u"}))
    path = file(tmp_path, {"conversations": [[{"role": "user", "content": "q"}], [{"role": "user", "content": "r"}]]})
    with pytest.raises(InputError, match="has several conversations") as error:
        read(path)
    step = re.search(r"instag\.scan\('(.*)'\)\.explode\('(.*)'\)", str(error.value))
    assert step
    assert read_frame(step[1], step[2]) == [["q"], ["r"]]


def read_frame(path: str, column: str) -> list[list[str]]:
    instag.write(instag.scan(path).explode(column), f"{path}.jsonl")
    return list(read(f"{path}.jsonl")["queries"].to_list())

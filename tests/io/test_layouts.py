"""Layouts that data sets come in: what the user said, and the whole conversation, out of each."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest

import instag
from instag import InputError, InstagWarning
from instag.choices import ChatTemplate
from instag.io import convert, load, read
from instag.io.conversation.content import text_of
from instag.io.conversation.preference import spelt
from instag.io.conversation.template import TEMPLATES

CALL = {"type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def file(folder: Path, *records: Any, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def said(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in turns]


SHORT = said(("user", "q"), ("assistant", "a"))
SYSTEM = said(("system", "s"))
LONG = said(("user", "p"), ("assistant", "o"), ("user", "q"), ("assistant", "a"))

layouts: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "human and assistant": ({"conversation": [{"human": "q", "assistant": "a"}]}, {"messages": SHORT}),
    "input and output": (
        {"conversation": [{"system": "s", "input": "p", "output": "o"}, {"input": "q", "output": "a"}]},
        {"messages": said(("system", "s")) + LONG},
    ),
    "author and content": (
        {"context": "s", "messages": [{"author": "user", "content": "q"}, {"author": "bot", "content": "a"}]},
        {"messages": said(("system", "s")) + SHORT},
    ),
    "role and parts": (
        {"contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]},
        {"messages": SHORT},
    ),
    "sender and text": (
        {"chat_messages": [{"sender": "human", "text": "q"}, {"sender": "assistant", "text": "a"}], "id": 1},
        {"messages": SHORT, "id": 1},
    ),
    "a dict of turns": (
        {"chat": {"turn_1": {"Human": "<|Human|>: p<eoh>\n", "MOSS": "o"}, "turn_2": {"Human": "q", "MOSS": "a"}}},
        {"messages": LONG},
    ),
    "a struct of lists": ({"messages": {"role": ["user", "assistant"], "content": ["q", "a"]}}, {"messages": SHORT}),
    "a batch of requests": (
        {"custom_id": "1", "body": {"model": "m", "messages": SHORT}},
        {"custom_id": "1", "messages": SHORT, "body": {"model": "m"}},
    ),
    "JSON in a text": ({"conversations": json.dumps(SHORT), "id": 1}, {"messages": SHORT, "id": 1}),
    "a printed list": ({"conversations": str(SHORT), "id": 1}, {"messages": SHORT, "id": 1}),
    "all kinds of roles": (
        {
            "messages": [
                {"role": "developer", "content": "s"},
                {"role": "Prompter", "content": "q"},
                {"role": "Chatbot", "content": "a"},
                {"role": "function", "content": "2"},
            ]
        },
        {"messages": said(("system", "s"), ("user", "q"), ("assistant", "a"), ("tool", "2"))},
    ),
    "a system column": (
        {"system_prompt": "s", "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        {"messages": said(("system", "s")) + SHORT},
    ),
    "a prompt that is a list": ({"prompt": LONG[:3], "completion": [LONG[3]]}, {"messages": LONG}),
    "a prompt that is a list, a text for an answer": ({"input": LONG[:3], "output": "a"}, {"messages": LONG}),
    "a preference": (
        {"prompt": LONG[:3], "chosen": [LONG[3]], "rejected": said(("assistant", "b"))},
        {"messages": LONG[:3], "chosen": [LONG[3]], "rejected": said(("assistant", "b"))},
    ),
    "history in pairs": ({"query": "q", "response": "a", "history": [["p", "o"]]}, {"messages": LONG}),
    "history of objects": (
        {"instruction": "q", "output": "a", "history": [{"user": "p", "assistant": "o"}]},
        {"messages": LONG},
    ),
    "history of turns": ({"query": "q", "response": "a", "history": LONG[:2]}, {"messages": LONG}),
    "history as a text": (
        {"query": "q", "response": "a", "history": "Human: p\nAssistant: o"},
        {"messages": LONG},
    ),
    "history as any text": (
        {"query": "q", "response": "a", "history": "before"},
        {"messages": [LONG[0] | {"content": "before"}, *SHORT]},
    ),
    "an object for an input": (
        {"instruction": "q", "input": {"x": 1}, "output": "a"},
        {"messages": said(("user", 'q\n{"x":1}'), ("assistant", "a"))},
    ),
    "instances": (
        {"instruction": "q", "instances": [{"input": "i", "output": "a"}]},
        {"messages": said(("user", "q\ni"), ("assistant", "a"))},
    ),
    "a generation": ({"instruction": "q", "generation": "a"}, {"messages": SHORT}),
    "input text and output text": ({"input_text": "q", "output_text": "a"}, {"messages": SHORT}),
    "content that is a part": (
        {"messages": [{"role": "user", "content": {"type": "text", "text": "q"}}, SHORT[1]]},
        {"messages": SHORT},
    ),
    "uses of tools among parts": (
        {
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "text", "text": "a"},
                        {"type": "tool_use", "id": "1", "name": "f", "input": {"x": 1}},
                    ],
                },
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "2"}]},
            ]
        },
        {
            "messages": [
                SHORT[0],
                {"role": "assistant", "content": [{"type": "text", "text": "a"}], "tool_calls": [{"id": "1", **CALL}]},
                {"role": "tool", "content": "2", "tool_call_id": "1"},
            ]
        },
    ),
    "calls of functions as Gemini has them": (
        {
            "contents": [
                {"role": "user", "parts": [{"text": "q"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"y": 2}}}]},
            ]
        },
        {
            "messages": [
                SHORT[0],
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "content": '{"y":2}', "name": "f"},
            ]
        },
    ),
    "turns as lists of two": ({"conversation": [["Human", "q"], ["bot", "a"]]}, {"messages": SHORT}),
    "history of turns as lists of two": (
        {"query": "q", "response": "a", "history": [["user", "p"], ["assistant", "o"]]},
        {"messages": LONG},
    ),
    "history by another name": ({"chat_history": LONG[:2], "question": "q", "answer": "a"}, {"messages": LONG}),
    "history in a context": ({"context": LONG[:2], "instruction": "q", "response": "a"}, {"messages": LONG}),
    "history as JSON": ({"prompt": "q", "response": "a", "history": '[["p", "o"]]'}, {"messages": LONG}),
    "types for roles": (
        {"messages": [{"type": "human", "content": "q"}, {"type": "ai", "content": "a"}]},
        {"messages": SHORT},
    ),
    "types for roles, with the words within": (
        {"messages": [{"type": "human", "data": {"content": "q"}}, {"type": "ai", "data": {"content": "a"}}]},
        {"messages": SHORT},
    ),
    "calls without a function around them": (
        {
            "messages": [
                {"type": "human", "content": "q"},
                {"type": "ai", "content": "", "tool_calls": [{"name": "f", "args": {"x": 1}, "type": "tool_call"}]},
            ]
        },
        {"messages": [SHORT[0], {"role": "assistant", "content": "", "tool_calls": [CALL]}]},
    ),
    "a call as it was before there were several": (
        {
            "messages": [
                SHORT[0],
                {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"x": 1}'}},
                {"role": "function", "name": "f", "content": "2"},
            ]
        },
        {
            "messages": [
                SHORT[0],
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "name": "f", "content": "2"},
            ]
        },
    ),
    "a call with parameters": (
        {
            "conversations": [
                {"from": "human", "value": "q"},
                {"from": "function_call", "value": '{"name": "f", "parameters": {"x": 1}}'},
            ]
        },
        {"messages": [SHORT[0], {"role": "assistant", "content": None, "tool_calls": [CALL]}]},
    ),
    "uses of tools as Bedrock has them": (
        {
            "system": [{"text": "s"}],
            "messages": [
                {"role": "user", "content": [{"text": "q"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "1", "name": "f", "input": {"x": 1}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "1", "content": [{"text": "2"}]}}]},
            ],
        },
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": [{"text": "q"}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1", **CALL}]},
                {"role": "tool", "content": [{"text": "2"}], "tool_call_id": "1"},
            ]
        },
    ),
    "uses of tools in every content": (
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "q"}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {"x": 1}}]},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "q"}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1", **CALL}]},
            ]
        },
    ),
    "items of responses": (
        {
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "q"}]},
                {"type": "function_call", "call_id": "1", "name": "f", "arguments": '{"x": 1}'},
                {"type": "function_call_output", "call_id": "1", "output": "2"},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": [{"type": "input_text", "text": "q"}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1", **CALL}]},
                {"role": "tool", "content": "2", "tool_call_id": "1"},
            ]
        },
    ),
    "a system in parts": (
        {"contents": [{"role": "user", "parts": [{"text": "q"}]}], "system_instruction": {"parts": [{"text": "s"}]}},
        {"messages": said(("system", "s"), ("user", "q"))},
    ),
    "a response of a server": (
        {"request": {"messages": SHORT[:1]}, "response": {"choices": [{"message": SHORT[1]}]}},
        {"messages": SHORT, "response": {"choices": [{"message": SHORT[1]}]}},
    ),
    "a turn for an answer": ({"input": {"messages": SHORT[:1]}, "output": SHORT[1]}, {"messages": SHORT}),
    "JSON in a text of any name": ({"payload": json.dumps(SHORT), "id": 1}, {"messages": SHORT, "id": 1}),
    "a request as JSON": (
        {"id": 1, "body": json.dumps({"model": "m", "messages": SHORT})},
        {"id": 1, "messages": SHORT},
    ),
    "the first of several answers": (
        {"instruction": "q", "output": ["a", "b"]},
        {"messages": SHORT, "output": ["a", "b"]},
    ),
    "a list of one answer": ({"instruction": "q", "output": ["a"]}, {"messages": SHORT}),
    "an answer with its place": (
        {"question": "q", "answers": {"text": ["a"], "start": [1]}},
        {"messages": SHORT, "answers": {"text": ["a"], "start": [1]}},
    ),
    "an answer with its spellings": (
        {"question": "q", "answer": {"value": "a", "aliases": ["A"]}},
        {"messages": SHORT, "answer": {"value": "a", "aliases": ["A"]}},
    ),
    "answers that are no text": (
        {"question": "q", "answers": {"start": [1]}},
        {"messages": SHORT[:1], "answers": {"start": [1]}},
    ),
    "spaces around the names of columns": ({" instruction": "q", "output ": "a"}, {"messages": SHORT}),
    "request and response": ({"request": "q", "response": "a"}, {"messages": SHORT}),
    "a customer and an agent": (
        {"dialog": [{"speaker": "Customer", "text": "q"}, {"speaker": "Agent", "text": "a"}]},
        {"messages": SHORT},
    ),
    "an answer with the end of a template": (
        {"prompt": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "completion": "a<|im_end|>"},
        {"messages": SHORT},
    ),
    "two conversations, one preferred": (
        {"chosen": LONG, "rejected": [*LONG[:3], {"role": "assistant", "content": "b"}], "margin": 0.5},
        {"messages": LONG[:3], "chosen": LONG[3:], "rejected": said(("assistant", "b")), "margin": 0.5},
    ),
    "two conversations that differ early": (
        {"chosen": LONG, "rejected": [*LONG[:1], {"role": "assistant", "content": "b"}]},
        {"messages": LONG[:1], "chosen": LONG[1:], "rejected": said(("assistant", "b")), "queries": ["p", "q"]},
    ),
    "two conversations with no more in common than what the system says": (
        {"chosen": [*SYSTEM, *SHORT], "rejected": [*SYSTEM, *said(("user", "p"), ("assistant", "b"))]},
        {
            "messages": [*SYSTEM, *SHORT[:1]],
            "chosen": SHORT[1:],
            "rejected": [*SYSTEM, *said(("user", "p"), ("assistant", "b"))],
        },
    ),
    "a prompt that is in both conversations": (
        {"prompt": "q", "chosen": SHORT, "rejected": [SHORT[0], {"role": "assistant", "content": "b"}]},
        {"messages": SHORT[:1], "chosen": SHORT[1:], "rejected": said(("assistant", "b"))},
    ),
    "two texts, one preferred": (
        {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
        {"messages": SHORT[:1], "chosen": SHORT[1:], "rejected": said(("assistant", "b"))},
    ),
    "an export, by the branch that is seen": (
        {
            "mapping": {
                "r": {"message": None, "parent": None, "children": ["a"]},
                "a": {
                    "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["q"]}},
                    "parent": "r",
                    "children": ["b", "c"],
                },
                "b": {"message": {"author": {"role": "assistant"}, "content": {"parts": ["no"]}}, "parent": "a"},
                "c": {"message": {"author": {"role": "assistant"}, "content": {"parts": ["a"]}}, "parent": "a"},
            }
        },
        {"messages": SHORT},
    ),
}


@pytest.mark.parametrize("name", layouts)
def test_a_layout_becomes_a_conversation(name: str, tmp_path: Path) -> None:
    record, expected = layouts[name]
    output = tmp_path / "out.jsonl"
    convert(file(tmp_path, record), output, to="messages")
    assert lines(output) == [expected]
    users = [turn for key in ("messages", "chosen") for turn in expected.get(key, []) if turn["role"] == "user"]
    assert read(tmp_path / "in.jsonl")["queries"].to_list() == [[text_of(turn["content"]) for turn in users]]


@pytest.mark.parametrize(
    ("text", "template"),
    [
        (
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n",
            "chatml",
        ),
        ("<s>[INST] <<SYS>>\ns\n<</SYS>>\n\nq [/INST] a </s>", "llama2"),
        (
            (
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\ns<|eot_id|><|start_header_id|>user"
                "<|end_header_id|>\n\nq<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\na<|eot_id|>"
            ),
            "llama3",
        ),
        ("s\n\n### Instruction:\nq\n\n### Response:\na", "alpaca"),
        ("### System: s### Human: q### Assistant: a", "alpaca"),
        ("s\nHuman: q\n\nAssistant: a", "human"),
        ("s <human>: q <bot>: a", "h2ogpt"),
        ("s\n[|Human|] q\n[|AI|] a\n[|Human|] ", "baize"),
        ("s USER: q ASSISTANT: a</s>", "vicuna"),
        (
            "<bos><start_of_turn>system\ns<end_of_turn>\n<start_of_turn>user\nq<end_of_turn>\n<start_of_turn>model\na<end_of_turn>\n",
            "gemma",
        ),
        ("<|system|>\ns<|end|>\n<|user|>\nq<|end|>\n<|assistant|>\na<|end|>", "phi"),
        ("[gMASK]<sop><|system|>\ns<|user|>\nq<|assistant|>\na", "phi"),
        ("<s>[SYSTEM_PROMPT] s[/SYSTEM_PROMPT][INST] q[/INST] a</s>", "llama2"),
        (
            (
                "<|start_of_role|>system<|end_of_role|>s<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>q<|end_of_text|>\n"
                "<|start_of_role|>assistant<|end_of_role|>a<|end_of_text|>"
            ),
            "granite",
        ),
        (
            (
                "<|start|>system<|message|>s<|end|><|start|>user<|message|>q<|end|><|start|>assistant<|channel|>final<|message|>a"
                "<|return|>"
            ),
            "harmony",
        ),
        ("s<|end_of_turn|>GPT4 Correct User: q<|end_of_turn|>GPT4 Correct Assistant: a<|end_of_turn|>", "openchat"),
        ("s\nQ: q\nA: a", "qa"),
    ],
)
def test_a_text_made_with_a_template_is_taken_apart(text: str, template: str, tmp_path: Path) -> None:
    path, output = file(tmp_path, {"text": text, "id": 1}, {"text": text, "id": 2}), tmp_path / "out.jsonl"
    convert(path, output, to="messages")
    turns = said(("system", "s")) + SHORT
    assert lines(output) == [{"messages": turns, "id": 1}, {"messages": turns, "id": 2}]
    assert read(path)["text"].to_list() == [text] * 2
    assert read(path, template="none")["queries"].to_list() == [[text]] * 2
    mixed = file(tmp_path, {"text": text}, {"text": "plain"}, name="mixed.jsonl")
    with pytest.warns(
        InstagWarning,
        match=rf"1 of 2 texts in column 'text' look like the chat template '{template}' .*--template {template}",
    ):
        assert read(mixed)["queries"].to_list() == [[text], ["plain"]]
    with pytest.warns(InstagWarning, match=rf"1 of 2 texts in column 'text' are not of the template '{template}'"):
        assert read(mixed, template=template)["queries"].to_list() == [["q"], ["plain"]]


def test_what_is_thought_stays_beside_the_answer(tmp_path: Path) -> None:
    text = (
        "<|start|>user<|message|>q<|end|><|start|>assistant<|channel|>analysis<|message|>hm<|end|>"
        "<|start|>assistant<|channel|>final<|message|>a<|return|>"
    )
    convert(file(tmp_path, {"text": text}), tmp_path / "out.jsonl", to="messages")
    assert lines(tmp_path / "out.jsonl") == [{"messages": [SHORT[0], {**SHORT[1], "thinking": "hm"}]}]


def test_a_template_that_nobody_knows_is_said(tmp_path: Path) -> None:
    path = file(tmp_path, {"text": "<|speaker|>q<|over|><|listener|>a<|over|>"})
    with pytest.warns(
        InstagWarning, match="1 of the first 1 texts in column 'text' look like a chat template that instag does"
    ):
        read(path)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("sharegpt", {"conversations": [{"from": "human", "value": "q"}], "chosen": {"from": "gpt", "value": "a"}}),
        ("alpaca", {"instruction": "q", "input": "", "output": None, "chosen": "a"}),
    ],
)
def test_preferences_in_other_formats(to: str, expected: dict[str, Any], tmp_path: Path) -> None:
    rejected = [SHORT[0], {"role": "assistant", "content": "b"}]
    convert(file(tmp_path, {"chosen": SHORT, "rejected": rejected}), tmp_path / "out.jsonl", to=to)
    other = json.loads(json.dumps(expected["chosen"]).replace('"a"', '"b"'))
    assert lines(tmp_path / "out.jsonl") == [{**expected, "rejected": other}]


def test_blank_texts_among_conversations_as_json(tmp_path: Path) -> None:
    path = file(tmp_path, {"messages": json.dumps(SHORT)}, {"messages": None}, {"messages": " "})
    assert read(path)["queries"].to_list() == [["q"], [], []]


def test_an_alpaca_prompt_has_its_input_in_the_question(tmp_path: Path) -> None:
    text = "### Instruction:\nq\n\n### Input:\ni\n\n### Response:\na"
    assert read(file(tmp_path, {"text": text}))["queries"].to_list() == [["q\ni"]]


def test_rows_of_several_layouts_in_one_file(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        {"messages": SHORT, "id": 1},
        {"conversations": [{"from": "human", "value": "q"}]},
        {"instruction": "q", "input": "i", "output": "a"},
        {"instruction": "q", "context": "i", "response": "a"},
        {"question": "q", "answer": "a", "context": "kept"},
        {"id": 2},
    )
    with pytest.warns(InstagWarning, match="the conversations of all become messages"):
        convert(path, tmp_path / "out.jsonl")
    flat = said(("user", "q\ni"), ("assistant", "a"))
    assert lines(tmp_path / "out.jsonl") == [
        {"messages": SHORT, "id": 1, "context": None},
        {"messages": SHORT[:1], "id": None, "context": None},
        {"messages": flat, "id": None, "context": None},
        {"messages": flat, "id": None, "context": None},
        {"messages": SHORT, "id": None, "context": "kept"},
        {"messages": [], "id": 2, "context": None},
    ]


@pytest.mark.parametrize("to", ["messages", "sharegpt", "alpaca", "auto"])
def test_pools_of_several_layouts(to: str, tmp_path: Path) -> None:
    paths = [
        file(tmp_path, {"question": "q", "answer": "a"}, name="a.jsonl"),
        file(tmp_path, {"prompt": "q", "response": "a"}, name="b.jsonl"),
        file(tmp_path, {"conversation": SHORT, "model": "m"}, name="c.jsonl"),
    ]
    with pytest.warns(InstagWarning, match="different layouts"):
        convert(paths, tmp_path / "out.jsonl", to=to)
    formats: dict[str, dict[str, Any]] = {
        "messages": {"messages": SHORT},
        "auto": {"messages": SHORT},
        "sharegpt": {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        "alpaca": {"instruction": "q", "input": "", "output": "a"},
    }
    expected = [formats[to] | {"source": str(path), "model": "m" if path is paths[2] else None} for path in paths]
    assert lines(tmp_path / "out.jsonl") == expected


def test_columns_named_by_hand(tmp_path: Path) -> None:
    record = {"meta": {"ask": {"body": "q"}, "reply": "a", "name": "x"}, "rules": "s", "before": [["p", "o"]], "n": 1}
    path = file(tmp_path, record, record)
    options: Any = {
        "query": "meta.ask.body",
        "answer": "meta.reply",
        "system": "rules",
        "history": "before",
        "id": "meta.name",
    }
    expected = said(("system", "s")) + LONG
    frame = read(path, **options)
    assert frame["messages"].to_list() == [expected] * 2
    assert frame["queries"].to_list() == [["p", "q"]] * 2
    assert frame["id"].to_list() == ["x", "x"]
    assert frame["n"].to_list() == [1, 1]
    convert(path, tmp_path / "out.jsonl", to="sharegpt", query="meta.ask.body", answer="meta.reply")
    assert lines(tmp_path / "out.jsonl")[0]["conversations"] == [
        {"from": "human", "value": "q"},
        {"from": "gpt", "value": "a"},
    ]
    assert load(path, **options).collect()["messages"].to_list() == [expected] * 2
    with pytest.raises(InputError, match=r"there is no 'nobody' within 'meta': expected one of ask, reply, name"):
        read(path, query="meta.nobody")


def test_a_role_that_nobody_knows_is_counted(tmp_path: Path) -> None:
    path = file(tmp_path, *[{"conversations": [{"from": "hooman", "value": "q"}, {"from": "gpt", "value": "a"}]}] * 3)
    with pytest.warns(
        InstagWarning,
        match=r"does not know: hooman \(3\); no row has a user turn: the roles found are gpt \(3\), hooman \(3\)",
    ):
        read(path)
    with (
        pytest.warns(InstagWarning, match=r"hooman"),
        pytest.raises(InputError, match=r"row 1: found the role 'hooman'"),
    ):
        convert(path, tmp_path / "out.jsonl", to="sharegpt")


def test_a_row_of_its_own_for_each_way_through_a_tree(tmp_path: Path) -> None:
    leaves = [{"role": "assistant", "text": text, "replies": []} for text in "ab"]
    path = file(tmp_path, {"id": 1, "prompt": {"role": "prompter", "text": "q", "replies": leaves}})
    with pytest.warns(InstagWarning, match="1 rows of message trees became 2 conversations"):
        convert(path, tmp_path / "out.jsonl", to="messages")
    assert lines(tmp_path / "out.jsonl") == [
        {"id": 1, "messages": said(("user", "q"), ("assistant", text))} for text in "ab"
    ]


def test_a_table_of_messages(tmp_path: Path) -> None:
    rows = [("1", None, "prompter", "q"), ("2", "1", "assistant", "a"), ("3", "1", "assistant", "b")]
    path = file(tmp_path, *[dict(zip(("message_id", "parent_id", "role", "text"), row, strict=True)) for row in rows])
    assert read(path)["queries"].to_list() == [["q"], [], []]
    with pytest.warns(InstagWarning, match="became 2 conversations"):
        convert(path, tmp_path / "out.jsonl", to="messages")
    assert lines(tmp_path / "out.jsonl") == [{"messages": said(("user", "q"), ("assistant", text))} for text in "ab"]


def test_arguments_of_calls_are_what_they_were(tmp_path: Path) -> None:
    arguments: list[Any] = [{"city": "Ulm"}, {"zip": 89073, "unit": None}, {}, {"zip": 2.5}, None]
    records = [
        {
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": each}}],
                },
            ]
        }
        for each in arguments
    ]
    path = file(tmp_path, *records)
    convert(path, tmp_path / "same.jsonl")
    assert lines(tmp_path / "same.jsonl")[:-1] == records[:-1]
    convert(path, tmp_path / "out.jsonl", to="sharegpt")
    calls = [json.loads(line["conversations"][1]["value"]) for line in lines(tmp_path / "out.jsonl")]
    assert [call["arguments"] for call in calls] == arguments
    assert [type(call["arguments"].get("zip")) for call in calls[1:4]] == [int, type(None), float]
    convert(path, tmp_path / "out.parquet")
    convert(tmp_path / "out.parquet", tmp_path / "again.jsonl")
    assert lines(tmp_path / "again.jsonl")[:-1] == records[:-1]


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        ({"body": "q", "id": 1}, "the nearest is prompts"),
        ({"body": "q", "answer": "a"}, "the nearest is pairs, because 'answer' may be the answer"),
        (
            {"talk": [{"who": "x", "words": "q"}]},
            "the nearest is messages, because 'talk' is a list of records (who, words)",
        ),
        ({"ask": {"body": "q"}, "n": 1}, "the nearest is prompts"),
        ({"question": {"full_text": "q"}, "answer_0": "a", "answer_1": "b"}, "the nearest is pairs"),
        ({"id": "x", "language": "en", "article": "q", "summary": "a"}, "the nearest is pairs"),
        ({"reply_id": "x", "posts": [{"text": "no"}], "heading": "q"}, "the nearest is prompts"),
    ],
)
def test_the_step_that_an_error_names_leads_on(record: dict[str, Any], hint: str, tmp_path: Path) -> None:
    path = file(tmp_path, record)
    with pytest.raises(InputError) as error:
        read(path)
    assert hint in str(error.value)
    found = re.search(r"instag convert (\S+) --query (\S+) ", str(error.value))
    assert found
    assert read(found[1], query=found[2])["queries"].to_list() == [["q"]]


def test_a_missing_file_is_a_file_not_found(tmp_path: Path) -> None:
    for error in (FileNotFoundError, InputError):
        with pytest.raises(error, match="there is no such file"):
            instag.read(tmp_path / "no.jsonl")


def test_columns_keep_their_order_around_a_conversation(tmp_path: Path) -> None:
    pl.DataFrame({"z": [1], "prompt": ["q"], "m": [None], "response": ["a"], "a": ["x"]}).write_ndjson(
        tmp_path / "in.jsonl"
    )
    convert(tmp_path / "in.jsonl", tmp_path / "out.jsonl", to="messages")
    assert list(lines(tmp_path / "out.jsonl")[0]) == ["z", "messages", "m", "a"]


def test_every_template_can_be_chosen() -> None:
    assert set(get_args(ChatTemplate)) == TEMPLATES.keys()


def test_an_answer_that_only_repeats_what_was_asked_is_kept() -> None:
    asked = [{"role": "user", "content": "Why?"}]
    assert spelt(asked, "sharegpt", [*asked]) == [{"from": "human", "value": "Why?"}]

"""Rows that go because of what they are: each reason, which comes first, and what the options refuse."""

from typing import Any

import polars as pl
import pytest

import instag


def chat(*turns: tuple[str, str | None]) -> list[dict[str, str | None]]:
    return [{"role": role, "content": content} for role, content in turns]


CHATS = [
    chat(("user", "Why is the sea salty?"), ("assistant", "Rivers carry salt into it.")),
    chat(("user", "Hello"), ("assistant", "Hi."), ("user", "Bye"), ("assistant", "Bye.")),
    chat(("user", " "), ("assistant", "What?")),
    chat(("user", "Почему небо синее?"), ("assistant", "Свет.")),
    chat(("user", "Name a bird"), ("assistant", "")),
    chat(("user", "Name a tree")),
    chat(("user", "One"), ("assistant", "1"), ("user", "Two")),
    chat(("system", "Be brief."), ("user", "天为什么是蓝的"), ("assistant", "光。")),
]
FRAME = pl.DataFrame({"id": range(8), "messages": CHATS})


def gone(**options: Any) -> dict[int, str]:
    return dict(instag.clean(FRAME, **options).dropped.select("row", "reason").rows())


SILENT = {2: "the user says nothing"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"min_turns": 2}, dict.fromkeys((0, 3, 4, 5, 7), "fewer than 2 turns")),
        ({"max_turns": 1}, dict.fromkeys((1, 6), "more than 1 turns")),
        ({"min_characters": 12}, dict.fromkeys((4, 5, 6), "fewer than 12 characters")),
        ({"max_characters": 30}, {0: "more than 30 characters"}),
        ({"max_tokens": 9}, dict.fromkeys((0, 3, 7), "more than 9 tokens")),
        (
            {"answered": True},
            {
                4: "an answer is missing",
                5: "an answer is missing",
                6: "the last turn is not the assistant's",
            },
        ),
        ({"script": "en"}, {3: "the writing is not en", 7: "the writing is not en"}),
        ({"script": ["cyrillic", "zh"]}, dict.fromkeys((0, 1, 4, 5, 6), "the writing is not cyrillic or zh")),
        ({"script": "latin", "max_turns": 1, "answered": True, "max_characters": 30}, None),
    ],
)
def test_reasons(options: dict[str, Any], expected: dict[int, str] | None) -> None:
    found = gone(**options)
    if expected is not None:
        assert found == SILENT | expected
    else:
        # The first reason in the order of the options counts.
        assert found[6] == "more than 1 turns"
        assert found[0] == "more than 30 characters"


@pytest.mark.parametrize(("script", "kept"), [("ja", ["なぜ空は青い", "1 + 1"]), ("zh", ["为什么", "1 + 1"])])
def test_a_text_without_letters_is_in_any_script(script: str, kept: list[str]) -> None:
    frame = pl.DataFrame({"prompt": ["Why?", "为什么", "なぜ空は青い", "1 + 1"]})
    assert instag.clean(frame, script=script).data["prompt"].to_list() == kept


def test_what_stays_is_as_it_was() -> None:
    result = instag.clean(FRAME, answered=True)
    assert result.data.equals(FRAME.filter(pl.col("id").is_in([0, 1, 3, 7])))
    assert result.reasons.rows() == [
        ("an answer is missing", 2),
        ("the last turn is not the assistant's", 1),
        ("the user says nothing", 1),
    ]


def test_layouts_are_seen_through() -> None:
    pairs = pl.DataFrame({"instruction": ["Why?", "How?"], "input": ["", "Now."], "output": ["So.", None]})
    assert instag.clean(pairs, answered=True).dropped.get_column("row").to_list() == [1]
    prompts = pl.DataFrame({"prompt": ["Why?", "x" * 50]})
    assert instag.clean(prompts, max_characters=20).dropped.get_column("row").to_list() == [1]
    calls = [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}]
    assert instag.clean(pl.DataFrame({"messages": [calls]}), answered=True).kept == 1


def test_tokens_are_counted_as_is_wished() -> None:
    frame = pl.DataFrame({"prompt": ["a b c", "a b c d e"], "n": [9, 1]})
    assert instag.clean(frame, max_tokens=4, tokenizer="n").dropped.get_column("row").to_list() == [0]
    words = instag.clean(frame, max_tokens=4, tokenizer=lambda texts: [len(text.split()) for text in texts])
    assert words.dropped.get_column("row").to_list() == [1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_turns": -1}, "min_turns: expected a count of 0 or more; found -1"),
        ({"max_tokens": 1.5}, "max_tokens: expected a count of 0 or more; found 1.5"),
        ({"min_turns": 3, "max_turns": 2}, "min_turns: expected at most max_turns, which is 2; found 3"),
        ({"script": "klingon"}, r"script: expected one of arabic, .*; found 'klingon'"),
        ({"script": []}, "script: expected a script or a language, such as latin or zh; found none"),
        (
            {"max_tokens": 3, "tokenizer": "nowhere.json"},
            "tokenizer: expected a column, or the path of a tokenizer.json",
        ),
        ({"max_tokens": 3, "tokenizer": "messages"}, "tokenizer: expected a column of counts; found List"),
        ({"max_tokens": 3, "tokenizer": 7}, "tokenizer: expected a file, a folder, a column or a function; found 7"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(instag.InputError, match=message):
        instag.clean(FRAME, **options)

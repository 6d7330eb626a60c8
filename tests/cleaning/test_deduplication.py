"""Copies: which rows they are, which of them stays, and how they are listed."""

from typing import Any

import pandas as pd
import polars as pl
import pytest

import instag

POEM = "Write a short poem about the first snow of the year, with a rhyme in every second line"
ROWS = [
    {"prompt": POEM, "score": 0.2, "answer": "a"},
    {"prompt": "Something else altogether", "score": 0.5, "answer": "b"},
    {"prompt": POEM.upper(), "score": 0.9, "answer": "c"},
    {"prompt": POEM + ", please", "score": None, "answer": "d"},
    {"prompt": "", "score": 0.1, "answer": "e"},
    {"prompt": "", "score": 0.1, "answer": "f"},
]


def answers(result: "instag.Cleaned[pl.DataFrame]") -> list[str]:
    return result.data.get_column("answer").to_list()


def test_the_first_stays_and_the_rest_is_listed() -> None:
    result = instag.dedup(pl.DataFrame(ROWS))
    assert answers(result) == ["a", "b", "e", "f"]
    assert result.samples == 6
    assert result.kept == 4
    listed = result.dropped.select("row", "reason", "of", pl.col("likeness").round(3), "query")
    assert listed.rows() == [
        (2, "the same text", 0, 1.0, POEM.upper()),
        (3, "nearly the same text", 0, 0.91, POEM + ", please"),
    ]
    assert result.reasons.rows() == [("nearly the same text", 1), ("the same text", 1)]
    assert repr(result) == "4 of 6 rows stay\n       1  nearly the same text\n       1  the same text"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"method": "exact"}, ["a", "b", "d", "e", "f"]),
        ({"threshold": 0.95}, ["a", "b", "d", "e", "f"]),
        ({"keep": "longest"}, ["b", "d", "e", "f"]),
        ({"quality": "score"}, ["b", "c", "e", "f"]),
        ({"quality": "score", "keep": "first"}, ["a", "b", "e", "f"]),
    ],
)
def test_options_say_what_goes(options: dict[str, Any], expected: list[str]) -> None:
    assert answers(instag.dedup(pl.DataFrame(ROWS), **options)) == expected


def test_rows_can_be_marked() -> None:
    result = instag.dedup(pl.DataFrame(ROWS), action="mark")
    assert result.data.height == 6
    assert result.data.get_column("duplicate_of").to_list() == [None, None, 0, 0, None, None]
    assert result.data.get_column("likeness").to_list()[2] == 1.0
    with pytest.raises(instag.InputError, match=r"have a column 'duplicate_of', so they are already marked"):
        instag.dedup(result.data, action="mark")


def test_copies_with_other_answers_are_told_apart() -> None:
    rows = [
        ("Name a bird", "A heron."),
        ("name a bird", "A heron."),
        ("Name a  bird", "A tern."),
        ("Name a tree", "An oak."),
    ]
    pairs = instag.dedup(pl.DataFrame(rows, schema=["instruction", "output"], orient="row")).dropped
    assert pairs.select("row", "of", "same_answer").rows() == [(1, 0, True), (2, 0, False)]
    prompts = instag.dedup(pl.DataFrame({"prompt": ["Name a bird", "Name a bird"]})).dropped
    assert prompts.get_column("same_answer").to_list() == [None]


def test_all_turns_of_the_user_are_compared() -> None:
    def chat(*queries: str) -> list[dict[str, str]]:
        return [
            turn
            for query in queries
            for turn in ({"role": "user", "content": query}, {"role": "assistant", "content": "."})
        ]

    chats = [chat("Name a bird"), chat("Name a bird", "And another"), chat("Name a  BIRD")]
    result = instag.dedup(pl.DataFrame({"messages": chats}))
    assert result.dropped.get_column("row").to_list() == [2]


def test_any_frame_comes_back_as_it_came() -> None:
    lazy = instag.dedup(pl.LazyFrame(ROWS))
    assert isinstance(lazy.data, pl.LazyFrame)
    assert lazy.data.collect().height == 4
    assert isinstance(instag.dedup(pd.DataFrame(ROWS)).data, pd.DataFrame)


def test_another_column_may_hold_what_users_said() -> None:
    frame = pl.DataFrame({"said": ["one thing", "one thing"], "prompt": ["a", "b"]})
    assert instag.dedup(frame).dropped.is_empty()
    assert instag.dedup(frame, query="said").dropped.height == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0}, "threshold: expected a number above 0 and up to 1; found 0"),
        ({"threshold": 1.5}, "threshold: expected a number above 0 and up to 1; found 1.5"),
        ({"method": "simhash"}, "method: expected one of minhash, exact; found 'simhash'"),
        ({"keep": "quality"}, "keep: 'quality' needs a column of numbers: pass it as quality= / --quality"),
        ({"quality": "answer"}, "quality: expected a column of numbers; found String in 'answer'"),
        ({"quality": "stars"}, "no column 'stars'; the columns are: prompt, score, answer"),
        ({"action": "hide"}, "action: expected one of remove, mark; found 'hide'"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(instag.InputError) as caught:
        instag.dedup(pl.DataFrame(ROWS), **options)
    assert str(caught.value) == message


def test_an_empty_frame_has_no_copies() -> None:
    assert instag.dedup(pl.DataFrame({"prompt": pl.Series([], dtype=pl.String)})).samples == 0

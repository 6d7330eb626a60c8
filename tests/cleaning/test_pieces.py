"""Files are cleaned piece by piece, with the result of data in memory."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import instag

WORDS = ("heron", "ladder", "copper", "window", "barley", "signal", "violin", "harbour")
# Rows of a group of rows, which is what is read at a time.
PIECE = 7


def conversation(number: int) -> list[dict[str, Any]]:
    """Several kinds of rows: copies with the same answer and with another, blank ones, and ones without an answer."""
    words = " ".join(WORDS[(number // 2 * step) % len(WORDS)] for step in range(1, 12))
    asked = {3: "  ", 5: "Объясни, почему птица стоит на одной ноге"}.get(
        number % 23, f"Explain why {words} {number // 2 % 31}"
    )
    answer = {2: "", 4: f"Since {number}."}.get(number % 11, "So it is.")
    turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    return turns[:1] if number % 17 == 1 else turns * (1 + number % 3)


@pytest.fixture
def rows() -> pl.DataFrame:
    numbers = range(100)
    return pl.DataFrame(
        {
            "messages": [conversation(number) for number in numbers],
            "source": [f"s{number % 3}" for number in numbers],
            "length": [number * 3 for number in numbers],
        }
    )


@pytest.fixture
def file(rows: pl.DataFrame, tmp_path: Path) -> pl.LazyFrame:
    rows.write_parquet(tmp_path / "rows.parquet", row_group_size=PIECE)
    return pl.scan_parquet(tmp_path / "rows.parquet")


ITEMS = pl.DataFrame({"question": [conversation(number)[0]["content"] for number in (8, 60, 90)]})
CALLS = {
    "clean": lambda data: instag.clean(data, answered=True),
    "lengths": lambda data: instag.clean(data, min_characters=100, max_characters=200, max_turns=2),
    "tokens": lambda data: instag.clean(data, min_tokens=25, script="latin"),
    "counted": lambda data: instag.clean(data, min_tokens=20, tokenizer="length"),
    "query": lambda data: instag.clean(data, query="source", min_characters=2, answered=True),
    "dedup": lambda data: instag.dedup(data, threshold=0.8),
    "longest": lambda data: instag.dedup(data, keep="longest", action="mark"),
    "decontaminate": lambda data: instag.decontaminate(data, ITEMS),
}


@pytest.mark.parametrize("call", CALLS)
def test_pieces_are_cleaned_as_a_whole(rows: pl.DataFrame, file: pl.LazyFrame, call: str) -> None:
    whole, pieces = CALLS[call](rows), CALLS[call](file)
    assert 0 < whole.dropped.height <= len(rows)
    assert_frame_equal(pieces.dropped, whole.dropped)
    assert_frame_equal(pieces.data.collect(), whole.data)
    assert pieces.samples == whole.samples == len(rows)


def test_pieces_are_split_as_a_whole(rows: pl.DataFrame, file: pl.LazyFrame) -> None:
    whole = instag.split(rows, validation=0.2, seed=3)
    pieces = instag.split(file, validation=0.2, seed=3)
    assert whole.parts.get_column("group").n_unique() < len(rows)
    assert_frame_equal(pieces.parts, whole.parts)
    assert_frame_equal(pieces.train.collect(), whole.train)


def test_a_file_without_rows_is_cleaned(file: pl.LazyFrame, tmp_path: Path) -> None:
    file.head(0).collect().write_parquet(tmp_path / "none.parquet")
    none = pl.scan_parquet(tmp_path / "none.parquet")
    for call in ("clean", "lengths", "tokens", "counted", "dedup"):
        assert CALLS[call](none).samples == 0


def test_answers_are_compared_across_pieces(file: pl.LazyFrame) -> None:
    found = instag.dedup(file).dropped.get_column("same_answer")
    assert set(found) == {True, False}
    assert instag.dedup(file.select("source"), query="source").dropped.get_column("same_answer").null_count() == 97

"""Analyses, topics, costs and tokens of data that are read in passes: those of the data in memory, and no text is held."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag.frame.lazy import LazyPolarsFrame
from instag.normalization import rollup
from pieces import in_pieces

TAG = st.sampled_from(["math", "proof", "art", "code", "ä"])
ROW = st.fixed_dictionaries(
    {
        "tags": st.none() | st.lists(TAG, max_size=4),
        "source": st.none() | st.sampled_from(["web", "all", "book", "a book"]),
        "question": st.none() | st.text("ab ä", max_size=8),
        "answer": st.none() | st.text("ab ä", max_size=8),
    }
)
SCHEMA: dict[str, Any] = {"tags": pl.List(pl.String), "source": pl.String, "question": pl.String, "answer": pl.String}


@pytest.fixture(autouse=True)
def _no_whole_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that no column of texts of a lazy frame is read as a whole."""
    column = LazyPolarsFrame._column

    def refused(frame: LazyPolarsFrame, name: str) -> pl.Series:
        assert name not in {"question", "answer", "queries", "tags", "source"}
        return column(frame, name)

    monkeypatch.setattr(LazyPolarsFrame, "_column", refused)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(deadline=None, max_examples=10)
@given(
    st.lists(ROW, min_size=1, max_size=25), st.lists(st.integers(0, 25), max_size=4), st.sampled_from([None, "source"])
)
def test_pieces_are_analysed_as_the_whole(rows: list[dict[str, Any]], cuts: list[int], by: str | None) -> None:
    frame = pl.DataFrame(rows, SCHEMA)
    pieces = in_pieces(frame, cuts)
    options: dict[str, Any] = {"by": by, "selections": frame.head(3)}
    whole, found = instag.analyze(frame, **options), instag.analyze(pieces, **options)
    for field in fields(whole):
        value, other = getattr(whole, field.name), getattr(found, field.name)
        if isinstance(value, pl.DataFrame):
            assert other.equals(value), field.name
    assert found.selections["selection"].equals(whole.selections["selection"])
    assert instag.analysis.summarize(pieces, by=by).equals(whole.summary)
    if by:
        groups = [name for name in whole.summary["group"] if name != "all"]
        assert whole.compare(groups[0]).tags.equals(found.compare(groups[0]).tags)


@settings(deadline=None, max_examples=15)
@given(st.lists(ROW, min_size=1, max_size=25), st.lists(st.integers(0, 25), max_size=4))
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_texts_are_counted_piece_by_piece(rows: list[dict[str, Any]], cuts: list[int]) -> None:
    frame = pl.DataFrame(rows, SCHEMA)
    pieces = in_pieces(frame, cuts)
    for part in ("conversation", "query", "answer"):
        counted = instag.count_tokens(pieces, str.split, part=part)
        assert counted.collect().equals(instag.count_tokens(frame, str.split, part=part))
    if not frame["tags"].list.len().fill_null(0).sum():
        return
    for cost in ("words", "characters"):
        options: dict[str, Any] = {"method": "gain", "cost": cost, "details": True}
        # Enough for the longest row alone.
        budget = 60
        assert instag.select(pieces, budget, **options).collect().equals(instag.select(frame, budget, **options))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(deadline=None, max_examples=15)
@given(st.lists(ROW, min_size=1, max_size=25), st.lists(st.integers(0, 25), max_size=4), st.integers(1, 9))
def test_pieces_are_rolled_up_as_the_whole(rows: list[dict[str, Any]], cuts: list[int], size: int) -> None:
    frame = pl.DataFrame(rows, SCHEMA)
    said = pl.DataFrame({"tag": ["proof", "code"], "same": [[], []], "broader": [["math"], ["math"]]})
    known = pl.DataFrame({"tags": [["math", "proof", "art", "code", "ä"]] * 3})
    vocabulary = instag.normalize(known, judgments=said, embedder=None, min_count=1, min_support=None).vocabulary
    whole = instag.roll_up(frame, vocabulary, to=["math", "art"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollup, "PIECE", size)
        assert instag.roll_up(frame, vocabulary, to=["math", "art"]).equals(whole)
        assert instag.roll_up(in_pieces(frame, cuts), vocabulary, to=["math", "art"]).collect().equals(whole)


def test_progress_of_counting_says_how_many_there_are_where_that_is_known(tmp_path: Path) -> None:
    frame = pl.DataFrame({"question": ["Why?", "How so?"], "answer": ["So.", "By that."]})
    frame.write_parquet(tmp_path / "a.parquet")
    for data, last in (
        (frame, "counting tokens: 4 of 4"),
        (pl.scan_parquet(tmp_path / "a.parquet"), "counting tokens: 4 texts"),
    ):
        said: list[str] = []
        instag.count_tokens(data, str.split, progress=lambda standing: said.append(str(standing)))  # noqa: B023
        assert said[-1] == last

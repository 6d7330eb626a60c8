"""What the first rounds take of each part is all that the whole selection needs."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import instag
from instag import InputError
from instag.analysis.measures import measure_chosen
from instag.cli.app import app
from instag.frame import wrap
from instag.frame.arrow import ArrowFrame
from instag.frame.polars import PolarsFrame
from instag.selection import folding
from instag.selection.choice import Selection, selection_of
from instag.selection.folding import fold
from instag.selection.options import read_options
from pieces import in_batches, in_pieces

pytestmark = pytest.mark.filterwarnings("ignore::instag.InstagWarning")

TAGS = st.lists(st.none() | st.lists(st.sampled_from("abcdefgh"), max_size=4), min_size=1, max_size=60)


class Parts(PolarsFrame):
    """In the place of a data set on several machines: the rows in parts, which are merged some at a time."""

    def __init__(self, data: pl.DataFrame, ends: list[int], together: int) -> None:
        super().__init__(data)
        starts = sorted({0, *ends})
        self._parts = [data[start:end] for start, end in zip(starts, [*starts[1:], data.height], strict=True)]
        self._together = together
        self.passes = 0

    def require_key(self) -> str:
        return "id"

    def head(self, path: str) -> str:
        return path

    def count(self) -> int:
        return self._data.height

    def carried(self, columns: list[str], wanted: int) -> list[str]:
        del wanted
        return columns

    def hold(self, rows: pl.DataFrame) -> None:
        self.keys = rows.get_column("id")

    def reduced(self, make: Any, merge: Any, columns: list[str], coming: Any) -> pl.DataFrame:
        self.passes += 1
        parts: list[pl.DataFrame] = [make(ArrowFrame(in_batches(part.select(columns), 4))) for part in self._parts]
        while len(parts) > 1:
            merged = [parts[nth : nth + self._together] for nth in range(0, len(parts), self._together)]
            parts = [merge(pl.concat(some)) for some in merged]
        coming(parts[0].to_arrow().nbytes)
        return parts[0]


@given(TAGS, st.lists(st.integers(0, 60), max_size=6), st.integers(2, 4), st.randoms(use_true_random=False), st.data())
def test_folding_gives_the_rows_of_the_whole(
    tags: list[Any], ends: list[int], together: int, random: Any, data: st.DataObject
) -> None:
    ids = list(range(len(tags)))
    random.shuffle(ids)
    pool = pl.DataFrame({"id": ids, "tags": pl.Series(tags, dtype=pl.List(pl.String))})
    budget: Any = data.draw(st.integers(0, len(tags)) | st.sampled_from(["30%", 1.0]))
    frame: Any = Parts(pool, [end for end in ends if end < len(tags)], together)

    folded = fold(frame, budget, "tags")

    whole = instag.select(pool, budget, key="id")
    assert frame.keys[folded.ranking.rows].to_list() == whole["id"].to_list()
    assert folded.counts == chosen_of(pool, len(tags)).counts


@settings(max_examples=20)
@given(TAGS, st.lists(st.integers(1, 60), max_size=6), st.data())
def test_parts_that_are_ranked_apart_have_the_rows_of_the_whole(
    tags: list[Any], cuts: list[int], data: st.DataObject
) -> None:
    """As docs/scaling.md has it for more rows than can be numbered."""
    pool = pl.DataFrame({"id": range(len(tags)), "tags": pl.Series(tags, dtype=pl.List(pl.String))})
    budget = data.draw(st.integers(1, len(tags)))
    whole = instag.select(pool, budget, details=True)
    rounds = data.draw(st.integers(0, 2)) + max(whole["round"].to_list(), default=0)
    ends = sorted({0, *(cut for cut in cuts if cut < len(tags)), len(tags)})
    parts = [instag.rank(pool[start:end]) for start, end in pairwise(ends)]
    kept = pl.concat(part.filter(pl.col("round") <= rounds).sort("row").select(pool.columns) for part in parts)
    assert instag.select(kept, budget)["id"].to_list() == whole["id"].to_list()


def test_rounds_that_were_too_few_are_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MORE", -1)
    pool = pl.DataFrame({"id": range(40), "tags": [["a"], ["b"]] * 20})
    frame: Any = Parts(pool, [20], 2)

    folded = fold(frame, 30, "tags")

    assert frame.passes > 1
    assert frame.keys[folded.ranking.rows].to_list() == instag.select(pool, 30, key="id")["id"].to_list()


def test_rows_of_a_cluster_that_do_not_fit_here_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pl.DataFrame({"id": range(40), "tags": [["a"], ["b"]] * 20, "text": ["x" * 1_000] * 40})
    frame: Any = Parts(pool, [20], 2)
    monkeypatch.setattr(frame, "carried", lambda *_: pool.columns)

    monkeypatch.setenv("INSTAG_MEMORY", "20K")
    with pytest.raises(InputError, match=r"choosing 10 rows of a Ray data set by complexity-first needs about .* KB"):
        fold(frame, 10, "tags")
    monkeypatch.setenv("INSTAG_MEMORY", "200K")
    with pytest.warns(instag.InstagWarning, match="will take about"):
        fold(frame, 10, "tags")


@settings(deadline=None, max_examples=30)
@given(TAGS, st.lists(st.integers(0, 60), max_size=8), st.integers(1, 5), st.integers(1, 2), st.data())
def test_folding_pieces_gives_the_rows_of_the_whole(
    tags: list[Any], cuts: list[int], block: int, times: int, data: st.DataObject
) -> None:
    pool = pl.DataFrame({"id": range(len(tags)), "tags": pl.Series(tags, dtype=pl.List(pl.String))})
    budget = data.draw(st.integers(0, len(tags) + 2))
    with pytest.MonkeyPatch.context() as patch:
        # With fewer than one round more the guess is too low at times.
        patch.setattr(folding, "BLOCK", block)
        patch.setattr(folding, "TIMES", times)
        patch.setattr(folding, "MORE", data.draw(st.integers(-1, 1)))
        found = instag.select(in_pieces(pool, cuts), budget, details=True).collect()
        chosen = chosen_of(in_pieces(pool, cuts), budget)

    assert found.equals(instag.select(pool, budget, details=True))
    assert measure_chosen(chosen) == measure_chosen(chosen_of(pool, budget))
    assert chosen.counts == chosen_of(pool, budget).counts


def chosen_of(data: Any, budget: int) -> Selection[Any]:
    options = read_options("complexity-first")
    return selection_of(wrap(data), budget, tags="tags", method="complexity-first", seed=None, options=options)


@pytest.mark.parametrize(
    "tags",
    [
        pl.Series([[3, 1], None, [1], [], [2, 3]] * 9),
        pl.Series([[["a", "b"], ["a"]], [], None, [["c"], [], None]] * 9),
        pl.Series([["a", "b"], ["c"], None] * 9, dtype=pl.List(pl.Enum(["c", "b", "a"]))),
    ],
    ids=["numbers", "lists of lists", "an enum"],
)
def test_tags_of_every_type_are_folded(tags: pl.Series, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BLOCK", 4)
    monkeypatch.setattr(folding, "TIMES", 1)
    pool = pl.DataFrame({"tags": tags})
    found = instag.select(in_pieces(pool, list(range(0, pool.height, 3))), 4, details=True)
    assert found.collect().equals(instag.select(pool, 4, details=True))


def test_rows_are_let_go_where_few_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BLOCK", 100)
    pool = pl.DataFrame({"tags": [["a"], ["b", "c"], []] * 500})

    chosen = chosen_of(in_pieces(pool, list(range(0, 1500, 50))), 3)

    assert chosen.tagsets.samples < 150
    assert chosen.counts == (1500, 0, 1000, 1500)
    assert chosen.rows.tolist() == [1, 0, 4]


def test_the_command_says_of_what_was_let_go_what_it_says_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = pl.DataFrame({"id": range(900), "tags": [["a"], ["b", "c", "rare"], [], None, ["a", "c"]] * 180})
    pool.write_parquet(tmp_path / "pool.parquet", row_group_size=50)
    said = []
    for block in (1 << 20, 60):
        monkeypatch.setattr(folding, "BLOCK", block)
        words = [
            "select",
            str(tmp_path / "pool.parquet"),
            "-o",
            str(tmp_path / "out.jsonl"),
            "--budget",
            "7",
            "--details",
        ]
        said.append((CliRunner().invoke(app, words).output, (tmp_path / "out.jsonl").read_text("utf-8")))
    assert said[0] == said[1]
    assert "taken" in said[0][0]

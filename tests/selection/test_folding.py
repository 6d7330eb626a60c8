"""What the first rounds take of each part is all that the whole selection needs."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.frame.polars import PolarsFrame
from instag.selection import folding
from instag.selection.folding import fold

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

    def number(self, keys: pl.Series) -> None:
        self.keys = keys

    def reduced(self, make: Any, merge: Any, columns: list[str]) -> pl.DataFrame:
        self.passes += 1
        parts: list[pl.DataFrame] = [make(part.select(columns)) for part in self._parts]
        while len(parts) > 1:
            merged = [parts[nth : nth + self._together] for nth in range(0, len(parts), self._together)]
            parts = [merge(pl.concat(some)) for some in merged]
        return parts[0]


@given(TAGS, st.lists(st.integers(0, 60), max_size=6), st.integers(2, 4), st.randoms(use_true_random=False), st.data())
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
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
    assert folded.counts == (pool.height, pool["tags"].null_count(), pool.filter(pl.col("tags").list.len() > 0).height)


def test_rounds_that_were_too_few_are_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MORE", -1)
    pool = pl.DataFrame({"id": range(40), "tags": [["a"], ["b"]] * 20})
    frame: Any = Parts(pool, [20], 2)

    folded = fold(frame, 30, "tags")

    assert frame.passes > 1
    assert frame.keys[folded.ranking.rows].to_list() == instag.select(pool, 30, key="id")["id"].to_list()

"""Subsets of one size that differ in one measure while the other is held."""

import warnings
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag


def pool(rows: int = 400, seed: int = 0) -> pl.DataFrame:
    """Rows of one to eight of 60 tags, some of which many rows hold and some few."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(2, 62)
    tags = [
        [f"t{tag}" for tag in random.choice(60, random.integers(1, 9), replace=False, p=shares / shares.sum())]
        for _ in range(rows)
    ]
    return pl.DataFrame({"row": np.arange(rows), "tags": tags})


def measures(data: pl.DataFrame, subset: pl.DataFrame) -> tuple[float, float]:
    """Complexity and coverage in the words of their definitions."""
    known = {tag for tags in data["tags"] for tag in tags}
    held = [set(tags) for tags in subset["tags"]]
    return sum(map(len, held)) / len(held), len(set().union(*held)) / len(known)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(10, 60),
    st.sampled_from(["complexity", "diversity"]),
    st.integers(2, 4),
    st.booleans(),
)
def test_laws(seed: int, size: int, by: Any, levels: int, nested: bool) -> None:  # noqa: FBT001
    data = pool(seed=seed)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = instag.sweep(data, size, by=by, levels=levels, nested=nested, seed=seed)
    missed = {int(str(each.message).split()[1].rstrip(":")) for each in said}
    rows = [set(frame["row"]) for frame in found.frames]
    assert [len(each) for each in rows] == [size] * levels
    assert found.table["level"].to_list() == list(range(1, levels + 1))
    assert nested or not any(one & other for one, other in combinations(rows, 2))
    held = []
    for frame, (level, asked, complexity, coverage) in zip(found.frames, found.table.iter_rows(), strict=True):
        assert (complexity, coverage) == pytest.approx(measures(data, frame))
        assert frame["row"].is_sorted()
        mean, cover = (asked, found.held) if by == "complexity" else (found.held, asked)
        held.append(coverage if by == "complexity" else complexity)
        near = abs(complexity - mean) <= 0.005 * mean + 1 / size and abs(coverage - cover) <= 0.5 / 60 + 1e-9
        assert near or level in missed
    assert found.tolerance == pytest.approx(max(abs(each - found.held) for each in held))


@pytest.mark.parametrize("nested", [False, True])
def test_complexity_rises_while_coverage_is_held(nested: bool) -> None:  # noqa: FBT001
    found = instag.sweep(pool(), 50, by="complexity", levels=[3.0, 4.0, 5.0], hold=0.8, nested=nested)
    assert found.table["asked"].to_list() == [3.0, 4.0, 5.0]
    assert found.table["complexity"].to_list() == pytest.approx([3.0, 4.0, 5.0], rel=0.0051)
    assert found.table["coverage"].to_list() == [0.8] * 3
    assert (found.held, found.tolerance) == (0.8, 0)


@pytest.mark.parametrize("nested", [False, True])
def test_coverage_rises_while_complexity_is_held(nested: bool) -> None:  # noqa: FBT001
    found = instag.sweep(pool(), 50, by="diversity", levels=[0.7, 0.8, 0.9, 0.95], hold=4.0, nested=nested)
    assert found.table["coverage"].to_list() == pytest.approx([0.7, 0.8, 0.9, 0.95])
    assert found.table["complexity"].to_list() == pytest.approx([4.0] * 4, rel=0.0051)
    assert found.tolerance <= 0.02


def test_nested_subsets_share_rows() -> None:
    found = instag.sweep(pool(), 50, by="diversity", levels=[0.8, 0.85], hold=4.0, nested=True)
    first, second = (set(frame["row"]) for frame in found.frames)
    assert 25 < len(first & second) < 50


def test_same_seed_same_rows() -> None:
    def rows(seed: int | None) -> list[list[int]]:
        return [
            frame["row"].to_list() for frame in instag.sweep(pool(), 40, by="diversity", levels=3, seed=seed).frames
        ]

    assert rows(7) == rows(7) != rows(8)
    assert rows(None) == rows(0)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_rows_without_tags_are_not_drawn() -> None:
    data = pl.concat([pool(60), pl.DataFrame({"row": np.arange(60, 90), "tags": [[], None, []] * 10})])
    found = instag.sweep(data, 30, by="complexity", levels=2)
    assert all(frame["tags"].list.len().min() > 0 for frame in found.frames)


def test_other_frames_come_back_as_they_are() -> None:
    found = instag.sweep(pool().lazy(), 20, by="complexity", levels=[4.0, 5.0], hold=0.6)
    assert isinstance(found.frames[0], pl.LazyFrame)
    assert found.frames[0].collect().height == 20


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_what_cannot_be_reached_is_said() -> None:
    with pytest.warns(instag.InstagWarning) as said:
        found = instag.sweep(pool(), 5, by="complexity", levels=[2.0], hold=1.0)
    assert any("level 1: coverage 100.0% was asked for, but" in str(each.message) for each in said)
    assert found.tolerance == 1 - found.table["coverage"].item() > 0.25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size: expected a count of 1 or more; found 0"),
        ({"size": 201}, "size: these levels need 402 samples with tags, and there are 400: .* nested=True"),
        ({"size": 401, "nested": True}, "size: these levels need 401 samples with tags, and there are 400"),
        ({"by": "length"}, "by: expected one of complexity, diversity; found 'length'"),
        ({"levels": 1}, "levels: expected a count of 2 or more; found 1"),
        ({"levels": []}, r"levels: expected a count of 2 or more, or rising values; found \[\]"),
        ({"levels": "3"}, "levels: expected a count of 2 or more, or rising values; found '3'"),
        ({"levels": [3, 2]}, r"levels: expected rising values; found \[3, 2\]"),
        ({"levels": [0.5, 2]}, "levels: expected a mean number of tags, 1 or more; found 0.5"),
        ({"by": "diversity", "levels": [0.5, 2]}, "levels: expected a coverage, above 0 and up to 1; found 2"),
        ({"hold": 5}, "hold: expected a coverage, above 0 and up to 1; found 5"),
        ({"by": "diversity", "hold": 0.5}, "hold: expected a mean number of tags, 1 or more; found 0.5"),
        ({"seed": -1}, "seed: expected an integer"),
        ({"tags": "tag"}, "no column 'tag'"),
    ],
)
def test_bad_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(instag.InputError, match=message):
        instag.sweep(pool(), **{"size": 20, "by": "complexity", "levels": 2, **options})

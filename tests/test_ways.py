"""Whatever way data come, whole, in pieces, from files of any kind: the results are those of a frame in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import datasets
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import instag
from exact import CALLS, ELSEWHERE, KEYED, SELECTIONS, outcome, pools, taking_data
from instag.choices import Method
from instag.io.filetypes import TYPES
from instag.selection.options import Gain
from pieces import in_pieces

TABLE = {**CALLS, **KEYED}
Make = Callable[[], Any]
"""The data once more: some can be read but once."""


def parts(frame: pl.DataFrame, cuts: list[int]) -> list[pl.DataFrame]:
    ends = sorted({0, *(cut for cut in cuts if cut < frame.height), frame.height})
    return [frame[start:end] for start, end in pairwise(ends)]


def scanned(source: Any) -> Make:
    """What is in files, without the column that is put beside it."""
    plan = instag.scan(source).drop("queries", strict=False)
    return lambda: plan


def one_file(ending: str) -> Callable[[pl.DataFrame, list[int], Path], Make]:
    def way(frame: pl.DataFrame, _: list[int], folder: Path) -> Make:
        instag.write(frame, folder / f"pool.{ending}")
        return scanned(folder / f"pool.{ending}")

    return way


def some_files(ending: str) -> Callable[[pl.DataFrame, list[int], Path], Make]:
    def way(frame: pl.DataFrame, cuts: list[int], folder: Path) -> Make:
        for nth, part in enumerate(parts(frame, cuts)):
            instag.write(part, folder / f"{nth:03}.{ending}")
        return scanned(folder / f"*.{ending}")

    return way


def row_groups(frame: pl.DataFrame, cuts: list[int], folder: Path) -> Make:
    frame.write_parquet(folder / "pool.parquet", row_group_size=len(cuts) + 1)
    return lambda: pl.scan_parquet(folder / "pool.parquet")


def table(frame: pl.DataFrame, _: list[int], folder: Path) -> Make:
    """A table of text holds no lists, but JSON; and its columns are text until they are cast."""
    text = frame.with_columns(pl.col("tags").map_elements(as_json, pl.String))
    text.write_csv(folder / "pool.csv", quote_style="non_numeric")
    schema: dict[Any, Any] = {name: dtype for name, dtype in frame.schema.items() if name not in ("tags", "before")}
    tags, before = pl.col("tags").str.json_decode(pl.List(pl.String)), pl.col("before") == "true"
    plan = instag.scan(folder / "pool.csv").drop("queries", strict=False)
    return lambda: plan.with_columns(tags, before).cast(schema)


def as_json(tags: pl.Series) -> str:
    return "[" + ",".join(f'"{tag}"' for tag in tags) + "]"


WAYS: dict[str, Callable[[pl.DataFrame, list[int], Path], Make]] = {
    "a frame of chunks": lambda frame, cuts, _: lambda: pl.concat(parts(frame, cuts), rechunk=False),
    "a table of Arrow": lambda frame, _, __: frame.to_arrow,
    "a plan in memory": lambda frame, _, __: frame.lazy,
    "a plan in pieces": lambda frame, cuts, _: lambda: in_pieces(frame, cuts),
    "frames one by one": lambda frame, cuts, _: lambda: iter(parts(frame, cuts)),
    "a list of frames": lambda frame, cuts, _: scanned(parts(frame, cuts)),
    "a data set of the hub": lambda frame, _, __: lambda: datasets.Dataset(frame.to_arrow()),
    "a stream of the hub": lambda frame, _, __: lambda: datasets.Dataset(frame.to_arrow()).to_iterable_dataset(),
    "row groups": row_groups,
    "parquet": some_files("parquet"),
    "arrow": one_file("arrow"),
    "jsonl": one_file("jsonl"),
    "files of jsonl": some_files("jsonl"),
    "jsonl.gz": one_file("jsonl.gz"),
    "json": one_file("json"),
    "csv": table,
}
# Types of files that hold neither lists nor columns.
FLAT = {"tsv", "text"}


@contextmanager
def cut_small(data: st.DataObject) -> Iterator[Path]:
    """A folder; and all bounds so small that little data are read, kept, and let go as much data are."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        large = data.draw(st.booleans(), "large")
        if large:
            patch.setattr("instag.frame.lazy.SMALL", 0)
            patch.setattr("instag.frame.once.SIZE", 0)
            patch.setattr("instag.io.formats.jsonl.LARGE", 0)
        patch.setattr("instag.frame.lazy.PIECE", data.draw(st.integers(1, 9), "rows of a piece"))
        patch.setattr("instag.frame.foreign.PIECE", data.draw(st.integers(1, 9), "rows of the hub"))
        patch.setattr("instag.selection.folding.BLOCK", data.draw(st.integers(1, 9), "rows that are folded"))
        patch.setattr("instag.selection.folding.TIMES", data.draw(st.integers(1, 2), "times"))
        # With fewer than one round more than needed they are too few at times, and have to be doubled.
        patch.setattr("instag.selection.folding.MORE", data.draw(st.integers(-1, 1), "rounds more"))
        yield Path(folder)


# To shrink what fails through all calls takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
QUARTERS = 4
# What lets rows go as they are read, and has to find all that it needs among those that it kept.
FOLDED = ["choose: complexity-first", "select"]


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=3, phases=PHASES)
@given(pools(), st.lists(st.integers(1, 24), max_size=5), st.data())
def test_the_way_changes_nothing(way: str, frame: pl.DataFrame, cuts: list[int], data: st.DataObject) -> None:
    quarter = data.draw(st.integers(0, QUARTERS - 1), "quarter of the calls")
    check(way, frame, cuts, data, [*FOLDED, *list(TABLE)[quarter::QUARTERS]])


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=12, phases=PHASES)
@given(pools(), st.lists(st.integers(1, 24), max_size=5), st.data())
def test_the_way_changes_nothing_in_many_cases(
    way: str, frame: pl.DataFrame, cuts: list[int], data: st.DataObject
) -> None:
    check(way, frame, cuts, data, list(TABLE))


def check(way: str, frame: pl.DataFrame, cuts: list[int], data: st.DataObject, names: list[str]) -> None:
    """The same comes of these calls, whether the data come that way or as a frame."""
    budget = data.draw(st.integers(1, frame.height), "budget")
    with cut_small(data) as folder:
        make = WAYS[way](frame, cuts, folder)
        for name in names:
            assert outcome(TABLE[name], make(), budget) == outcome(TABLE[name], frame, budget), name


def test_all_that_takes_data_is_in_the_table() -> None:
    methods = {options.get("method", "complexity-first") for options in SELECTIONS.values()}
    assert methods == set(get_args(Method))
    options = {name for options in SELECTIONS.values() for name in options}
    assert set(Gain.__annotations__) <= options
    called = {name.partition(":")[0].partition(",")[0].replace(" ", "_") for name in CALLS} - {"apply", "summarize"}
    assert called | ELSEWHERE == taking_data()
    assert not called & ELSEWHERE
    types = {each for each in TYPES if any(each in way.replace(" ", ".").split(".") for way in WAYS)}
    assert types == set(TYPES) - FLAT

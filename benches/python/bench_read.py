"""Reading JSON Lines with the queries found, beside Polars' own scan of all columns: `make bench`.

Times are those of the processor. The same words as 1,000 columns, as a struct of 200 fields and as 2,000 files, each beside
as many bytes in two columns, show whether reading is linear in each; Polars reads the same files beside it. `READ_ROWS=1000000` takes a million rows, which is a gigabyte, in the place of 60,000.
"""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture as Benchmark

import instag
from instag.io import load

ROWS, WORDS = int(os.environ.get("READ_ROWS", "60000")), 156
COLUMNS, FIELDS, FILES = 1_000, 200, 2_000
WIDE_ROWS = 2_000

timed = pytest.mark.benchmark(timer=time.process_time)


def words(row: int, count: int) -> str:
    return " ".join(f"w{row * 31 % 997 + nth}" for nth in range(count))


def write(path: Path, records: Iterable[Mapping[str, object]]) -> Path:
    with path.open("wb") as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in records)
    return path


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    turns = ({"role": "user", "content": WORDS // 3}, {"role": "assistant", "content": WORDS - WORDS // 3})
    records = (
        {
            "id": row,
            "messages": [{**turn, "content": words(row, int(str(turn["content"])))} for turn in turns],
            "tags": ["a", f"b{row % 99}"],
        }
        for row in range(ROWS)
    )
    return write(tmp_path_factory.mktemp("chats") / "x.jsonl", records)


@timed
def test_read(benchmark: Benchmark, chats: Path) -> None:
    frame = benchmark.pedantic(lambda: instag.read(chats), rounds=1)
    assert frame.height == ROWS
    assert frame["queries"].list.len().unique().to_list() == [1]


@timed
def test_select(benchmark: Benchmark, chats: Path, tmp_path: Path) -> None:
    """Lines in, lines out, as the command does it."""

    def work() -> None:
        chosen = instag.select(load(chats), "10%")
        instag.write(chosen, tmp_path / "out.jsonl")

    benchmark.pedantic(work, rounds=1)
    with (tmp_path / "out.jsonl").open("rb") as file:
        assert sum(1 for _ in file) == ROWS // 10


@timed
def test_polars(benchmark: Benchmark, chats: Path) -> None:
    frame = benchmark.pedantic(lambda: pl.scan_ndjson(chats).collect(), rounds=1)
    assert frame.height == ROWS


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("shapes")
    cells = [[words(row * COLUMNS + nth, 1) for nth in range(COLUMNS)] for row in range(WIDE_ROWS)]
    names = [f"c{nth}" for nth in range(COLUMNS)]
    plain = [{"prompt": str(row), "rest": " ".join(cell)} for row, cell in enumerate(cells)]
    step = COLUMNS // FIELDS
    (folder / "files").mkdir()
    for nth in range(FILES):
        # The same rows, cut into as many pieces as there are files.
        row, part = divmod(nth, FILES // WIDE_ROWS)
        size = len(plain[row]["rest"]) * WIDE_ROWS // FILES
        write(
            folder / "files" / f"{nth:05}.jsonl",
            [{"prompt": plain[row]["prompt"], "rest": plain[row]["rest"][part * size : (part + 1) * size]}],
        )
    wide = [{"prompt": str(row), **dict(zip(names, cell, strict=True))} for row, cell in enumerate(cells)]
    deep = [
        {"prompt": str(row), "rest": {f"f{at}": " ".join(cell[at * step : (at + 1) * step]) for at in range(FIELDS)}}
        for row, cell in enumerate(cells)
    ]
    return {
        "plain": str(write(folder / "plain.jsonl", plain)),
        "columns": str(write(folder / "columns.jsonl", wide)),
        "plain as large as columns": str(write(folder / "wide.jsonl", map(filled, plain, wide))),
        "fields": str(write(folder / "fields.jsonl", deep)),
        "plain as large as fields": str(write(folder / "deep.jsonl", map(filled, plain, deep))),
        "files": str(folder / "files" / "*.jsonl"),
    }


def filled(plain: Mapping[str, str], other: Mapping[str, object]) -> dict[str, str]:
    """A row of two columns with as many bytes as another."""
    room = len(orjson.dumps(other)) - len(orjson.dumps({**plain, "rest": ""}))
    return {**plain, "rest": (plain["rest"] * 4)[:room]}


SHAPES = ["plain", "columns", "plain as large as columns", "fields", "plain as large as fields", "files"]


@timed
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(benchmark: Benchmark, shapes: dict[str, str], shape: str) -> None:
    frame = benchmark.pedantic(lambda: instag.read(shapes[shape]), rounds=3)
    assert frame["queries"].explode().unique(maintain_order=True).to_list() == [str(row) for row in range(WIDE_ROWS)]


@timed
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_by_polars(benchmark: Benchmark, shapes: dict[str, str], shape: str) -> None:
    frame = benchmark.pedantic(lambda: pl.scan_ndjson(shapes[shape]).collect(), rounds=3)
    assert frame["prompt"].unique(maintain_order=True).to_list() == [str(row) for row in range(WIDE_ROWS)]

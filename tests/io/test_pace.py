"""How far reading and writing have come, for whoever wants to see it."""

import json
from pathlib import Path

import polars as pl
import pytest

import instag
from instag.io.pace import followed, passed
from instag.progress import Progress

ROWS = 12_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"q{row}", "response": "a"}) + "\n" for row in range(ROWS)))
    return path


def stages(seen: list[Progress]) -> dict[str, list[Progress]]:
    found: dict[str, list[Progress]] = {}
    for each in seen:
        found.setdefault(each.stage.partition(":")[0], []).append(each)
    return found


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("auto", ["checking", "reading", "writing"]),
        ("messages", ["checking", "reading", "converting", "writing"]),
        ("parquet", ["checking", "reading", "writing"]),
    ],
)
def test_converting_says_how_far_it_is(to: str, expected: list[str], source: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    instag.convert(source, tmp_path / "out.jsonl", to=to, progress=seen.append)
    found = stages(seen)
    assert list(found) == expected
    for stage in found.values():
        done = [each.done for each in stage]
        assert done == sorted(done)
        assert done[-1] == ROWS
    assert {each.total for each in found["writing"]} == {ROWS}
    assert str(found["writing"][-1]) == f"writing: {ROWS:,} of {ROWS:,}"
    assert str(found["reading"][-1]) == f"reading: {ROWS:,} rows"


def test_reading_and_writing_do_too(source: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    frame = instag.read(source, progress=seen.append)
    assert frame.height == ROWS
    instag.write(frame, tmp_path / "out.parquet", progress=seen.append)
    assert [(each[-1].done, each[-1].total) for each in stages(seen).values()] == [
        (ROWS, None),
        (ROWS, None),
        (ROWS, ROWS),
    ]
    # The rows are those that nobody watches.
    assert frame.equals(instag.read(source))
    assert pl.read_parquet(tmp_path / "out.parquet").height == ROWS


def test_lines_that_are_parsed_one_by_one_count(source: Path) -> None:
    with source.open("a") as file:
        file.write('{"prompt": ["mixed"], "response": "a"}\n')
    seen: list[Progress] = []
    instag.read(source, progress=seen.append)
    parsing = stages(seen)["parsing"]
    assert str(parsing[-1]) == "parsing: 12,001 of 12,001"
    assert [each.done for each in parsing] == sorted(each.done for each in parsing)


def test_what_is_followed_ends_with_it() -> None:
    seen: list[Progress] = []
    with followed(seen.append):
        with followed(None):
            passed("reading", 1)
        passed("reading", 2)
    passed("reading", 3)
    assert [each.done for each in seen] == [1, 2]

"""`instag stats --by`."""

import subprocess
from io import StringIO
from pathlib import Path

import orjson
import polars as pl
import pytest
from rich.console import Console

import instag
import shell
from instag.cli import console


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return shell.instag("stats", *arguments, code=code)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    rows = [
        {"prompt": "1?", "kind": "sum", "tags": ["math", "proof", "math"]},
        {"prompt": "2?", "kind": "sum", "tags": ["math"]},
        {"prompt": "3?", "kind": "verse", "tags": ["poetry"]},
        {"prompt": "4?", "kind": None, "tags": None},
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def test_each_group_has_a_line(data: Path) -> None:
    assert [" ".join(line.split()) for line in run(data, "--by", "kind").stdout.splitlines()] == [
        "samples no tags mean median p95 tags coverage effective",
        "all 4 25.0% 1.33 1.00 1.90 3 100.0% 2.8",
        "sum 2 0.0% 1.50 1.50 1.95 2 66.7% 1.9",
        "(none) 1 100.0% - - - 0 0.0% 0.0",
        "verse 1 0.0% 1.00 1.00 1.00 1 33.3% 1.0",
    ]


def test_json_is_the_summary(data: Path) -> None:
    printed = orjson.loads(run(data, "--by", "kind", "--json").stdout)
    assert printed == instag.analyze(pl.read_ndjson(data), by="kind").summary.to_dicts()


def test_several_files_are_groups_by_source(data: Path) -> None:
    other = data.with_name("other.jsonl")
    other.write_text('{"prompt": "5?", "kind": "x", "tags": ["art"]}\n')
    printed = orjson.loads(run(data, other, "--by", "source", "--json").stdout)
    assert [(line["samples"], line["tags"]) for line in printed] == [(5, 4), (4, 3), (1, 1)]


def test_a_column_that_is_not_there(data: Path) -> None:
    found = (
        f"error: {data}: --by: no column 'sort'; the columns are: prompt, kind, tags; name another or leave --by out"
    )
    assert run(data, "--by", "sort", code=1).stderr == f"{found}\n"
    found = (
        f"error: {data}: --by: no column 'source'; the columns are: prompt, kind, tags; name another, leave --by out, "
    )
    assert run(data, "--by", "source", code=1).stderr == f"{found}or give several files: then each is a group\n"


LONG = [f"self_instruct_{'x' * 60}_gpt{nth}" for nth in range(3)]


@pytest.fixture
def named(tmp_path: Path) -> Path:
    path = tmp_path / "named.jsonl"
    pl.DataFrame({"kind": LONG, "tags": [["math"]] * 3}).write_ndjson(path)
    return path


def test_names_are_whole_where_there_is_no_terminal(named: Path) -> None:
    assert [line.split()[0] for line in run(named, "--by", "kind").stdout.splitlines()[2:]] == LONG
    assert all("…" not in line for line in run(named).stdout.splitlines())


@pytest.mark.parametrize("width", [40, 80])
def test_names_go_on_in_the_next_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    drawn = StringIO()
    monkeypatch.setattr(console, "_out", lambda: Console(file=drawn, force_terminal=True, no_color=True, width=width))
    console.table(("", "samples", "coverage"), [(name, "1,234,567", "100.0%") for name in LONG])
    lines = drawn.getvalue().splitlines()
    assert max(map(len, lines[1:])) <= width
    firsts = [line.split() for line in lines if line.endswith("100.0%")]
    assert [first[1:] for first in firsts] == [["1,234,567", "100.0%"]] * 3
    folded = "".join(part for line in lines[1:] for part in line.split()[:1])
    assert folded == "".join(LONG)


def test_parts_are_measured_against_all_of_them() -> None:
    parts = {
        "a": pl.LazyFrame({"tags": [["x", "y"], None, []]}),
        "b": pl.LazyFrame({"tags": [["y"], ["y", "z", "z"]]}),
        "none": pl.LazyFrame({"tags": [None]}, schema={"tags": pl.List(pl.String)}),
    }
    every = pl.concat(parts.values()).collect()
    each, together = instag.analysis.measure_parts(parts)
    assert each == {name: instag.measure(part, of=every) for name, part in parts.items()}
    assert together == instag.measure(every, of=every)
    assert together.coverage == 1

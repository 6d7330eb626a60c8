"""`instag normalize` and `instag vocabulary` as a shell sees them."""

from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

import instag
from test_cli import lines, run

ROWS: list[dict[str, Any]] = [
    {"instruction": "Test it.", "output": "Done.", "tags": ["unit testing", "C++"]},
    {"instruction": "Test more.", "output": "Done.", "tags": ["Unit Testing", "unit tests"]},
    {"instruction": "Test all.", "output": "Done.", "tags": ["unit testing", "unit test"]},
    {"instruction": "Nothing.", "output": "Done.", "tags": None},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


def test_normalize(data: Path) -> None:
    output, file = data.with_name("normal.jsonl"), data.with_name("v.parquet")
    done = run("normalize", data, "-o", output, "--vocabulary", file, "--embedder", "none")
    assert done.stderr == ""
    written = pl.read_ndjson(output)
    assert written["tags"].to_list() == [["unit testing", "C++"], ["unit testing"], ["unit testing"], None]
    assert written["raw_tags"].to_list() == [row["tags"] for row in ROWS]
    assert lines(done.stdout) == [
        "step tags after assigned after merged dropped repeated",
        "raw 5 5 6 6 0 0 0",
        "frequency 5 5 6 6 0 0 0",
        "rules 5 2 6 4 1 0 2",
        "association 2 2 4 4 0 0 0",
        "",
        "3 of 3 merges:",
        "unit test (1) -> unit testing",
        "rules: inflection: unit test / unit testing",
        "Unit Testing (1) -> unit testing",
        "rules: the same once cleaned: unit testing",
        "unit tests (1) -> unit testing",
        "rules: inflection: unit tests / unit testing",
        "",
        f"2 tags; written to {output}; the vocabulary is in {file}",
    ]


def test_warnings_are_notes(data: Path) -> None:
    done = run("normalize", data, "-o", data.with_name("n.jsonl"), "--min-count", "3", "--embedder", "none")
    expected = "note: the step 'frequency' removes 100% of all assignments of tags; for small data a lower min_count keeps more\n"
    assert done.stderr == expected


def test_vocabulary(data: Path) -> None:
    file, other, output = (data.with_name(name) for name in ("v.parquet", "w.parquet", "applied.jsonl"))
    options = ("-o", data.with_name("n.jsonl"), "--embedder", "none")
    run("normalize", data, *options, "--vocabulary", file)
    run("normalize", data, *options, "--vocabulary", other, "--stem", "none")
    assert lines(run("vocabulary", "show", file).stdout) == [
        "3 unit testing <- Unit Testing, unit test, unit tests",
        "1 C++",
        "",
        "2 tags from 5 raw tags, of which 0 were dropped",
        "min_count=1, stem=True, distance=0.05, embedder=None, linkage=star",
    ]
    assert lines(run("vocabulary", "show", file, "--tag", "C++").stdout) == ["C++: 1 rows", "C++"]
    assert "has no tag 'x'" in run("vocabulary", "show", file, "--tag", "x", code=1).stderr
    assert lines(run("vocabulary", "diff", file, other).stdout) == [
        "moved unit test: unit testing -> unit test",
        "moved unit tests: unit testing -> unit tests",
        "",
        "2 moved",
    ]
    assert lines(run("vocabulary", "diff", file, file).stdout) == ["", "no differences"]
    unseen = data.with_name("unseen.jsonl")
    unseen.write_text('{"tags": ["UNIT TESTING", "poetry"]}\n')
    done = run("vocabulary", "apply", file, unseen, "-o", output)
    assert pl.read_ndjson(output)["tags"].to_list() == [["unit testing"]]
    assert lines(done.stdout) == [
        "new tag count nearest similarity",
        "poetry 1 0.00",
        f"1 new tags were dropped; written to {output}",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--min-count", "many"), "--min-count: expected a count such as 20, auto, or none; found 'many'"),
        (("--stem", "snowball"), "--stem: expected one of guarded, paper, none; found 'snowball'"),
        (("--steps", "rules,magic"), "steps: expected one of frequency, rules, semantic, association; found 'magic'"),
        (("--embedder", "bert"), "embedder: expected 'auto', 'minilm', "),
    ],
)
def test_errors(data: Path, arguments: tuple[str, ...], message: str) -> None:
    output = data.with_name("normal.jsonl")
    done = run("normalize", data, "-o", output, *arguments, code=1)
    assert done.stderr.startswith(f"error: {message}")
    assert not output.exists()


def test_a_vocabulary_that_is_none(data: Path) -> None:
    assert "expected a vocabulary" in run("vocabulary", "show", data, code=1).stderr


def test_the_command_and_the_function_agree(data: Path) -> None:
    output = data.with_name("normal.jsonl")
    run("normalize", data, "-o", output, "--stem", "paper", "--no-guards", "--linkage", "dbscan", "--embedder", "none")
    frame = instag.read(data)
    done = instag.normalize(frame, stem="paper", guards=False, linkage="dbscan", embedder=None)
    assert pl.read_ndjson(output)["tags"].to_list() == done.data["tags"].to_list()

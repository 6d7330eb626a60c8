"""`instag select --method gain`: the same words, and what is said."""

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

import instag
import shell


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rows = [
        {
            "prompt": "word " * (1 + row % 7),
            "tags": [f"t{row % 5}", f"u{row % 11}"][: 1 + row % 2],
            "of": "ab"[row % 2],
            "score": row % 4,
        }
        for row in range(40)
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return shell.instag(*arguments, code=None)


def test_the_same_rows_and_the_certificate(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    weights = tmp_path / "weights.csv"
    weights.write_text("tag,weight\nt0,3\nu1,0\n")
    words = [
        "--method",
        "gain",
        "--curve",
        "0.3",
        "--quality",
        "score",
        "--group",
        "of",
        "--at-least",
        "a=2",
        "--at-least",
        "b=30%",
    ]
    done = run("select", source, "-o", out, "--budget", "10", *words, "--weights", weights, "--details")
    assert done.returncode == 0, done.stderr
    data = pl.read_ndjson(source)
    expected = instag.select(
        data,
        10,
        method="gain",
        curve=0.3,
        quality="score",
        group="of",
        at_least={"a": 2, "b": "30%"},
        weights=weights,
        details=True,
    )
    assert pl.read_ndjson(out)["row"].to_list() == expected["row"].to_list()
    assert "a: " in done.stdout
    assert "of at least 2" in done.stdout
    certificate = next(line for line in done.stdout.splitlines() if line.startswith("gain: at least "))
    assert "% of the best possible (value " in certificate
    assert ", bound " in certificate


def test_costs_and_an_earlier_selection(source: Path, tmp_path: Path) -> None:
    first, then = tmp_path / "first.jsonl", tmp_path / "then.jsonl"
    words = ["--method", "gain", "--cost", "words", "--max-cost", "6"]
    done = run("select", source, "-o", first, "--budget", "30", *words)
    assert "of 30 words; 0 samples cost too little and 5 too much" in done.stdout, done.stderr
    done = run("select", source, "-o", then, "--budget", "5", "--method", "gain", "--start", first, "--curve", "match")
    assert done.returncode == 1
    assert "curve: 'match' is compared with complexity-first, which has no start" in done.stderr
    done = run("select", source, "-o", then, "--budget", "5", "--method", "gain", "--start", first)
    assert pl.read_ndjson(then).height == 5
    assert run("rank", source, "-o", then, "--method", "gain", "--group", "of", "--at-most", "4").returncode == 0
    assert pl.read_ndjson(then)["of"].value_counts()["count"].to_list() == [4, 4]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--curve", "steep"], "curve: expected a number above 0 and at most 1, 'log' or 'match'; found 'steep'"),
        (
            ["--at-least", "a=x", "--group", "of"],
            "--at-least: expected a count such as 6000, or a share such as 0.1 or 10%; found 'x'",
        ),
        (["--start", "nowhere.jsonl"], "--start: 'nowhere.jsonl' is neither a column of the data nor a file"),
        (["--cost", "tokens"], "count them first with instag.count_tokens / --tokenizer"),
        (["--cost", "tokens", "--tokenizer", "no/such"], "tokenizer: 'no/such' is neither a file"),
    ],
)
def test_what_is_wrong_is_said(source: Path, tmp_path: Path, words: list[str], why: str) -> None:
    done = run("select", source, "-o", tmp_path / "out.jsonl", "--budget", "5", "--method", "gain", *words)
    assert done.returncode == 1
    assert why in done.stderr
    assert not (tmp_path / "out.jsonl").exists()

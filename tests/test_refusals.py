"""What the command line refuses, and what it notes."""

import re
import warnings
from pathlib import Path

import orjson
import polars as pl
import pytest

from instag.cli import console
from instag.warning import warn
from test_cli import ROWS, lines, run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


@pytest.mark.parametrize("command", [("select", "--budget", "1"), ("rank",)])
@pytest.mark.parametrize("tags", [None, []])
def test_data_without_tags_are_no_pool(data: Path, command: tuple[str, ...], tags: list[str] | None) -> None:
    pl.DataFrame(
        [{"prompt": "Why?", "tags": tags}] * 2, {"prompt": pl.String, "tags": pl.List(pl.String)}
    ).write_ndjson(data)
    output = data.with_name("subset.jsonl")
    done = run(*command, data, "-o", output, code=1)
    assert "none of 2 samples has tags, so nothing is chosen: tag them first with instag tag" in done.stderr
    assert done.stderr.endswith(f"error: {data}: no sample has tags, so nothing is written\n")
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budget", "many"), "--budget: expected a count such as 6000, or a share such as 0.1 or 10%; found 'many'"),
        (("--budget", "-3"), "budget: expected a count of 0 or more, or a share up to 1.0; found -3"),
        (("--budget", "1.5"), "budget: expected a count of 0 or more, or a share up to 1.0; found 1.5"),
        (
            ("--budget", "1", "--tags", "tag"),
            "{data}: --tags: no column 'tag'; the columns are: instruction, output, tags; name the one with the tags, or tag the data first (instag tag)",
        ),
        (
            ("--budget", "1", "--to", "xml"),
            "--to: expected one of auto, arrow, csv, json, jsonl, parquet, text, tsv, alpaca, sharegpt, messages; found 'xml'",
        ),
        (
            ("--budget", "1", "--tags", "output"),
            "column 'output': expected a list of tags for each sample; found String; split it first, for instance with str.split(',')",
        ),
    ],
)
def test_errors_have_no_traceback(data: Path, arguments: tuple[str, ...], message: str) -> None:
    output = data.with_name("subset.jsonl")
    done = run("select", data, "-o", output, *arguments, code=1)
    assert done.stderr == f"error: {message.format(data=data)}\n"
    assert done.stdout == ""
    assert not output.exists()


@pytest.mark.parametrize("place", [0, 3])
def test_debug_shows_the_traceback(data: Path, place: int) -> None:
    arguments: list[str | Path] = ["stats", data, "--tags", "tag"]
    arguments.insert(place, "--debug")
    stderr = run(*arguments, code=1).stderr
    assert stderr.startswith("Traceback (most recent call last):")
    assert stderr.splitlines()[-1].startswith(f"error: {data}: --tags: no column 'tag'; the columns are: instruction, ")


@pytest.mark.parametrize(
    "command",
    [
        ("select", "--budget", "1", "-o", "x.jsonl"),
        ("rank", "-o", "x.jsonl"),
        ("stats",),
        ("stats", "--by", "prompt"),
        ("report", "-o", "x.html"),
        ("normalize", "-o", "x.jsonl"),
        ("audit", "--model", "m"),
    ],
)
def test_the_error_for_a_missing_column_says_what_to_do(tmp_path: Path, command: tuple[str, ...]) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text('{"prompt": "Why?", "query_tags": [["cause"]]}\n')
    done = run(command[0], data, *(tmp_path / part if part.startswith("x.") else part for part in command[1:]), code=1)
    found = "--tags: no column 'tags'; the columns are: prompt, query_tags"
    # To draw and to judge, the queries are read as well.
    found = f"{found}, queries" if command[0] in {"report", "audit"} else found
    assert done.stderr == f"error: {data}: {found}; the tags of each query are there: --tags query_tags\n"


def test_a_dry_run_refuses_what_the_run_would(data: Path) -> None:
    output, url = data.with_name("x.jsonl"), "http://127.0.0.1:9/v1"
    command: list[str | Path] = ["tag", data, "-o", output, "--model", "mine", "--base-url", url]
    for arguments in (command, [*command, "--dry-run"]):
        done = run(*arguments, code=1)
        assert done.stderr == (
            "error: data: they already have 'tags': rename or drop them, or replace them with replace=True / --replace\n"
        )
    done = run(*command, "--dry-run", "--replace")
    assert "cost the price of this model is not known: give --price IN,OUT" in lines(done.stdout)


def test_what_reading_has_to_say_is_a_note(data: Path) -> None:
    data.write_text('{"prompt": "Why\\ud83d?", "tags": ["cause"]}\n')
    said = "1 half of a character (a lone surrogate) became U+FFFD\n"
    done = run("convert", data, "-o", data.with_name("x.parquet"))
    assert (done.stderr.startswith("note: "), done.stderr.endswith(said)) == (True, True)
    failed = run("select", data, "--budget", "1", "--tags", "tag", "-o", data.with_name("x.jsonl"), code=1)
    note, error = failed.stderr.splitlines(keepends=True)
    assert note == done.stderr
    assert error.startswith(f"error: {data}: --tags: no column 'tag'")


def test_notes_are_shown_where_an_error_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    @console.noted()
    def work() -> None:
        warn("look at this")
        warnings.warn("of another", UserWarning, stacklevel=1)
        raise KeyError

    with pytest.warns(UserWarning, match="of another"), pytest.raises(KeyError):
        work()
    assert capsys.readouterr().err == "note: look at this\n"


def test_mixed_layouts_are_noted(data: Path) -> None:
    other = data.with_name("other.jsonl")
    other.write_text('{"conversations": [{"from": "human", "value": "Hi"}], "tags": ["a"]}\n')
    output = data.with_name("subset.jsonl")
    done = run("select", data, other, "--budget", "9", "-o", output)
    assert f"{data} is alpaca (instruction, output); {other} is sharegpt (conversations)" in done.stderr
    rows = [orjson.loads(line) for line in output.read_bytes().splitlines()]
    assert {"role": "user", "content": "Hi"} in [turn for row in rows for turn in row["messages"]]


def test_a_missing_file(tmp_path: Path) -> None:
    done = run("stats", tmp_path / "missing.jsonl", code=1)
    assert done.stderr.startswith("error: ")
    assert "missing.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage(data: Path) -> None:
    assert "Missing option '--budget'" in run("select", data, "-o", "x.jsonl", code=2).stderr
    missing = run("run", "no-recipe.toml", code=1).stderr
    assert missing == "error: no-recipe.toml: there is no such file: expected a recipe in TOML\n"
    assert "No such command 'selct'. Did you mean 'select'?" in run("selct", code=2).stderr
    assert "No such command 'analyze'. Did you mean 'stats'?" in run("analyze", code=2).stderr
    assert "edit it, then `instag run` it." in run("recipe", "-h").stdout.replace("\n          ", " ")
    out = ("-o", data.with_name("x.jsonl"))
    for options, told in (
        (
            ("--method", "gian"),
            "'--method': expected one of complexity-first, coverage, complexity, random, gain; found 'gian'. Did you mean 'gain'?",
        ),
        (("--method", "q"), "gain; found 'q'\n"),
        (("--seed", "1.5"), "'--seed': expected a whole number; found '1.5'\n"),
        (("--rows-per-file", "0"), "'--rows-per-file': expected 1 or more; found '0'\n"),
    ):
        assert told in run("select", data, "--budget", "1", *out, *options, code=2).stderr
    kept = ("vocabulary", "apply", "v.parquet", data, *out, "--new", "kep")
    assert "expected one of drop, keep; found 'kep'. Did you mean 'keep'?" in run(*kept, code=2).stderr
    helped = run("select", "-h").stdout
    assert "  IN...  Files, globs" in helped
    assert "--seed N " in helped
    assert not re.search("<(str|int|float|list)", helped)
    unlike = run("unlike-any", code=2).stderr
    assert "No such command 'unlike-any'." in unlike
    assert "Did you mean" not in unlike

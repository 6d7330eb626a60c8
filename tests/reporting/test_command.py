"""`instag report` as a shell sees it."""

import os
import subprocess
from pathlib import Path

import orjson
import polars as pl
import pytest

import instag
import shell

ENVIRONMENT = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
ROWS = [
    {"instruction": "Add 2 and 2.", "output": "4", "source": "web", "tags": ["math"]},
    {"instruction": "Prove it.", "output": "Done.", "source": "web", "tags": ["math", "proof"]},
    {"instruction": "Hello", "output": "Hi.", "source": "book", "tags": []},
    {"instruction": "A poem.", "output": "Rose.", "source": "book", "tags": ["poetry"]},
]


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return shell.instag("report", *arguments, code=code, env=ENVIRONMENT)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


def test_a_report_with_everything(data: Path) -> None:
    folder = data.parent
    frame = instag.read(data)
    instag.write(instag.select(frame, 2, details=True), folder / "two.parquet")
    instag.normalize(frame, embedder=None).vocabulary.save(folder / "vocabulary.parquet")
    done = run(
        *(data, "-o", folder / "page.html", "--by", "source", "--selection", folder / "two.parquet"),
        *("--selection", f"again={folder / 'two.parquet'}", "--vocabulary", folder / "vocabulary.parquet"),
        *("--figures", folder / "figures", "--title", "Mine"),
    )
    assert done.stderr == ""
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "samples tags a sample distinct tags coverage without tags",
        "all 4 1.00 3 100.0% 25.0%",
        "book 2 0.50 1 33.3% 50.0%",
        "web 2 1.50 2 66.7% 0.0%",
        "two: 2 samples cover 100.0% of the tags",
        "again: 2 samples cover 100.0% of the tags",
        "",
        f"the report is in {folder / 'page.html'}; 22 figures are in {folder / 'figures'}",
    ]
    text = (folder / "page.html").read_text()
    assert "<title>Mine</title>" in text
    assert "Prove it." in text
    assert "Selection: two" in text
    assert "Selection: again" in text
    assert 'id="normalisation"' in text
    assert len(list((folder / "figures").iterdir())) == 22


def test_data_that_nobody_says_anything_in_have_no_examples(tmp_path: Path) -> None:
    pl.DataFrame({"tags": [["math"], ["proof"]]}).write_parquet(tmp_path / "tags.parquet")
    done = run(tmp_path / "tags.parquet", "-o", tmp_path / "page.html")
    assert done.stderr == (
        "note: what users say is not shown: none of the columns (tags) is known to hold it; name one with --query\n"
    )
    assert (tmp_path / "page.html").exists()


def test_the_step_that_the_note_names_shows_what_users_say(tmp_path: Path) -> None:
    pl.DataFrame({"tags": [["math"], ["proof"]], "body": ["Add up.", "Prove it."]}).write_parquet(
        tmp_path / "x.parquet"
    )
    done = run(tmp_path / "x.parquet", "-o", tmp_path / "page.html", "--query", "body")
    assert done.stderr == ""
    assert "Prove it." in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--by", "nowhere"], "nowhere"),
        (["--selection", "missing.parquet"], "missing.parquet"),
        (["--selection", "a=x.parquet", "--selection", "a=y.parquet"], "found 'a' for x.parquet and for y.parquet"),
        (["--vocabulary", "missing.parquet"], "missing.parquet: there is no such file: expected a vocabulary"),
        (["--query", "nowhere"], "nowhere"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(data: Path, arguments: list[str], said: str) -> None:
    done = run(data, "-o", data.with_name("page.html"), *arguments, code=1)
    assert said in done.stderr
    assert done.stderr.startswith("error: ")
    assert not data.with_name("page.html").exists()

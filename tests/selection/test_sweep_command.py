"""`instag sweep`: a file a level, and what was reached."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import instag
from instag.cli.app import app


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    instag.io.write(instag.load_sample(), path)
    return path


def test_files_levels_and_figures(source: Path, tmp_path: Path) -> None:
    out, pictures = tmp_path / "levels", tmp_path / "pictures"
    words = ["sweep", str(source), "--size", "60", "--by", "complexity", "--levels", "4,5", "--hold", "7%"]
    done = CliRunner().invoke(app, [*words, "-o", str(out), "--figures", str(pictures)])
    assert done.exit_code == 0, done.output
    found = instag.sweep(instag.load_sample(), 60, by="complexity", levels=[4, 5], hold=0.07)
    for nth, frame in enumerate(found.frames, start=1):
        read = pl.read_ndjson(out / f"level-{nth}.jsonl")
        assert read["tags"].to_list() == frame["tags"].to_list()
    assert pl.read_csv(out / "levels.csv")["complexity"].to_list() == pytest.approx(found.table["complexity"].to_list())
    assert sorted(path.name for path in pictures.iterdir()) == ["sweep.png", "sweep.svg"]
    svg = (pictures / "sweep.svg").read_text()
    assert "asked for" in svg
    assert "tags a sample" in svg
    assert "held: coverage 7.0%" in done.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--levels", "four"], "--levels: expected a number such as 4, or a share such as 0.7 or 70%; found 'four'"),
        (["--levels", "6,4"], "levels: expected rising values"),
        (["--levels", "4,5", "--hold", "700%"], "hold: expected a coverage, above 0 and up to 1; found 7.0"),
        (["--levels", "4,5", "--size", "600"], "these levels need 1,200 samples with tags"),
        (["--levels", "1"], "levels: expected a count of 2 or more"),
    ],
)
def test_what_is_wrong_is_said(source: Path, tmp_path: Path, words: list[str], why: str) -> None:
    given = ["sweep", str(source), "--size", "60", "--by", "complexity", "-o", str(tmp_path / "out"), *words]
    done = CliRunner().invoke(app, given)
    assert done.exit_code != 0
    assert why in f"{done.output}{done.exception}"
    assert not list((tmp_path / "out").glob("*"))

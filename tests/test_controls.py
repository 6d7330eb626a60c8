"""Control characters in tags and groups: shown escaped on a terminal, drawn safely, kept in files."""

from pathlib import Path

import polars as pl
import pytest

import instag
from test_cli import run

HOSTILE = ["a\0b", "c\x08d", "e\x1b[31mf", "g\u202eh", "<b>", "plain"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = range(60)
    frame = pl.DataFrame(
        {
            "prompt": ["\x08?" for _ in rows],
            "source": ["s\x1b[1m" if row % 2 else "t\0" for row in rows],
            "tags": [[HOSTILE[row % 6], HOSTILE[(row * 5 + 1) % 6]] for row in rows],
        }
    )
    instag.write(frame, tmp_path / "in.jsonl")
    return tmp_path / "in.jsonl"


def test_they_are_shown_escaped(data: Path) -> None:
    done = run("stats", data, "--by", "source")
    assert "s\\x1b[1m" in done.stdout
    assert "t\\x00" in done.stdout
    assert not {"\x1b", "\0"} & set(done.stdout)
    failed = run("stats", data, "--by", "\x1b]0;x", code=1)
    assert "--by: no column" in failed.stderr
    assert "\x1b" not in failed.stderr


def test_they_are_drawn(data: Path, tmp_path: Path) -> None:
    analysis = instag.analyze(instag.read(data), by="source")
    instag.report(analysis, tmp_path / "r.html")
    drawn = instag.figures(analysis, tmp_path / "figures", format="svg")
    assert any("\\x1b[31m" in path.read_text("utf-8") for path in map(Path, drawn))


def test_they_are_kept_in_files(data: Path, tmp_path: Path) -> None:
    run("select", data, "--budget", "60", "-o", tmp_path / "out.jsonl")
    before, after = (instag.read(path) for path in (data, tmp_path / "out.jsonl"))
    assert after.sort("tags").equals(before.sort("tags"))

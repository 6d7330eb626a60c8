"""A type of files is one file: what is put beside the others is read, written, and offered."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import instag
from instag.io.filetypes import TYPES, endings, type_called

PACKAGE = Path(instag.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "formats.md"

# Files of a type that there is not: fields between bars, with a header.
BARS = '''
"""Files of fields between bars."""

import polars as pl

from instag.io.filetypes import DataFile, FileType
from instag.io.sink import Place, Sink


def scan(file: DataFile) -> pl.LazyFrame:
    return pl.scan_csv(file.path, separator="|", infer_schema=False)


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    sink.table(frame, place, "|", "bars")


TYPE = FileType(endings=(".bars",), scan=scan, write=write, nested=False)
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package as it stands, with one file more."""
    for folder in (Path(), Path("io"), Path("io/formats")):
        there = tmp_path / "instag" / folder
        there.mkdir()
        for each in (PACKAGE / folder).iterdir():
            if each.name not in ("io", "formats", "__pycache__"):
                (there / each.name).symlink_to(each)
    (tmp_path / "instag/io/formats/bars.py").write_text(BARS)
    return tmp_path


def instag_with(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(package), "COLUMNS": "400", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "instag", *arguments]
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)


def test_a_new_type_is_one_file(package: Path) -> None:
    (package / "in.bars").write_text("question|answer\nWhy?|So.\n")
    made = instag_with(package, "convert", "in.bars", "-o", "out.jsonl")
    assert made.returncode == 0, made.stderr
    assert (package / "out.jsonl").read_text() == '{"question":"Why?","answer":"So."}\n'
    back = instag_with(package, "convert", "out.jsonl", "-o", "back.bars")
    assert back.returncode == 0, back.stderr
    assert (package / "back.bars").read_text() == "question|answer\nWhy?|So.\n"
    (package / "in.data").write_text("question|answer\nHow?|So.\n")
    assert instag_with(package, "convert", "in.data", "--format", "bars", "-o", "x.jsonl").returncode == 0
    refused = instag_with(package, "select", "in.bars", "--budget", "1", "-o", "out.bars")
    assert "out.bars: bars cannot hold lists of tags" in refused.stderr
    assert "bars" in instag_with(package, "convert", "--help").stdout
    assert ".bars" in instag_with(package, "convert", "in.pages", "-o", "out.pages").stderr


def test_every_type_is_named_where_people_look() -> None:
    page = PAGE.read_text(encoding="utf-8")
    documentation = inspect.getdoc(instag.read) or ""
    for name in TYPES:
        assert f'"{name}"' in documentation, name
        assert all(f"`{ending}`" in page for ending in type_called(name).endings[:1]), name


def test_no_two_types_share_an_ending() -> None:
    assert sum(len(type_called(name).endings) for name in TYPES) == len(endings())
    assert all(ending.startswith(".") for ending in endings())


def test_the_names_of_types_load_no_frames() -> None:
    loaded = "import sys, instag.io.options; print(*{'polars', 'instag.io.formats.csv'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True).stdout.strip() == b""

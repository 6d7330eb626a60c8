"""Files to be written, by every command that writes: what is wrong with them is reported before anything is done."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import datasets
import orjson
import polars as pl
import pytest

import instag
from instag.cli import main, outputs

ROWS = [
    {"instruction": "Add 2 and 2.", "output": "4", "tags": ["math"]},
    {"instruction": "Prove it.", "output": "Done.", "tags": ["math", "proof"]},
]
# What each command needs beside IN and the output; the endpoint is nobody's, and must not be asked.
TAG = ("tag", "{in}", "--replace", "--model", "m", "--base-url", "http://127.0.0.1:9/v1")
AUDIT = ("audit", "{in}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1")
NORMALIZE = ("normalize", "{in}", "--embedder", "none")
COMMANDS: dict[str, tuple[str, ...]] = {
    "tag": (*TAG, "-o"),
    "select": ("select", "{in}", "--budget", "1", "-o"),
    "rank": ("rank", "{in}", "-o"),
    "normalize": (*NORMALIZE, "-o"),
    "apply": ("vocabulary", "apply", "{v}", "{in}", "-o"),
    "convert": ("convert", "{in}", "-o"),
    "report": ("report", "{in}", "-o"),
    "failures": (*TAG, "-o", "{free}", "--failures"),
    "journal": (*TAG, "-o", "{free}", "--journal"),
    "cases": (*AUDIT, "--cases"),
    "details": (*AUDIT, "--details"),
    "vocabulary": (*NORMALIZE, "-o", "{free}", "--vocabulary"),
    "merges": (*NORMALIZE, "-o", "{free}", "--merges"),
    "kept apart": (*NORMALIZE, "-o", "{free}", "--apart"),
}
ENDINGS = {"report": ".html", "cases": ".csv", "vocabulary": ".parquet"}
Fails = Callable[..., str]
Refused = Callable[..., str]


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fails:
    """Run a command that fails, in this process; what it says on standard error, in one line."""

    def fail(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["instag", *map(str, arguments)])
        with pytest.raises(SystemExit) as leave:
            main()
        out, said = capsys.readouterr()
        assert (leave.value.code, out, said.count("\n")) == (1, "", 1)
        return said

    return fail


@pytest.fixture
def refused(tmp_path: Path, fails: Fails) -> Refused:
    """Have a command write to a place that is refused, which the message names first; nothing is changed."""
    data = tmp_path / "data.jsonl"
    data.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    instag.normalize(instag.read(data), embedder=None).vocabulary.save(tmp_path / "v.parquet")
    places = {"in": data, "v": tmp_path / "v.parquet", "free": tmp_path / "free.jsonl"}

    def refuse(name: str, target: str | Path, **others: Path) -> str:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        command = [part.format(**(places | others)) for part in COMMANDS[name]]
        said = fails(*command, target)
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        assert said.startswith(f"error: {command[-1]}: ")
        return said

    return refuse


@pytest.mark.parametrize("name", COMMANDS)
def test_no_file_is_written_into_a_folder_that_is_not_there(name: str, refused: Refused, tmp_path: Path) -> None:
    target = tmp_path / "no" / f"x{ENDINGS.get(name, '.jsonl')}"
    assert f"{target}: there is no folder {target.parent}: expected one to write {target.name} to" in refused(
        name, target
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_no_file_takes_the_place_of_a_folder(name: str, refused: Refused, tmp_path: Path) -> None:
    target = tmp_path / f"x{ENDINGS.get(name, '.jsonl')}"
    target.mkdir()
    assert f"{target}: this is a folder: expected a file to write" in refused(name, target)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "journal"])
def test_a_wrong_ending_is_reported_at_once(name: str, refused: Refused, tmp_path: Path) -> None:
    said = refused(name, tmp_path / "x.pdf")
    assert "--format" not in said
    if name in ENDINGS:
        assert f"x.pdf: expected a file that ends in {ENDINGS[name]}" in said
    else:
        assert "x.pdf: unknown file extension '.pdf': expected one of .arrow, " in said
        assert ".gz" not in said
        assert ("or say what it is with --to: arrow, " in said) == (COMMANDS[name][-1] == "-o")


@pytest.mark.parametrize("name", ["tag", "select", "rank", "normalize", "apply", "details"])
def test_what_holds_no_lists_is_reported_at_once(name: str, refused: Refused, tmp_path: Path) -> None:
    assert "csv cannot hold lists of " in refused(name, tmp_path / "x.csv")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ENDINGS])
def test_an_output_is_no_input(name: str, refused: Refused, tmp_path: Path) -> None:
    assert "data.jsonl is one of the files that are read: name another" in refused(name, tmp_path / "data.jsonl")


@pytest.mark.parametrize("name", ["tag", "select", "normalize", "apply", "convert", "vocabulary", "cases"])
def test_nor_one_of_a_glob(name: str, refused: Refused, tmp_path: Path) -> None:
    ending = ENDINGS.get(name, ".jsonl")
    target = tmp_path / f"part1{ending}"
    target.write_bytes((tmp_path / "data.jsonl").read_bytes())
    # By another name, too.
    link = tmp_path / f"link{ending}"
    link.symlink_to(target)
    assert "is one of the files that are read" in refused(name, link, **{"in": tmp_path / f"part*{ending}"})


def test_nor_a_part_of_a_saved_dataset(refused: Refused, tmp_path: Path) -> None:
    datasets.disable_progress_bars()
    datasets.Dataset.from_list(ROWS).save_to_disk(tmp_path / "saved")
    part = next((tmp_path / "saved").glob("*.arrow"))
    assert "is one of the files that are read" in refused("select", part, **{"in": tmp_path / "saved"})


@pytest.mark.parametrize("name", ["failures", "journal", "merges", "kept apart"])
def test_no_two_outputs_are_one(name: str, refused: Refused, tmp_path: Path) -> None:
    roundabout = tmp_path / ".." / tmp_path.name / "free.jsonl"
    assert f"{roundabout} is the output: name another file" in refused(name, roundabout)


def test_no_two_others_are_one(tmp_path: Path) -> None:
    first, second = outputs.file("--cases", tmp_path / "a"), outputs.file("--journal", tmp_path / "a")
    with pytest.raises(instag.InputError) as error:
        outputs.apart([], None, first, second)
    assert str(error.value) == f"--journal: {tmp_path / 'a'} is the file of --cases: name another file"
    # Two names of one file, by a link that is none to see.
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")
    with pytest.raises(instag.InputError, match=r"--details: .* is the file of --cases"):
        outputs.apart([], first, outputs.file("--details", tmp_path / "b"))
    outputs.apart([tmp_path / "c", "*.none", None], first, outputs.file("--details", tmp_path / "c"))


def test_a_vocabulary_or_a_selection_that_is_shown_is_no_report(refused: Refused, fails: Fails, tmp_path: Path) -> None:
    page = tmp_path / "x.html"
    page.write_bytes((tmp_path / "data.jsonl").read_bytes())
    assert "x.html is one of the files that are read" in refused("report", page, **{"in": page})
    for option in ("--vocabulary", "--selection"):
        said = fails("report", tmp_path / "data.jsonl", option, page, "-o", page)
        assert said.startswith(f"error: -o: {page} is one of the files that are read")


def test_a_name_that_is_too_long(refused: Refused, tmp_path: Path) -> None:
    assert "cannot be written: File name too long" in refused("select", tmp_path / f"{'x' * 300}.jsonl")
    # A prompt may be taken for a file; whether it is one is for others to say.
    outputs.apart(["{query} " * 99], outputs.data("-o", tmp_path / "x.jsonl"))


def test_a_format_that_nobody_writes(fails: Fails, tmp_path: Path) -> None:
    said = fails("convert", tmp_path / "data.jsonl", "-o", tmp_path / "x.jsonl", "--to", "xml")
    assert said.startswith("error: --to: expected one of auto, arrow, ")


@pytest.mark.parametrize("command", [("demo", "-o"), ("report", "{in}", "-o", "{out}", "--figures")])
def test_a_file_is_no_folder(command: tuple[str, ...], fails: Fails, tmp_path: Path) -> None:
    data = tmp_path / "data.parquet"
    pl.DataFrame(ROWS).write_parquet(data)
    places = {"in": data, "out": tmp_path / "x.html"}
    for target in (data, data / "within"):
        said = fails(*(part.format(**places) for part in command), target)
        assert said == f"error: {command[-1]}: {data} is a file: expected a folder, or room for one\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data.parquet"]

"""Where files are written: whole or not at all, into pipes and devices, with the mode that was there."""

import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import datasets
import pandas as pd
import polars as pl
import pytest

from instag import InputError
from instag.io import convert, write
from instag.io.output import atomic_write

ROW = '{"prompt":"a"}\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(ROW)
    return path


def run(*arguments: str | Path, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:  # noqa: A002 - as subprocess has it
    command = [sys.executable, "-m", "instag", *map(str, arguments)]
    return subprocess.run(command, input=input, capture_output=True, check=True)


def test_a_device_stays_one(source: Path) -> None:
    convert(source, os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116 - the device, not a path


def test_a_pipe_is_written_into_and_read_from(source: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    convert(source, pipe)
    reader.join()
    assert got == [ROW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    writer = threading.Thread(target=lambda: pipe.write_text(ROW))
    writer.start()
    convert(pipe, tmp_path / "out.jsonl")
    writer.join()
    assert (tmp_path / "out.jsonl").read_text() == ROW


@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
def test_standard_input_and_output(target: str, source: Path, tmp_path: Path) -> None:
    done = run("convert", "-", "-o", target, input=source.read_bytes())
    assert done.stdout.decode() == ROW
    assert done.stderr.decode() == f"1 sample with 1 query; written to {target}\n"
    packed = run("convert", source, "-o", target, "--to", "parquet").stdout
    assert pl.read_parquet(io.BytesIO(packed))["prompt"].to_list() == ["a"]
    with (tmp_path / "all.jsonl").open("w") as file:
        file.write("before\n")
        file.flush()
        subprocess.run([sys.executable, "-m", "instag", "convert", str(source), "-o", target], stdout=file, check=True)
    assert (tmp_path / "all.jsonl").read_text() == f"before\n{ROW}"


def test_mode_and_link_stay(source: Path, tmp_path: Path) -> None:
    final, link = tmp_path / "out.jsonl", tmp_path / "link.jsonl"
    final.write_text("old")
    final.chmod(0o640)
    link.symlink_to(final)
    convert(source, link)
    assert (final.read_text(), stat.S_IMODE(final.stat().st_mode), link.is_symlink()) == (ROW, 0o640, True)


def test_what_a_killed_run_left_is_removed(source: Path, tmp_path: Path) -> None:
    draft, other = tmp_path / ".0123abcd.out.jsonl", tmp_path / ".0123abcd.other.jsonl"
    draft.write_text("half")
    other.write_text("mine")
    with atomic_write(tmp_path / "out.jsonl", "jsonl") as held:
        held.write_text("whole")
        assert not draft.exists()
        # One that is being written by another is left alone.
        convert(source, tmp_path / "out.jsonl")
        assert held.read_text() == "whole"
    assert (tmp_path / "out.jsonl").read_text() == "whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".0123abcd.other.jsonl", "in.jsonl", "out.jsonl"]


def test_a_circle_of_links(source: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(InputError, match="goes round in a circle"):
        convert(one, tmp_path / "out.jsonl")
    with pytest.raises(InputError, match=r"one\.jsonl: cannot be written as jsonl: "):
        convert(source, one)


def test_a_full_disk_is_one_line(source: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with pytest.raises(InputError, match=r"^/dev/full: cannot be written as jsonl: the disk is full$"):
        convert(source, "/dev/full")


def test_a_limit_of_files_is_one_line(source: Path, tmp_path: Path) -> None:
    source.write_text(ROW * 10_000)
    program = (
        "import resource, instag\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"try: instag.convert({str(source)!r}, {str(tmp_path / 'out.jsonl')!r})\n"
        "except instag.InputError as error: print(error)"
    )
    (tmp_path / "out.jsonl").write_text("old")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"{tmp_path}/out.jsonl: cannot be written as jsonl: it would be larger than files may be here (see ulimit -f)\n"
    )
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another")
def test_the_owner_stays(source: Path, tmp_path: Path) -> None:
    final = tmp_path / "out.jsonl"
    final.write_text("old")
    os.chown(final, 1234, 4321)
    convert(source, final)
    assert (final.read_text(), final.stat().st_uid, final.stat().st_gid) == (ROW, 1234, 4321)


def test_a_folder_that_is_read_only(source: Path) -> None:
    # What root may do says nothing, so for a moment nobody does it, in a folder that everybody sees.
    nobody = os.geteuid() == 0
    with TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        folder = Path(open_folder) / "closed"
        folder.mkdir()
        data = Path(open_folder) / "in.jsonl"
        data.write_text(ROW)
        (folder / "out.jsonl").write_text("old")
        (folder / "out.jsonl").chmod(0o666)
        convert(source, os.devnull)
        folder.chmod(0o555)
        try:
            if nobody:
                os.seteuid(65534)
            with pytest.raises(
                InputError,
                match=r"new.jsonl: cannot be written as jsonl: Permission denied: write to another folder, or see to its perm",
            ):
                convert(data, folder / "new.jsonl")
            with pytest.raises(InputError, match=r"out.jsonl: cannot be written as jsonl: Permission denied"):
                convert(data, folder / "out.jsonl")
        finally:
            if nobody:
                os.seteuid(0)
            folder.chmod(0o755)
        assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("out.jsonl", "old")]


def test_long_names(source: Path, tmp_path: Path) -> None:
    name = "x" * 249 + ".jsonl"
    convert(source, tmp_path / name)
    assert (tmp_path / name).read_text() == ROW


def test_what_parquet_says_of_its_columns_goes_through(tmp_path: Path) -> None:
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, 1]}, features=features).to_parquet(
        tmp_path / "in.parquet"
    )
    convert(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert datasets.Dataset.from_parquet(str(tmp_path / "out.parquet")).features == features
    convert(tmp_path / "in.parquet", tmp_path / "more.parquet", to="messages")
    assert datasets.Dataset.from_parquet(str(tmp_path / "more.parquet")).features["label"] == features["label"]
    pd.DataFrame({"text": ["a", "b"]}, index=[5, 7]).to_parquet(tmp_path / "index.parquet")
    convert(tmp_path / "index.parquet", tmp_path / "out.parquet")
    assert pd.read_parquet(tmp_path / "out.parquet").index.to_list() == [5, 7]
    write(pl.DataFrame({"prompt": ["a"]}), tmp_path / "plain.parquet")
    assert "huggingface" not in pl.read_parquet_metadata(tmp_path / "plain.parquet")

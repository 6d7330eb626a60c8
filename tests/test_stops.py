"""Work on large files that is stopped or fails midway: nothing half-written, one line that says why, no drafts for long."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.frame import once

ROWS = 1_500_000
INSTAG = [sys.executable, "-m", "instag"]
PATIENCE = 300
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def tagged(rows: int) -> pl.DataFrame:
    row = pl.int_range(rows)
    tags = [pl.concat_str(pl.lit(f"tag {size}:"), row % size) for size in (7, 11, 13)]
    return pl.select(id=row, prompt=pl.format("What is {} about, and who asks?", row), tags=pl.concat_list(tags))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that take seconds to be read and written."""
    folder = tmp_path_factory.mktemp("large")
    whole = tagged(ROWS)
    whole.write_parquet(folder / "in.parquet", row_group_size=100_000)
    instag.normalize(whole.head(1_000), embedder=None, min_count=1).vocabulary.save(folder / "words.parquet")
    return folder


COMMANDS = {
    "convert": ["convert", "{large}/in.jsonl", "-o", "{out}/out.parquet"],
    "shards": ["convert", "{large}/in.parquet", "-o", "{out}/out-{{:04d}}.jsonl", "--rows-per-file", "20000"],
    "select": ["select", "{large}/in.parquet", "--budget", "90%", "-o", "{out}/out.jsonl"],
    "apply": ["vocabulary", "apply", "{large}/words.parquet", "{large}/in.parquet", "-o", "{out}/out.jsonl"],
    "normalize": ["normalize", "{large}/in.parquet", "--embedder", "none", "-o", "{out}/out.jsonl"],
}


def started(name: str, large: Path, out: Path) -> subprocess.Popen[str]:
    """A command that has begun to write."""
    if name == "convert" and not (large / "in.jsonl").exists():
        tagged(ROWS).write_ndjson(large / "in.jsonl")
    command = [*INSTAG, *(part.format(large=large, out=out) for part in COMMANDS[name])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # A draft is what is seen of it first; all the writing is still before it then.
    while not any(out.iterdir()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process


@POSIX
@pytest.mark.parametrize(
    "name", ["shards", *(pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS if name != "shards")]
)
def test_ctrl_c_while_it_writes(name: str, large: Path, tmp_path: Path) -> None:
    process = started(name, large, tmp_path)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert (process.returncode, stderr.splitlines()[-1]) == (130, "error: stopped")
    assert list(tmp_path.iterdir()) == []


@POSIX
@pytest.mark.parametrize("name", ["shards", pytest.param("convert", marks=pytest.mark.slow)])
def test_what_a_killed_run_left_goes_with_the_next(name: str, large: Path, tmp_path: Path) -> None:
    process = started(name, large, tmp_path)
    process.kill()
    process.communicate(timeout=PATIENCE)
    left = list(tmp_path.iterdir())
    assert left
    assert all(path.name.startswith(".") for path in left)
    few = tmp_path / "few.parquet"
    tagged(3).write_parquet(few)
    if name == "shards":
        instag.convert(few, tmp_path / "out-{:04d}.jsonl", rows_per_file=2)
        names = ["few.parquet", "out-0000.jsonl", "out-0001.jsonl"]
    else:
        instag.convert(few, tmp_path / "out.parquet")
        names = ["few.parquet", "out.parquet"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def selected(source: Path, out: Path) -> None:
    instag.write(instag.select(instag.scan(source), 0.9), out / "out.parquet")


def sharded(source: Path, out: Path) -> None:
    instag.write(instag.select(instag.scan(source), 0.9), out / "out-{}.jsonl", rows_per_file=30_000)


def converted(source: Path, out: Path) -> None:
    instag.convert(source, out / "out.jsonl.zst")


def normalized(source: Path, out: Path) -> None:
    instag.write(instag.normalize(instag.scan(source), embedder=None).data, out / "out.arrow")


def applied(source: Path, out: Path) -> None:
    vocabulary = instag.normalize(tagged(1_000), embedder=None).vocabulary
    instag.write(vocabulary.apply(instag.scan(source)).data, out / "out.parquet")


WORKS: list[Callable[[Path, Path], None]] = [selected, sharded, converted, normalized, applied]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "pool.parquet"
    tagged(60_000).write_parquet(path, row_group_size=10_000)
    return path


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 60 KB."""
    folder = tmp_path_factory.mktemp("disk")
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=60k", "tmpfs", folder], check=False)
    if not done or done.returncode:
        pytest.skip("a disk can be mounted by root on Linux alone")
    yield folder
    subprocess.run(["umount", folder], check=True)  # noqa: S607 - as the system has it


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_a_disk_that_is_full_midway(work: Callable[[Path, Path], None], source: Path, small_disk: Path) -> None:
    with pytest.raises(instag.InputError, match=r"out\S* cannot be written as \w+: the disk is full$"):
        work(source, small_disk)
    assert [path.name for path in small_disk.iterdir()] == []


def test_a_full_disk_for_what_is_kept_for_a_while(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "SIZE", 1 << 18)
    monkeypatch.setattr(once, "scratch", lambda: small_disk)
    with pytest.raises(instag.InputError, match=r"cannot be kept in .*: set TMPDIR to a disk with room"):
        instag.scan(tagged(60_000).iter_slices(5_000))
    for path in small_disk.iterdir():
        path.unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("name", ["sharded", pytest.param("selected", marks=pytest.mark.slow)])
def test_a_limit_of_the_size_of_files(name: str, source: Path, tmp_path: Path) -> None:
    program = (
        "import resource, sys, instag, test_stops\n"
        "from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        f"try: test_stops.{name}(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except instag.InputError as error: print(error)"
    )
    command = [sys.executable, "-c", program, str(source), str(tmp_path)]
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": paths})
    assert done.stdout.endswith("it would be larger than files may be here (see ulimit -f)\n"), done.stdout
    assert list(tmp_path.iterdir()) == []


def plans(path: Path) -> dict[str, Any]:
    data = instag.scan(path)
    vocabulary = instag.normalize(tagged(1_000), embedder=None).vocabulary
    return {
        "select": instag.select(data, 0.5),
        "rank": instag.rank(data, method="gain"),
        "normalize": instag.normalize(data, embedder=None).data,
        "apply": vocabulary.apply(data).data,
        "tokens": instag.count_tokens(data, len),
    }


@pytest.mark.parametrize("change", ["gone", "others", "shorter"])
def test_a_file_that_changes_between_two_readings(change: str, tmp_path: Path) -> None:
    path, out = tmp_path / "pool.parquet", tmp_path / "out.jsonl"
    tagged(5_000).write_parquet(path)
    found = plans(path)
    if change == "gone":
        path.unlink()
    else:
        new = tagged(5_000).reverse() if change == "others" else tagged(10)
        new.write_parquet(path)
    for name, plan in found.items():
        with pytest.raises(instag.InputError, match=r"pool\.parquet: the file (has changed|was there)"):
            instag.write(plan, out)
        assert not out.exists(), name
        assert [each.name for each in tmp_path.iterdir() if each != path] == [], name


def test_lines_that_change_before_a_vocabulary_is_applied(tmp_path: Path) -> None:
    path, out = tmp_path / "pool.jsonl", tmp_path / "out.jsonl"
    tagged(5_000).write_ndjson(path)
    vocabulary = instag.normalize(tagged(1_000), embedder=None).vocabulary
    applied = vocabulary.apply(pl.scan_ndjson(path)).data
    tagged(5_000).reverse().write_ndjson(path)
    with pytest.raises(instag.InputError, match=r"pool\.jsonl: the file has changed"):
        instag.write(applied, out)
    assert [each.name for each in tmp_path.iterdir()] == ["pool.jsonl"]


@pytest.mark.parametrize("ending", ["jsonl", pytest.param("parquet", marks=pytest.mark.slow)])
def test_two_thousand_files(ending: str, tmp_path: Path) -> None:
    whole = tagged(4_000)
    one = tmp_path / f"one.{ending}"
    contents = []
    for part in range(20):
        piece = whole[200 * part : 200 * part + 2]
        piece.write_parquet(one) if ending == "parquet" else piece.write_ndjson(one)
        contents.append(one.read_bytes())
    for number in range(2_000):
        (tmp_path / f"part-{number:04d}.{ending}").write_bytes(contents[number % 20])
    data = instag.scan(tmp_path / f"part-*.{ending}")
    frame = data.collect()
    assert frame.height == 4_000
    assert frame["source"].n_unique() == 2_000
    wanted = instag.select(frame, 500, details=True)
    assert instag.select(data, 500, details=True).collect().select(wanted.columns).equals(wanted)
    assert instag.measure(data) == instag.measure(frame)

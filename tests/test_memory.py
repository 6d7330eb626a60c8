"""What work will take is announced before it begins: not below a tenth of the memory, and never more than all of it."""

import re
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import instag
from instag.choices import Method
from instag.cli.app import app
from instag.frame import wrap
from instag.memory import announce, available, written

pytestmark = pytest.mark.filterwarnings("ignore:.* will take about")

GIB = 1 << 30
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def system(root: Path, files: dict[str, str]) -> Path:
    """Files as Linux has them."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


MACHINE = {
    "proc/meminfo": "MemTotal:       16777216 kB\nMemAvailable:    8388608 kB\n",
    "proc/self/status": "VmSize: 1 kB\n",
}
V2 = {
    "proc/self/cgroup": "0::/user/job\n",
    "sys/fs/cgroup/user/memory.max": f"{4 * GIB}\n",
    "sys/fs/cgroup/user/memory.current": f"{3 * GIB}\n",
    "sys/fs/cgroup/user/memory.stat": f"anon 1\ninactive_file {GIB}\nactive_file 0\n",
    "sys/fs/cgroup/user/job/memory.max": "max\n",
    "sys/fs/cgroup/user/job/memory.current": f"{GIB}\n",
}
V1 = {
    "proc/self/cgroup": "4:cpu,cpuacct:/x\n3:memory:/docker/1\n",
    # In the container that is its top.
    "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{GIB}\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GIB // 4}\n",
    "sys/fs/cgroup/memory/memory.stat": "total_inactive_file 0\n",
}
UNLIMITED = {
    "proc/self/cgroup": "3:memory:/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
}


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSTAG_MEMORY", raising=False)


@pytest.mark.parametrize(
    ("files", "expected"),
    [({}, 8 * GIB), (V2, 2 * GIB), (V1, GIB - GIB // 4), (UNLIMITED, 8 * GIB)],
    ids=["machine", "groups", "groups of the first version", "no limit"],
)
def test_the_least_of_what_the_system_allows(files: dict[str, str], expected: int, tmp_path: Path) -> None:
    assert available(system(tmp_path, MACHINE | files)) == expected


def test_this_system_says_how_much_there_is() -> None:
    there = available()
    assert there is not None
    assert there > 0


def test_a_limit_of_the_shell_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: 2 * GIB, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], resource.RLIM_INFINITY))
    assert available(system(tmp_path, MACHINE)) == 2 * GIB - 1024


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("64G", 64 * 10**9),
        ("500M", 5 * 10**8),
        ("1.5 TB", 15 * 10**11),
        ("4GiB", 4 * 10**9),
        ("1000", 1000),
        ("any", None),
    ],
)
def test_the_user_may_say_how_much_there_is(
    setting: str, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTAG_MEMORY", setting)
    assert available() == expected


@pytest.mark.parametrize("setting", ["much", "-5G", "G", "1e999", "nan"])
def test_what_is_no_amount_is_refused(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTAG_MEMORY", setting)
    with pytest.raises(instag.InputError, match="INSTAG_MEMORY: expected an amount of memory such as 64G"):
        available()


def test_a_tenth_is_not_said_and_more_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTAG_MEMORY", "10G")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        announce("this", 1e9, 1, "less")
    with pytest.warns(instag.InstagWarning, match=r"this will take about 1.1 GB of the 10.0 GB .* 5 minutes of proc"):
        announce("this", 1.1e9, 300, "less")
    with pytest.warns(instag.InstagWarning, match="10.0 GB of the 10.0 GB"):
        announce("this", 10e9, 300, "less")
    with pytest.raises(
        instag.InputError, match=r"needs about 11.0 GB of memory, and 10.0 GB are free: less\. To allow more"
    ):
        announce("this", 11e9, 300, "less")


def tagged(rows: int, width: int = 0) -> pl.DataFrame:
    """Rows with three tags each, and texts of so many letters."""
    random = np.random.default_rng(0)
    names = pl.Series([f"a tag called {number}" for number in range(500)])
    tags = (
        names.gather((500 * random.random(3 * rows) ** 4).astype(np.uint32))
        .reshape((rows, 3))
        .arr.to_list()
        .alias("tags")
    )
    text = pl.format("{}", pl.int_range(rows)).str.pad_end(width, "x")
    return pl.DataFrame({"tags": tags}).with_columns(text=text)


@pytest.fixture(scope="module")
def pool() -> pl.DataFrame:
    return tagged(60_000, 400)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    tagged(600_000).write_parquet(folder / "pool.parquet", row_group_size=20_000)
    return folder / "pool.parquet"


def said(work: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        work()
    return [str(each.message) for each in caught if "will take about" in str(each.message)]


def needed(work: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> float:
    """What some work is said to need, where there is hardly anything."""
    monkeypatch.setenv("INSTAG_MEMORY", "1000")
    with pytest.raises(instag.InputError) as caught:
        work()
    found = re.search(r"needs about ([\d.,]+) (KB|MB|GB) of memory", str(caught.value))
    assert found is not None
    return float(found[1]) * UNITS[found[2]]


def give(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTAG_MEMORY", str(int(size)))


def works(pool: pl.DataFrame, files: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    for method in get_args(Method):
        yield method, partial(instag.select, pool, 0.01, method=method)
    yield "files", lambda: instag.select(pl.scan_parquet(files), 0.2)
    yield "rank", lambda: instag.rank(pool)
    yield "pandas", lambda: instag.select(pool.to_pandas(), 0.2)
    yield "a key", lambda: instag.select(pool, 0.2, key="text")
    yield "normalize", lambda: instag.normalize(pool, embedder=None, min_count=1)
    yield "normalize, files", lambda: instag.normalize(pl.scan_parquet(files), embedder=None, min_count=1)


def test_all_that_is_foreseen(pool: pl.DataFrame, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, work in works(pool, files):
        size = needed(work, monkeypatch)
        give(size * 20, monkeypatch)
        assert said(work) == [], name
        give(size * 5, monkeypatch)
        messages = said(work)
        assert len(messages) == 1, name
        assert f"about {written(size)} of the {written(int(size * 5))} of memory" in messages[0], name
        give(size * 0.9, monkeypatch)
        with pytest.raises(instag.InputError, match="are free: "):
            work()
        monkeypatch.setenv("INSTAG_MEMORY", "any")
        assert said(work) == [], name


ADVISED = r"ask for ([\d,]+) rows or fewer"


def advised(work: Callable[[], Any], pattern: str) -> re.Match[str]:
    with pytest.raises(instag.InputError) as caught:
        work()
    found = re.search(pattern, str(caught.value))
    assert found is not None, caught.value
    return found


@pytest.mark.parametrize("method", ["complexity-first", "complexity", "random"])
def test_as_many_rows_as_are_advised_can_be_chosen(
    method: Any, pool: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(needed(lambda: instag.select(pool, 1.0, method=method), monkeypatch) * 0.6, monkeypatch)
    found = advised(lambda: instag.select(pool, 1.0, method=method), ADVISED)
    most = int(found[1].replace(",", ""))
    assert 1_000 < most < 60_000
    assert not set(str(most)[2:]) - {"0"}, "rounded to two digits"
    assert instag.select(pool, most, method=method).height == most
    with pytest.raises(instag.InputError, match="are free"):
        instag.select(pool, round(most * 1.3), method=method)


def test_a_count_folds_where_a_share_needs_all_rows(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pl.scan_parquet(files)
    give(needed(lambda: instag.select(data, 0.5), monkeypatch) * 0.8, monkeypatch)
    found = advised(
        lambda: instag.select(data, 0.5, method="coverage"), r"choose ([\d,]+) rows or fewer by complexity-first"
    )
    most = int(found[1].replace(",", ""))
    assert instag.select(data, most).collect().height == most


def test_fewer_columns_are_advised_where_they_help(pool: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    give(needed(lambda: instag.select(pool, 1.0), monkeypatch) * 0.6, monkeypatch)
    advised(lambda: instag.select(pool, 1.0), "leave out columns that are not needed, since a row takes ")
    assert instag.select(pool.select("tags"), 1.0).height == 60_000


def test_a_part_is_normalised_and_its_vocabulary_applied(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pl.scan_parquet(files)
    give(needed(lambda: instag.normalize(data, embedder=None), monkeypatch) * 0.7, monkeypatch)
    found = advised(lambda: instag.normalize(data, embedder=None), r"normalise ([\d,]+) rows, and apply")
    part = data.head(int(found[1].replace(",", "")))
    vocabulary = instag.normalize(part, embedder=None).vocabulary
    assert vocabulary.apply(data).data.select(pl.len()).collect().item() == 600_000


def test_rows_that_are_filtered_are_counted_before_anything_is_refused(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pl.scan_parquet(files)
    give(needed(lambda: instag.select(data, 0.5), monkeypatch) * 0.5, monkeypatch)
    few = data.filter(pl.col("text").str.starts_with("59"))
    assert instag.select(few, 0.5).collect().height == 5_556


def test_rows_of_files_are_known_before_they_are_read(tmp_path: Path) -> None:
    whole = tagged(30_000, 40)
    whole.write_parquet(tmp_path / "a.parquet")
    whole.write_ndjson(tmp_path / "a.jsonl")
    whole.write_ndjson(tmp_path / "a.jsonl.gz", compression="gzip")
    for path in sorted(tmp_path.iterdir()):
        for data in (instag.scan(path), instag.io.load([path, path])):
            rows = data.select(pl.len()).collect().item()
            extent = wrap(data).extent("tags")
            assert extent is not None
            assert extent.rows == pytest.approx(rows, rel=0.02)
            assert extent.tags == pytest.approx(2.85, rel=0.05)


def test_what_does_not_say_its_size_is_looked_at_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tagged(3_000).lazy()
    assert wrap(data).extent("tags") is None
    assert needed(lambda: instag.select(data, 0.5), monkeypatch) > 30_000
    assert needed(lambda: instag.normalize(data, embedder=None), monkeypatch) > 30_000


def test_the_command_line_says_it_and_refuses(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = needed(lambda: instag.select(pl.scan_parquet(files), 0.2), monkeypatch)
    command = ["select", str(files), "-o", str(tmp_path / "out.parquet"), "--budget", "20%"]
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, instag.InputError)
    assert "are free" in str(refused.exception)
    assert not (tmp_path / "out.parquet").exists()
    give(size * 3, monkeypatch)
    with pytest.warns(
        instag.InstagWarning, match="choosing 120,000 of about 600,000 rows by complexity-first will take"
    ):
        assert CliRunner().invoke(app, command).exit_code == 0

"""A cluster that runs already, which asks for a token: `--ray` finds it, or says what is missing."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

ray = pytest.importorskip("ray", reason="ray[data] is not installed: hundreds of megabytes, so a job of its own has it")

Settings = dict[str, str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's home, where a token is, in which Ray looks for one."""
    path = tmp_path_factory.mktemp("home")
    (path / ".ray").mkdir()
    (path / ".ray" / "auth_token").write_text("5f" * 32)
    return path


@pytest.fixture(scope="module")
def settings(home: Path) -> Iterator[Settings]:
    """What the processes of this user find, and nothing of another Ray."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    # The paths of sockets must be short.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        yield others | {"HOME": str(home), "RAY_TMPDIR": folder}


@pytest.fixture(scope="module")
def address(home: Path, settings: Settings) -> Iterator[str]:
    """Where the cluster is."""
    command = [
        *(str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", "--port", "0", "--num-cpus", "1"),
        *("--include-dashboard=false", "--disable-usage-stats", "--object-store-memory", str(200 << 20)),
    ]
    with (home / "log").open("w") as log:
        head = subprocess.Popen(command, env=settings, stdout=log, stderr=log)
        try:
            for _ in range(600):
                said = (home / "log").read_text()
                if "Ray runtime started" in said or head.poll() is not None:
                    break
                time.sleep(0.2)
            assert "Ray runtime started" in said, said
            yield said.split("--address='")[1].split("'")[0]
        finally:
            head.terminate()
            head.wait(60)


def select(where: str, settings: Settings, folder: Path) -> subprocess.CompletedProcess[str]:
    """Choose there."""
    pl.DataFrame({"id": range(40), "tags": [["math", f"t{nth % 7}"] for nth in range(40)]}).write_parquet(
        folder / "pool.parquet"
    )
    command = ["-m", "instag", "select", "pool.parquet", "--budget", "5", "--key", "id", "-o", "out.parquet"]
    return subprocess.run(
        [sys.executable, *command, "--ray", where],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.usefixtures("address")
def test_auto_finds_it_and_its_token(settings: Settings, tmp_path: Path) -> None:
    done = select("auto", settings, tmp_path)

    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(tmp_path / "out.parquet").height == 5


def test_an_address_takes_the_token_where_that_is_asked_for(address: str, settings: Settings, tmp_path: Path) -> None:
    done = select(address, settings | {"RAY_AUTH_MODE": "token"}, tmp_path)

    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(tmp_path / "out.parquet").height == 5


@pytest.mark.parametrize("mode", [{}, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "00" * 32}], ids=["none", "another"])
def test_without_its_token_it_says_what_to_set(
    address: str, settings: Settings, tmp_path: Path, mode: Settings
) -> None:
    done = select(address, settings | mode, tmp_path)

    said = " ".join(done.stderr.split())
    assert done.returncode == 1
    assert f"--ray: no cluster at '{address}'" in said
    assert "asks for a token, set RAY_AUTH_MODE=token" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("where", "mode", "message"),
    [
        ("nonsense", {}, "no cluster at 'nonsense': Invalid address format"),
        ("127.0.0.1:1", {}, "no cluster at '127.0.0.1:1': Connection refused"),
        ("local", {"RAY_AUTH_TOKEN_PATH": "missing", "RAY_AUTH_MODE": "token"}, "--ray: no cluster at 'local'"),
    ],
    ids=["no address", "nobody there", "no token"],
)
def test_what_is_no_cluster_is_said(
    settings: Settings, tmp_path: Path, where: str, mode: Settings, message: str
) -> None:
    done = select(where, settings | mode, tmp_path)

    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr

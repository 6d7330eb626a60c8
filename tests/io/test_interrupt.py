"""Ctrl-C while files are read and written."""

import signal
import threading
from pathlib import Path

import polars as pl
import pytest

from instag import InputError
from instag.io.files import interruptible, reading
from instag.io.output import atomic_write


def press() -> threading.Timer:
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    return timer


def test_what_listens_to_nothing_is_left() -> None:
    over = threading.Event()
    timer = press()
    with pytest.raises(KeyboardInterrupt):
        interruptible(over.wait)
    assert not over.is_set()
    over.set()
    timer.join()


def test_errors_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 // 0)


@pytest.mark.parametrize("work", ["read", "written"])
def test_ctrl_c_within_polars_is_no_damaged_file(work: str, tmp_path: Path) -> None:
    def stop(_: pl.Series) -> pl.Series:
        raise KeyboardInterrupt

    frame = pl.LazyFrame({"a": [1]}).select(pl.col("a").map_batches(stop, return_dtype=pl.Int64, is_elementwise=True))

    def read() -> None:
        with reading("in.jsonl", "jsonl"):
            frame.collect(engine="streaming")

    def write() -> None:
        with atomic_write(tmp_path / "out.jsonl", "jsonl") as draft:
            frame.sink_csv(draft)

    with pytest.raises(KeyboardInterrupt):
        (read if work == "read" else write)()
    assert list(tmp_path.iterdir()) == []


def test_a_panic_is_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"prompt": ["a" * 50] * 1000}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:30] + path.read_bytes()[-200:])
    with pytest.raises(InputError, match=r"x.parquet: cannot be read as \w+: "), reading(path, "parquet"):
        pl.read_parquet(path)

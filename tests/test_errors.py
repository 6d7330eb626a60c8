"""Errors are of the kinds that users catch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

FRAME = pl.DataFrame({"queries": [["Why is the sky blue?"]], "tags": [["physics"]]})
MODEL: dict[str, Any] = {"model": "m", "base_url": "http://127.0.0.1:9/v1"}


@pytest.mark.parametrize(
    "use",
    [
        instag.read,
        instag.scan,
        lambda path: instag.read([path]),
        lambda path: instag.read(f"{path}*"),
        instag.Vocabulary.load,
        lambda path: instag.tag(FRAME, prompt=path, **MODEL),
        lambda path: instag.tag(FRAME, examples=path, **MODEL),
        lambda path: instag.tag(FRAME, vocabulary=path, **MODEL),
        lambda path: instag.audit(FRAME, labels=path, precision=1, consistency=0, journal=path.parent / "j", **MODEL),
        lambda path: instag.report(FRAME, path.parent / "report.html", vocabulary=path),
    ],
)
def test_a_missing_file_is_what_python_calls_it(use: Callable[[Path], object], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.parquet"
    with pytest.raises(FileNotFoundError, match="nowhere") as caught:
        use(missing)
    assert isinstance(caught.value, instag.InputError)


def test_a_file_that_is_there_is_not_called_missing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no Parquet")
    with pytest.raises(instag.InputError) as caught:
        instag.Vocabulary.load(broken)
    assert not isinstance(caught.value, FileNotFoundError)

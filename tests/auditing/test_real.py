"""A real model as the judge: far too small to judge, and the audit says so."""

from pathlib import Path
from typing import Any

import pytest

import instag
from instag.auditing import audit
from llama import MODEL, llama, missing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.filterwarnings("ignore::instag.InstagWarning"),  # of an answer that is too long
]


def test_a_model_that_cannot_judge_is_found_out(tmp_path: Path) -> None:
    options: Any = {"precision": 4, "consistency": 0, "probes": 1.0, "max_tokens": 300, "concurrency": 2}
    with llama() as url, pytest.warns(instag.InstagWarning, match="precision: the judge caught"):
        done = audit(instag.load_sample(), model=MODEL, base_url=url, journal=tmp_path / "journal", **options)
    assert done.cases.height == done.tally.answered == 8
    assert done.failures.height <= 2
    assert (done.precision.share or 0) > 0.5
    assert done.judge["share"][0] < 0.75
    assert done.cases["reason"].drop_nulls().str.len_chars().sum() > 0
    assert done.tally.structured == "json_schema"

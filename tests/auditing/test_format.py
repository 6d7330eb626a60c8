"""The files of an audit, as they were when verdicts were bought and people labelled cases.

A failure here says that an audit would pay again for verdicts that its journal holds, or that people's labels would no
longer belong to a case.
"""

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import httpx2
import orjson
import polars as pl
import pytest

import instag

GOLDEN = Path(__file__).parent.parent / "golden"
DATA = pl.DataFrame(
    {
        "question": [
            f"Question {number} about {'light' if number % 2 else 'water, „Wasser“'}?" for number in range(12)
        ],
        "tags": [["physics", f"topic {number % 3}"] if number % 2 else ["chemistry", "水"] for number in range(12)],
    }
)
OPTIONS: dict[str, Any] = {
    "model": "org/judge:1", "base_url": "http://127.0.0.1:1/v1", "precision": 8, "consistency": 3, "probes": 0.5,
    "group": 3, "seed": 7, "concurrency": 1, "structured": "json_schema",
}  # fmt: skip


def verdict(request: httpx2.Request) -> httpx2.Response:
    """A judge by a rule: a tag is right if it is about physics."""
    case = orjson.loads(orjson.loads(request.content)["messages"][-1]["content"])
    content = orjson.dumps({"reason": "So it is.", "right": "chem" not in case["tag"]}).decode()
    choice = {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return httpx2.Response(200, json={"choices": [choice], "usage": {"prompt_tokens": 90, "completion_tokens": 12}})


def audited(folder: Path, server: Any, **options: Any) -> instag.Audit:
    """An audit whose journal has its own name, and whose cases stand in `cases.csv`."""
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(server))
    with contextlib.chdir(folder):
        return instag.audit(DATA, client=client, cases="cases.csv", **(OPTIONS | options))


def shown(result: instag.Audit) -> dict[str, Any]:
    agreement = result.agreement
    return {
        "precision": [result.precision.count, result.precision.of],
        "consistency": [result.consistency.count, result.consistency.of],
        "judge": result.judge.to_dicts(),
        "cases": result.cases.to_dicts(),
        "agreement": None if agreement is None else agreement.to_dicts(),
    }


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_an_audit_that_was_paid_for_is_read_without_a_question(tmp_path: Path) -> None:
    known = json.loads((GOLDEN / "audit_result.json").read_text())
    for name in (known["journal"], "cases.csv", "labels.csv"):
        shutil.copy(GOLDEN / f"audit_{name}", tmp_path / name)

    def never(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(request.content)

    result = audited(tmp_path, never, labels="labels.csv")
    assert shown(result) == known["result"]
    assert result.tally.kept == len(known["result"]["cases"])
    assert (tmp_path / "cases.csv").read_bytes() == (GOLDEN / "audit_cases.csv").read_bytes()


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_the_files_of_an_audit_are_written_as_ever(tmp_path: Path) -> None:
    known = json.loads((GOLDEN / "audit_result.json").read_text())
    result = audited(tmp_path, verdict)
    assert result.journal.name == known["journal"]
    assert (tmp_path / "cases.csv").read_bytes() == (GOLDEN / "audit_cases.csv").read_bytes()
    kept = (GOLDEN / f"audit_{known['journal']}").read_bytes().splitlines()
    assert [line for line in kept if line not in (tmp_path / known["journal"]).read_bytes().splitlines()] == []

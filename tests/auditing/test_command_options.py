"""Every option of `instag audit` reaches what it is for."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import instag
from calls import FRAME, Call, Calls, all_of, read_with, taken_down
from instag.chat import Tally
from instag.cli.audit import audit


@pytest.fixture
def calls() -> Iterator[Calls]:
    with taken_down() as calls:
        yield calls


def test_audit(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("instag.cli.audit")
    key, cases, details = (tmp_path / name for name in ("key", "cases.csv", "details.jsonl"))
    key.write_text("from the file\n")
    monkeypatch.setenv("OTHER_KEY", "from the environment")
    share = SimpleNamespace(of=1)
    calls.expect(instag, "audit", SimpleNamespace(cases=FRAME, precision=share, consistency=share, tally=Tally()))
    calls.expect(module, "show")
    given = {
        "source": ["IN.jsonl"],
        "model": ["--model", "m1"],
        "base_url": ["--base-url", "http://there/v1"],
        "api_key_file": ["--api-key-file", str(key)],
        "tags": ["--tags", "other tags"],
        "query": ["--query", "asked"],
        "precision": ["--precision", "3"],
        "consistency": ["--consistency", "4"],
        "probes": ["--probes", "0.2"],
        "group": ["--group", "6"],
        "seed": ["--seed", "8"],
        "cases": ["--cases", str(cases)],
        "labels": ["--labels", "a.csv", "--labels", "b.csv"],
        "details": ["--details", str(details)],
        "worst": ["--worst", "1"],
        "journal": ["--journal", "kept"],
        "concurrency": ["--concurrency", "9"],
        "rpm": ["--rpm", "11"],
        "tpm": ["--tpm", "12"],
        "max_cost": ["--max-cost", "3"],
        "price": ["--price", "1,2"],
        "attempts": ["--attempts", "2"],
        "timeout": ["--timeout", "13"],
        "patience": ["--patience", "14"],
        "max_unread": ["--max-unread", "0.25"],
        "max_tokens": ["--max-tokens", "77"],
        "temperature": ["--temperature", "0.5"],
        "structured": ["--structured", "json_object"],
        "extra_body": ["--extra-body", '{"seed": 7}'],
        "retry_unread": ["--retry-unread"],
        "limit": ["--limit", "5"],
        "shard": ["--shard", "1/3"],
        "insecure": ["--insecure"],
        "reask": ["--reask", "4"],
        "header": ["--header", "X-A: b"],
        "format": ["--format", "alpaca"],
    }
    other = {"api_key_env": ["--api-key-env", "OTHER_KEY"]}
    assert all_of(audit, given, other)

    options = {
        "model": "m1",
        "base_url": "http://there/v1",
        "api_key": "from the file",
        "tags": "other tags",
        "precision": 3,
        "consistency": 4,
        "probes": 0.2,
        "group": 6,
        "seed": 8,
        "cases": cases,
        "labels": [Path("a.csv"), Path("b.csv")],
        "journal": Path("kept"),
        "retry_unread": True,
        "limit": 5,
        "concurrency": 9,
        "rpm": 11.0,
        "tpm": 12.0,
        "max_cost": 3.0,
        "price": (1.0, 2.0),
        "attempts": 2,
        "timeout": 13.0,
        "patience": 14.0,
        "max_unread": 0.25,
        "max_tokens": 77,
        "temperature": 0.5,
        "structured": "json_object",
        "extra_body": {"seed": 7},
        "shard": "1/3",
        "insecure": True,
        "reask": 4,
        "headers": {"X-A": "b"},
    }
    read: Call = ("read", ["IN.jsonl"], read_with(format="alpaca", query="asked"))
    after: list[Call] = [("show", [1], {}), ("write", [details], {})]
    calls.check("audit", given, {"source", "model"}, [read, ("audit", [], options), *after])
    elsewhere = {name: option for name, option in given.items() if name != "api_key_file"} | other
    named = options | {"api_key": "from the environment"}
    assert calls.of("audit", elsewhere) == [read, ("audit", [], named), *after]

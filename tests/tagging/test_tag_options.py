"""Every option of `instag tag` reaches what it is for."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import instag
from calls import FRAME, Call, Calls, all_of, read_with, taken_down
from instag import io
from instag.chat import Tally
from instag.chat.truncate import Cut
from instag.cli.tag import tag
from instag.model_options import OPTIONS


@pytest.fixture
def calls() -> Iterator[Calls]:
    with taken_down() as calls:
        yield calls


UNSET = {name: option.default for name, option in OPTIONS.items() if option.help} | {"api_key": None, "headers": {}}


def test_tag(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("instag.cli.tag")
    key, output, failures = (tmp_path / name for name in ("key", "out.jsonl", "failures.csv"))
    key.write_text("from the file\n")
    monkeypatch.setenv("OTHER_KEY", "from the environment")
    tagged = SimpleNamespace(data=FRAME.lazy(), failures=FRAME, tally=Tally(), samples=1, queries=9, blank=0)
    calls.expect(instag, "tag", tagged)
    calls.expect(io, "scan_for", (FRAME.drop("tags").lazy(), False))
    calls.expect(instag, "estimate")
    calls.expect(instag.tagging, "batch", [])
    monkeypatch.setattr(module, "counted", lambda *_: [])
    monkeypatch.setattr(module, "estimated", lambda *_: [])
    required = {"source", "output", "model"}
    common = {
        "source": ["IN.jsonl"],
        "output": ["-o", str(output)],
        "model": ["--model", "m1"],
        "base_url": ["--base-url", "http://there/v1"],
        "prompt": ["--prompt", "instag-cached"],
        "examples": ["--examples", "examples.jsonl"],
        "vocabulary": ["--vocabulary", "v.parquet"],
        "tags_in": ["--tags-in", "German"],
        "query": ["--query", "asked"],
        "journal": ["--journal", "kept"],
        "price": ["--price", "1,2"],
        "max_tokens": ["--max-tokens", "77"],
        "limit": ["--limit", "5"],
        "format": ["--format", "alpaca"],
        "to": ["--to", "messages"],
    }
    asked = {
        "longest": ["--max-query", "500"],
        "max_cost": ["--max-cost", "3"],
        "temperature": ["--temperature", "0.5"],
        "structured": ["--structured", "json_object"],
        "extra_body": ["--extra-body", '{"seed": 7}'],
        "header": ["--header", "X-A: b"],
        "explanations": ["--explanations"],
        "replace": ["--replace"],
    }
    paced = {
        "retry_unread": ["--retry-unread"],
        "concurrency": ["--concurrency", "9"],
        "rpm": ["--rpm", "11"],
        "tpm": ["--tpm", "12"],
        "shard": ["--shard", "1/3"],
    }
    borne = {
        "insecure": ["--insecure"],
        "reask": ["--reask", "4"],
        "api_key_file": ["--api-key-file", str(key)],
        "attempts": ["--attempts", "2"],
        "timeout": ["--timeout", "13"],
        "patience": ["--patience", "14"],
        "max_unread": ["--max-unread", "0.25"],
        "failures": ["--failures", str(failures)],
        "rows_per_file": ["--rows-per-file", "9"],
    }
    dry = {"longest_tokens": ["--max-query-tokens", "300"], "dry_run": ["--dry-run"]}
    batched = {
        "api_key_env": ["--api-key-env", "OTHER_KEY"],
        "batched": ["--batch", "submit"],
        "batch_size": ["--batch-size", "7"],
    }
    assert all_of(tag, common, asked, paced, borne, dry, batched)

    read: list[Call] = [
        ("scan_for", ["IN.jsonl", "messages"], read_with(format="alpaca", query="asked")),
    ]
    questions = {
        "model": "m1",
        "base_url": "http://there/v1",
        "prompt": "instag-cached",
        "examples": Path("examples.jsonl"),
        "vocabulary": Path("v.parquet"),
        "tags_in": "German",
        "cut": Cut(500),
        "journal": Path("kept"),
        "limit": 5,
        "max_tokens": 77,
        "price": (1.0, 2.0),
    }
    asking = {
        "api_key": "from the file",
        "temperature": 0.5,
        "structured": "json_object",
        "extra_body": {"seed": 7},
        "headers": {"X-A": "b"},
        "max_cost": 3.0,
        "explanations": True,
        "replace": True,
    }
    pace = {"retry_unread": True, "concurrency": 9, "rpm": 11.0, "tpm": 12.0, "shard": "1/3"}
    bounds = {"insecure": True, "reask": 4, "attempts": 2, "timeout": 13.0, "patience": 14.0, "max_unread": 0.25}
    wrote: list[Call] = [
        ("write", [output], {"format": "messages", "metadata": {}, "rows_per_file": 9}),
        ("write", [failures], {}),
    ]
    run: Call = ("tag", [], UNSET | questions | asking | pace | bounds)
    calls.check("tag", common | asked | paced | borne, required, [*read, run, *wrote])
    estimate: Call = ("estimate", [], UNSET | questions | pace | {"cut": Cut(300, "tokens"), "batch": False})
    # What is written is another matter there.
    calls.check("tag", common | paced | dry, required | {"to"}, [*read, estimate])
    sent: Call = ("batch", ["submit"], UNSET | questions | asking | {"api_key": "from the environment", "requests": 7})
    calls.check("tag", common | asked | batched, required | {"to"}, [*read, sent])

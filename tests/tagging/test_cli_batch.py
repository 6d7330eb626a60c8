"""`instag tag --batch` as a shell sees it; what batches do is tested beside."""

import subprocess
from pathlib import Path

import orjson
import pytest

import shell
from batch_server import SECRET, BatchServer
from tagged import environment

pytest.importorskip("openai", reason="the extra `batch` is not installed")


def run(data: Path, action: str, url: str, *more: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    options = ["--model", "gpt-4o-mini", "--base-url", url, "--batch", action, *more]
    environ = environment(OPENAI_API_KEY=SECRET)
    return shell.instag("tag", data, "-o", data.with_name("tagged.jsonl"), *options, code=code, env=environ)


def test_submit_wait_and_collect(tmp_path: Path) -> None:
    data, output = tmp_path / "data.jsonl", tmp_path / "tagged.jsonl"
    queries = [f"Question number {number}?" for number in range(7)]
    data.write_bytes(b"".join(orjson.dumps({"prompt": query}) + b"\n" for query in queries))
    with BatchServer() as server:
        sent = run(data, "submit", server.url, "--batch-size", "4")
        # One question is asked at once, to learn the form.
        assert "6 queries sent; the same command with --batch collect fetches the answers" in sent.stdout
        assert "0 queries sent" in run(data, "submit", server.url).stdout
        assert run(data, "status", server.url).stdout.count("in_progress") == 2
        early = run(data, "collect", server.url)
        assert "2 batches are under way: try again later" in early.stdout
        assert not output.exists()
        for batch in list(server.batches):
            server.end(batch)
        done = run(data, "collect", server.url)
        assert done.stdout.count("collected") == 2
        assert SECRET not in done.stdout + done.stderr
    rows = [orjson.loads(line) for line in output.read_bytes().splitlines()]
    assert rows == [{"prompt": query, "tags": ["math"], "query_tags": [["math"]]} for query in queries]


def test_what_batches_cannot_do_is_reported(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b'{"prompt": "Why?"}\n')
    with BatchServer() as server:
        for option in ("--retry-unread", "--rpm 5", "--tpm 5", "--concurrency 5", "--attempts 5", "--timeout 5"):
            done = run(data, "submit", server.url, *option.split(), code=1)
            assert f"{option.split()[0]}: not with --batch" in done.stderr
        assert not server.calls


def test_nothing_is_sent_that_costs_too_much(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b"".join(b'{"prompt": "Question %d?"}\n' % number for number in range(10)))
    # Ten answers of 1,000 tokens, at a dollar each, cost half of that in batches, and one is asked at once first.
    given = ("--price", "0,1000", "--max-tokens", "1000", "--max-cost")
    with BatchServer() as server:
        done = run(data, "submit", server.url, *given, "5.4", code=1)
        words = "10 queries in batches may cost $5.5, with answers of 1,000 tokens, more than $5.4: nothing was sent"
        assert words in done.stderr
        done = run(data, "submit", server.url, "--price", "1,1", "--max-cost", "5", "--max-tokens", "0", code=1)
        assert "depends on how long their answers may be: set max_tokens / --max-tokens" in done.stderr
        assert not server.calls
        assert "9 queries sent" in run(data, "submit", server.url, *given, "5.5").stdout
        assert "in_progress" in run(data, "collect", server.url, *given, "0.001").stdout


def test_nothing_is_sent_that_collecting_would_refuse(tmp_path: Path) -> None:
    data, output = tmp_path / "data.jsonl", tmp_path / "tagged.jsonl"
    data.write_bytes(b'{"prompt": "Why?", "tags": ["old"]}\n{"prompt": "How?", "tags": []}\n')
    with BatchServer() as server:
        done = run(data, "submit", server.url, code=1)
        assert "data: they already have 'tags': rename or drop them" in done.stderr
        assert not server.calls
        run(data, "submit", server.url, "--replace")
        server.end("batch_0")
        run(data, "collect", server.url, "--replace")
    assert [orjson.loads(line)["tags"] for line in output.read_bytes().splitlines()] == [["math"], ["math"]]

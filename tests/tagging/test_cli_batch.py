"""`instag tag --batch` as a shell sees it; what batches do is tested beside."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from batch_server import SECRET, BatchServer
from tagged import environment

pytest.importorskip("openai", reason="the extra `batch` is not installed")


def run(data: Path, action: str, url: str, *more: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "instag", "tag", str(data), "-o", str(data.with_name("tagged.jsonl"))]
    options = ["--model", "gpt-4o-mini", "--base-url", url, "--batch", action, *more]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, env=environment(OPENAI_API_KEY=SECRET)
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done


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


def test_what_batches_cannot_do_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b'{"prompt": "Why?"}\n')
    with BatchServer() as server:
        done = run(data, "submit", server.url, "--retry-unread", code=1)
        assert "--retry-unread: not with --batch" in done.stderr
        assert not server.batches

"""Collection: what batches answer, or do not."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from batch_bench import Bench, names, questions, sent, served
from batch_lines import answered, expired
from batch_server import SECRET, BatchServer
from instag.chat import EndpointError
from instag.chat.batches import BatchState

pytest.importorskip("openai", reason="the extra `batch` is not installed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    with served(monkeypatch) as server:
        yield server


@pytest.fixture
def bench(server: BatchServer, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path)


def test_failures_are_reported_and_asked_again(bench: Bench, server: BatchServer) -> None:
    asked = questions(8)
    bench.submit(asked[:1])
    bench.submit(asked[1:])
    lines: list[Callable[[dict[str, Any]], dict[str, Any] | None]] = [
        answered,
        expired,
        lambda request: answered(request, status_code=400, body={"error": {"message": f"bad {SECRET}"}}),
        lambda request: answered(request, body={"error": {"message": "overloaded"}}),
        lambda request: {**answered(request), "custom_id": "someone else's"},
        lambda request: {**answered(request), "response": None},
    ]
    by_name = dict(zip(names(asked[2:]), lines, strict=True))
    server.end("batch_0", "expired", answer=lambda request: by_name[request["custom_id"]](request), ago=7_200)
    (state,) = bench.collect()
    assert state == BatchState("batch_0", "collected", 6, 1, 5)
    assert len(bench.replies()) == 3
    assert bench.reasons() == Counter({"batch_expired": 1, "http 400": 1, "error": 1, "expired": 1, "no answer": 1})
    assert SECRET.encode() not in bench.path.read_bytes()
    bench.submit(asked)
    assert sent(server)[6:] == names(asked[4:])
    server.end("batch_1")
    bench.collect()
    assert len(bench.replies()) == 8
    assert not bench.reasons()


def test_a_batch_beyond_the_enqueued_tokens_is_sent_again(bench: Bench, server: BatchServer) -> None:
    asked = questions(5)
    bench.submit(asked)
    words = "Enqueued token limit reached for gpt-4o-mini. Limit: 40,000 enqueued tokens."
    server.fail("batch_0", "token_limit_exceeded", words)
    (state,) = bench.status()
    assert state == BatchState("batch_0", "failed", 4, detail=f"token_limit_exceeded: {words}")
    assert bench.collect() == [state]
    bench.submit(asked, requests=2)
    assert sorted(sent(server)) == sorted(names(asked[2:]))
    for batch in ("batch_1", "batch_2"):
        server.end(batch)
    assert [each.status for each in bench.collect()] == ["failed", "collected", "collected"]
    assert len(bench.replies()) == 5


def test_files_may_come_later(bench: Bench, server: BatchServer) -> None:
    asked = questions(4)
    bench.submit(asked)
    server.end("batch_0", files=False)
    assert bench.collect() == [BatchState("batch_0", "waiting for its files", 3)]
    assert bench.submit(asked) == []
    server.batches["batch_0"].output = "file-not-there-yet"
    assert bench.collect() == [BatchState("batch_0", "waiting for its files", 3)]
    server.end(
        "batch_0", answer=lambda request: answered(request) if request["custom_id"] != asked[2].key.hex() else None
    )
    assert bench.collect() == [BatchState("batch_0", "waiting for its files", 3, 2)]
    assert not bench.reasons()
    server.end("batch_0")
    assert bench.collect() == [BatchState("batch_0", "collected", 3, 3)]
    assert len(bench.replies()) == 4


@pytest.mark.parametrize("status", ["completed", "expired", "cancelled"])
def test_a_batch_that_ends_without_files(bench: Bench, server: BatchServer, status: str) -> None:
    asked = questions(3)
    bench.submit(asked)
    server.end("batch_0", status, files=False, ago=4_000)
    assert bench.collect() == [BatchState("batch_0", "collected", 2, 0, 2)]
    assert bench.reasons() == {status: 2}
    bench.submit(asked)
    assert Counter(sent(server)) == Counter([*names(asked[1:]), asked[2].key.hex()])


def test_a_file_that_breaks_off_is_read_again(bench: Bench, server: BatchServer) -> None:
    asked = questions(9)
    bench.submit(asked)
    server.end("batch_0")
    server.faults["content"] = ["half", "half"]
    assert bench.collect() == [BatchState("batch_0", "collected", 8, 8)]
    assert len(bench.replies()) == 9


def test_a_file_that_always_breaks_off_stops_nothing_for_good(bench: Bench, server: BatchServer) -> None:
    bench.submit(questions(9))
    server.end("batch_0")
    server.faults["content"] = ["half"] * 3
    with pytest.raises(EndpointError, match="does not give the whole file"):
        bench.collect()
    assert 1 < len(bench.replies()) < 9
    assert bench.collect() == [BatchState("batch_0", "collected", 8, 8)]
    assert len(bench.replies()) == 9

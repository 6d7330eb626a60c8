"""Submission: which questions go into batches, and in what form."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from batch_bench import IDENTITY, MODEL, PROMPT, SAMPLING, Bench, names, questions, sent, served
from batch_lines import answered, completion
from batch_server import SECRET, BatchServer
from instag.chat import Endpoint, EndpointError, Reply
from instag.chat.batches import BatchState, submit
from instag.chat.batches.service import Service
from instag.errors import InputError
from instag.tagging.parsing import read_answer

pytest.importorskip("openai", reason="the extra `batch` is not installed")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    with served(monkeypatch) as server:
        yield server


@pytest.fixture
def bench(server: BatchServer, tmp_path: Path) -> Bench:
    return Bench(server, tmp_path)


def test_from_questions_to_replies(bench: Bench, server: BatchServer) -> None:
    asked = questions(10)
    states = bench.submit(asked, requests=4)
    # One is asked at once.
    assert [state.requests for state in states] == [4, 4, 1]
    assert sent(server) == names(asked[1:])
    assert (
        bench.status() == states == [BatchState(f"batch_{n}", "in_progress", size) for n, size in enumerate([4, 4, 1])]
    )
    assert [state.status for state in bench.collect()] == ["in_progress"] * 3
    server.end("batch_0")
    server.end("batch_1", answer=lambda request: answered(request, body=completion(request["body"], '["other"]')))
    assert [state.status for state in bench.collect()] == ["collected", "collected", "in_progress"]
    server.end("batch_2")
    states = bench.collect()
    assert states == [BatchState(f"batch_{n}", "collected", size, size, 0) for n, size in enumerate([4, 4, 1])]
    replies = bench.replies()
    assert set(replies) == {question.key for question in asked}
    first, other = replies[asked[1].key], replies[asked[5].key]
    assert first == Reply(asked[1].key, '{"tags":[{"tag":"math","explanation":"x"}]}', "stop", None, 20, 10, 100)
    assert read_answer(other).tags == ["other"]
    calls = server.calls.copy()
    assert bench.collect() == bench.status() == states
    assert bench.submit(asked) == []
    assert (server.calls["upload"], server.calls["content"]) == (calls["upload"], calls["content"])


def test_the_file_of_requests(bench: Bench, server: BatchServer) -> None:
    asked = questions(2)
    bench.submit(asked)
    (line,) = server.requests("batch_0")
    assert line["custom_id"] == asked[1].key.hex()
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
    assert server.batches["batch_0"].endpoint == "/v1/chat/completions"
    body = line["body"]
    assert body["messages"] == asked[1].messages
    assert (body["model"], body["temperature"], body["max_tokens"]) == (MODEL, 0, 100)
    assert body["response_format"]["json_schema"]["schema"] == PROMPT.schema
    assert server.chats == [{**body, "messages": asked[0].messages}]
    assert server.names[server.batches["batch_0"].input].endswith(".jsonl")


def test_a_batch_is_no_larger_than_the_limits(bench: Bench, server: BatchServer) -> None:
    asked = questions(9)
    line = 1_400
    bench.submit(asked, size=3 * line)
    assert sent(server) == names(asked[1:])
    sizes = [len(server.files[made.input]) for made in server.batches.values()]
    assert len(sizes) > 2
    assert max(sizes) <= 3 * line < sizes[0] + line
    with pytest.raises(InputError, match="requests: expected 1 to 50,000 questions a batch; found 50001"):
        bench.submit(asked, requests=50_001)


def test_a_question_is_in_one_batch(bench: Bench, server: BatchServer) -> None:
    asked = questions(6)
    bench.submit(asked[:4])
    bench.submit(asked)
    bench.submit([*questions(8)[6:], *questions(8)[7:], *asked])
    assert Counter(sent(server)) == Counter(names(asked[1:4] + asked[5:] + questions(8)[7:]))


def test_the_form_is_tried_first(bench: Bench, server: BatchServer) -> None:
    """A server that takes neither the limit's name, nor a temperature, nor a schema says so before there is a batch."""

    def chat(body: dict[str, Any]) -> tuple[int, Any]:
        for name, words in {
            "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "temperature": "Unsupported value: 'temperature' does not support 0 with this model.",
            "structured_outputs": "Unknown parameter: 'structured_outputs'.",
        }.items():
            if name in body:
                return 400, {"error": {"message": words}}
        if body.get("response_format", {}).get("type") == "json_schema":
            return 400, {"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema'."}}
        return 200, completion(body)

    server.chat = chat
    bench.submit(questions(3))
    body = server.requests("batch_0")[0]["body"]
    assert body["response_format"] == {"type": "json_object"}
    assert body["max_completion_tokens"] == 100
    assert not body.keys() & {"temperature", "max_tokens"}


def test_an_answer_to_the_trial_that_cannot_be_read_is_kept(bench: Bench, server: BatchServer) -> None:
    server.chat = lambda body: (200, completion(body, "Let me think." if "response_format" in body else '["math"]'))
    bench.submit(questions(3), structured="json_object")
    with bench.journal() as journal:
        assert [reply.content for reply in journal.replies()] == ["Let me think."] * 2
    assert sent(server) == names(questions(3)[1:])


def test_a_form_with_answers_that_cannot_be_read_is_changed(bench: Bench, server: BatchServer) -> None:
    server.chat = lambda body: (200, completion(body, "Let me think." if "response_format" in body else '["math"]'))
    bench.submit(questions(3))
    body = server.requests("batch_0")[0]["body"]
    assert body["structured_outputs"] == {"json": PROMPT.schema}
    assert "response_format" not in body
    with bench.journal() as journal:
        # Both were paid for, and the last counts.
        assert [reply.content for reply in journal.replies()] == ["Let me think."] * 2 + ['["math"]']


def test_nothing_is_tried_before_the_file_is_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on the server's list is waited for, and a large file takes its time."""
    upload = Service.upload
    noted: list[str] = []

    def note() -> None:
        ledger = Path(f"{bench.path}.batches").read_text()
        noted.append(" ".join(name for name in ("keys", "tried", '"batch"') if name in ledger))

    async def noting(*values: Any) -> str:
        note()
        return await upload(*values)

    monkeypatch.setattr(Service, "upload", noting)
    bench.submit(questions(3))
    note()
    assert noted == ["keys", 'keys tried "batch"']


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_a_trial_that_teaches_nothing_stops_nothing(bench: Bench, server: BatchServer, status: int) -> None:
    server.chat = lambda _: (status, {"error": {"message": "not now"}})
    bench.submit(questions(2))
    assert sent(server) == names(questions(2))


def test_what_may_be_over_the_next_time_says_nothing_of_the_form(bench: Bench, server: BatchServer) -> None:
    server.chat = lambda _: (500, {"error": {"message": "Invalid parameter: 'response_format'; try again"}})
    bench.submit(questions(2))
    body = server.requests("batch_0")[0]["body"]
    assert body["response_format"]["type"] == "json_schema"
    assert len(server.chats) == 1


def test_a_trial_that_is_hopeless_stops_all(bench: Bench, server: BatchServer) -> None:
    server.chat = lambda _: (401, {"error": {"message": f"Incorrect API key provided: {SECRET}"}})
    with pytest.raises(EndpointError, match=r"\(http 401\): Incorrect API key provided: \*\*\*"):
        bench.submit(questions(2))
    assert not server.batches


def test_an_openai_client_of_one_s_own(bench: Bench, server: BatchServer) -> None:
    from openai import AsyncAzureOpenAI, AsyncOpenAI  # noqa: PLC0415 - it may not be installed

    async def work(client: Any) -> list[BatchState]:
        async with client:
            with bench.journal() as journal:
                endpoint = Endpoint.of(MODEL, client=client)
                options: dict[str, Any] = {"endpoint": endpoint, "journal": journal, "identity": IDENTITY}
                return await submit(questions(3), **options, schema=PROMPT.schema, sampling=SAMPLING)

    asyncio.run(work(AsyncOpenAI(base_url=server.url, api_key="own-key-123")))
    assert server.headers[-1]["Authorization"] == "Bearer own-key-123"
    server.end("batch_0")
    bench.collect()
    azure = AsyncAzureOpenAI(base_url=server.url, api_key="azure-key-123", api_version="2025-04-01-preview")
    chats = len(server.chats)
    bench.path = bench.path.with_name("azure.journal")
    server.batches.clear()
    (state,) = asyncio.run(work(azure))
    # Models for batches take no single questions there.
    assert (state.requests, len(server.chats)) == (3, chats)
    assert server.batches["batch_0"].endpoint == "/chat/completions"
    request = server.requests("batch_0")[0]
    assert request["url"] == "/chat/completions"
    assert request["body"]["max_completion_tokens"] == 100


def test_without_the_sdk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(InputError, match=r"batches need the openai SDK: pip install 'instag\[batch\]'"):
        bench.status()


def test_many_questions(bench: Bench, server: BatchServer) -> None:
    asked = questions(2_001)
    bench.submit(asked)
    server.end("batch_0")
    assert bench.collect() == [BatchState("batch_0", "collected", 2_000, 2_000)]
    assert orjson.loads(server.files["file-0"].splitlines()[-1])["custom_id"] == asked[-1].key.hex()

"""Answers that come as event streams, which nobody asked for."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

import chaos
from asked import run, stopped, texts
from instag.chat import Reply
from instag.chat.endpoint import Redaction
from instag.chat.refusal import Trouble
from instag.chat.response import read_response
from instag.chat.stream import joined
from instag.chat.transport import Answer

KIND = {"Content-Type": "text/event-stream"}


def stream(events: Iterable[Any], end: str = "\n\n", last: str = "data: [DONE]\n\n") -> bytes:
    return "".join(f"data: {json.dumps(event)}{end}" for event in events).encode() + last.encode()


def deltas(*pieces: dict[str, Any], finish: str | None = "stop") -> list[dict[str, Any]]:
    whole = [{"choices": [{"index": 0, "delta": piece, "finish_reason": None}]} for piece in pieces]
    return [*whole, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}]


def reply(body: bytes) -> Reply | Trouble:
    return read_response(Answer(200, KIND, body), bytes(16), 64, Redaction())


def said(body: bytes) -> tuple[str | None, str | None]:
    found = reply(body)
    assert isinstance(found, Reply)
    return found.content, found.finish_reason


@given(
    pieces=st.lists(st.text(max_size=6), min_size=1, max_size=6),
    end=st.sampled_from(["\n\n", "\r\n\r\n", "\n", "\r\r", "\n: alive\n\n"]),
    before=st.sampled_from(["", ": alive\n\n", "event: message\n", "\ufeff", "id: 1\n"]),
)
def test_what_is_streamed_is_what_would_come_whole(pieces: list[str], end: str, before: str) -> None:
    events = deltas({"role": "assistant"}, *({"content": piece} for piece in pieces))
    message = {"content": "".join(pieces) or None}
    whole = {"choices": [{"message": message, "finish_reason": "stop"}]}
    assert joined(before.encode() + stream(events, end)) == whole


@given(st.binary(max_size=60))
def test_any_bytes_behind_a_field_are_judged(found: bytes) -> None:
    assert isinstance(reply(b"data: " + found), Reply | Trouble)


def test_the_tokens_of_the_last_event_are_counted() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    found = reply(stream([*deltas({"content": "[]"}), usage]))
    assert isinstance(found, Reply)
    assert (found.prompt_tokens, found.completion_tokens, found.limit) == (7, 3, 64)


FORMS: dict[str, tuple[Sequence[Any], str]] = {
    "tool calls": (
        deltas(
            {"tool_calls": [{"index": 0, "function": {"name": "answer", "arguments": '{"tags"'}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": ": []}"}}]},
        ),
        '{"tags": []}',
    ),
    "a function call": (
        deltas({"function_call": {"arguments": '{"tags"'}}, {"function_call": {"arguments": ": []}"}}),
        '{"tags": []}',
    ),
    "all in the thoughts": (deltas({"reasoning_content": '["ma'}, {"reasoning_content": 'th"]'}), '["math"]'),
    "thoughts apart": (deltas({"reasoning_content": "Hm. "}, {"content": '["math"]'}), '["math"]'),
    "parts": (deltas({"content": [{"type": "text", "text": '["math"'}]}, {"content": "]"}), '["math"]'),
    "texts": ([{"choices": [{"text": '["ma'}]}, {"choices": [{"text": 'th"]', "finish_reason": "stop"}]}], '["math"]'),
    "one whole answer": ([chaos.completion('["math"]')], '["math"]'),
    "another choice": ([{"choices": [{"index": 1, "delta": {"content": "no"}}]}, *deltas({"content": "[1]"})], "[1]"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    events, content = FORMS[form]
    assert said(stream(events)) == (content, "stop")


def test_an_event_of_several_lines() -> None:
    lines = json.dumps(chaos.completion("[]"), indent=1).splitlines()
    assert said("".join(f"data: {line}\n" for line in lines).encode() + b"\n") == ("[]", "stop")


def test_the_end_of_an_answer() -> None:
    some = deltas({"content": "a, b"})[:1]
    assert said(stream(some)) == ("a, b", None)
    assert said(stream(deltas({"content": "a, b"}, finish="length"), last="")) == ("a, b", "length")
    # Neither an end nor a reason: more was to come.
    assert said(stream(some, last="")) == ("a, b", "disconnected")


def test_an_error_in_a_stream_is_one() -> None:
    error = {"error": {"message": "the model fell over", "code": 503}}
    for events in ([error], [*deltas({"content": "[]"})[:1], error]):
        found = reply(stream(events))
        assert isinstance(found, Trouble)
        assert (found.kind, found.reason, found.detail) == ("away", "http 503", "the model fell over")
    refused = read_response(Answer(400, KIND, stream([{"error": {"message": "no"}}])), bytes(16), 64, Redaction())
    assert isinstance(refused, Trouble)
    assert (refused.kind, refused.detail) == ("refused", "no")


def script(body: dict[str, Any], number: int) -> web.Response:
    text = body["messages"][-1]["content"]
    content = chaos.content_of(text)
    events = deltas({"role": "assistant", "content": content[:20]}, {"content": content[20:]})
    if number % 3 == 1:
        # Broken off in the middle; asked again, it is whole.
        return web.Response(body=stream(events[:1], last=""), headers=KIND)
    return web.Response(body=stream(events), headers=KIND)


def test_a_server_that_streams_is_read(tmp_path: Path) -> None:
    with chaos.running(script=script) as server:
        tally, replies, faults = run(tmp_path / "j", server.url, texts(20))
    assert (tally.answered, tally.unread, faults) == (20, 0, [])
    assert {each.content for each in replies} >= {chaos.content_of(text) for text in texts(20)}


def test_a_stream_without_an_answer_says_what_came(tmp_path: Path) -> None:
    empty = stream([{"choices": []}])
    with chaos.running(script=lambda *_: web.Response(body=empty, headers=KIND)) as server:
        error = stopped(tmp_path / "j", server.url, texts(5))
    assert 'no choices: data: {"choices": []} data: [DONE]' in str(error)

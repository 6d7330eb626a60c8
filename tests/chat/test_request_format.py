"""How a question is put to a server: found out with the first one."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

import chaos
from asked import key, run, stopped, texts
from instag.chat.request_format import RequestFormat
from instag.errors import InputError

WAYS = ["json_schema", "structured_outputs", "json_object", "none"]


def way_of(body: dict[str, Any]) -> str:
    if "structured_outputs" in body:
        return "structured_outputs"
    return body["response_format"]["type"] if "response_format" in body else "none"


def understands(*ways: str, refuse: str | None = "Unrecognized request argument: {}") -> chaos.Script:
    """A server that understands some ways, and refuses the others or ignores them."""
    names = {"structured_outputs": "structured_outputs"}

    def script(body: dict[str, Any], _: int) -> web.Response | None:
        way = way_of(body)
        if way in ways:
            return None
        if refuse is None:
            return web.json_response(chaos.completion("This query is about mathematics."))
        return chaos.failure(400, refuse.format(names.get(way, "response_format")))

    return script


@pytest.mark.parametrize("rung", range(4))
def test_the_ladder_is_walked_once(tmp_path: Path, rung: int) -> None:
    with chaos.running(script=understands(*WAYS[rung:])) as server:
        tally, replies, faults = run(tmp_path / "j", server.url, texts(50))
    assert (tally.answered, tally.failed, faults, tally.structured) == (50, 0, [], WAYS[rung])
    assert [way_of(body) for body in server.bodies] == WAYS[:rung] + [WAYS[rung]] * 50
    assert len(replies) == server.answered == 50
    assert len(tally.notes) == rung
    assert all("Unrecognized request argument" in note for note in tally.notes)
    # Until the way is found, one question at a time.
    assert {body["messages"][-1]["content"] for body in server.bodies[: rung + 1]} == {"question 0"}


def test_answers_that_cannot_be_read_are_kept_and_lead_down(tmp_path: Path) -> None:
    # The server ignores what it does not understand, and answers in prose.
    with chaos.running(script=understands("json_object", refuse=None)) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(50))
    assert (tally.answered, tally.unread, tally.structured) == (50, 0, "json_object")
    # Each way twice, for one answer may be bad luck; and once more in the first way, with another question.
    assert [reply.key for reply in replies[:5]] == [key("question 0")] * 5
    assert [reply.content == chaos.content_of("question 0") for reply in replies[:5]] == [False] * 4 + [True]
    assert [way_of(body) for body in server.bodies[:7]] == [*WAYS[:1] * 2, *WAYS[1:2] * 2, *WAYS[2:3], WAYS[0], WAYS[2]]
    assert len(replies) == server.answered == 55
    assert tally.prompt_tokens == 5_500


def test_where_no_way_helps_it_stays_with_the_first(tmp_path: Path) -> None:
    with chaos.running(script=understands(refuse=None)) as server:
        problem = stopped(tmp_path / "j", server.url, texts(50), concurrency=1)
    assert "20 of the last 20 answers cannot be read" in str(problem)
    assert [way_of(body) for body in server.bodies] == [way for way in WAYS for _ in range(2)] + ["json_schema"] * 19
    assert problem.tally.answered <= 20


def test_an_odd_first_question_does_not_decide(tmp_path: Path) -> None:
    odd = {"question 0": chaos.completion(None, refusal="I cannot help.")}
    script = lambda body, _: web.json_response(odd[text]) if (text := body["messages"][-1]["content"]) in odd else None  # noqa: E731 - fixed answers
    with chaos.running(script=script) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(50))
    assert (tally.answered, tally.unread, tally.structured) == (50, 1, "json_schema")
    assert len(replies) == server.requests == 50


STARTING = [
    chaos.failure(503, "loading the model"),
    chaos.failure(500, "The engine is still warming up."),
    chaos.failure(502, "upstream is starting up"),
    chaos.failure(500, "busy", **{"Retry-After": "0"}),
]


@pytest.mark.parametrize("refusal", STARTING)
def test_a_server_that_is_not_there_yet_is_asked_in_no_other_way(tmp_path: Path, refusal: web.Response) -> None:
    script = lambda _, number: _copy(refusal) if number < 4 else None  # noqa: E731 - it is one line
    with chaos.running(script=script) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(50))
        assert {way_of(body) for body in server.bodies} == {"json_schema"}
    assert (tally.answered, tally.structured, tally.notes) == (50, "json_schema", [])
    # One probe at a time until it is there.
    assert server.requests == 53


def _copy(response: web.Response) -> web.Response:
    """The same once more: a response is sent once."""
    kept = {name: value for name, value in response.headers.items() if name == "Retry-After"}
    return web.Response(status=response.status, body=response.body, headers=kept, content_type="application/json")


@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_was_named_is_kept_to(tmp_path: Path, way: str) -> None:
    with chaos.running(script=understands(way)) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(5), structured=way)
        assert tally.structured == way
        assert {way_of(body) for body in server.bodies} == {way}
    others = [each for each in WAYS if each != way]
    with chaos.running(script=understands(*others)) as server:
        problem = stopped(tmp_path / "k", server.url, texts(50), structured=way)
    assert "Unrecognized request argument" in str(problem)


def test_a_grammar_that_the_server_cannot_make_leads_down(tmp_path: Path) -> None:
    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(500, "failed to parse grammar") if way_of(body) == "json_schema" else None

    with chaos.running(script=script) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(5))
    assert (tally.answered, tally.structured, tally.retries) == (5, "structured_outputs", 1)
    assert [way_of(body) for body in server.bodies[:2]] == ["json_schema", "structured_outputs"]


def test_wrong_words_once_change_nothing(tmp_path: Path) -> None:
    words = "Unexpected token < at position 0"
    script = lambda _, number: chaos.failure(500, words) if number == 1 else None  # noqa: E731 - it is one line
    with chaos.running(script=script) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(5))
    # The second question is asked in the first way once more.
    assert (tally.answered, tally.structured, tally.notes, server.requests) == (5, "json_schema", [], 6)


def test_a_question_that_is_refused_in_every_way_does_not_decide(tmp_path: Path) -> None:
    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(400, "this JSON is odd") if body["messages"][-1]["content"] == "question 0" else None

    with chaos.running(script=script) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(5))
    assert (tally.answered, tally.structured, tally.notes) == (4, "json_schema", [])
    assert [fault.detail for fault in faults] == ["this JSON is odd"]
    assert [way_of(body) for body in server.bodies] == [*WAYS, *["json_schema"] * 4]


def test_where_the_last_way_is_refused_it_is_the_first_that_was_answered(tmp_path: Path) -> None:
    # In prose by one way, refused in all others.
    script = understands("structured_outputs")

    def prose(body: dict[str, Any], number: int) -> web.Response | None:
        text = web.json_response(chaos.completion("About mathematics."))
        return text if way_of(body) == "structured_outputs" and number < 9 else script(body, number)

    with chaos.running(script=prose) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(30), concurrency=1)
    ways = [way_of(body) for body in server.bodies]
    assert ways[:5] == ["json_schema", "structured_outputs", "structured_outputs", "json_object", "none"]
    assert set(ways[5:]) == {"structured_outputs"}
    assert (tally.structured, tally.answered, tally.unread, faults) == ("structured_outputs", 30, 1, [])
    assert [note.partition(" ")[0] for note in tally.notes] == ["json_schema"]


def test_a_limit_that_is_too_large_is_not_a_name_that_is_wrong(tmp_path: Path) -> None:
    words = "'max_tokens' is too large: 1024. This model's maximum context length is 4096 tokens."
    script = lambda body, _: chaos.failure(400, words) if "question 0" in str(body) else None  # noqa: E731 - it is one line
    with chaos.running(script=script) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(2))
    assert (tally.answered, tally.notes, [fault.final for fault in faults]) == (1, [], [True])
    assert all("max_tokens" in body for body in server.bodies)


def test_max_tokens_by_its_other_name_and_no_temperature(tmp_path: Path) -> None:
    def script(body: dict[str, Any], _: int) -> web.Response | None:
        if "max_tokens" in body:
            words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
            return chaos.failure(400, words)
        if "temperature" in body:
            words = "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value."
            return chaos.failure(400, words)
        return None

    with chaos.running(script=script) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(50))
    assert (tally.answered, tally.failed, tally.structured) == (50, 0, "json_schema")
    assert server.requests == 52
    assert {reply.limit for reply in replies} == {64}
    assert server.bodies[-1]["max_completion_tokens"] == 64
    assert [note.partition(":")[0] for note in tally.notes] == [
        "max_tokens is called max_completion_tokens",
        "without a temperature",
    ]


def test_a_late_change_costs_no_attempt(tmp_path: Path) -> None:
    # Some questions get to a server that is newer than the one that was probed.
    def script(body: dict[str, Any], number: int) -> web.Response | None:
        return chaos.failure(400, "use max_completion_tokens instead") if "max_tokens" in body and number > 10 else None

    with chaos.running(script=script, latency=0.01) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(100), attempts=1, concurrency=16)
    assert (tally.answered, faults) == (100, [])
    assert 100 < server.requests <= 117


@pytest.mark.parametrize(("structured", "schema"), [("json_schema", None), ("structured_outputs", None), ("xml", {})])
def test_ways_that_make_no_sense(structured: Any, schema: dict[str, Any] | None) -> None:
    with pytest.raises(InputError, match="structured"):
        RequestFormat("m", schema, structured, {})


@pytest.mark.parametrize(
    ("sampling", "words"),
    [
        ({"messages": []}, "extra_body: messages cannot be set"),
        ({"stop": {1}}, "extra_body: expected what JSON"),
        ({"max_tokens": 0}, "max_tokens: expected a whole number of 1 or more; found 0"),
        ({"max_tokens": -5}, "max_tokens: expected a whole"),
        ({"max_tokens": "x"}, "max_tokens: expected a whole number of 1 or more; found 'x'"),
        ({"max_completion_tokens": 0.5}, "max_completion_tokens: expected a whole"),
        ({"temperature": "a"}, "temperature: expected a number of 0 or more; found 'a'"),
        ({"temperature": float("nan")}, "temperature: expected a number"),
        ({"temperature": -1}, "temperature: expected a number"),
    ],
)
def test_sampling_that_makes_no_sense(sampling: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        RequestFormat("m", None, "auto", sampling)


def test_no_schema_is_no_ladder() -> None:
    form = RequestFormat("m", None, "auto", {"max_tokens": 9})
    assert form.structured == "none"
    assert not form.refused("response_format")
    assert orjson.loads(form.body(b"[]")) == {"model": "m", "messages": [], "max_tokens": 9}
    assert orjson.loads(RequestFormat('"', None, "none", {}).body(b"[]")) == {"model": '"', "messages": []}

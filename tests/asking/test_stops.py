"""What ends all asking at once, with the server's own words."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import chaos
from asked import read, run, stopped, texts
from instag.asking import Reply, Unreadable


def always(status: int, message: str, after: int = 0, **error: str) -> chaos.Script:
    """A server that answers so, after some good answers."""

    def script(_: object, number: int) -> web.Response | None:
        return web.json_response({"error": {"message": message} | error}, status=status) if number > after else None

    return script


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, {"message": "Incorrect API key provided"}),
        (403, {"message": "You are not allowed to sample from this model"}),
        (404, {"message": "The model `chaos` does not exist", "code": "model_not_found"}),
        (402, {"message": "Insufficient balance"}),
        (405, {"message": "Method Not Allowed"}),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}),
        (429, {"message": "You exceeded your current quota", "type": "insufficient_quota"}),
    ],
)
@pytest.mark.parametrize("after", [0, 30])
def test_what_no_other_question_would_mend(tmp_path: Path, status: int, error: dict[str, str], after: int) -> None:
    with chaos.running(script=always(status, after=after, **error), latency=0.001) as server:
        problem = stopped(tmp_path / "j", server.url, texts(500), concurrency=8)
    assert f"chaos at {server.url}: http {status}: {error['message']}" in str(problem)
    assert server.requests <= after + 8
    assert problem.tally.answered == server.answered == after
    assert problem.tally.failed == 0


def test_a_move_is_told(tmp_path: Path) -> None:
    script = lambda *_: web.Response(status=307, headers={"Location": "https://example.org/v2/chat"})  # noqa: E731 - short
    with chaos.running(script=script) as server:
        problem = stopped(tmp_path / "j", server.url, texts(5))
    assert "http 307: moved to https://example.org/v2/chat: give that as the base_url" in str(problem)


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    problem = stopped(tmp_path / "j", f"http://127.0.0.1:{port}/v1", texts(100), attempts=3)
    assert f"chaos at http://127.0.0.1:{port}/v1: no connection: " in str(problem)
    assert problem.tally.failed == 1


def test_a_name_that_is_none(tmp_path: Path) -> None:
    problem = stopped(tmp_path / "j", "http://no-such-host.invalid/v1", texts(100), attempts=1)
    assert "no connection: " in str(problem)


def test_the_first_five_requests_are_all_bad(tmp_path: Path) -> None:
    with chaos.running(script=always(400, "unknown field: temperatur")) as server:
        problem = stopped(tmp_path / "j", server.url, texts(100))
    assert "5 questions in a row failed, the last for this: http 400: unknown field: temperatur" in str(problem)
    assert server.requests == 5
    assert problem.tally.failed == 5


def test_one_bad_request_is_one_fault(tmp_path: Path) -> None:
    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(400, "too long") if body["messages"][-1]["content"] in texts(4) else None

    with chaos.running(script=script) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(100))
    assert (tally.answered, tally.failed) == (96, 4)
    assert {fault.reason for fault in faults} == {"http 400"}


def test_twenty_in_a_row_that_fail(tmp_path: Path) -> None:
    with chaos.running(script=always(500, "CUDA error", after=50)) as server:
        problem = stopped(tmp_path / "j", server.url, texts(500), attempts=2, concurrency=1)
    assert "20 questions in a row failed, the last for this: http 500: CUDA error" in str(problem)
    # Those that were to be asked again have failed as well.
    assert problem.tally.answered == 50
    assert 20 <= problem.tally.failed < 20 + 40
    assert server.requests < 50 + 80


@pytest.mark.parametrize(("unreadable", "max_unread", "stops"), [(0.7, 0.5, True), (0.3, 0.5, False), (0.3, 0.1, True)])
def test_answers_that_cannot_be_read(tmp_path: Path, unreadable: float, max_unread: float, stops: bool) -> None:  # noqa: FBT001 - a case
    with chaos.running(faults={"prose": unreadable}) as server:
        options: dict[str, Any] = {"max_unread": max_unread, "concurrency": 4, "structured": "none"}
        if stops:
            problem = stopped(tmp_path / "j", server.url, texts(300), **options)
            assert "answers cannot be read, the last for this: not JSON: I would say" in str(problem)
            assert 20 <= problem.tally.answered < 200
            assert problem.tally.unread > max_unread * 20
        else:
            tally, _, _ = run(tmp_path / "j", server.url, texts(300), **options)
            assert tally.answered == 300
            assert tally.unread == server.did["prose"]


def test_only_the_last_answers_count(tmp_path: Path) -> None:
    # 600 good ones do not make up for 260 bad ones of the last 500.
    seen = 0

    def late(reply: Reply) -> object:
        nonlocal seen
        seen += 1
        if seen > 600:
            raise Unreadable("not JSON")
        return read(reply)

    with chaos.running() as server:
        problem = stopped(tmp_path / "j", server.url, texts(1_000), concurrency=1, read=late)
    assert (problem.tally.answered, problem.tally.unread) == (851, 251)


def test_what_is_under_way_has_little_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instag.asking.run.GRACE", 0.3)

    def script(_: object, number: int) -> web.Response | None:
        return chaos.failure(401, "key revoked") if number == 20 else None

    with chaos.running(script=script, faults={"stall": 0.2}, stall=8.0) as server:
        began = time.monotonic()
        problem = stopped(tmp_path / "j", server.url, texts(100), concurrency=16)
        assert time.monotonic() - began < 4
        assert "key revoked" in str(problem)

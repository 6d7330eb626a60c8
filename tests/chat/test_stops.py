"""What ends all asking at once, with the server's own words."""

import socket
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiohttp import web

import chaos
from asked import read, run, stopped, texts
from instag.chat import Reply, Unreadable


def always(status: int, message: str, after: int = 0, **error: str) -> chaos.Script:
    """A server that gives this answer, after some good ones."""

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
        (429, {"message": "Your account has reached its limit", "code": "billing_hard_limit_reached"}),
        (429, {"message": "Your account is not active", "code": "billing_not_active"}),
        (429, {"message": "Pay first", "type": "insufficient_balance"}),
    ],
)
@pytest.mark.parametrize("after", [0, 30])
def test_what_no_other_question_would_mend(tmp_path: Path, status: int, error: dict[str, str], after: int) -> None:
    with chaos.running(script=always(status, after=after, **error), latency=0.001) as server:
        problem = stopped(tmp_path / "j", server.url, texts(500), concurrency=8)
    assert str(problem).startswith(f"chaos at {server.url}: ")
    assert error["message"] in str(problem)
    assert ("no credit is left" in str(problem)) == (status in (402, 429))
    # At the start at once, or after a few; later after a few in a row, and what was in flight.
    assert server.requests <= after + 30
    assert problem.tally.answered == server.answered == after
    # But for what was refused while the last good answers came.
    assert problem.tally.failed <= 8 * (after > 0)


def test_a_move_is_reported(tmp_path: Path) -> None:
    script = lambda *_: web.Response(status=307, headers={"Location": "https://example.org/v2/chat"})  # noqa: E731 - short
    with chaos.running(script=script) as server:
        problem = stopped(tmp_path / "j", server.url, texts(5))
    assert "http 307: moved to https://example.org/v2/chat: give that as the base_url" in str(problem)


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    problem = stopped(tmp_path / "j", f"http://127.0.0.1:{port}/v1", texts(100), attempts=3)
    assert f"chaos at http://127.0.0.1:{port}/v1: no answer for 2" in str(problem)
    assert "no connection: " in str(problem)
    assert "is the server running, and is this its port?" in str(problem)
    assert problem.tally.stopped == "patience"


def test_tls_to_a_server_without(tmp_path: Path) -> None:
    with chaos.running() as server:
        # Patience would never end.
        secure = server.url.replace("http:", "https:")
        problem = stopped(tmp_path / "j", secure, texts(100), patience=1e9)
    assert "is the address http:// rather than https://?" in str(problem)
    assert server.answered == problem.tally.answered == 0


def test_a_handshake_that_is_cut_off(tmp_path: Path) -> None:
    def hang_up(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                server.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=hang_up, args=(server,), daemon=True).start()
        problem = stopped(tmp_path / "j", f"https://127.0.0.1:{server.getsockname()[1]}/v1", texts(10), patience=0.5)
        server.shutdown(socket.SHUT_RDWR)
    assert "is the address http:// rather than https://?" in str(problem)


def test_a_name_that_is_none(tmp_path: Path) -> None:
    problem = stopped(tmp_path / "j", "http://no-such-host.invalid/v1", texts(100), attempts=1)
    assert "unknown host: " in str(problem)
    assert str(problem).endswith("; is the name right?")


def test_the_first_twenty_requests_are_all_refused(tmp_path: Path) -> None:
    with chaos.running(script=always(400, "unknown field: top_k")) as server:
        problem = stopped(tmp_path / "j", server.url, texts(100))
    assert "2 different questions in a row were refused, the last for this: http 400: unknown field: " in str(problem)
    assert "leave it out: structured='none' / --structured none" in str(problem)
    assert server.requests <= 10


def test_the_first_five_requests_all_break_down(tmp_path: Path) -> None:
    with chaos.running(script=always(500, "CUDA error")) as server:
        problem = stopped(tmp_path / "j", server.url, texts(100), attempts=2, concurrency=1)
    assert "no answer for 2" in str(problem)
    assert "http 500: CUDA error" in str(problem)
    assert problem.tally.stopped == "patience"


def refusing(bad: set[str], status: int = 400) -> chaos.Script:
    """A server that never takes some questions."""

    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(status, "maximum context length") if body["messages"][-1]["content"] in bad else None

    return script


@pytest.mark.parametrize(("status", "count"), [(400, 7), (400, 25), (500, 7)])
def test_questions_that_always_fail_stop_no_later_run(tmp_path: Path, status: int, count: int) -> None:
    wanted = texts(60)
    bad = set(wanted[10 : 10 + count])
    with chaos.running(script=refusing(bad, status)) as server:
        for total, new in ((60, 60 - count), (60, 0), (80, 20)):
            # What failed is asked first, as whoever asks might.
            tally, _, faults = run(tmp_path / "j", server.url, texts(total), attempts=1, concurrency=4)
            assert (tally.answered, tally.failed, tally.stopped) == (new, count, None)
            assert len(faults) == count


def test_refused_questions_amidst_good_ones_are_passed(tmp_path: Path) -> None:
    wanted = texts(600)
    with chaos.running(script=refusing(set(wanted[200:250]))) as server:
        tally, _, _ = run(tmp_path / "j", server.url, wanted)
    assert (tally.answered, tally.failed) == (550, 50)


def test_refused_questions_in_front_are_passed(tmp_path: Path) -> None:
    with chaos.running(script=refusing(set(texts(19)))) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(50))
        assert (tally.answered, tally.failed) == (31, 19)
    # Even where they are so many that the first run ends, the next goes on.
    with chaos.running(script=refusing(set(texts(25)))) as server:
        assert stopped(tmp_path / "k", server.url, texts(50)).tally.failed == 20
        tally, _, _ = run(tmp_path / "k", server.url, texts(50))
        assert (tally.answered, tally.failed) == (25, 25)


@pytest.mark.parametrize(("status", "count"), [(400, 25), (500, 6)])
def test_a_server_that_answered_an_earlier_run_is_borne_with(tmp_path: Path, status: int, count: int) -> None:
    bad = [f"new {number}" for number in range(count)]
    with chaos.running(script=refusing(set(bad), status)) as server:
        run(tmp_path / "j", server.url, texts(3))
        tally, _, _ = run(tmp_path / "j", server.url, [*bad, *texts(6)], attempts=1)
    assert (tally.answered, tally.failed) == (3, count)


def test_what_could_not_be_read_before_does_not_stop_its_mending(tmp_path: Path) -> None:
    wanted = texts(100)
    with chaos.running(faults={"length": 0.3}, seed=3) as server:
        tally, _, _ = run(tmp_path / "j", server.url, wanted, reask=0)
        cut = tally.unread
        assert cut >= 20
        # All of these are cut off again.
        tally, _, _ = run(tmp_path / "j", server.url, wanted, max_unread=0.0, reask=0)
        assert (tally.answered, tally.unread, tally.stopped) == (cut, cut, None)
    with chaos.running(faults={"length": 1.0}) as server:
        problem = stopped(tmp_path / "j", server.url, [*wanted, *(f"new {number}" for number in range(50))], reask=0)
    assert "20 of the last 20 answers cannot be read" in str(problem)


def test_one_bad_request_is_one_fault(tmp_path: Path) -> None:
    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(400, "too long") if body["messages"][-1]["content"] in texts(4) else None

    with chaos.running(script=script) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(100))
    assert (tally.answered, tally.failed) == (96, 4)
    assert {fault.reason for fault in faults} == {"http 400"}


def test_many_in_a_row_that_fail(tmp_path: Path) -> None:
    with chaos.running(script=always(500, "CUDA error", after=50)) as server:
        problem = stopped(tmp_path / "j", server.url, texts(500), attempts=2, concurrency=1)
    # They have not failed themselves: the server was away for as long as patience lasts.
    assert "no answer for 2" in str(problem)
    assert (problem.tally.answered, problem.tally.stopped) == (50, "patience")
    assert server.requests < 50 + 80


@pytest.mark.parametrize(("unreadable", "max_unread", "stops"), [(0.7, 0.5, True), (0.3, 0.5, False), (0.3, 0.1, True)])
def test_answers_that_cannot_be_read(tmp_path: Path, unreadable: float, max_unread: float, stops: bool) -> None:  # noqa: FBT001 - a case
    with chaos.running(faults={"prose": unreadable}) as server:
        options: dict[str, Any] = {"max_unread": max_unread, "concurrency": 4, "structured": "none", "reask": 0}
        if stops:
            problem = stopped(tmp_path / "j", server.url, texts(300), **options)
            assert "%), the last for this: not JSON: I would say" in str(problem)
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
        problem = stopped(tmp_path / "j", server.url, texts(1_000), concurrency=1, read=late, reask=0)
    assert (problem.tally.answered, problem.tally.unread) == (851, 251)


def test_what_is_under_way_has_little_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instag.chat.run.GRACE", 0.3)

    def script(_: object, number: int) -> web.Response | None:
        return chaos.failure(401, "key revoked") if number >= 20 else None

    # It ends because what stalls for an hour is given up.
    with chaos.running(script=script, faults={"stall": 0.2}, stall=3_600.0) as server:
        problem = stopped(tmp_path / "j", server.url, texts(100), concurrency=16, timeout=3_600.0)
        assert "key revoked" in str(problem)
        assert server.did["stall"] > 0

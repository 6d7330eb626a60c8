"""How much at a time, in a minute and at all, and what a server is waited for."""

import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import chaos
from asked import run, stopped, texts
from instag.chat import Price
from instag.chat.concurrency import Window
from instag.chat.gate import Gate


def test_as_many_are_in_flight_as_may_be(tmp_path: Path) -> None:
    # No library on the way may have a limit of its own: some have one at 100.
    with chaos.running(hold=300) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=300, timeout=120.0, attempts=1)
    assert server.peak == 300
    assert tally.answered == 600


def test_concurrency_is_kept_to(tmp_path: Path) -> None:
    with chaos.running(latency=0.002, faults={"500": 0.3}) as server:
        run(tmp_path / "j", server.url, texts(100), concurrency=3, attempts=20)
    assert server.peak == 3


def test_a_429_closes_the_gate_for_all(tmp_path: Path) -> None:
    # Without a gate thousands of requests would come in a second.
    closed_from: list[float] = []
    came: list[float] = []

    def script(_: object, number: int) -> web.Response | None:
        now = time.monotonic()
        came.append(now)
        if number == 200:
            closed_from.append(now)
        if closed_from and now < closed_from[0] + 1.0:
            return chaos.failure(429, "slow down", **{"Retry-After": chaos.until(closed_from[0] + 1.0)})
        return None

    with chaos.running(script=script, latency=0.002) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=32)
    stormed = sum(closed_from[0] < each < closed_from[0] + 1.0 for each in came)
    assert 0 < stormed <= 32
    assert tally.throttled == stormed + 1
    assert (tally.answered, tally.failed, tally.retries) == (600, 0, 0)


@pytest.mark.parametrize("concurrency", [8, 64, "auto"])
def test_no_storm_of_429s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, concurrency: int | str) -> None:
    sizes: list[int] = []

    class Watched(Window):
        @property
        def size(self) -> int:
            sizes.append(super().size)
            return sizes[-1]

    monkeypatch.setattr("instag.chat.lane.Window", Watched)
    with chaos.running(faults={"429": 0.02}, latency=0.002, closed=0.1) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=concurrency)
    assert server.closings > 5
    # What was under way when it closed, and nothing more.
    assert server.storm < max(sizes)
    assert concurrency == "auto" or max(sizes) == concurrency
    assert (tally.answered, tally.failed, tally.retries) == (600, 0, 0)


def test_a_server_that_always_has_too_many_ends_it(tmp_path: Path) -> None:
    with chaos.running(faults={"429-bare": 1.0}) as server:
        error = stopped(tmp_path / "j", server.url, texts(50), patience=0.5)
    assert "http 429, and nothing else for 0.5 s: Too many requests" in str(error)
    assert 2 <= server.requests < 20
    assert error.tally.throttled == server.requests


def test_a_retry_after_of_a_day_ends_it(tmp_path: Path) -> None:
    answer = {"error": {"message": "daily quota of 200 requests"}}
    script = lambda *_: web.json_response(answer, status=429, headers={"Retry-After": "86400"})  # noqa: E731 - a fixed answer
    with chaos.running(script=script) as server:
        error = stopped(tmp_path / "j", server.url, texts(5))
    words = "http 429, the server asks to wait 1 d, and patience ends after 2 s: daily quota of 200 requests"
    assert words in str(error)
    assert server.requests == 1


@pytest.mark.parametrize(("status", "patience", "expected"), [(503, 600.0, 7.0), (500, 600.0, 7.0), (503, 3.0, 3.0)])
def test_a_server_that_comes_back_after_a_while_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, patience: float, expected: float
) -> None:
    held: list[float] = []
    monkeypatch.setattr(Gate, "hold", lambda *given: held.append(given[1]))

    def script(_: object, number: int) -> web.Response | None:
        return chaos.failure(status, "loading the model", **{"Retry-After": "7"}) if number == 3 else None

    with chaos.running(script=script) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(5), concurrency=1, patience=patience)
    assert (tally.answered, tally.retries, held) == (5, 1, [expected])


def test_requests_a_minute(tmp_path: Path) -> None:
    with chaos.running() as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(50), rpm=1_200)
    # 20 at once, the others at 20 a second.
    assert tally.seconds >= 1.5
    assert tally.answered == server.answered == 50


def test_tokens_a_minute(tmp_path: Path) -> None:
    # The server counts 120 tokens a request: about 30 a second.
    with chaos.running() as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(90), tpm=120 * 30 * 60)
    assert tally.seconds >= 1.5
    assert tally.answered == server.answered == 90


def test_no_more_is_spent_than_may_be(tmp_path: Path) -> None:
    # 100 tokens in and 20 out: 140 dollars each; at most 64 out are set aside.
    price = Price(1e6, 2e6)
    with chaos.running(latency=0.001) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(100), price=price, max_cost=2_000.0)
        assert tally.stopped == "max_cost"
        assert tally.cost == 140.0 * len(replies)
        # All but what the dearest answer may still cost has been spent.
        assert 2_000 - 240 < tally.cost <= 2_000
        assert tally.answered == server.answered < 100
        tally, _, _ = run(tmp_path / "j", server.url, texts(100), price=price)
    assert tally.cost == 140.0 * (100 - len(replies))


@pytest.mark.parametrize("sampling", [{}, {"max_tokens": 64}])
def test_answers_longer_than_thought_are_soon_reckoned_with(tmp_path: Path, sampling: dict[str, Any]) -> None:
    # The first shows what an answer costs; from then on as much is set aside for each.
    long = chaos.completion(chaos.content_of("x")) | {"usage": {"prompt_tokens": 100, "completion_tokens": 4_900}}
    script = lambda *_: web.json_response(long)  # noqa: E731 - a fixed answer
    with chaos.running(script=script) as server:
        options: dict[str, Any] = {"price": Price(1.0, 1.0), "max_cost": 0.05, "concurrency": 64, "sampling": sampling}
        tally, _, _ = run(tmp_path / "j", server.url, texts(100), **options)
    assert tally.stopped == "max_cost"
    assert tally.cost
    assert 0.04 < tally.cost <= 0.05
    assert server.answered == tally.answered


def test_what_a_server_does_not_count_is_estimated(tmp_path: Path) -> None:
    def script(*_: object) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": '{"tags": []}'}}]})

    with chaos.running(script=script) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(3), price=Price(1e6, 1e6))
    assert (replies[0].prompt_tokens, replies[0].completion_tokens, replies[0].finish_reason) == (0, 0, None)
    assert tally.cost
    assert 3 * 15 < tally.cost < 3 * 40

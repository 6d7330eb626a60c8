"""Servers that are away for a while: no question is lost, and none asked again but what was under way."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import chaos
from asked import run, stopped, texts
from instag.chat.outage import Outage

QUICK: dict[str, Any] = {"backoff": 0.002, "patience": 30.0}


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize(("first", "count"), [(0, 6), (40, 14)])
def test_a_server_that_is_away_costs_no_question(tmp_path: Path, status: int, first: int, count: int) -> None:
    def script(_: object, number: int) -> web.Response | None:
        return chaos.failure(status, "away") if first < number <= first + count else None

    with chaos.running(script=script) as server:
        tally, replies, faults = run(tmp_path / "j", server.url, texts(100), concurrency=8, attempts=2, **QUICK)
    assert (tally.answered, tally.failed, faults, tally.notes) == (100, 0, [], [])
    assert Counter(server.answers.values()) == {1: 100}
    assert len(replies) == 100


def test_one_question_at_a_time_is_asked_meanwhile(tmp_path: Path) -> None:
    seen: list[int] = []

    def script(_: object, number: int) -> web.Response | None:
        return chaos.failure(503, "away") if 50 < number <= 66 else None

    with chaos.running(script=script, latency=0.001) as server:
        tally, _, _ = run(
            tmp_path / "j",
            server.url,
            texts(200),
            concurrency=4,
            watch=lambda tally: seen.append(tally.in_flight),
            **QUICK,
        )
    assert tally.answered == 200
    assert tally.faults == {"http 503": 16}
    # What was under way when it began, and a few that made it out; then one by one.
    assert server.requests == 216


def test_patience_ends(tmp_path: Path) -> None:
    with chaos.running(script=lambda *_: chaos.failure(503, "away")) as server:
        problem = stopped(tmp_path / "j", server.url, texts(30), backoff=0.002, patience=0.3)
    assert "no answer for" in str(problem)
    assert "http 503: away" in str(problem)
    assert problem.tally.stopped == "patience"


def test_questions_that_the_server_cannot_bear_fail_and_the_others_do_not(tmp_path: Path) -> None:
    bad = set(texts(100)[::9])

    def script(body: dict[str, Any], _: int) -> web.Response | None:
        return chaos.failure(500, "oops") if body["messages"][-1]["content"] in bad else None

    with chaos.running(script=script) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(100), concurrency=8, attempts=3, **QUICK)
    assert (tally.answered, tally.failed) == (100 - len(bad), len(bad))
    assert not any(fault.final for fault in faults)


def test_what_the_line_says() -> None:
    outage = Outage(patience=600.0, backoff=0.5)
    outage.begin("http 503: loading", wait=20.0, now=0.0)
    assert "trying again in 20 s (patience ends " in outage.words("http://there/v1", now=0.0)
    assert not outage.over(now=599.0)
    assert outage.over(now=601.0)
    outage.end()
    assert outage.wait(now=601.0) == 0.0


def test_the_last_attempt_is_made_when_patience_ends() -> None:
    outage = Outage(patience=60.0, backoff=0.5)
    outage.begin("http 503: loading", wait=3_600.0, now=100.0)
    assert outage.wait(now=100.0) == 60.0
    # The patience may be shorter this time, and another attempt does not make it longer.
    outage.begin("no connection", wait=3_600.0, now=100.0, most=5.0)
    outage.failed("no connection", wait=3_600.0, now=103.0)
    assert outage.wait(now=103.0) == 2.0
    assert outage.over(now=105.5)

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

import chaos
from asked import SCHEMA, key, opened, questions, read, run, stopped, texts
from instag.chat import Endpoint, EndpointError, Limits, Price, Reply, Tally, ask
from instag.errors import InputError

KINDS = [*chaos.TRANSIENT, *chaos.GOOD]


def test_every_question_is_answered_once(tmp_path: Path) -> None:
    wanted = texts(300)
    with chaos.running(latency=0.002) as server:
        tally, replies, faults = run(tmp_path / "j", server.url, wanted, total=300)
    assert {reply.key: reply.content for reply in replies} == {key(text): chaos.content_of(text) for text in wanted}
    assert (server.requests, server.answered, len(replies), faults) == (300, 300, 300, [])
    assert (tally.answered, tally.failed, tally.unread, tally.total, tally.stopped) == (300, 0, 0, 300, None)
    assert (tally.prompt_tokens, tally.completion_tokens) == (30_000, 6_000)
    assert (tally.in_flight, tally.waiting, tally.retries, tally.throttled, tally.notes) == (0, 0, 0, 0, [])
    assert replies[0].limit == 64
    assert server.bodies[0] == {
        "model": "chaos",
        "messages": [{"role": "system", "content": "Tag it."}, {"role": "user", "content": "question 0"}],
        "temperature": 0,
        "max_tokens": 64,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
        },
    }
    assert set(server.paths) == {"/v1/chat/completions"}


def test_no_questions(tmp_path: Path) -> None:
    with chaos.running() as server:
        tally, replies, _ = run(tmp_path / "j", server.url, [])
    assert (tally.done, replies, server.requests) == (0, [], 0)


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_on_its_own(tmp_path: Path, kind: str) -> None:
    with chaos.running(faults={kind: 0.3}, latency=0.001, closed=0.01) as server:
        tally, replies, faults = run(tmp_path / "j", server.url, texts(150), attempts=20)
    assert server.did[kind] > 10
    assert (tally.answered, tally.failed, faults) == (150, 0, [])
    assert Counter(reply.key for reply in replies) == Counter(map(key, texts(150)))
    assert server.answered == 150
    again = kind in chaos.TRANSIENT and not kind.startswith("429")
    assert (tally.retries > 0) is again
    assert (tally.throttled > 0) is kind.startswith("429")


def test_everything_at_once(tmp_path: Path) -> None:
    # At 30 % of requests, with two attempts: some questions fail.
    wanted = texts(3_000)
    faults = dict.fromkeys(chaos.ALL, 0.3 / len(chaos.ALL)) | dict.fromkeys(chaos.UNREADABLE, 0.02)
    with chaos.running(faults=faults, seed=7, latency=0.002, closed=0.005) as server:
        tally, replies, failed = run(tmp_path / "j", server.url, wanted, attempts=2, reask=0)
    assert all(server.did[kind] > 30 for kind in chaos.ALL)
    answered = Counter(reply.key for reply in replies)
    # Every question is answered or failed, none is both.
    assert set(answered) | {fault.key for fault in failed} == {key(text) for text in wanted}
    assert not set(answered) & {fault.key for fault in failed}
    assert 0 < len(failed) == tally.failed
    assert len(answered) == tally.answered == 3_000 - tally.failed
    # What the server answered is what the journal holds, to the last one.
    assert server.answered == len(replies)
    assert {key(text): count for text, count in server.answers.items()} == answered
    assert tally.unread == sum(server.did[kind] for kind in chaos.UNREADABLE)
    assert {fault.attempts for fault in failed} == {2}
    known = {"http 500", "http 502", "http 503", "disconnected", "not JSON", "no choices", "error"}
    # Which faults fall on last attempts depends on the order in which requests come in.
    reasons = {fault.reason for fault in failed}
    assert reasons <= known
    assert len(reasons) >= len(known) - 2
    readable = {key(text): chaos.content_of(text) for text in wanted}
    good = [reply for reply in replies if reply.finish_reason == "stop" and "tags" in (reply.content or "")]
    assert all(readable[reply.key] == reply.content for reply in good)


def test_a_second_run_asks_what_failed_and_no_more(tmp_path: Path) -> None:
    wanted = texts(300)
    with chaos.running(faults={"500": 0.3}) as server:
        tally, replies, failed = run(tmp_path / "j", server.url, wanted, attempts=1)
        answered = set(server.answers)
        assert 50 < tally.failed == len(failed)
        _, replies, failed = run(tmp_path / "j", server.url, wanted, attempts=20)
    assert failed == []
    assert len(replies) == server.answered == 300
    assert all(server.answers[text] == 1 for text in answered)


def test_a_slow_answer_is_given_up_and_asked_for_again(tmp_path: Path) -> None:
    # Who waited for the slow ones would wait for an hour each.
    with chaos.running(faults={"stall": 0.5}, stall=3_600.0) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(6), timeout=0.5, attempts=100)
        assert (tally.answered, tally.failed) == (6, 0)
        assert tally.retries >= server.did["stall"] > 0


def test_an_answer_that_drips_is_given_up(tmp_path: Path) -> None:
    # Each part comes soon enough, the whole does not.
    with chaos.running(faults={"drip": 1.0}, drip=0.6) as server:
        error = stopped(tmp_path / "j", server.url, texts(1), timeout=1.2, attempts=2)
    assert "timeout: no whole answer in 1.2 s" in str(error)
    assert (error.tally.answered, error.tally.failed, error.tally.retries) == (0, 1, 1)


def test_too_many_requests_use_up_no_attempt(tmp_path: Path) -> None:
    answers = iter(
        [*[chaos.failure(429, "wait", **{"Retry-After": "0.01"}) for _ in range(3)], chaos.failure(500, "no")]
    )
    with chaos.running(script=lambda *_: next(answers, None)) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(1), attempts=2)
    assert (tally.answered, tally.throttled, tally.retries, faults) == (1, 3, 1, [])
    assert server.requests == 5


def test_a_fault_has_the_servers_words(tmp_path: Path) -> None:
    faulty = {"question 3": web.Response(status=400, text='{"error": {"message": "too long for this model"}}')}
    with chaos.running(script=lambda body, _: faulty.get(body["messages"][-1]["content"])) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(5))
    assert [(fault.key, fault.reason, fault.detail, fault.attempts) for fault in faults] == [
        (key("question 3"), "http 400", "too long for this model", 1)
    ]
    assert (tally.answered, tally.failed) == (4, 1)


def test_retries_hold_no_slot(tmp_path: Path) -> None:
    # Two slots; six questions that fail, and wait for long, stand before a hundred good ones.
    bad = [f"bad {number}" for number in range(6)]
    order: list[str] = []

    def script(body: dict[str, object], _: int) -> web.Response | None:
        text = body["messages"][-1]["content"]  # type: ignore[index] # a body as sent
        order.append(text)
        return chaos.failure(500, "no") if text in bad else None

    with chaos.running(script=script) as server:
        wanted = ["first", *bad, *texts(100)]
        tally, _, _ = run(tmp_path / "j", server.url, wanted, concurrency=2, attempts=2, backoff=1.0)
    assert (tally.answered, tally.failed) == (101, 6)
    assert set(order[1:7]) == set(bad)
    # While they wait, two slots go on.
    again = next(place for place, text in enumerate(order) if text in order[:place])
    assert {"question 0", "question 1"} <= set(order[7:again])


def test_a_reader_with_a_bug_is_heard(tmp_path: Path) -> None:
    def buggy(reply: Reply) -> None:
        raise ZeroDivisionError(reply.content)

    with chaos.running() as server, pytest.raises(ZeroDivisionError):
        run(tmp_path / "j", server.url, texts(5), read=buggy)
    with opened(tmp_path / "j") as journal:
        assert len(list(journal.replies())) == 1


def test_questions_that_raise_are_heard(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield from texts(20)
        raise LookupError("the file is gone")

    with chaos.running() as server, pytest.raises(LookupError):
        run(tmp_path / "j", server.url, broken())
    with opened(tmp_path / "j") as journal:
        assert 1 <= len(list(journal.replies())) <= 20


def test_questions_are_taken_as_they_are_needed(tmp_path: Path) -> None:
    taken = 0
    ahead = 0

    def counted() -> Iterator[str]:
        nonlocal taken, ahead
        for text in texts(500):
            taken += 1
            ahead = max(ahead, taken - server.answered)
            yield text

    async def main() -> None:
        with opened(tmp_path / "j") as journal:
            await ask(
                questions(counted()),
                endpoint=Endpoint.of("chaos", server.url),
                journal=journal,
                schema=None,
                limits=Limits(concurrency=8),
                read=read,
            )

    with chaos.running() as server:
        asyncio.run(main())
    assert taken == 500
    assert ahead <= 10


def test_the_tally_is_shown_on_the_way(tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(tally: Tally) -> None:
        seen.append(tally.answered)
        if seen.count(1) == 2:
            server.let_go()

    with chaos.running(hold=1_000) as server:
        run(tmp_path / "j", server.url, texts(100), concurrency=10, watch=watch, attempts=1)
    assert seen.count(1) >= 2
    assert seen == sorted(seen)
    assert seen[-1] == 100


def test_limits_that_make_no_sense() -> None:
    for bad in (
        {"concurrency": 0}, {"concurrency": "many"}, {"concurrency": True}, {"rpm": 0}, {"rpm": "500"}, {"tpm": -1},
        {"tpm": float("nan")}, {"attempts": 0}, {"attempts": 2.0}, {"attempts": None}, {"timeout": 0}, {"timeout": None},
        {"timeout": float("inf")}, {"max_unread": 1.5}, {"max_unread": "all"}, {"max_cost": 1.0}, {"max_cost": "1"},
        {"backoff": -1}, {"backoff": None}, {"patience": -1}, {"patience": "long"}, {"price": 0.5}, {"price": (1, 2)},
    ):  # fmt: skip
        with pytest.raises(InputError, match=next(iter(bad))):
            Limits(**bad)


@pytest.mark.parametrize("prices", [("a", 1), (1, None), (-1, 1), (1, float("inf"))])
def test_prices_that_are_none(prices: tuple[Any, Any]) -> None:
    with pytest.raises(InputError, match=r"price: (in|out)put: expected US dollars"):
        Price(*prices)


def test_an_error_leaves_the_journal_synced(tmp_path: Path) -> None:
    seen: list[Tally] = []
    with chaos.running(script=lambda _, number: chaos.failure(401, "no") if number > 20 else None) as server:
        error = stopped(tmp_path / "j", server.url, texts(100), concurrency=4, watch=seen.append)
    assert seen[-1] is error.tally
    assert isinstance(error, EndpointError)
    with opened(tmp_path / "j") as journal:
        assert len(list(journal.replies())) == 20 == error.tally.answered
    lines = [orjson.loads(line) for line in (tmp_path / "j").read_bytes().splitlines()]
    assert [line["tokens"] for line in lines if "key" in line][-1] == [100, 20]

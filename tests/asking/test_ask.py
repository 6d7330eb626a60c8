import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from aiohttp import web

import chaos
from asked import SCHEMA, asking, key, opened, questions, read, run, stopped, texts, until
from instag.asking import Endpoint, EndpointError, Limits, Price, Reply, Tally, ask
from instag.errors import InputError

KINDS = [*chaos.TRANSIENT, *chaos.GOOD]


def right(reply: Reply, text: str) -> bool:
    return reply.key == key(text) and reply.content == chaos.content_of(text)


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
        tally, replies, failed = run(tmp_path / "j", server.url, wanted, attempts=2)
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
    assert {fault.reason for fault in failed} == known
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
    with chaos.running(faults={"stall": 0.5}, stall=2.0) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(6), timeout=0.3, attempts=12)
        assert (tally.answered, tally.failed) == (6, 0)
        assert tally.retries == server.did["stall"] > 0


def test_an_answer_that_drips_is_given_up(tmp_path: Path) -> None:
    # Each part comes soon enough, the whole does not.
    ready = chaos.content_of("question 0")
    script = lambda _, number: web.json_response(chaos.completion(ready)) if number == 1 else None  # noqa: E731 - one line
    with chaos.running(script=script, faults={"drip": 1.0}, drip=0.6) as server:
        tally, _, faults = run(tmp_path / "j", server.url, texts(2), timeout=1.2, attempts=1)
    assert [(fault.reason, fault.detail) for fault in faults] == [("timeout", "no whole answer in 1.2 s")]
    assert tally.answered == 1


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
    # Two slots; ten questions that fail, and wait for long, stand before a hundred good ones.
    bad = [f"bad {number}" for number in range(10)]
    order: list[str] = []

    def script(body: dict[str, object], _: int) -> web.Response | None:
        text = body["messages"][-1]["content"]  # type: ignore[index] # a body as sent
        order.append(text)
        return chaos.failure(500, "no") if text in bad else None

    with chaos.running(script=script) as server:
        wanted = ["first", *bad, *texts(100)]
        tally, _, _ = run(tmp_path / "j", server.url, wanted, concurrency=2, attempts=2, backoff=4.0)
    assert (tally.answered, tally.failed) == (101, 10)
    # The second attempts come after all the others.
    assert set(order[1:11]) == set(order[-10:]) == set(bad)


def test_as_many_are_in_flight_as_may_be(tmp_path: Path) -> None:
    # No library on the way may have a limit of its own: some have one at 100.
    with chaos.running(latency=1.0) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=300)
    assert 250 < server.peak <= 300
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
            return chaos.failure(429, "slow down", **{"Retry-After": f"{closed_from[0] + 1.0 - now:.3f}"})
        return None

    with chaos.running(script=script, latency=0.002) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=32)
    stormed = sum(closed_from[0] < each < closed_from[0] + 1.0 for each in came)
    assert 0 < stormed <= 32
    assert tally.throttled == stormed + 1
    assert (tally.answered, tally.failed, tally.retries) == (600, 0, 0)


@pytest.mark.parametrize("concurrency", [8, 64, "auto"])
def test_no_storm_of_429s(tmp_path: Path, concurrency: int | str) -> None:
    with chaos.running(faults={"429": 0.02}, latency=0.002, closed=0.1) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(600), concurrency=concurrency)
    assert server.closings > 5
    assert server.storm < (8 if concurrency == 8 else 64)
    assert (tally.answered, tally.failed, tally.retries) == (600, 0, 0)


def test_a_server_that_always_has_too_many_ends_it(tmp_path: Path) -> None:
    with chaos.running(faults={"429-bare": 1.0}) as server:
        error = stopped(tmp_path / "j", server.url, texts(50), patience=0.5)
    assert "http 429, and nothing else: Too many requests" in str(error)
    assert 2 <= server.requests < 20
    assert error.tally.throttled == server.requests


def test_a_retry_after_of_a_day_ends_it(tmp_path: Path) -> None:
    answer = {"error": {"message": "daily quota of 200 requests"}}
    script = lambda *_: web.json_response(answer, status=429, headers={"Retry-After": "86400"})  # noqa: E731 - a fixed answer
    with chaos.running(script=script) as server:
        error = stopped(tmp_path / "j", server.url, texts(5))
    assert "daily quota of 200 requests" in str(error)
    assert server.requests == 1


def test_requests_a_minute(tmp_path: Path) -> None:
    with chaos.running() as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(50), rpm=1_200)
    # 20 at once, the others at 20 a second.
    assert 1.5 <= tally.seconds < 10
    assert tally.answered == server.answered == 50


def test_tokens_a_minute(tmp_path: Path) -> None:
    # The server counts 120 tokens a request: about 30 a second.
    with chaos.running() as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(90), tpm=120 * 30 * 60)
    assert 1.5 <= tally.seconds < 15
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


def test_what_a_server_does_not_count_is_estimated(tmp_path: Path) -> None:
    def script(*_: object) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": '{"tags": []}'}}]})

    with chaos.running(script=script) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(3), price=Price(1e6, 1e6))
    assert (replies[0].prompt_tokens, replies[0].completion_tokens, replies[0].finish_reason) == (0, 0, None)
    assert tally.cost
    assert 3 * 15 < tally.cost < 3 * 40


def test_a_stop_drains_what_is_in_flight(tmp_path: Path) -> None:
    seen: list[Tally] = []

    async def main() -> Tally:
        stop = asyncio.Event()
        with opened(tmp_path / "j") as journal:
            task = asyncio.create_task(
                asking(journal, server.url, texts(2_000), concurrency=16, stop=stop, watch=seen.append, total=2_000)
            )
            await until(lambda: server.answered >= 50)
            stop.set()
            return await task

    with chaos.running(latency=0.05) as server:
        tally = asyncio.run(main())
    with opened(tmp_path / "j") as journal:
        assert len(list(journal.replies())) == server.answered == server.requests == tally.answered
    assert (tally.stopped, tally.in_flight, tally.failed) == ("interrupted", 0, 0)
    assert 50 <= tally.answered <= 50 + 2 * 16
    assert seen[-1] is tally
    assert tally.left


def test_a_stop_after_the_last_question_is_none(tmp_path: Path) -> None:
    stop = asyncio.Event()

    def watch(tally: Tally) -> None:
        if tally.answered == 1 and tally.in_flight == 4:
            stop.set()

    with chaos.running(latency=1.5) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(5), stop=stop, watch=watch, concurrency=5)
    assert stop.is_set()
    assert (tally.answered, tally.stopped) == (5, None)


def test_a_stop_records_what_was_to_be_asked_again(tmp_path: Path) -> None:
    async def main() -> Tally:
        stop = asyncio.Event()
        with opened(tmp_path / "j") as journal:
            task = asyncio.create_task(asking(journal, server.url, texts(9), concurrency=16, stop=stop, backoff=30.0))
            await until(lambda: server.requests >= 9)
            stop.set()
            return await task

    script = lambda _, number: chaos.failure(500, "no") if number > 4 else None  # noqa: E731 - it is one line
    with chaos.running(script=script) as server:
        tally = asyncio.run(main())
    with opened(tmp_path / "j") as journal:
        assert [(fault.reason, fault.attempts) for fault in journal.faults()] == [("http 500", 1)] * 5
    assert (tally.answered, tally.failed, tally.stopped) == (4, 5, "interrupted")


def test_cancelling_keeps_what_was_answered(tmp_path: Path) -> None:
    async def main() -> None:
        with opened(tmp_path / "j") as journal:
            task = asyncio.create_task(asking(journal, server.url, texts(2_000), concurrency=16))
            await until(lambda: server.answered >= 50)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with chaos.running(latency=0.02) as server:
        asyncio.run(main())
        with opened(tmp_path / "j") as journal:
            assert 50 <= len(list(journal.replies())) <= server.answered <= 50 + 4 * 16
        tally, replies, _ = run(tmp_path / "j", server.url, texts(100))
    assert {reply.key for reply in replies} >= {key(text) for text in texts(100)}
    assert tally.answered < 60


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
    with chaos.running(latency=0.1) as server:
        run(tmp_path / "j", server.url, texts(100), concurrency=10, watch=lambda tally: seen.append(tally.answered))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == 100


def test_limits_that_make_no_sense() -> None:
    for bad in (
        {"concurrency": 0}, {"concurrency": "many"}, {"rpm": 0}, {"tpm": -1}, {"attempts": 0}, {"timeout": 0},
        {"max_unread": 1.5}, {"max_cost": 1.0}, {"backoff": -1},
    ):  # fmt: skip
        with pytest.raises(InputError, match=next(iter(bad))):
            Limits(**bad)


def test_an_error_leaves_the_journal_synced(tmp_path: Path) -> None:
    seen: list[Tally] = []
    with chaos.running(script=lambda _, number: chaos.failure(401, "no") if number > 20 else None) as server:
        error = stopped(tmp_path / "j", server.url, texts(100), concurrency=4, watch=seen.append)
    assert seen[-1] is error.tally
    assert isinstance(error, EndpointError)
    with opened(tmp_path / "j") as journal:
        assert len(list(journal.replies())) == 20 == error.tally.answered
    assert orjson.loads(Path(tmp_path / "j").read_bytes().splitlines()[-1])["tokens"] == [100, 20]

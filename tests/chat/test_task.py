"""Asking that is stopped or cancelled on the way."""

import asyncio
from pathlib import Path

import pytest

import chaos
from asked import asking, key, opened, run, texts
from instag.chat import Tally
from patience import until


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
    stop, seen = asyncio.Event(), 0

    def watch(tally: Tally) -> None:
        nonlocal seen
        seen += tally.answered == 1 and tally.in_flight == 4
        if seen == 2:
            stop.set()
            server.let_go()

    with chaos.running(hold=1_000) as server:
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
            kept = {reply.key for reply in journal.replies()}
        # What the server had sent and the client not yet read when it was cancelled is lost: one answer a slot.
        assert server.answered - 16 <= len(kept) <= server.answered < 2_000
        again = {key(text) for text in texts(100)}
        tally, replies, _ = run(tmp_path / "j", server.url, texts(100))
    assert {reply.key for reply in replies} >= again
    assert tally.answered == len(again - kept) < 100

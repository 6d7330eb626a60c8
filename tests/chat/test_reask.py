"""Answers that cannot be read are asked for again in the same run, and by a later one that goes on with it."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

import chaos
from asked import key, opened, run, texts
from instag.chat.journal_index import Index
from instag.chat.journal_lines import header_of, line_of
from instag.chat.question import Reply


def badly(times: int, finish: str = "stop") -> chaos.Script:
    """A server whose first answers to every fourth question are prose."""
    asked: Counter[str] = Counter()

    def script(body: dict[str, Any], _: int) -> web.Response | None:
        text = body["messages"][-1]["content"]
        asked[text] += 1
        if int(text.split()[-1]) % 4 == 3 and asked[text] <= times:
            return web.json_response(chaos.completion("I would say mathematics.", finish=finish))
        return None

    return script


def test_they_are_asked_for_again_at_higher_temperatures(tmp_path: Path) -> None:
    with chaos.running(script=badly(2)) as server:
        tally, replies, _ = run(tmp_path / "j", server.url, texts(40))
    assert (tally.answered, tally.unread, tally.reasked) == (40, 0, 20)
    assert Counter(body["temperature"] for body in server.bodies) == {0: 40, 0.3: 10, 0.7: 10}
    assert Counter(reply.unread for reply in replies) == {None: 40, 1: 10, 2: 10}


def test_a_later_run_asks_again_as_often_as_it_may() -> None:
    index = Index()
    index.add(Reply(key("Why?"), "I would say mathematics.", "stop", unread=2), 0)
    assert [key("Why?") in index.answered(None, reask) for reask in (1, 2, 3)] == [True, False, False]


def test_after_so_many_it_is_kept_as_it_is(tmp_path: Path) -> None:
    with chaos.running(script=badly(99)) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(40), reask=1)
        assert (tally.answered, tally.unread, server.requests) == (40, 10, 50)
        again, _, _ = run(tmp_path / "j", server.url, texts(40), reask=1)
    assert again.done == 0


def test_an_end_that_is_the_servers_fault_is_tried_again(tmp_path: Path) -> None:
    with chaos.running(script=badly(3, finish="network_error")) as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(40), reask=0, max_unread=1.0)
    assert (tally.answered, tally.unread) == (40, 0)


def test_a_run_that_was_killed_before_it_could_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path / "j") as journal:
        journal.append(Reply(key("question 1"), "prose", "stop", unread=1))
        assert key("question 1") not in journal.answered(None, 2)
        assert key("question 1") in journal.answered(None, 0)
        assert journal.unread(key("question 1")) == 1


def test_journals_go_together_in_any_order(tmp_path: Path) -> None:
    head = header_of("chaos", "test", orjson.loads('{"type": "object", "properties": {"tags": {"type": "array"}}}'))
    one = line_of(Reply(key("question 0"), '{"tags": []}', "stop")) + line_of(
        Reply(key("question 1"), "prose", "stop", unread=1)
    )
    two = line_of(Reply(key("question 1"), '{"tags": []}', "stop"))
    torn = one[: len(one) // 3]
    for order in (
        [head + one, head + two],
        [head + two + torn, head + one],
        [head + one + torn, head + two, head + one],
    ):
        path = tmp_path / "joined"
        path.write_bytes(b"".join(order))
        with opened(path) as journal:
            assert [key(text) in journal.answered(None, 2) for text in texts(3)] == [True, True, False]
    (tmp_path / "a").write_bytes(head + one)
    (tmp_path / "b").write_bytes(head + two)
    from instag.chat import Journal  # noqa: PLC0415 - for this alone

    schema = orjson.loads(head)["schema"]
    with Journal.open([tmp_path / "a", tmp_path / "b"], model="chaos", prompt="test", schema=schema) as journal:
        assert [reply.key for reply in journal.replies()] == [key("question 0"), *[key("question 1")] * 2]
        journal.append(Reply(key("question 2"), '{"tags": []}', "stop"))
    assert (tmp_path / "a").read_bytes() == head + one
    assert len((tmp_path / "b").read_bytes().splitlines()) == 3

"""A model as a judge, on a server of its own: what it is asked, what is kept, and what is never asked twice."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from aiohttp import web

import instag
from instag.chat import Reply, Unreadable
from instag.normalization.judging.model import IDENTITY, read_judgements

PRICE = (1.0, 2.0)
TAGS = [f"topic {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
DATA = pl.DataFrame({"tags": [["topic"]] * 40 + [[tag, "topic"] for tag in TAGS]})
OPTIONS: dict[str, Any] = {"embedder": None, "min_count": 2, "min_support": None}


class Server:
    """Answers each list of tags as its rule says."""

    def __init__(self) -> None:
        self.asked: list[list[dict[str, Any]]] = []
        self.rule: Callable[[list[dict[str, Any]]], str | int] = broader
        self.url = ""

    async def chat(self, request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        tags = orjson.loads(body["messages"][-1]["content"])
        self.asked.append(tags)
        said = self.rule(tags)
        if isinstance(said, int):
            return web.Response(status=said, text="no")
        choice = {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 10}})


def broader(tags: list[dict[str, Any]]) -> str:
    said = [{"tag": each["tag"], "same": [], "broader": [{"name": "topic", "reason": "it says so"}]} for each in tags]
    return orjson.dumps({"tags": said}).decode()


@pytest.fixture
def server() -> Iterator[Server]:
    server, loop = Server(), asyncio.new_event_loop()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def judge(server: Server, folder: Path, **options: Any) -> instag.ModelJudge:
    return instag.ModelJudge("m", base_url=server.url, api_key="k", journal=folder / "journal", price=PRICE, **options)


def test_a_model_judges_and_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert sorted(len(asked) for asked in server.asked) == [6, 20]
    assert {"tag": "topic a", "candidates": ["topic"]} in [each for asked in server.asked for each in asked]
    assert done.vocabulary.tags["tag"].to_list() == ["topic"]
    told = {line["from"]: line for line in done.merges.iter_rows(named=True)}
    assert told["topic c"]["why"] == "in 1 row, fewer than min_count 2; a kind or part of topic, says m: it says so"
    assert done.judgments is not None
    assert done.judgments.row(0, named=True) == {
        "tag": "topic a",
        "count": 1,
        "candidates": ["topic"],
        "same": [],
        "broader": ["topic"],
        "reasons": [{"tag": "topic", "reason": "it says so"}],
        "judge": "m",
    }
    again = judge(server, tmp_path)
    assert instag.normalize(DATA, judge=again, **OPTIONS).merges.equals(done.merges)
    assert len(server.asked) == 2
    assert again.tally is not None
    assert (again.tally.kept, again.tally.total) == (2, 2)


def test_what_was_not_answered_is_asked_by_the_next_run(server: Server, tmp_path: Path) -> None:
    with pytest.warns(instag.InstagWarning, match=r"^judge m: 6 of 26 tags have no judgement, .*journal has the rest"):
        first = instag.normalize(DATA, judge=judge(server, tmp_path, limit=1), **OPTIONS)
    assert len(server.asked) == 1
    assert first.judgments is not None
    assert len(first.judgments) == 20
    done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert [len(asked) for asked in server.asked] == [20, 6]
    assert done.judgments is not None
    assert len(done.judgments) == 26


def test_unreadable_answers_and_inventions(server: Server, tmp_path: Path) -> None:
    server.rule = lambda _: '{"tags": [{"tag": "topic a", "same": ["unicorn"], "broader": ["Topic"]}]}'
    with pytest.warns(instag.InstagWarning, match=r"1 are no candidates\): 'unicorn'"):
        done = instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)
    assert done.judgments is not None
    assert done.judgments.filter(pl.col("broader").list.len() > 0)["tag"].to_list() == ["topic a"]


def test_the_estimate(server: Server, tmp_path: Path) -> None:
    questions = [instag.Question(tag, 1, ("topic",)) for tag in TAGS]
    model = judge(server, tmp_path, concurrency=4)
    before = model.estimate(questions)
    assert (before.tags, before.questions, before.answered) == (26, 2, 0)
    assert before.cost == pytest.approx((before.prompt_tokens + 2 * before.completion_tokens) / 1e6)
    assert str(before).startswith("26 tags in 2 questions, 0 of them answered; the other 2 take about ")
    assert not (tmp_path / "journal").exists()
    model(questions)
    after = model.estimate(questions)
    assert (after.answered, after.prompt_tokens, after.cost) == (2, 0, 0)


def test_what_it_may_cost(server: Server, tmp_path: Path) -> None:
    with pytest.warns(instag.InstagWarning, match=r"26 of 26 tags have no judgement"):
        instag.normalize(DATA, judge=judge(server, tmp_path, max_cost=0.0), **OPTIONS)
    assert server.asked == []


def test_an_endpoint_that_refuses(server: Server, tmp_path: Path) -> None:
    server.rule = lambda _: 401
    with pytest.raises(instag.EndpointError):
        instag.normalize(DATA, judge=judge(server, tmp_path), **OPTIONS)


def test_the_prompt_is_pinned() -> None:
    # Answers that were paid for are known by this: another prompt asks everything again.
    assert IDENTITY == "judge 1e930b5a0d26f9ef58d55cade68c6019"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"tags": []}', {}),
        ('```json\n[{"tag": "a", "same": [{"name": "b"}]}]\n```', {"a": (("b",), ())}),
        ('{"tag": "a", "same": null, "broader": ["b", 5]}', {"a": ((), ("b",))}),
        ('<think>{"tags": [{"tag": "x"}]}</think>{"tags": [{"tag": "a"}]}', {"a": ((), ())}),
    ],
)
def test_forms_of_answers(content: str, said: dict[str, Any]) -> None:
    read = read_judgements(Reply(bytes(16), content, "stop"))
    assert {tag: (each.same, each.broader) for tag, each in read.items()} == said


@pytest.mark.parametrize(("content", "reason"), [("I cannot say.", "not JSON"), ('{"right": true}', "no judgements")])
def test_what_cannot_be_read(content: str, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_judgements(Reply(bytes(16), content, "stop"))
    assert error.value.reason == reason

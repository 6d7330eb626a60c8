"""A judge on a server of its own, that judges by a rule."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from aiohttp import web

KEY = "sk-very-secret"


class Judge:
    """Answers as its rule says: a verdict, the text of an answer, or a status with a body.

    The rule gets the case as the judge sees it: `tag`, and `query` or `queries`.
    """

    def __init__(self) -> None:
        self.rule: Callable[[dict[str, Any]], bool | str | tuple[int, str]] = lambda _: True
        self.asked: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.url = ""

    @property
    def repeats(self) -> int:
        """How many cases were asked about more than once."""
        return sum(count > 1 for count in Counter(map(orjson.dumps, self.asked)).values())

    async def chat(self, request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        case = orjson.loads(body["messages"][-1]["content"])
        self.asked.append(case)
        self.bodies.append(body)
        self.keys.add(request.headers.get("Authorization"))
        said = self.rule(case)
        if isinstance(said, tuple):
            return web.Response(status=said[0], text=said[1])
        content = said if isinstance(said, str) else orjson.dumps({"reason": "So it is.", "right": said}).decode()
        choice = {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 10}})


@pytest.fixture
def judge() -> Iterator[Judge]:
    judge = Judge()
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", judge.chat)
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        judge.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield judge
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()

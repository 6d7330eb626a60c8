"""A model that judges tags, on a server of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from aiohttp import web

__all__ = ["Server", "broader", "serving"]


Rule = Callable[[list[dict[str, Any]]], str | int]
"""From the tags that are asked about to what is answered, or the status of a refusal."""


class Server:
    """Answers each list of tags as its rule says."""

    def __init__(self, rule: Rule, latency: float) -> None:
        self.latency = latency
        self.asked: list[list[dict[str, Any]]] = []
        self.rule = rule
        self.url = ""

    async def chat(self, request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        tags = orjson.loads(body["messages"][-1]["content"])
        self.asked.append(tags)
        await asyncio.sleep(self.latency)
        said = self.rule(tags)
        if isinstance(said, int):
            return web.Response(status=said, text="no")
        choice = {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 10}})


def broader(tags: list[dict[str, Any]]) -> str:
    """Of every tag `topic` is broader."""
    said = [{"tag": each["tag"], "same": [], "broader": [{"name": "topic", "reason": "it says so"}]} for each in tags]
    return orjson.dumps({"tags": said}).decode()


@contextmanager
def serving(rule: Rule = broader, latency: float = 0.0) -> Iterator[Server]:
    """A server that answers by a rule, in a thread, as long as the context lasts."""
    server, loop = Server(rule, latency), asyncio.new_event_loop()
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
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

"""A server of chat completions in which everything goes wrong, by a seed.

What goes wrong with a request follows from the seed, the text that is asked about, and how often it was asked before:
whatever the order of the requests, a run can be replayed.

    with chaos.running(faults={"500": 0.1, "cut": 0.1}) as server:
        ... server.url ... server.answered

    python tests/chaos.py --seed 1 --all 0.3        # prints its port, ends when its standard input does

Transient faults: `429` (closed for all for a moment, and says for how long), `429-bare` (does not say), `500`, `502`,
`503`, `drop` (disconnects before the answer), `cut` (in the middle of it), `stall` (answers too late), `html` (a page in
the place of JSON), `truncated`, `malformed`, `empty` (no choices), `error` (an error with status 200). None of these
counts as answered. Answers that are as good as others: `drip` (a few bytes at a time), `gzip`, `mislabelled` (JSON
called text), `headers` (with rate limits). Answers that cannot be read: `refusal`, `prose`, `length`; these depend on
the text alone.
"""

import argparse
import asyncio
import gzip
import hashlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import orjson
from aiohttp import web

TRANSIENT = (
    "429", "429-bare", "500", "502", "503", "drop", "cut", "html", "truncated", "malformed", "empty", "error",
)  # fmt: skip
GOOD = ("drip", "gzip", "mislabelled", "headers")
UNANSWERED = "X-Unanswered"
"""In a script's answer with status 200: it does not count as one."""
UNREADABLE = ("refusal", "prose", "length")
ALL = TRANSIENT + GOOD
Script = Callable[[dict[str, Any], int], web.Response | None]
"""From a request's body and its number to an answer, or to None for the usual one."""


@dataclass
class Chaos:
    """The server's state: what it is to do, and what it did."""

    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    latency: float = 0.0
    closed: float = 0.05
    stall: float = 5.0
    drip: float = 0.001
    # All but the first request wait until so many have been in flight at a time, or they are let go.
    hold: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: Callable[[], object] = lambda: None
    key: str | None = None
    script: Script | None = None
    url: str = ""
    requests: int = 0
    answered: int = 0
    in_flight: int = 0
    peak: int = 0
    # How often it closed; requests that came since, while it was closed; and the most of them at one closing.
    closings: int = 0
    stormed: int = 0
    storm: int = 0
    closed_until: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    # The ports that connections came from.
    ports: set[int] = field(default_factory=set)

    def chance(self, *what: object) -> float:
        """A number from 0 to 1 that follows from the seed and from this."""
        digest = hashlib.blake2b(repr((self.seed, *what)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def fault(self, text: str, time_asked: int) -> str | None:
        """What goes wrong with this request."""
        draw = self.chance("fault", text, time_asked)
        for name in (*TRANSIENT, "stall", *GOOD, *UNREADABLE):
            share = self.faults.get(name, 0.0)
            by_text = name in UNREADABLE
            if (self.chance(name, text) if by_text else draw) < share:
                return name
            draw -= 0.0 if by_text else share
        return None

    def note(self, request: web.Request, body: dict[str, Any]) -> None:
        """Remember a request; the last thousand."""
        self.bodies.append(body)
        self.headers.append(request.headers.copy())
        self.paths.append(request.path_qs)
        if request.transport is not None:
            self.ports.add(request.transport.get_extra_info("peername")[1])
        del self.bodies[:-1000], self.headers[:-1000], self.paths[:-1000]

    def count(self, text: str) -> None:
        """Count an answer."""
        self.answered += 1
        self.answers[text] += 1

    def stats(self) -> dict[str, Any]:
        """What it did, for another process."""
        names = ("requests", "answered", "in_flight", "peak", "storm", "closings")
        counts = {"did": dict(self.did), "answers": dict(self.answers), "asked": dict(self.asked)}
        return {name: getattr(self, name) for name in names} | counts


def content_of(text: str) -> str:
    """The answer to a text: one to five tags that follow from it."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    tags = [{"tag": f"tag {byte}", "explanation": f"It has to do with {byte}."} for byte in digest[: digest[5] % 5 + 1]]
    return orjson.dumps({"tags": tags}).decode()


def completion(content: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "chaos",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content} | message, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def failure(status: int, message: str, **headers: str) -> web.Response:
    """An error as OpenAI words it."""
    error = {"message": message, "type": f"error_{status}", "code": None, "param": None}
    return web.json_response({"error": error}, status=status, headers=headers)


async def handle(request: web.Request) -> web.StreamResponse:
    """Answer a request, or not."""
    chaos: Chaos = request.app[STATE]
    chaos.in_flight += 1
    chaos.requests += 1
    chaos.peak = max(chaos.peak, chaos.in_flight)
    if chaos.peak >= chaos.hold:
        chaos.full.set()
    number = chaos.requests
    if time.monotonic() < chaos.closed_until:
        chaos.stormed += 1
        chaos.storm = max(chaos.storm, chaos.stormed)
    try:
        body = orjson.loads(await request.read())
        chaos.note(request, body)
        return await answer(chaos, request, body, number)
    finally:
        chaos.in_flight -= 1


async def answer(chaos: Chaos, request: web.Request, body: dict[str, Any], number: int) -> web.StreamResponse:
    """Decide what goes wrong, and do it."""
    text = str(body["messages"][-1]["content"])
    given = request.headers.get("Authorization", "") or request.headers.get("api-key", "")
    if chaos.key is not None and chaos.key not in given:
        return failure(401, f"Incorrect API key provided: {given}")
    if chaos.latency:
        await asyncio.sleep(chaos.latency * (0.5 + chaos.chance("latency", text)))
    if number > 1 and chaos.hold:
        await chaos.full.wait()
    if chaos.script is not None and (scripted := chaos.script(body, number)) is not None:
        if scripted.status == 200 and UNANSWERED not in scripted.headers:
            chaos.count(text)
        return scripted
    if time.monotonic() < chaos.closed_until:
        chaos.did["closed"] += 1
        return closed(chaos)
    name = chaos.fault(text, chaos.asked[text])
    chaos.asked[text] += 1
    chaos.did[name or "answered"] += 1
    ready = orjson.dumps(completion(content_of(text)))
    match name:
        case "drop":
            return drop(request)
        case "cut" | "drip":
            return await in_parts(chaos, request, ready, text, whole=name == "drip")
        case "stall":
            await asyncio.sleep(chaos.stall)
    return bad(chaos, name, ready) or good(chaos, name, ready, text)


def bad(chaos: Chaos, name: str | None, ready: bytes) -> web.Response | None:
    """Answer with something that is not an answer."""
    match name:
        case "429":
            chaos.closings += 1
            chaos.stormed = 0
            chaos.closed_until = time.monotonic() + chaos.closed
            answer = closed(chaos)
        case "429-bare":
            answer = failure(429, "Too many requests")
        case "500" | "502" | "503":
            answer = failure(int(name), "The server had an error while processing your request")
        case "stall":
            answer = failure(504, "too late")
        case "html":
            answer = web.Response(text="<html><body>Bad gateway, with a smile</body></html>", content_type="text/html")
        case "truncated":
            answer = web.Response(body=ready[: len(ready) // 2], content_type="application/json")
        case "malformed":
            answer = web.Response(body=ready.replace(b'"choices"', b"choices'"), content_type="application/json")
        case "empty":
            answer = web.json_response(completion("") | {"choices": []})
        case "error":
            answer = web.json_response({"error": {"message": "upstream failed", "code": 502}})
        case _:
            return None
    return answer


def good(chaos: Chaos, name: str | None, ready: bytes, text: str) -> web.Response:
    """Answer."""
    chaos.count(text)
    kind, headers = "application/json", {}
    match name:
        case "gzip":
            ready, headers = gzip.compress(ready), {"Content-Encoding": "gzip"}
        case "mislabelled":
            kind = "text/plain"
        case "headers":
            headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2ms"}
        case "refusal":
            ready = orjson.dumps(completion(None, refusal="I cannot help with that."))
        case "prose":
            ready = orjson.dumps(completion("I would say that this is about mathematics."))
        case "length":
            ready = orjson.dumps(completion('{"tags": [{"tag": "cut o', "length"))
    return web.Response(body=ready, headers=headers, content_type=kind)


def closed(chaos: Chaos) -> web.Response:
    """Say how long it is closed."""
    return failure(429, "Rate limit reached", **{"Retry-After": until(chaos.closed_until)})


def until(moment: float) -> str:
    """Seconds until then, and no less."""
    return f"{ceil(max(moment - time.monotonic(), 0.0) * 1000) / 1000:.3f}"


def drop(request: web.Request) -> web.StreamResponse:
    """Disconnect."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def in_parts(chaos: Chaos, request: web.Request, ready: bytes, text: str, *, whole: bool) -> web.StreamResponse:
    """Send an answer bit by bit, all of it or half."""
    response = web.StreamResponse(headers={"Content-Length": str(len(ready)), "Content-Type": "application/json"})
    await response.prepare(request)
    step = len(ready) // 4 + 1
    for start in range(0, len(ready) if whole else len(ready) // 2, step):
        await response.write(ready[start : start + step])
        await asyncio.sleep(chaos.drip)
    if whole:
        chaos.count(text)
        await response.write_eof()
    elif request.transport is not None:
        request.transport.abort()
    return response


async def stats(request: web.Request) -> web.Response:
    """Tell another process what it did."""
    return web.json_response(request.app[STATE].stats())


STATE = web.AppKey("state", Chaos)


async def start(chaos: Chaos) -> web.AppRunner:
    """Begin to serve."""
    app = web.Application(client_max_size=1 << 26)
    app[STATE] = chaos
    app.router.add_get("/stats", stats)
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    chaos.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    return runner


@contextmanager
def running(**options: Any) -> Iterator[Chaos]:
    """Serve from a thread, for as long as the block takes."""
    chaos = Chaos(**options)
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        runner = await start(chaos)
        chaos.let_go = lambda: loop.call_soon_threadsafe(chaos.full.set)
        ready.set()
        await over.wait()
        await runner.cleanup()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(10)
    try:
        yield chaos
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def main() -> None:
    """Serve until standard input ends, and print the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--all", type=float, default=0.0, help="share of requests with a fault, all kinds alike")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=SHARE")
    parser.add_argument("--key")
    given = parser.parse_args()
    faults = dict.fromkeys(ALL, given.all / len(ALL))
    faults |= {name: float(share) for name, share in (each.split("=") for each in given.fault)}
    chaos = Chaos(faults, seed=given.seed, latency=given.latency, key=given.key)

    async def serve() -> None:
        runner = await start(chaos)
        print(chaos.url, flush=True)  # noqa: T201 - whoever started it reads it
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await runner.cleanup()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


if __name__ == "__main__":
    main()

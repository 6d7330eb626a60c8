"""`instag.chat.ask` beside bare aiohttp and AsyncOpenAI: `make bench`.

Each client runs in a process of its own on core 0, the server on core 1, so that CPU is the client's and so is memory.
`ask` does all that it does for a user: keys, limits, reading each reply, the journal. Results are asserted: every
question is answered, and the journal holds as many replies.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest

from instag.chat import Endpoint, Journal, Limits, Question, Reply, Unreadable, ask, identity_of, key_of

HERE = Path(__file__).parent
SCHEMA = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "object"}}}}
RULES = "Tag the query with what is asked of a model. " * 30
IN_FLIGHT = 256
SAMPLING = {"temperature": 0, "max_tokens": 512}
Client = Callable[[str, int], Coroutine[Any, Any, int]]
"""Asks so many questions at a URL; gives the number of answers."""


def messages(number: int) -> list[dict[str, str]]:
    return [{"role": "system", "content": RULES}, {"role": "user", "content": f"What is {number} times {number}?"}]


def read(reply: Reply) -> list[str]:
    if reply.content is None:
        raise Unreadable("empty")
    return [each["tag"] for each in orjson.loads(reply.content)["tags"]]


async def with_ask(url: str, count: int) -> int:
    """Ask one endpoint, or several with commas between."""
    identity = identity_of("mock", "bench", SCHEMA)
    questions = (Question(key_of(identity, f"{number}"), messages(number)) for number in range(count))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        with Journal.open(path, model="mock", prompt="bench", schema=SCHEMA) as journal:
            tally = await ask(
                questions,
                endpoint=[Endpoint.of("mock", each, "none") for each in url.split(",")],
                journal=journal,
                schema=SCHEMA,
                sampling=SAMPLING,
                limits=Limits(concurrency=IN_FLIGHT),
                read=read,
            )
            assert sum(1 for _ in journal.replies()) == tally.answered
    return tally.answered


async def with_aiohttp(url: str, count: int) -> int:
    import aiohttp  # noqa: PLC0415 - in its own process only, whose memory is measured

    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
    body = orjson.dumps({"model": "mock", "messages": messages(1000), "response_format": form} | SAMPLING)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}
    numbers = iter(range(count))
    answered = 0

    async def work() -> None:
        nonlocal answered
        for _ in numbers:
            async with session.post(f"{url}/chat/completions", data=body, headers=headers) as response:
                answered += "choices" in orjson.loads(await response.read())

    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(work())
    return answered


async def with_openai(url: str, count: int) -> int:
    from openai import AsyncOpenAI  # noqa: PLC0415 - as above

    slots = asyncio.Semaphore(IN_FLIGHT)
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}

    async def one(number: int) -> bool:
        async with slots:
            answer = await client.chat.completions.create(  # type: ignore[call-overload] # messages as plain dicts
                model="mock", messages=messages(number), response_format=form, **SAMPLING
            )
            return bool(answer.choices[0].message.content)

    async with AsyncOpenAI(base_url=url, api_key="none") as client:
        return sum(await asyncio.gather(*map(one, range(count))))


CLIENTS: dict[str, Client] = {"ask": with_ask, "aiohttp": with_aiohttp, "AsyncOpenAI": with_openai}


def measure(name: str, url: str, count: int, warm: int) -> dict[str, float]:
    """What a client takes, after some questions to warm up; its peak memory in MiB."""
    client = CLIENTS[name]
    assert asyncio.run(client(url, warm)) == warm
    cpu, wall = time.process_time(), time.perf_counter()
    assert asyncio.run(client(url, count)) == count
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = re.search(r"VmHWM:\s*([0-9]+)", Path("/proc/self/status").read_text())
    assert peak
    return {"cpu": cpu / count * 1e6, "rate": count / wall, "peak": int(peak[1]) / 1024}


@contextmanager
def mock(delay: float, *, slots: int = 0, limit: int = 0) -> Iterator[str]:
    limits = {"--delay": delay, "--slots": slots, "--limit": limit}
    command = [sys.executable, str(HERE / "mock_server.py"), *(str(part) for pair in limits.items() for part in pair)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdin
        assert server.stdout
        os.sched_setaffinity(server.pid, {1})
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        finally:
            server.stdin.close()


def run(name: str, url: str, count: int, warm: int = 1_000) -> dict[str, float]:
    command = [sys.executable, __file__, name, url, str(count), str(warm)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3600)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout)
    return found


def compare(delay: float, counts: dict[str, int], rounds: int) -> dict[str, dict[str, float]]:
    """Medians of runs that take turns, so that other load falls on all alike."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in counts}
    with mock(delay) as url:
        for _ in range(rounds):
            for name, count in counts.items():
                runs[name].append(run(name, url, count))
    found = {name: {key: median(each[key] for each in all_) for key in all_[0]} for name, all_ in runs.items()}
    print(f"\n{IN_FLIGHT} in flight, {delay * 1000:.0f} ms")
    for name, each in found.items():
        print(f"{name:12} {each['cpu']:7.0f} µs CPU a request {each['rate']:7.0f} requests/s {each['peak']:5.0f} MiB")
    return found


linux = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs two cores to keep apart, and Linux"
)


@linux
def test_cpu() -> None:
    found = compare(0.0, {"ask": 20_000, "aiohttp": 20_000, "AsyncOpenAI": 3_000}, rounds=3)
    assert found["ask"]["cpu"] <= 2.5 * found["aiohttp"]["cpu"]
    assert 4 * found["ask"]["cpu"] <= found["AsyncOpenAI"]["cpu"]


@linux
def test_rate() -> None:
    # On an idle machine 85 % of the ideal, 1,280 a second; beside other load, of what bare aiohttp gets.
    found = compare(0.2, {"ask": 8_000, "aiohttp": 8_000}, rounds=3)
    assert found["ask"]["rate"] >= 0.85 * min(IN_FLIGHT / 0.2, found["aiohttp"]["rate"])


@linux
def test_two_endpoints() -> None:
    # The servers are what is slow: each answers 8 at a time, 80 a second.
    with mock(0.1, slots=8) as one, mock(0.1, slots=8) as other:
        rounds = [
            (run("ask", one, 1_600, 40)["rate"], run("ask", f"{one},{other}", 1_600, 40)["rate"]) for _ in range(3)
        ]
    alone, both = (median(rates) for rates in zip(*rounds, strict=True))
    ratio = median(both / alone for alone, both in rounds)
    print(f"\none endpoint {alone:.1f} requests/s, two {both:.1f}: {ratio:.2f} x")
    assert ratio >= 1.9


@linux
@pytest.mark.parametrize("limit", [100, 400])
def test_too_many_requests(limit: int) -> None:
    # More than these in a second get 429, with Retry-After. A minute, in whose first seconds the limit is found out.
    with mock(0.02, limit=limit) as url:
        rate = run("ask", url, 60 * limit, 2 * limit)["rate"]
    print(f"\na server that bears {limit} requests/s: {rate:.0f}, {rate / limit:.0%}")
    assert rate >= 0.8 * limit


@linux
def test_memory() -> None:
    with mock(0.0) as url:
        small, large = (run("ask", url, count, warm=100)["peak"] for count in (100_000, 1_000_000))
    print(f"\npeak memory of ask: 100 K questions {small:.0f} MiB, 1 M {large:.0f} MiB")
    assert large - small < 50


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))

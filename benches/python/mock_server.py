"""A server of chat completions that costs next to nothing: one ready answer, after a delay.

    python mock_server.py --delay 0.2
    python mock_server.py --delay 0.1 --slots 8    # answers 8 at a time, so 80 a second; others queue
    python mock_server.py --limit 400              # more in a second get "too many requests", to be tried a second later

It prints its port, and ends when its standard input does.
"""

import argparse
import asyncio
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

CONTENT = orjson.dumps(
    {"tags": [{"tag": f"tag number {n}", "explanation": "what it is that the query asks for"} for n in range(5)]}
).decode()
BODY = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "mock",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": CONTENT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 400, "completion_tokens": 90, "total_tokens": 490},
    }
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
LENGTH = b"content-length:"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Limits:
    """What a server bears: so many at a time, and so many a second; 0 is no limit."""

    delay: float
    slots: int = 0
    a_second: int = 0
    busy: int = 0
    second: int = -1
    count: int = 0
    queue: deque[Callable[[], None]] = field(default_factory=deque)

    def refuses(self, now: float) -> bool:
        """Whether this second has had its requests."""
        if not self.a_second:
            return False
        if int(now) != self.second:
            self.second, self.count = int(now), 0
        self.count += 1
        return self.count > self.a_second

    def answer(self, loop: asyncio.AbstractEventLoop, write: Callable[[], None]) -> None:
        """Answer, as soon as there is a slot and the delay is over."""
        if not self.delay:
            write()
        elif not self.slots:
            loop.call_later(self.delay, write)
        elif self.busy < self.slots:
            self.busy += 1
            loop.call_later(self.delay, self._end, loop, write)
        else:
            self.queue.append(write)

    def _end(self, loop: asyncio.AbstractEventLoop, write: Callable[[], None]) -> None:
        write()
        self.busy -= 1
        if self.queue:
            self.answer(loop, self.queue.popleft())


class Mock(asyncio.Protocol):
    """One connection: finds where requests end, and answers each."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to answer on."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.index(LENGTH) + len(LENGTH)
            end += 4 + int(head[start:].split(b"\r\n", 1)[0])
            if len(self._buffer) < end:
                return
            self._buffer = self._buffer[end:]
            if self._limits.refuses(self._loop.time()):
                self._write(BUSY)
            else:
                self._limits.answer(self._loop, self._answer)

    def _answer(self) -> None:
        self._write(ANSWER)

    def _write(self, response: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(response)


async def serve(limits: Limits) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Mock(limits), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--slots", type=int, default=0)
    parser.add_argument("--limit", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(Limits(given.delay, given.slots, given.limit)))

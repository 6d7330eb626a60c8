"""A relay in front of a server: it listens as a proxy, with TLS, at a socket or at another address, and hands bytes on."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Relay", "relaying"]

# What a SOCKS5 client and its proxy say: version, no login, connect, an address of this kind, granted.
VERSION, NO_LOGIN, CONNECT, IPV4, NAME = 5, 0, 1, 1, 3
GRANTED = bytes([VERSION, 0, 0, IPV4, 0, 0, 0, 0, 0, 0])


@dataclass
class Relay:
    """What was asked of it.

    Attributes
    ----------
    port
        Where it listens.
    targets
        The hosts that a SOCKS proxy was asked to connect to, in the order of the connections.
    connections
        How many there were.
    """

    upstream: int
    socks: bool
    port: int = 0
    connections: int = 0
    targets: list[str] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on what comes, both ways, until either side ends."""
        self.connections += 1
        ends = [writer]
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if self.socks:
                    await self._greet(reader, writer)
                other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
                ends.append(other_writer)
                await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))
        finally:
            for end in ends:
                end.transport.abort()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, methods = await reader.readexactly(2)
        assert version == VERSION
        await reader.readexactly(methods)
        writer.write(bytes([VERSION, NO_LOGIN]))
        _, command, _, kind = await reader.readexactly(4)
        assert command == CONNECT
        size = (await reader.readexactly(1))[0] if kind == NAME else 4
        host = await reader.readexactly(size)
        await reader.readexactly(2)
        self.targets.append(host.decode() if kind == NAME else ".".join(map(str, host)))
        writer.write(GRANTED)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
    writer.close()


@contextmanager
def relaying(
    url: str,
    *,
    host: str = "127.0.0.1",
    path: Path | None = None,
    tls: ssl.SSLContext | None = None,
    socks: bool = False,
) -> Iterator[Relay]:
    """Relay to the server at an address, from a thread, as long as the context lasts."""
    relay, loop = Relay(urlsplit(url).port or 80, socks), asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        if path is not None:
            return await asyncio.start_unix_server(relay.take, path)
        server = await asyncio.start_server(relay.take, host, 0, ssl=tls)
        relay.port = server.sockets[0].getsockname()[1]
        return server

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield relay
    finally:

        async def end() -> None:
            server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # Connections that are cut are taken down in the next turn.
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

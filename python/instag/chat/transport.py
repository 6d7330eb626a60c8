"""The transport: sends requests and receives answers, within limits of time and size."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from instag.chat.capture import captured
from instag.chat.endpoint import Endpoint, is_openai
from instag.chat.lost import Lost, unconnected
from instag.errors import InputError, InstagError

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Answer", "Transport"]

# The most bytes of an uncompressed answer, a thousand times what tags need; and of an error message.
LARGEST = 8 << 20
WORDS = 1 << 16
# Servers close a connection that is idle for 5 seconds, sometimes while a request is on its way.
IDLE = 4.0
CONNECT = 15.0
# Seconds for which the credentials of an openai client are reused.
RENEWED = 60.0
ERRORS = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer or error; the names of its headers are in lower case.

    If it is not `whole`, it has more bytes than were read.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True


class Transport:
    """Posts to an endpoint, over any number of connections; an async context manager.

    It uses aiohttp if that is installed, which takes a third of the time of httpx2 when many requests are in flight, and
    httpx2 otherwise, through a SOCKS proxy, and with the user's own client.

    Raises
    ------
    InputError
        If the libraries for it are not installed.
    """

    def __init__(self, endpoint: Endpoint, connections: int, seconds: float) -> None:
        self._endpoint, self._seconds = endpoint, seconds
        self._url, self._headers = endpoint.url, dict(endpoint.headers)
        self._renew_at = 0.0 if is_openai(endpoint.client) else float("inf")
        theirs = endpoint.client is not None and not is_openai(endpoint.client)
        proxy = None if theirs or endpoint.socket else _proxy(endpoint)
        fast = find_spec("aiohttp") is not None and not (proxy or "").startswith("socks")
        kind = TheirClient if theirs else ByAiohttp if fast else ByHttpx
        self._way: ByAiohttp | ByHttpx | TheirClient = kind(endpoint, connections, min(CONNECT, seconds), proxy)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._way.close()

    async def post(self, body: bytes) -> Answer:
        """Post a body, and wait for the whole answer.

        Raises
        ------
        Lost
            If no whole answer comes in time.
        """
        try:
            async with asyncio.timeout(self._seconds):
                if time.monotonic() >= self._renew_at:
                    await self._renew()
                return await self._way.post(self._url, self._headers, body)
        except InstagError:
            raise
        except Exception as error:
            lost = self._way.lost(error)
            if lost is None and isinstance(error, TimeoutError):
                lost = Lost("timeout", f"no whole answer in {self._seconds:g} s")
            if lost is None:
                raise
            lost.detail = self._endpoint.hide(lost.detail)
            raise lost from None

    async def _renew(self) -> None:
        """Ask an openai client for its address and credentials again, since they may have expired."""
        self._renew_at = time.monotonic() + RENEWED
        self._url, headers = await captured(self._endpoint.client, self._endpoint.model)
        self._endpoint.hide.learn(headers.items())
        names = {name.lower() for name in headers}
        self._headers = {name: text for name, text in self._headers.items() if name.lower() not in names} | headers


class ByAiohttp:
    """The transport by aiohttp, which is fast."""

    def __init__(self, endpoint: Endpoint, connections: int, connect: float, proxy: str | None) -> None:
        self._endpoint, self._connections, self._connect, self._proxy = endpoint, connections, connect, proxy
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> "aiohttp.ClientSession":
        """A session, which belongs to the event loop in which it is made."""
        import aiohttp  # noqa: PLC0415 - as above

        limits: dict[str, Any] = {"limit": self._connections, "limit_per_host": 0, "keepalive_timeout": IDLE}
        connector: aiohttp.BaseConnector
        if self._endpoint.socket:
            connector = aiohttp.UnixConnector(self._endpoint.socket, limit=self._connections, keepalive_timeout=IDLE)
        else:
            secure: Any = _context(self._endpoint) if self._endpoint.url.startswith("https:") else True
            connector = aiohttp.TCPConnector(ssl=secure, **limits)
        # No time is spent on redirects, cookies and logs; the timeout of a whole request is set where it is posted.
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self._session is None:
            self._session = self._opened()
        async with self._session.post(
            url, data=body, headers=headers, proxy=self._proxy, allow_redirects=False
        ) as response:
            answered = {name.lower(): value for name, value in response.headers.items()}
            return await _read(response.status, answered, response.content.iter_any())

    def lost(self, error: Exception) -> Lost | None:  # noqa: PLR0911 - a kind of error each
        """Why there is no answer; None for an error with another cause."""
        import aiohttp  # noqa: PLC0415 - as above

        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return Lost("no connection", f"no answer to the attempt to connect: {error}")
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientProxyConnectionError):
            return unconnected(error, getattr(error, "os_error", error))
        if isinstance(error, aiohttp.ClientPayloadError) and "400" in str(error) and "decode" in str(error).lower():
            return Lost("broken packing", str(error))
        if isinstance(error, aiohttp.ClientHttpProxyError):
            return Lost("no connection", f"the proxy says {error.status} {error.message}")
        if isinstance(error, aiohttp.InvalidURL):
            return Lost("no connection", f"not an address: {error}", hopeless=True)
        if isinstance(error, aiohttp.ClientError | OSError) and not isinstance(error, TimeoutError):
            return Lost("disconnected", str(error) or type(error).__name__)
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class TheirClient:
    """The transport by a user's `httpx2.AsyncClient`, which is left open."""

    def __init__(self, endpoint: Endpoint, _connections: int, connect: float, _proxy: str | None) -> None:
        import httpx2  # noqa: PLC0415 - as above

        self._library = httpx2
        self._endpoint = endpoint
        self._times = {"timeout": {"connect": connect, "read": None, "write": None, "pool": None}}
        self._client: httpx2.AsyncClient = endpoint.client

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = self._client.build_request("POST", url, headers=headers, content=body, extensions=self._times)
        try:
            response = await self._client.send(request, stream=True)
        finally:
            # A server may repeat secrets that the client has added.
            self._endpoint.hide.learn(request.headers.multi_items())
        try:
            answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
            return await _read(response.status_code, answered, response.aiter_bytes())
        finally:
            await response.aclose()

    def lost(self, error: Exception) -> Lost | None:  # noqa: PLR0911 - a kind of error each
        """Why there is no answer; None for an error with another cause."""
        library, cause = self._library, error.__cause__ or error
        if isinstance(error, library.ConnectTimeout):
            return Lost("no connection", "no answer to the attempt to connect")
        if isinstance(error, library.ConnectError | library.ProxyError):
            return unconnected(error, cause)
        if isinstance(error, library.DecodingError):
            return Lost("broken packing", str(error))
        if isinstance(error, library.TimeoutException) or isinstance(cause, TimeoutError):
            return None if isinstance(error, TimeoutError) else Lost("timeout", str(error) or type(error).__name__)
        if isinstance(error, library.UnsupportedProtocol | library.InvalidURL):
            return Lost("no connection", f"not an address: {error}", hopeless=True)
        if isinstance(error, library.HTTPError | library.StreamError | OSError):
            return Lost("disconnected", str(error) or type(error).__name__)
        return None

    async def close(self) -> None:
        """Leave it open."""


class ByHttpx(TheirClient):
    """The transport by httpx2, without aiohttp and through SOCKS."""

    def __init__(self, endpoint: Endpoint, connections: int, connect: float, proxy: str | None) -> None:
        super().__init__(endpoint, connections, connect, proxy)
        limits = self._library.Limits(max_connections=connections, keepalive_expiry=IDLE)
        secure = _context(endpoint) if endpoint.url.startswith("https:") else True
        try:
            transport = self._library.AsyncHTTPTransport(
                verify=secure, limits=limits, proxy=proxy and self._library.Proxy(proxy), uds=endpoint.socket or None
            )
        except ImportError:
            raise InputError(f"the proxy {proxy} needs a library for SOCKS: pip install 'httpx2[socks]'") from None
        except ValueError as error:
            raise InputError(f"the proxy {proxy}, from the environment, cannot be used: {error}") from None
        self._client = self._library.AsyncClient(transport=transport, trust_env=False)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


async def _read(status: int, headers: dict[str, str], stream: AsyncIterator[bytes]) -> Answer:
    parts, size = [], 0
    async for part in stream:
        parts.append(part)
        size += len(part)
        if status >= ERRORS and size > WORDS:
            break
        if size > LARGEST:
            return Answer(status, headers, b"", whole=False)
    return Answer(status, headers, b"".join(parts))


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy for an address by the environment, with its scheme."""
    parts = urlsplit(endpoint.url)
    proxies = {} if proxy_bypass(parts.hostname or "") else getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    """The certificates that are trusted: those of the system, of SSL_CERT_FILE and of SSL_CERT_DIR."""
    context = ssl.create_default_context()
    if endpoint.insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context

"""The transport: bodies go out, answers come back, within bounds of time and size."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.request import getproxies, proxy_bypass

from instag.chat.endpoint import Endpoint, is_openai
from instag.errors import InputError

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Lost", "Transport", "captured"]

# What a bare request has of its own, or has no use for.
OWN = ("host", "connection", "content-", "accept", "x-stainless-")


async def captured(client: Any, model: str) -> tuple[str, dict[str, str]]:
    """Let the client build a request, and take it before it leaves.

    That way every flavour of client, with whatever way to log in, says by itself where a model is and what it wants.

    Parameters
    ----------
    client
        An `openai.AsyncOpenAI` or one derived from it.
    model
        The model, which some addresses contain.

    Returns
    -------
    tuple
        The address of the chats, and the headers.

    Raises
    ------
    InputError
        Where the client cannot say, for want of a key or token.
    """
    import httpx2  # noqa: PLC0415 - it takes longer to import than all of instag
    from openai import OpenAIError  # noqa: PLC0415 - as above

    taken: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        taken.append(request)
        return httpx2.Response(200, json={})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(take)) as catcher:
        try:
            asked = client.with_options(http_client=catcher, max_retries=0)
            await asked.post("/chat/completions", body={"model": model, "messages": []}, cast_to=httpx2.Response)
        except OpenAIError as error:
            raise InputError(f"client: {error}") from None
    headers = {name: value for name, value in taken[0].headers.multi_items() if not name.lower().startswith(OWN)}
    return str(taken[0].url), headers


# Bytes of an answer, unpacked: a thousand times what tags need. Of an error's words fewer will do.
LARGEST = 8 << 20
WORDS = 1 << 16
# Servers close a connection that is idle for 5 seconds, some while a question is on its way.
IDLE = 4.0
CONNECT = 15.0
# Seconds that the credentials of an openai client are taken to be good for.
RENEWED = 60.0
ERRORS = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer, whatever it says; the names of its headers are in lower case.

    One that is not `whole` has more bytes than are read.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True


class Lost(Exception):  # noqa: N818 - it says what became of the answer
    """No whole answer came; another attempt may get one."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Transport:
    """Posts to an endpoint, over as many connections as are wanted; an async context manager.

    Raises
    ------
    InputError
        Where the libraries for it are not installed.
    """

    def __init__(self, endpoint: Endpoint, connections: int, seconds: float) -> None:
        try:
            import aiohttp  # noqa: PLC0415 - they take longer to import than all of instag
            import httpx2  # noqa: PLC0415 - as above
            from httpx_aiohttp.httpx2 import AiohttpTransport  # noqa: PLC0415 - as above
        except ImportError:
            raise InputError("asking a model needs an HTTP client: pip install 'instag[tag]'") from None
        self._mistakes = (httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError, OSError)
        self._unreached = (httpx2.ConnectError, httpx2.ProxyError, aiohttp.ClientConnectorError)
        self._request, self._make_url = httpx2.Request, httpx2.URL
        self._endpoint, self._seconds = endpoint, seconds
        self._url, self._headers = httpx2.URL(endpoint.url), httpx2.Headers(dict(endpoint.headers))
        times = {"connect": min(CONNECT, seconds), "read": seconds, "write": seconds, "pool": seconds}
        self._extensions = {"timeout": times}
        self._renew_at = 0.0 if is_openai(endpoint.client) else float("inf")
        self._own: AiohttpTransport | None = None
        if endpoint.client is None or is_openai(endpoint.client):
            # Straight to the transport: no redirects, cookies and log lines are paid for.
            limits = httpx2.Limits(max_connections=connections, keepalive_expiry=IDLE)
            proxies = {} if proxy_bypass(self._url.host) else getproxies()
            proxy = proxies.get(self._url.scheme) or proxies.get("all")
            self._own = AiohttpTransport(limits=limits, proxy=httpx2.Proxy(proxy) if proxy else None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            await self._own.aclose()

    async def post(self, body: bytes) -> Answer:
        """Post a body, and wait for the whole answer.

        Raises
        ------
        Lost
            Where none comes in time, or none comes whole.
        """
        try:
            async with asyncio.timeout(self._seconds):
                if time.monotonic() >= self._renew_at:
                    await self._renew()
                return await self._read(await self._send(body))
        except TimeoutError:
            raise Lost("timeout", f"no whole answer in {self._seconds:g} s") from None
        except self._mistakes as error:
            raise Lost(self._reason(error), self._endpoint.hide(str(error) or type(error).__name__)) from None

    async def _send(self, body: bytes) -> "httpx2.Response":
        if self._own is not None:
            request = self._request("POST", self._url, headers=self._headers, content=body, extensions=self._extensions)
            return await self._own.handle_async_request(request)
        client: httpx2.AsyncClient = self._endpoint.client
        request = client.build_request(
            "POST", self._url, headers=self._headers, content=body, extensions=self._extensions
        )
        try:
            return await client.send(request, stream=True)
        finally:
            # What the client put in, a server may repeat.
            self._endpoint.hide.learn(request.headers.multi_items())

    async def _read(self, response: "httpx2.Response") -> Answer:
        try:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
            # Almost no answer is packed, and the bare stream is the quicker.
            stream: Any = response.aiter_bytes() if "content-encoding" in headers else response.stream
            parts, size = [], 0
            async for part in stream:
                parts.append(part)
                size += len(part)
                if response.status_code >= ERRORS and size > WORDS:
                    break
                if size > LARGEST:
                    return Answer(response.status_code, headers, b"", whole=False)
            return Answer(response.status_code, headers, b"".join(parts))
        finally:
            await response.aclose()

    async def _renew(self) -> None:
        """Ask an openai client for its address and credentials, which may have run out."""
        self._renew_at = time.monotonic() + RENEWED
        url, headers = await captured(self._endpoint.client, self._endpoint.model)
        self._endpoint.hide.learn(headers.items())
        self._url = self._make_url(url)
        self._headers.update(headers)

    def _reason(self, error: Exception) -> str:
        """The short name of what went wrong; the transport takes many things for a timeout."""
        cause = error.__cause__ or error
        if isinstance(cause, TimeoutError) or (cause is error and "Timeout" in type(error).__name__):
            return "timeout"
        if isinstance(error, self._unreached) or isinstance(cause, self._unreached):
            return "no connection"
        return "broken packing" if "Decoding" in type(error).__name__ else "disconnected"

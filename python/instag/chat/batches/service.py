"""The service: a server's files and batches, by the openai SDK."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from instag.chat.endpoint import Endpoint, is_openai
from instag.chat.progress import EndpointError, Tally
from instag.chat.transport import Answer
from instag.errors import InputError

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

__all__ = ["Found", "Service", "Unclear"]

Made = TypeVar("Made")

# A server keeps files and results for a month.
KEPT = 31 * 24 * 3600
PAGE = 100
# Headers that each request sets itself.
OWN = frozenset({"content-type", "accept", "accept-encoding"})
DAY = 24 * 3600
BUSY = 503
# After a timeout it is not known whether the server acted on the request.
REFUSED = frozenset(range(400, 500)) - {408}


class Unclear(Exception):  # noqa: N818 - it says what is known
    """It is not known whether the server made a batch."""


@dataclass(frozen=True)
class Found:
    """A batch as the server describes it."""

    batch: str
    status: str
    intent: str
    limit: int | None
    input: str
    output: str | None
    errors: str | None
    ended: float
    """When it ended, if it has, in seconds since 1970."""
    problem: str


class Service:
    """An account's files and batches; an async context manager.

    Parameters
    ----------
    endpoint
        The endpoint; an openai client in it is used as it is.
    mark
        A mark on every batch, by which it is recognised.

    Attributes
    ----------
    azure
        Whether it is Azure's, where a model is either for batches or for single requests.
    path
        The path that a batch's requests are sent to.

    Raises
    ------
    InputError
        If the openai SDK is not installed.
    """

    def __init__(self, endpoint: Endpoint, mark: str) -> None:
        try:
            import httpx2  # noqa: PLC0415 - they take longer to import than all of instag
            import openai  # noqa: PLC0415 - as above
        except ImportError:
            raise InputError("batches need the openai SDK: pip install 'instag[batch]'") from None
        self._openai, self._response = openai, httpx2.Response
        self._mistakes: tuple[type[Exception], ...] = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError)
        self._mark, self._hide = mark, endpoint.hide
        self._owned = endpoint.client is None
        self._client: AsyncOpenAI = endpoint.client if is_openai(endpoint.client) else _client(endpoint)
        where = f"{type(self._client).__name__} {urlsplit(str(self._client.base_url)).hostname}"
        self.azure = "azure" in where.lower()
        self.path = "/chat/completions" if self.azure else "/v1/chat/completions"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned:
            await self._client.close()

    async def listed(self, now: float) -> list[Found]:
        """All batches with the mark, the latest first; those of more than a month ago are gone."""
        return await self._awaited("list the batches", self._listed(now))

    async def retrieve(self, batch: str) -> Found:
        """One batch; the list leaves out some error messages."""
        return self._found(await self._awaited(f"show the batch {batch}", self._client.batches.retrieve(batch)))

    async def upload(self, path: Path, name: str) -> str:
        """Send a file of requests, and return the server's name for it."""
        return await self._awaited("take a file of requests", self._uploaded(path, name))

    async def create(self, file: str, intent: str, limit: int | None) -> Found:
        """Ask the server to make a batch.

        Raises
        ------
        Unclear
            If the server does not answer clearly. It is not asked again, since that could make two batches.
        EndpointError
            If it refuses.
        """
        metadata = {"instag": self._mark, "intent": intent} | ({} if limit is None else {"limit": str(limit)})
        create = self._client.with_options(max_retries=0).batches.create
        endpoint: Any = self.path
        refused = False
        try:
            made = await create(input_file_id=file, endpoint=endpoint, completion_window="24h", metadata=metadata)
        except self._openai.OpenAIError as error:
            refused, problem = getattr(error, "status_code", None) in REFUSED, self._error("make a batch", error)
        else:
            try:
                return self._found(made)
            except EndpointError as error:
                problem = error
        # Not in a handler, as below.
        raise problem if refused else Unclear(str(problem))

    async def ask(self, body: bytes) -> Answer:
        """Ask a single question at once, without a batch."""
        try:
            asked = self._client.with_options(max_retries=0)
            response: Any = await asked.post("/chat/completions", content=body, cast_to=self._response)
        except self._openai.APIStatusError as error:
            response = error.response
        except self._openai.OpenAIError as error:
            # This has nothing to do with the format of requests.
            return Answer(BUSY, {}, self._hide(str(error)).encode())
        return Answer(response.status_code, {}, await response.aread())

    async def lines(self, file: str) -> AsyncIterator[bytes]:
        """The lines of a file, as they come; none if the server does not have it, or not yet.

        Raises
        ------
        EndpointError
            If the transfer breaks off.
        """
        problem = None
        try:
            async with self._client.files.with_streaming_response.content(file) as response:
                rest = b""
                async for part in response.iter_bytes():
                    *lines, rest = (rest + part).split(b"\n")
                    for line in lines:
                        yield line
                if rest:
                    yield rest
        except self._openai.NotFoundError:
            return
        except self._mistakes as error:
            problem = self._error(f"give the whole file {file}", error)
        if problem is not None:
            raise problem

    def _found(self, batch: "Batch") -> Found:
        if not isinstance(getattr(batch, "id", None), str):
            words = self._hide(str(batch))
            raise EndpointError(f"batch: expected JSON of a batch; the server answers {words!r}", Tally())
        metadata = batch.metadata or {}
        problems = (batch.errors.data or []) if batch.errors else []
        limit = metadata.get("limit", "")
        return Found(
            batch.id,
            batch.status,
            metadata.get("intent") or batch.id,
            int(limit) if limit.isdecimal() else None,
            batch.input_file_id,
            batch.output_file_id or None,
            batch.error_file_id or None,
            batch.completed_at or batch.expired_at or batch.cancelled_at or batch.created_at + DAY,
            self._hide("; ".join(f"{each.code}: {each.message}" for each in problems)),
        )

    async def _listed(self, now: float) -> list[Found]:
        found = []
        async for batch in self._client.batches.list(limit=PAGE):
            if batch.created_at < now - KEPT:
                break
            if (batch.metadata or {}).get("instag") == self._mark:
                found.append(self._found(batch))
        return found

    async def _uploaded(self, path: Path, name: str) -> str:
        with path.open("rb") as file:
            return (await self._client.files.create(file=(name, file, "application/jsonl"), purpose="batch")).id

    async def _awaited(self, what: str, work: Awaitable[Made]) -> Made:
        """Raise errors in the server's own words, without secrets."""
        try:
            return await work
        except self._openai.OpenAIError as error:
            problem = self._error(what, error)
        except AttributeError:
            # The SDK fails like this if an answer is not what it expects.
            problem = self._error(what, ValueError("it answers with no JSON"))
        # Not in the handler, so that no exception with a secret is attached.
        raise problem

    def _error(self, what: str, error: Exception) -> EndpointError:
        status = getattr(error, "status_code", None)
        said = f"http {status}: {getattr(error, 'message', error)}" if status else error.__cause__ or error
        return EndpointError(
            f"batch: the server does not {what}: {self._hide(str(said) or type(said).__name__)}", Tally()
        )


def _client(endpoint: Endpoint) -> "AsyncOpenAI":
    from openai import AsyncOpenAI  # noqa: PLC0415 - as above

    headers = {name: value for name, value in endpoint.headers.items() if name.lower() not in OWN}
    return AsyncOpenAI(
        # The key is in the headers, if there is one.
        api_key="none",
        base_url=endpoint.base_url,
        default_headers=headers,
        default_query=dict(parse_qsl(urlsplit(endpoint.url).query)),
        http_client=endpoint.client,
    )

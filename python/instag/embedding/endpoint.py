"""An embedder that uses any endpoint compatible with OpenAI's `/v1/embeddings`."""

import os
import time
from numbers import Real
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from instag.checks import check_count
from instag.choices import OPENAI
from instag.errors import InputError

if TYPE_CHECKING:
    import httpx2

__all__ = ["OpenAIEmbedder"]

# Statuses of a server that is busy; the request is tried again.
BUSY = frozenset({408, 409, 429, 500, 502, 503, 504})
# The most characters of an answer in an error.
SHOWN = 200
# The shortest key that is hidden in what a server says.
SECRET = 6


class OpenAIEmbedder:
    """An embedder behind an OpenAI-compatible endpoint.

    Parameters
    ----------
    model
        The model's name at the endpoint.
    base_url
        The endpoint's address including the version; by default `https://api.openai.com/v1`.
    api_key
        The key; by default that in the environment variable `OPENAI_API_KEY`. It is never shown.
    batch
        The number of texts per request.
    retries
        How often a request is repeated if the server is busy or does not answer.
    timeout
        Seconds to wait for an answer.

    Raises
    ------
    InputError
        If an option is out of range.

    Examples
    --------
    >>> import instag
    >>> instag.OpenAIEmbedder("bge-small-en", base_url="http://localhost:8000/v1", api_key="secret")
    OpenAIEmbedder('bge-small-en', base_url='http://localhost:8000/v1')
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str = OPENAI,
        api_key: str | None = None,
        batch: int = 256,
        retries: int = 4,
        timeout: float = 60.0,
    ) -> None:
        check_count("batch", batch)
        check_count("retries", retries, least=0)
        _check_seconds("timeout", timeout)
        _check_address(base_url)
        self.name = f"openai:{model}"
        self._model = model
        self._base_url = base_url.rstrip("/")
        self._key = os.environ.get("OPENAI_API_KEY") if api_key is None else api_key
        self._batch, self._retries, self._timeout = batch, retries, timeout

    def __repr__(self) -> str:
        return f"OpenAIEmbedder({self._model!r}, base_url={self._base_url!r})"

    def __call__(self, texts: list[str]) -> list[list[float]]:
        """Embed texts.

        Raises
        ------
        InputError
            If the endpoint refuses, or does not answer with one vector per text.
        """
        import httpx2  # noqa: PLC0415 - takes longer to import than all of instag

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        vectors: list[list[float]] = []
        with httpx2.Client(headers=headers, timeout=self._timeout) as client:
            for start in range(0, len(texts), self._batch):
                vectors += self._ask(client, texts[start : start + self._batch])
        return vectors

    def _ask(self, client: "httpx2.Client", texts: list[str]) -> list[list[float]]:
        answer = self._post(client, {"model": self._model, "input": texts})
        try:
            # An endpoint may return the vectors in any order; without numbers they are in that of the texts.
            items = answer["data"]
            ordered = len(items) == len(texts) and not any("index" in item for item in items)
            vectors = {nth if ordered else item["index"]: item["embedding"] for nth, item in enumerate(items)}
            return [vectors[nth] for nth in range(len(texts))]
        except (KeyError, TypeError):
            raise InputError(
                f"{self!r}: expected a list `data` with `index` and `embedding` for each of {len(texts)} texts; "
                f"found {self._hidden(str(answer))[:SHOWN]}"
            ) from None

    def _post(self, client: "httpx2.Client", body: dict[str, Any]) -> Any:
        from httpx2 import TransportError  # noqa: PLC0415 - as above

        problem = ""
        for attempt in range(self._retries + 1):
            if attempt:
                time.sleep(min(2.0**attempt / 4, 8.0))
            try:
                response = client.post(f"{self._base_url}/embeddings", json=body)
            except TransportError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if response.is_success:
                return _json(response)
            # A server's error may repeat the key.
            problem = f"{response.status_code} {self._hidden(response.text)[:SHOWN]}"
            if response.status_code not in BUSY:
                break
        raise InputError(f"{self!r}: the endpoint did not answer with vectors: {problem}")

    def _hidden(self, text: str) -> str:
        # A shorter key, as for a server that needs none, may be part of ordinary words.
        return text.replace(self._key, "***") if self._key and len(self._key) >= SECRET else text


def _check_seconds(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not float(value) > 0:
        raise InputError(f"{name}: expected a number of seconds above 0; found {value!r}")


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        # A user name and a password may come before the host, and must not be shown.
        shown = url.rpartition("@")[2]
        raise InputError(f"base_url: expected an address such as http://127.0.0.1:8000/v1; found {shown!r}")


def _json(response: "httpx2.Response") -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text

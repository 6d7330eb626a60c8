"""The endpoint: where questions go, and in whose name."""

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from instag.asking.hiding import Hiding, tells
from instag.errors import InputError

__all__ = ["Endpoint"]

OPENAI = "https://api.openai.com/v1"
PATH = "/chat/completions"


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint for chats; make one with :meth:`of`.

    Attributes
    ----------
    model
        The model's name there.
    base_url
        Its address, with the version; without the password and the query, if it had them.
    url
        Where chats are posted.
    headers
        The headers of every request, the key among them.
    client
        The user's own client, or None.
    hide
        Takes the secrets out of a text.

    Examples
    --------
    >>> Endpoint.of("llama-3.1-8b", "http://127.0.0.1:8000/v1", "secret")
    Endpoint(model='llama-3.1-8b', base_url='http://127.0.0.1:8000/v1')
    """

    model: str
    base_url: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    client: Any = field(default=None, repr=False)
    hide: Hiding = field(default_factory=Hiding, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        client: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Endpoint":
        """Find out where questions go.

        Parameters
        ----------
        model
            The model's name.
        base_url
            The address, with the version, such as `http://127.0.0.1:8000/v1`; else that of the client if it has one, of
            the environment's `OPENAI_BASE_URL`, or OpenAI's.
        api_key
            The key; else the environment's `OPENAI_API_KEY`, unless the client has a way to log in, by its `auth` or a
            header.
        client
            An `httpx2.AsyncClient` (for a proxy, certificates, a way to log in), used as it is and left open: its limit
            of connections, 100 unless told, holds as well. Or an `openai.AsyncOpenAI` or `AsyncAzureOpenAI`, whose
            address and credentials are used.
        headers
            More headers for every request.

        Raises
        ------
        InputError
            Where the address, the key or a header cannot be one, or the client is of another kind.
        """
        if is_openai(client) and (base_url or api_key):
            raise InputError("client: an openai client has an address and a key: leave base_url and api_key out")
        if client is not None and not is_openai(client) and not _is_a(client, "httpx2", "AsyncClient"):
            raise InputError(
                "client: expected an httpx2.AsyncClient, openai.AsyncOpenAI or openai.AsyncAzureOpenAI; "
                f"found {type(client).__module__}.{type(client).__qualname__}"
            )
        for option, given in (("model", model), ("base_url", base_url or ""), ("api_key", api_key or "")):
            if not isinstance(given, str):
                raise InputError(f"{option}: expected text; found {type(given).__name__}")
        theirs = "" if client is None else str(client.base_url)
        parts = _address(base_url or theirs or os.environ.get("OPENAI_BASE_URL") or OPENAI)
        login = client is not None and _logs_in(client)
        if api_key is None and not login:
            api_key = os.environ.get("OPENAI_API_KEY")
        key = _checked("api_key", api_key or "")
        if not (login or key or headers) and parts.hostname == urlsplit(OPENAI).hostname:
            raise InputError("api_key: OpenAI wants one: set OPENAI_API_KEY, or name the base_url of another server")
        own = _headers(headers)
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        bearer = f"Basic {b64encode(user.encode()).decode()}" if user else f"Bearer {key}" if key else ""
        if "authorization" in map(str.lower, own):
            bearer = ""
        known = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        hide = Hiding(key, bearer, parts.password)
        hide.learn(own.items())
        for value in (*own.values(), *(value for _, value in parse_qsl(parts.query))):
            hide.add(value, sure=False)
        base = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
        url = base._replace(path=base.path + PATH, query=parts.query).geturl()
        return cls(model, base.geturl(), url, known | ({"Authorization": bearer} if bearer else {}) | own, client, hide)


def is_openai(client: Any) -> bool:
    """Whether a client is one of the openai SDK's that await."""
    return _is_a(client, "openai", "AsyncOpenAI")


def _logs_in(client: Any) -> bool:
    """Whether a client says by itself who it is: it has a way to log in, or a header with a key or token."""
    return is_openai(client) or client.auth is not None or any(map(tells, client.headers))


def _is_a(client: Any, library: str, name: str) -> bool:
    """Whether a client is of a library's kind, without importing the library."""
    return any(kind.__name__ == name and kind.__module__.split(".")[0] == library for kind in type(client).__mro__)


def _headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(headers or {}, Mapping):
        raise InputError(f"headers: expected names with their values; found {type(headers).__name__}")
    return {
        _checked("headers: a name", name): _checked(f"headers: {name}", text) for name, text in (headers or {}).items()
    }


def _address(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        shown = text.rpartition("@")[2].partition("?")[0]
        raise InputError(f"base_url: expected an address such as http://127.0.0.1:8000/v1; found {shown!r}")
    return parts._replace(path=parts.path.rstrip("/").removesuffix(PATH))


def _checked(option: str, value: Any) -> str:
    """A header's value; never shown, for it may be secret."""
    if not isinstance(value, str):
        raise InputError(f"{option}: expected text; found {type(value).__name__}")
    text = value.strip()
    if not (text.isascii() and text.isprintable()):
        raise InputError(f"{option}: there is a character in it that no header can hold")
    return text

"""The endpoint: its address, credentials and headers, and how secrets are hidden in all that is shown or kept."""

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from instag.choices import OPENAI
from instag.errors import InputError

__all__ = ["Endpoint", "Redaction", "tells"]

# Shorter secrets are not hidden, since ordinary words may contain them. In answers that are kept the bound is higher: a
# server that needs no key is given a word such as "ollama".
SHORTEST, SURE = 6, 16
LONGEST_DETAIL = 300
TELLING = re.compile(r"auth|key|token|cookie|secret|passw", re.IGNORECASE)
LOGIN = re.compile(r"//[^/\s@]+@")
# Characters that a terminal would interpret.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Redaction:
    """Hides secrets in a server's messages and answers.

    Parameters
    ----------
    *secrets
        The secrets that are known from the start.

    Examples
    --------
    >>> Redaction("sk-123456")("Incorrect API key: sk-123456")
    'Incorrect API key: ***'
    """

    def __init__(self, *secrets: str | None) -> None:
        self._secrets: list[str] = []
        self._sure: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Redaction({len(self._secrets)} secrets)"

    def add(self, secret: str | None, *, sure: bool = True) -> None:
        """Hide a text from now on, and also without the word before it, as in `Bearer KEY`.

        A text that may not be secret, such as any header, is hidden in a server's error messages, but not in answers.
        """
        for text in {secret or "", (secret or "").rpartition(" ")[2]}:
            if len(text) >= SHORTEST and text not in self._secrets:
                self._secrets.append(text)
            if sure and len(text) >= SURE:
                self._sure.add(text)
        # The longest first, so that no rest of one is left after a part of it was hidden.
        self._secrets.sort(key=len, reverse=True)

    def learn(self, headers: Iterable[tuple[str, str]]) -> None:
        """Hide the values of a request's headers, depending on their names."""
        for name, value in headers:
            if tells(name):
                self.add(value)

    def blot(self, text: str) -> str:
        """An answer with `***` in place of certain secrets, and otherwise unchanged."""
        for secret in self._secrets:
            if secret in self._sure and secret in text:
                text = text.replace(secret, "***")
        return text

    def __call__(self, text: str) -> str:
        """A text as it may be shown: at most 300 characters, on one line, without control characters or secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return CONTROLS.sub("", " ".join(LOGIN.sub("//***@", text).split()))[:LONGEST_DETAIL]


def tells(name: str) -> bool:
    """Whether a header's name suggests that its value is a secret."""
    return TELLING.search(name) is not None


PATH = "/chat/completions"
# Paths that people copy together with an address.
ENDPOINTS = re.compile(r"/(?:chat/completions|completions|models|chat)$")
LOCAL = re.compile(r"localhost\b|\[|\d+\.\d+\.\d+\.\d+|[^/]+:\d+(?:/|$)")
# http+unix://%2Frun%2Fllm.sock/v1, or unix:///run/llm.sock with or without :/v1 after it.
UNIX = re.compile(r"http\+unix://(?P<quoted>%2[Ff][^/]*)(?P<rest>/.*)?|unix:(?://)?(?P<path>/[^:]+)(?::(?P<more>/.*))?")


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
        Hides the secrets in a text.
    socket
        The path of a Unix socket to connect to; empty for a host and port.
    insecure
        Whether certificates are not checked.

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
    hide: Redaction = field(default_factory=Redaction, repr=False, compare=False)
    socket: str = field(default="", repr=False)
    insecure: bool = field(default=False, repr=False)

    @classmethod
    def of(
        cls,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        client: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        insecure: bool = False,
    ) -> "Endpoint":
        """Make an endpoint from a user's options.

        Parameters
        ----------
        model
            The model's name.
        base_url
            The address, with the version, such as `http://127.0.0.1:8000/v1`, or `unix:///run/llm.sock` for a Unix
            socket; by default that of the client if it has one, of the environment's `OPENAI_BASE_URL`, or OpenAI's. A
            path such as `/chat/completions` or `/models` at its end is dropped, and `http://` may be missing.
        api_key
            The key; by default the environment's `OPENAI_API_KEY`, unless the client authenticates by its `auth` or a
            header.
        client
            An `httpx2.AsyncClient` (for a proxy, certificates or authentication), used as it is and left open: its limit
            of connections, 100 by default, also applies. Or an `openai.AsyncOpenAI` or `AsyncAzureOpenAI`, whose
            address and credentials are used.
        headers
            Additional headers for every request.
        insecure
            Whether to accept any certificate: then it is not certain who answers.

        Raises
        ------
        InputError
            If the address, the key or a header is invalid, or the client is of another kind.
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
        socket, parts = _address(base_url or theirs or os.environ.get("OPENAI_BASE_URL") or OPENAI)
        login = client is not None and _logs_in(client)
        if api_key is None and not login:
            api_key = os.environ.get("OPENAI_API_KEY")
        key = _checked("api_key", api_key or "")
        if not (login or key or headers) and parts.hostname == urlsplit(OPENAI).hostname:
            raise InputError("api_key: OpenAI requires one: set OPENAI_API_KEY, or give the base_url of another server")
        own = _headers(headers)
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        bearer = f"Basic {b64encode(user.encode()).decode()}" if user else f"Bearer {key}" if key else ""
        if "authorization" in map(str.lower, own):
            bearer = ""
        known = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        hide = Redaction(key, bearer, parts.password)
        hide.learn(own.items())
        for value in (*own.values(), *(value for _, value in parse_qsl(parts.query))):
            hide.add(value, sure=False)
        base = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
        url = base._replace(path=base.path + PATH, query=parts.query).geturl()
        shown = f"unix://{socket}:{base.path}" if socket else base.geturl()
        sent = known | ({"Authorization": bearer} if bearer else {}) | own
        return cls(model, shown, url, sent, client, hide, socket, insecure)


def is_openai(client: Any) -> bool:
    """Whether a client is an asynchronous one of the openai SDK."""
    return _is_a(client, "openai", "AsyncOpenAI")


def _logs_in(client: Any) -> bool:
    """Whether a client authenticates by itself, by its `auth` or a header with a key or token."""
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


def _address(text: str) -> tuple[str, SplitResult]:
    """The path of a Unix socket, if it is one, and the parts of an address that are kept."""
    whole = text.strip()
    socket = ""
    if found := UNIX.fullmatch(whole):
        socket, path = (unquote(found["quoted"]), found["rest"]) if found["quoted"] else (found["path"], found["more"])
        whole = f"http://localhost{path or '/v1'}"
    elif "://" not in whole:
        # A name without a port is taken for a host on the internet; with a port, for a server of the user's own.
        local = LOCAL.match(whole) is not None
        whole = f"{'http' if local else 'https'}://{whole}"
    try:
        parts = urlsplit(whole)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        good = good and (
            "://" in text or socket != "" or "." in (parts.hostname or "") or LOCAL.match(text.strip()) is not None
        )
    except ValueError:
        good = False
    if not good:
        shown = text.rpartition("@")[2].partition("?")[0]
        raise InputError(f"base_url: expected an address such as http://127.0.0.1:8000/v1; found {shown!r}")
    path = re.sub("/{2,}", "/", parts.path).rstrip("/")
    return socket, parts._replace(path=ENDPOINTS.sub("", path))


def _checked(option: str, value: Any) -> str:
    """A header's value; it is not shown in errors, since it may be secret."""
    if not isinstance(value, str):
        raise InputError(f"{option}: expected text; found {type(value).__name__}")
    text = value.strip()
    if not (text.isascii() and text.isprintable()):
        raise InputError(f"{option}: there is a character in it that no header can hold")
    return text

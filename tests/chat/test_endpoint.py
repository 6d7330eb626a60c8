"""Endpoints, the clients that users hand in, and the secrets of both."""

import asyncio
import logging
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest
from aiohttp import web

import chaos
from asked import asking, opened, run, stopped, texts
from instag.chat import Endpoint, Tally
from instag.chat.endpoint import Redaction
from instag.errors import InputError

SECRET = "sk-verysecret-7b3d91"  # noqa: S105 - made up


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "base", "url"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("localhost:8000/v1/models", "http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
        ("[::1]:8000//v1//", "http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
        ("unix:///run/llm.sock", "unix:///run/llm.sock:/v1", "http://localhost/v1/chat/completions"),
        (" https://a.example/v1/chat/completions", "https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/x?v=2024-1", "https://a.example/x", "https://a.example/x/chat/completions?v=2024-1"),
        ("https://me:pass@a.example:9/v1", "https://a.example:9/v1", "https://a.example:9/v1/chat/completions"),
    ],
)
def test_addresses(given: str, base: str, url: str) -> None:
    endpoint = Endpoint.of("m", given)
    assert (endpoint.base_url, endpoint.url) == (base, url)


@pytest.mark.parametrize("given", ["ftp://a.example", "http://", "http://a:0/v1", "http://[::1", "v1", "http://a:x/"])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(InputError, match="base_url: expected an address"):
        Endpoint.of("m", given)


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="api_key: OpenAI requires one: set OPENAI_API_KEY"):
        Endpoint.of("m")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert Endpoint.of("m").base_url == "https://api.openai.com/v1"
    assert Endpoint.of("m").headers["Authorization"] == f"Bearer {SECRET}"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert Endpoint.of("m").base_url == "http://127.0.0.1:1/v1"
    assert Endpoint.of("m", "http://127.0.0.1:2/v1", "other").headers["Authorization"] == "Bearer other"


@pytest.mark.parametrize("key", [f"{SECRET}\r\nX-Evil: 1", f"{SECRET}ü"])
def test_a_key_that_no_header_can_hold_is_not_shown(key: str) -> None:
    with pytest.raises(InputError, match="api_key: there is a character") as caught:
        Endpoint.of("m", "http://127.0.0.1/v1", key)
    assert SECRET not in str(caught.value)
    with pytest.raises(InputError, match="headers: X-Login: there is a character"):
        Endpoint.of("m", "http://127.0.0.1/v1", headers={"X-Login": key})


def test_a_key_with_a_line_break_at_its_end_is_that_key() -> None:
    assert Endpoint.of("m", "http://127.0.0.1/v1", f"{SECRET}\n").headers["Authorization"] == f"Bearer {SECRET}"


def test_clients_of_other_kinds() -> None:
    with pytest.raises(InputError, match=r"client: expected an httpx2.AsyncClient.*; found builtins.str"):
        Endpoint.of("m", "http://127.0.0.1/v1", client="a client")
    with pytest.raises(InputError, match=r"found httpx2\..*Client"):
        Endpoint.of("m", "http://127.0.0.1/v1", client=httpx2.Client())
    with pytest.raises(InputError, match=r"found openai\..*OpenAI"):
        Endpoint.of("m", client=openai.OpenAI(api_key="x"))
    with pytest.raises(InputError, match="leave base_url and api_key out"):
        Endpoint.of("m", "http://127.0.0.1/v1", client=openai.AsyncOpenAI(api_key="x"))


def test_hiding() -> None:
    hide = Redaction("Bearer " + SECRET, "abc", None, SECRET + "-longer")
    assert hide(f"key {SECRET}, Bearer {SECRET}, {SECRET}-longer, abc") == "key ***, ***, ***, abc"
    assert hide("at http://me:pass@host/v1 with\n\na break") == "at http://***@host/v1 with a break"
    assert len(hide("x" * 1000)) == 300
    hide.learn({"X-Api-Token": "token-1234", "Accept": "text/html"}.items())
    assert hide("token-1234 text/html") == "*** text/html"
    assert SECRET not in repr(hide)


async def _ask(path: Path, endpoint: Endpoint, count: int = 5) -> Tally:
    with opened(path) as journal:
        return await asking(journal, "", texts(count), endpoint=endpoint)


def test_extra_headers_and_a_login_in_the_address(tmp_path: Path) -> None:
    with chaos.running() as server:
        address = server.url.replace("http://", "http://me:pass-word@")
        endpoint = Endpoint.of("chaos", address, headers={"X-Team": "red-team-1"})
        asyncio.run(_ask(tmp_path / "j", endpoint))
        assert server.headers[0]["Authorization"] == "Basic bWU6cGFzcy13b3Jk"
        assert server.headers[0]["X-Team"] == "red-team-1"


def test_a_client_of_the_users_own(tmp_path: Path) -> None:
    async def main() -> None:
        auth = httpx2.BasicAuth("me", "pass-word")
        async with httpx2.AsyncClient(auth=auth, headers={"X-Mine": "yes"}) as client:
            endpoint = Endpoint.of("chaos", server.url, client=client)
            tally = await _ask(tmp_path / "j", endpoint)
            assert tally.answered == 5
            assert not client.is_closed

    with chaos.running(faults={"gzip": 0.5}) as server:
        asyncio.run(main())
        assert {each["X-Mine"] for each in server.headers} == {"yes"}
        assert {each["Authorization"] for each in server.headers} == {"Basic bWU6cGFzcy13b3Jk"}
        assert set(server.paths) == {"/v1/chat/completions"}


def test_a_client_without_an_address_or_a_login_has_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = httpx2.AsyncClient()
    with pytest.raises(InputError, match="api_key: OpenAI requires one"):
        Endpoint.of("m", client=bare)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert Endpoint.of("m", client=bare).base_url == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    for endpoint in (Endpoint.of("m", client=bare), Endpoint.of("m", "http://127.0.0.1:1/v1", client=bare)):
        assert endpoint.url == "http://127.0.0.1:1/v1/chat/completions"
        assert endpoint.headers["Authorization"] == f"Bearer {SECRET}"
    there = httpx2.AsyncClient(base_url="http://127.0.0.1:2/v1")
    assert Endpoint.of("m", client=there).base_url == "http://127.0.0.1:2/v1"


@pytest.mark.parametrize(
    "client",
    [
        httpx2.AsyncClient(auth=("me", "pass-word")),
        httpx2.AsyncClient(headers={"authorization": "Bearer mine"}),
        httpx2.AsyncClient(headers={"X-Api-Key": "mine"}),
        openai.AsyncOpenAI(base_url="http://127.0.0.1:2/v1", api_key="mine"),
    ],
)
def test_a_client_with_a_login_is_not_given_another(monkeypatch: pytest.MonkeyPatch, client: object) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert "Authorization" not in Endpoint.of("m", client=client).headers


def test_a_login_among_the_headers_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    sent = Endpoint.of("m", headers={"authorization": "Bearer mine"}).headers
    assert {name: value for name, value in sent.items() if name.lower() == "authorization"} == {
        "authorization": "Bearer mine"
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": 5}, "model: expected text; found int"),
        ({"base_url": 5}, "base_url: expected text; found int"),
        ({"api_key": 5}, "api_key: expected text; found int"),
        ({"headers": {"X": 5}}, "headers: X: expected text; found int"),
        ({"headers": {5: "X"}}, "headers: a name: expected text; found int"),
        ({"headers": "X: 5"}, "headers: expected names with their values; found str"),
    ],
)
def test_what_is_not_text(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=f"^{words}$"):
        Endpoint.of(**({"model": "m", "base_url": "http://127.0.0.1/v1"} | given))


def test_a_client_with_an_address(tmp_path: Path) -> None:
    async def main() -> None:
        async with httpx2.AsyncClient(base_url=server.url) as client:
            await _ask(tmp_path / "j", Endpoint.of("chaos", client=client))

    with chaos.running() as server:
        asyncio.run(main())
        assert server.answered == 5


def test_faults_through_a_client_of_the_users_own(tmp_path: Path) -> None:
    async def main() -> Tally:
        async with httpx2.AsyncClient() as client:
            with opened(tmp_path / "j") as journal:
                endpoint = Endpoint.of("chaos", server.url, client=client)
                return await asking(journal, "", texts(200), endpoint=endpoint, attempts=20, concurrency=16)

    with chaos.running(faults=dict.fromkeys(chaos.ALL, 0.02), closed=0.005) as server:
        assert asyncio.run(main()).answered == 200
        with opened(tmp_path / "j") as journal:
            assert len(list(journal.replies())) == server.answered


def test_an_openai_client(tmp_path: Path) -> None:
    with chaos.running(key=SECRET) as server:
        client = openai.AsyncOpenAI(base_url=server.url, api_key=SECRET, organization="org-1234", max_retries=7)
        tally = asyncio.run(_ask(tmp_path / "j", Endpoint.of("chaos", client=client), 50))
        assert (tally.answered, server.requests) == (50, 50)
        sent = server.headers[-1]
    assert sent["Authorization"] == f"Bearer {SECRET}"
    assert sent["OpenAI-Organization"] == "org-1234"
    assert not [name for name in sent if name.lower().startswith("x-stainless")]


def test_an_azure_client(tmp_path: Path) -> None:
    with chaos.running(key=SECRET) as server:
        address = server.url.removesuffix("/v1")
        client = openai.AsyncAzureOpenAI(azure_endpoint=address, api_key=SECRET, api_version="2026-01-01")
        tally = asyncio.run(_ask(tmp_path / "j", Endpoint.of("my-model", client=client)))
        assert tally.answered == 5
        assert set(server.paths) == {"/openai/deployments/my-model/chat/completions?api-version=2026-01-01"}
        assert server.headers[0]["api-key"] == SECRET


def test_an_azure_token_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens: list[str] = []

    async def token() -> str:
        tokens.append(f"token-{len(tokens)}")
        return tokens[-1]

    with chaos.running() as server:
        # Each request takes 25 seconds by this clock; a token is good for 60.
        clock = SimpleNamespace(monotonic=lambda: 25.0 * server.requests)
        monkeypatch.setattr("instag.chat.transport.time", clock)
        address = server.url.removesuffix("/v1")
        client = openai.AsyncAzureOpenAI(
            azure_endpoint=address, azure_ad_token_provider=token, api_version="2026-01-01"
        )

        async def main() -> None:
            with opened(tmp_path / "j") as journal:
                await asking(journal, "", texts(7), endpoint=Endpoint.of("m", client=client), concurrency=1)

        asyncio.run(main())
        used = [each["Authorization"] for each in server.headers]
    assert used == [f"Bearer token-{number}" for number in (0, 0, 0, 1, 1, 1, 2)]


def test_an_openai_client_that_cannot_log_in(tmp_path: Path) -> None:
    async def broken() -> str:
        raise openai.OpenAIError("the login has expired")

    client = openai.AsyncOpenAI(base_url="http://127.0.0.1:1/v1", api_key=broken)
    with pytest.raises(InputError, match="client: the login has expired"):
        asyncio.run(_ask(tmp_path / "j", Endpoint.of("m", client=client)))


def test_a_proxy_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chaos.running() as server:
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        tally = asyncio.run(_ask(tmp_path / "j", Endpoint.of("chaos", "http://no-such-host.invalid/v1")))
        assert tally.answered == server.answered == 5


def _echo(_: object, number: int) -> web.Response | None:
    """A server that repeats whatever it was sent."""
    return (
        chaos.failure(500 if number % 4 else 400, f"What do you mean by {SECRET}, Bearer {SECRET}?")
        if number > 3
        else None
    )


@pytest.mark.parametrize("kind", ["key", "header", "client", "openai", "address", "query"])
def test_no_secret_is_shown_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    caplog.set_level(logging.DEBUG)
    with chaos.running(script=_echo) as server:
        url, auth = server.url, {"Authorization": f"Bearer {SECRET}"}
        endpoints = {
            "key": lambda: Endpoint.of("m", url, SECRET),
            "header": lambda: Endpoint.of("m", url, headers={"X-Custom": SECRET}),
            "client": lambda: Endpoint.of("m", url, client=httpx2.AsyncClient(headers=auth | {"Connection": "close"})),
            "openai": lambda: Endpoint.of("m", client=openai.AsyncOpenAI(base_url=url, api_key=SECRET)),
            "address": lambda: Endpoint.of("m", url.replace("//", f"//me:{SECRET}@")),
            "query": lambda: Endpoint.of("m", f"{url}?key={SECRET}"),
        }
        endpoint = endpoints[kind]()
        problem = stopped(tmp_path / "j", "", texts(300), endpoint=endpoint, attempts=2)
    shown = "".join(traceback.format_exception(problem)) + repr(endpoint) + repr(problem.tally) + str(problem)
    assert "What do you mean by ***" in shown
    assert SECRET not in shown
    written = (tmp_path / "j").read_bytes()
    assert b"What do you mean by ***" in written
    assert SECRET.encode() not in written
    assert SECRET not in caplog.text


def test_a_key_in_a_refusal_is_hidden(tmp_path: Path) -> None:
    with chaos.running(key="another-key-1234") as server:
        problem = stopped(tmp_path / "j", server.url, texts(5))
    assert "(http 401): Incorrect API key provided: ***" in str(problem)
    assert problem.__cause__ is None


@pytest.mark.parametrize(("idle", "connections"), [(1e-9, 4), (3_600.0, 1)])
def test_stale_connections_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, idle: float, connections: int
) -> None:
    # A server closes what is idle; the client must have let go before.
    monkeypatch.setattr("instag.chat.transport.IDLE", idle)
    with chaos.running() as server:
        tally, _, _ = run(tmp_path / "j", server.url, texts(4), concurrency=1)
    assert (tally.answered, tally.retries, len(server.ports)) == (4, 0, connections)

"""Ways to reach a server: through SOCKS, with TLS and certificates of one's own, by a Unix socket, over IPv6."""

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import chaos
from asked import run, stopped, texts
from instag.chat import Endpoint
from relay import relaying


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificate of this machine plays a part."""
    names = [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("SSL_CERT")]
    for name in names:
        monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[chaos.Chaos]:
    with chaos.running() as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate, and the file with that of whoever signed it."""
    signer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    signer.cert_pem.write_to_path(tmp_path / "signer.pem")
    return context, tmp_path / "signer.pem"


@pytest.fixture(params=["aiohttp", "httpx2"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either of the two libraries that connect."""
    if request.param == "httpx2":
        monkeypatch.setattr("instag.chat.transport.find_spec", lambda _: None)
    return str(request.param)


def at(url: str, **options: Any) -> dict[str, Any]:
    return {"endpoint": Endpoint.of("chaos", url, "sk-secret-123456", **options)}


@pytest.mark.parametrize("variable", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_through_a_socks_proxy(
    server: chaos.Chaos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    with relaying(server.url, socks=True) as proxy:
        monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{proxy.port}")
        tally, _, _ = run(tmp_path / "j", "", texts(20), **at("http://llm.example:8000/v1"))
    assert tally.answered == server.answered == 20
    # The proxy looks the name up: this machine knows none such.
    assert set(proxy.targets) == {"llm.example"}


def test_a_socks_proxy_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    error = stopped(tmp_path / "j", "", texts(5), patience=0.1, **at("http://llm.example:8000/v1"))
    assert "no connection" in str(error)


@pytest.mark.usefixtures("library")
def test_a_certificate_of_ones_own(
    server: chaos.Chaos,
    authority: tuple[ssl.SSLContext, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context, signer = authority
    with relaying(server.url, tls=context) as relay:
        url = f"https://localhost:{relay.port}/v1"
        # Nobody's certificate is taken unseen, and the error names both ways out.
        error = stopped(tmp_path / "refused", "", texts(5), **at(url))
        assert "the server's certificate is not trusted" in str(error)
        assert "set SSL_CERT_FILE" in str(error)
        assert "--insecure" in str(error)
        assert server.answered == 0
        insecure, _, _ = run(tmp_path / "insecure", "", texts(5), **at(url, insecure=True))
        monkeypatch.setenv("SSL_CERT_FILE", str(signer))
        trusted, _, _ = run(tmp_path / "trusted", "", texts(5), **at(url))
    assert insecure.answered == trusted.answered == 5


@pytest.mark.usefixtures("library")
def test_a_certificate_for_another_name(server: chaos.Chaos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("elsewhere.example").configure_cert(context)
    signer.cert_pem.write_to_path(tmp_path / "signer.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "signer.pem"))
    with relaying(server.url, tls=context) as relay:
        error = stopped(tmp_path / "j", "", texts(5), **at(f"https://localhost:{relay.port}/v1"))
    assert "certificate is not trusted" in str(error)


@pytest.mark.usefixtures("library")
def test_https_where_there_is_none(server: chaos.Chaos, tmp_path: Path) -> None:
    error = stopped(tmp_path / "j", "", texts(5), patience=0.1, **at(server.url.replace("http:", "https:")))
    assert "is the address http:// rather than https://?" in str(error)


@pytest.mark.usefixtures("library")
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")
def test_a_unix_socket(server: chaos.Chaos, tmp_path: Path) -> None:
    # The names of sockets are short.
    path = Path(f"/tmp/instag-{os.getpid()}.sock")  # noqa: S108 - as above
    try:
        with relaying(server.url, path=path) as relay:
            tally, _, _ = run(tmp_path / "j", "", texts(20), **at(f"unix://{path}"))
    finally:
        path.unlink(missing_ok=True)
    assert tally.answered == server.answered == 20
    assert relay.connections > 0


@pytest.mark.usefixtures("library")
def test_a_unix_socket_that_is_not_there(tmp_path: Path) -> None:
    error = stopped(tmp_path / "j", "", texts(5), patience=0.1, **at(f"unix://{tmp_path}/no.sock"))
    assert "no connection" in str(error)


@pytest.mark.usefixtures("library")
def test_ipv6(server: chaos.Chaos, tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with relaying(server.url, host="::1") as relay:
        tally, _, _ = run(tmp_path / "j", "", texts(20), **at(f"http://[::1]:{relay.port}/v1"))
    assert tally.answered == server.answered == 20

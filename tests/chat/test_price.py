"""Prices, from tables that come with a package."""

import socket
import sys
from typing import NoReturn

import pytest

from instag.chat import Limits
from instag.chat.spending import Price, price_of
from instag.errors import InputError


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        pytest.fail("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_known_prices() -> None:
    assert price_of("gpt-4o-mini", None) == Price(0.15, 0.6)
    assert price_of("gpt-4o-mini", "https://api.openai.com/v1") == Price(0.15, 0.6)
    assert price_of("openai/gpt-4o-mini", "https://openrouter.ai/api/v1") == Price(0.15, 0.6)
    assert price_of("gpt-4o-mini", "https://mine.openai.azure.com/openai/v1") == Price(0.15, 0.6)


def test_a_short_request_pays_the_first_of_several_prices() -> None:
    price = price_of("gemini-2.5-pro", "https://generativelanguage.googleapis.com/v1beta/openai/")
    assert price == Price(1.25, 10.0)


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("gpt-4o-mini", "http://127.0.0.1:8000/v1"),
        ("gpt-4o-mini", "https://llm.example.org/v1"),
        ("gpt-4o-mini", "no address"),
        ("gpt-nonesuch", "https://api.openai.com/v1"),
        ("OFA-Sys/InsTagger", None),
        ("", None),
    ],
)
def test_unknown_prices(model: str, base_url: str | None) -> None:
    assert price_of(model, base_url) is None


def test_without_the_tables_no_price_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    assert price_of("gpt-4o-mini", None) is None
    with pytest.raises(
        InputError, match=r"--max-cost: published prices need the extra `tag`: pip install 'instag\[tag\]', or"
    ):
        Limits(max_cost=1.0)


def test_a_bound_needs_a_price() -> None:
    with pytest.raises(InputError) as error:
        Limits(max_cost=1.0)
    said = "the price of this model is not known: give price=(0.15, 0.6) / --price 0.15,0.6"
    assert str(error.value) == f"max_cost / --max-cost: {said}"


def test_what_tokens_cost() -> None:
    assert Price(0.15, 0.6).of(1_000_000, 500_000) == pytest.approx(0.45)
    assert Price(0, 0).of(1, 1) == 0


@pytest.mark.parametrize("dollars", [-1.0, float("nan"), float("inf")])
def test_bad_prices(dollars: float) -> None:
    with pytest.raises(InputError, match="price: output: expected US dollars a million tokens"):
        Price(1.0, dollars)

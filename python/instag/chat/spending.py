"""Spending: what tokens cost, what was spent, and what is set aside for requests in flight."""

from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil
from typing import Any

from instag.chat.question import TOO_LARGE, Reply
from instag.errors import InputError

__all__ = ["BYTES_A_TOKEN", "Price", "Spending", "price_of", "tokens_said", "unpriced"]

MILLION = 1_000_000
# Bytes of text to a token, if the server has not counted tokens.
BYTES_A_TOKEN = 4
# Some prices rise with the length of a request; one of this many tokens pays the first.
ORDINARY = 1_000


@dataclass(frozen=True)
class Price:
    """What a model's tokens cost, in US dollars a million tokens.

    Attributes
    ----------
    input : float
        A million tokens of requests.
    output : float
        A million tokens of answers.

    Raises
    ------
    InputError
        If a price is not a number of dollars.

    Examples
    --------
    >>> Price(0.15, 0.6).of(2_000_000, 100_000)
    0.36
    """

    input: float
    output: float

    def __post_init__(self) -> None:
        given: dict[str, Any] = {"input": self.input, "output": self.output}
        for name, dollars in given.items():
            if not isinstance(dollars, int | float) or not 0 <= dollars < float("inf"):
                raise InputError(f"price: {name}: expected US dollars a million tokens, 0 or more; found {dollars!r}")

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """US dollars for the tokens of requests and of answers."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / MILLION


def price_of(model: str, base_url: str | None) -> Price | None:
    """The published price of a model, from the tables of genai-prices; nothing is asked of the network.

    Parameters
    ----------
    model
        The model's name at its provider.
    base_url
        The provider's address; None finds the provider by the model's name. For an address of no known provider, such as
        a user's own server, no model has a price.

    Returns
    -------
    Price or None
        Without discounts for caches or batches; None if it is unknown, or if genai-prices (from the extra `tag`) is not
        installed.

    Examples
    --------
    >>> price_of("gpt-4o-mini", "https://api.openai.com/v1")
    Price(input=0.15, output=0.6)
    >>> price_of("gpt-4o-mini", "http://127.0.0.1:8000/v1") is None
    True
    """
    try:
        from genai_prices import Usage, calc_price  # noqa: PLC0415 - its tables take half a second
    except ImportError:
        return None
    usage = Usage(input_tokens=ORDINARY, output_tokens=ORDINARY)
    try:
        price = calc_price(usage, model, provider_api_url=base_url)
    except LookupError:
        return None
    share = MILLION // ORDINARY
    return Price(float(price.input_price * share), float(price.output_price * share))


def unpriced(how: str) -> str:
    """Why there is no price, and what to do: it is unknown, or the library with prices is not installed.

    Parameters
    ----------
    how
        How to give a price.

    Examples
    --------
    >>> unpriced("--price 0.15,0.6")
    'the price of this model is not known: give --price 0.15,0.6'
    """
    if find_spec("genai_prices") is None:
        return f"published prices need the extra `tag`: pip install 'instag[tag]', or give {how}"
    return f"the price of this model is not known: give {how}"


# The most tokens that an answer is assumed to have if no limit is set, until one has more.
UNLIMITED = 1024


class Spending:
    """Keeps account of the cost: each request sets aside the most it may cost, and the answer settles it.

    Parameters
    ----------
    price
        What tokens cost, or None.
    most
        US dollars that may be spent, or None.

    Examples
    --------
    >>> purse = Spending(Price(1.0, 1.0), most=0.002)
    >>> purse.most_of(4_000, limit=500)
    0.0015
    >>> purse.reserve(0.0015), purse.affords(0.0015)
    (None, False)
    """

    def __init__(self, price: Price | None, most: float | None) -> None:
        self._price, self._most = price, most
        self.spent = 0.0
        self._reserved = 0.0
        self._bytes, self._tokens = 0, 0
        self._longest = 0

    def most_of(self, size: int, limit: int | None) -> float:
        """The most that a request of some bytes may cost.

        Its tokens are estimated as a quarter of the bytes, or as what the server has counted for others of that size.
        Those of its answer are the limit, or those of the longest answer so far if a server exceeded the limit.
        """
        if self._price is None:
            return 0.0
        tokens = size * max(1 / BYTES_A_TOKEN, self._tokens / self._bytes if self._bytes else 0.0)
        return self._price.of(ceil(tokens), max(UNLIMITED if limit is None else limit, self._longest))

    def affords(self, dollars: float) -> bool:
        """Whether an amount may be set aside."""
        return self._most is None or self.spent + self._reserved + dollars <= self._most

    def reserve(self, dollars: float) -> None:
        """Set an amount aside; a negative one is given back."""
        self._reserved += dollars

    def pay(self, reply: Reply, size: int) -> None:
        """Pay for a reply to a request of some bytes; tokens that the server did not count are estimated."""
        if reply.prompt_tokens:
            self._bytes += size
            self._tokens += reply.prompt_tokens
        said = tokens_said(reply)
        self._longest = max(self._longest, said)
        if self._price is not None:
            self.spent += self._price.of(reply.prompt_tokens or size // BYTES_A_TOKEN, said)


def tokens_said(reply: Reply) -> int:
    """The tokens of an answer; if the server did not count them, an estimate from its text.

    An answer that was not read to its end is taken to have as many as it may have.

    Examples
    --------
    >>> tokens_said(Reply(b"", "x" * 40, "stop")), tokens_said(Reply(b"", "x" * 40, "stop", completion_tokens=12))
    (10, 12)
    """
    if reply.completion_tokens:
        return reply.completion_tokens
    if reply.finish_reason == TOO_LARGE:
        return UNLIMITED if reply.limit is None else reply.limit
    return len((reply.content or "").encode()) // BYTES_A_TOKEN

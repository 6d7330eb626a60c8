"""What a model's tokens cost."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from instag.errors import InputError

__all__ = ["Price", "price_of", "unpriced"]

MILLION = 1_000_000
# Some prices rise with the length of a request; one of this many tokens pays the first.
ORDINARY = 1_000


@dataclass(frozen=True)
class Price:
    """What a model's tokens cost, in US dollars a million tokens.

    Attributes
    ----------
    input : float
        A million tokens of questions.
    output : float
        A million tokens of answers.

    Raises
    ------
    InputError
        Where a price is no number of dollars.

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
        """US dollars for so many tokens of questions and of answers."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / MILLION


def price_of(model: str, base_url: str | None) -> Price | None:
    """The published price of a model, from the tables of genai-prices; nothing is asked of the network.

    Parameters
    ----------
    model
        The model's name at its provider.
    base_url
        The provider's address; None finds the provider by the model's name. An address that no provider is known by,
        such as a server of one's own, has no price, whatever the model.

    Returns
    -------
    Price or None
        Without discounts for caches or batches; None where it is unknown, or where genai-prices (from the extra `tag`)
        is not installed.

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


def unpriced(told: str) -> str:
    """Why there is no price, and what to do: it is not known, or what knows prices is not installed.

    Parameters
    ----------
    told
        How a price is told.

    Examples
    --------
    >>> unpriced("--price 0.15,0.6")
    'the price of this model is not known: give --price 0.15,0.6'
    """
    if find_spec("genai_prices") is None:
        return f"published prices need the extra `tag`: pip install 'instag[tag]', or give {told}"
    return f"the price of this model is not known: give {told}"

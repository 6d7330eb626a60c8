"""Asking a model: a recipe's options in the form that functions take, and the limit for the cost of all its runs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instag.chat import Price, Tally, read_headers, read_key
from instag.chat.options import priced
from instag.errors import InputError
from instag.recipe.options import KEYS
from instag.recipe.spending import CostError, Ledger
from instag.recipe.steps.job import Job

__all__ = ["Foreseen", "account", "allowed", "asking_of", "check_spent", "facts_of", "price_in", "unanswered"]


@dataclass(frozen=True)
class Foreseen:
    """The questions to a model, with their cost and time.

    Attributes
    ----------
    questions
        How many questions have no answer yet.
    cost
        US dollars for them; None if no price is known.
    seconds
        How long they take.
    exact
        Whether all were counted; else it is an estimate from some rows.
    """

    questions: int
    cost: float | None
    seconds: float
    exact: bool = True


def asking_of(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The options of a table, with keys and headers read from where the recipe says."""
    found = {name: value for name, value in given.items() if name not in KEYS}
    if "price" in found:
        found["price"] = price_in(found["price"])
    if (longest := found.get("max_tokens")) is not None:
        found["max_tokens"] = longest or None
    if (temperature := found.get("temperature")) is not None:
        found["temperature"] = None if temperature < 0 else temperature
    if "api_key_env" in given:
        names = given["api_key_env"]
        keys = [os.environ.get(name) for name in ([names] if isinstance(names, str) else names)]
        found["api_key"] = keys[0] if len(keys) == 1 else keys
    if "api_key_file" in given:
        found["api_key"] = read_key(folder / Path(given["api_key_file"]).expanduser(), "api_key_file")
    if "header" in given:
        headers = given["header"]
        found["headers"] = read_headers([headers] if isinstance(headers, str) else headers, "header", folder)
    return found


def price_in(value: str | list[float]) -> tuple[float, float]:
    """Two numbers: US dollars for a million tokens asked, and for a million answered.

    Examples
    --------
    >>> price_in("0.15,0.6"), price_in([1, 2])
    ((0.15, 0.6), (1.0, 2.0))
    """
    try:
        asked, answered = map(float, value.split(",") if isinstance(value, str) else value)
    except ValueError:
        raise InputError(f"price: expected two numbers such as [0.15, 0.60]; found {value!r}") from None
    return asked, answered


def account(job: Job, step: str) -> Ledger:
    """The ledger of what the runs of this recipe have spent on a step."""
    return Ledger(job.cache.journal("spent").with_suffix(".json"), f"{job.recipe.name}: {step}")


def allowed(
    ledger: Ledger, journal: Path, model: str, asking: dict[str, Any]
) -> tuple[dict[str, Any], Price | None, float]:
    """The options of a run with what is left to spend, the price, and what was spent before."""
    price = price_at(asking, model)
    before = ledger.spent(journal, price)
    if asking.get("max_cost") is not None:
        asking = asking | {"max_cost": max(asking["max_cost"] - before, 0.0)}
    return asking, price, before


def unanswered(tally: Tally | None) -> int:
    """How many questions have no answer but may get one: those that were not refused for good."""
    return 0 if tally is None else tally.failed - tally.refused


def facts_of(model: str, journal: Path, tally: Tally | None, price: Price | None, spent: float) -> dict[str, Any]:
    """What the record of a step says of its questions to a judge."""
    facts = {
        "model": model,
        "journal": journal.name,
        "spent": None if price is None else round(spent, 6),
        "unanswered": unanswered(tally),
    }
    return facts if tally is None else facts | {"questions": tally.answered, "answered before": tally.kept}


def price_at(asking: Mapping[str, Any], model: str) -> Price | None:
    """What a model's tokens cost at the first of its addresses; None if that is not known."""
    addresses = asking.get("base_url")
    first = addresses if isinstance(addresses, str) or not addresses else addresses[0]
    return priced(asking.get("price"), model, first)


def check_spent(step: str, tally: Tally | None, most: float | None, spent: float) -> None:
    """Raise an error if the maximum cost is spent and there is more to ask."""
    if tally is not None and tally.stopped == "max_cost":
        raise CostError(
            f"[{step}] max_cost: ${spent:,.4g} of ${most or 0:,.4g} are spent by the runs of this recipe, and "
            f"{(tally.total or 0) - tally.done:,} questions are left; what was answered is kept: a larger max_cost goes on"
        )

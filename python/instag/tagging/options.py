"""Options of tagging, checked before anything is asked."""

from collections.abc import Mapping
from typing import Any

from instag.asking.price import Price, unpriced
from instag.checks import is_number, is_whole
from instag.errors import InputError

__all__ = ["check_columns", "check_cost", "check_limit", "sampling_of"]

OURS = frozenset({"model", "messages", "stream"})
LENGTHS = frozenset({"max_tokens", "max_completion_tokens"})


def check_limit(limit: Any) -> None:
    """A count, or None."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise InputError(f"limit / --limit: expected a count of 0 or more, or None; found {limit!r}")


def check_cost(max_cost: Any, price: Price | None) -> None:
    """A price, where there is a bound to what may be spent."""
    if max_cost is not None and price is None:
        why = unpriced("price=(0.15, 0.6) / --price 0.15,0.6")
        raise InputError(f"max_cost / --max-cost: {why}, US dollars for a million tokens asked and answered")


def check_columns(columns: list[str], *, explanations: bool, replace: bool) -> None:
    """Columns of the data that leave room for those that are added."""
    added = ["tags", "query_tags", *(["explanations"] if explanations else [])]
    if not replace and (taken := [name for name in added if name in columns]):
        names = ", ".join(map(repr, taken))
        raise InputError(
            f"data: they already have {names}: rename or drop them, or let them go with replace / --replace"
        )


def sampling_of(max_tokens: Any, temperature: Any, extra_body: Any) -> dict[str, Any]:
    """What goes into a request beside model and messages.

    Parameters
    ----------
    max_tokens, temperature, extra_body
        Those of :func:`instag.tag`.

    Raises
    ------
    InputError
        Where one is not what it should be, or `extra_body` has a field that is set otherwise.

    Examples
    --------
    >>> sampling_of(1024, None, {"seed": 7})
    {'max_tokens': 1024, 'seed': 7}
    """
    if max_tokens is not None and not is_whole(max_tokens):
        raise InputError(f"max_tokens / --max-tokens: expected a count of 1 or more, or None; found {max_tokens!r}")
    if temperature is not None and not (is_number(temperature) and temperature >= 0):
        raise InputError(f"temperature / --temperature: expected a number of 0 or more, or None; found {temperature!r}")
    if not isinstance(extra_body, Mapping | None) or not all(isinstance(name, str) for name in extra_body or {}):
        raise InputError(f"extra_body / --extra-body: expected fields by name, or None; found {extra_body!r}")
    more = dict(extra_body or {})
    if taken := sorted(OURS & more.keys()):
        raise InputError(f"extra_body / --extra-body: {', '.join(taken)} cannot be set there")
    if taken := sorted(LENGTHS & more.keys()):
        # What cuts an answer off has to be known, to ask again when it grows.
        raise InputError(
            f"extra_body / --extra-body: found {', '.join(taken)}: give max_tokens= / --max-tokens instead"
        )
    own = {"temperature": temperature, "max_tokens": max_tokens}
    return {name: value for name, value in own.items() if value is not None} | more

"""Counts and shares as users write them."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

from instag.checks import shown
from instag.errors import InputError

__all__ = ["amount_of", "is_share"]

# No count is larger than this, and integers that are much larger do not fit into floats.
MOST = 2**64


def amount_of(
    name: str, value: Any, whole: float, *, rounding: Callable[[float], float] = round, counted: bool = False
) -> float:
    """Convert an amount to a number: a count stays as it is, a share is taken of the whole and rounded.

    Parameters
    ----------
    name
        The name of the option, for the error.
    value
        A whole number is a count. A float up to 1, or a text such as "30%", is a share; a larger float is a number of
        units.
    whole
        What a share is taken of.
    rounding
        How a share becomes a count.
    counted
        Whether an amount that is not a share must be a whole number.

    Examples
    --------
    >>> amount_of("at_most", 500, 6000), amount_of("at_most", 0.3, 6000), amount_of("at_most", "30%", 6000)
    (500, 1800, 1800)
    >>> amount_of("at_most", "a third", 6000)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: at_most: expected a count such as 500, or a share such as 0.3 or '30%'; found 'a third'
    """
    share = _share(value)
    if share is not None and 0 <= share <= 1:
        # Rounded to six places first, so that a tenth of 30 is 3 even when it is rounded up, despite floating point.
        return share * whole if rounding is float else rounding(round(share * whole, 6))
    number = _number(value)
    if share is None and number is not None and number >= 0 and (not counted or number == int(number)):
        return number
    raise InputError(f"{name}: expected a count such as 500, or a share such as 0.3 or '30%'; found {shown(value)}")


def is_share(value: Any) -> bool:
    """Whether an amount is written as a share.

    Examples
    --------
    >>> is_share(1), is_share(1.0), is_share("5 %")
    (False, True, True)
    """
    return _share(value) is not None


def _share(value: Any) -> float | None:
    """The share that a value is written as; None if it is written as a number."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return float(value.strip()[:-1]) / 100
        except ValueError:
            return None
    number = _number(value)
    if number is None or isinstance(number, int) or number > 1:
        return None
    return number


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return min(int(value), MOST)
    if isinstance(value, Real) and float("-inf") < float(value) < float("inf"):
        return float(value)
    return None

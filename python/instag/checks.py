"""Checks of single options, made before any work; the error says which option, what was expected and what was found."""

from collections.abc import Callable, Sequence
from math import isfinite
from numbers import Integral, Real
from typing import Any

from instag.errors import InputError

__all__ = [
    "check_choice",
    "check_count",
    "check_distance",
    "check_flag",
    "check_function",
    "check_name",
    "check_shard",
    "check_share",
    "expect",
    "first_names",
    "is_not_negative",
    "is_number",
    "is_positive",
    "is_whole",
    "shown",
]

# The most characters of a value that a message shows.
SHOWN = 80


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Expect a whole number, at least `least`.

    Examples
    --------
    >>> check_count("min_count", 0)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: min_count: expected a count of 1 or more; found 0
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) < 2**32:
        most = f", up to {2**32 - 1:,}" if isinstance(value, Integral) and int(value) >= 2**32 else ""
        raise InputError(f"{name}: expected a count of {least} or more{most}; found {shown(value)}")


def check_share(name: str, value: Any) -> None:
    """Expect a share, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise InputError(f"{name}: expected a share from 0 to 1; found {shown(value)}")


def check_distance(name: str, value: Any) -> None:
    """Expect a cosine distance."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) <= 2:  # noqa: PLR2004
        raise InputError(f"{name}: expected a cosine distance above 0 and at most 2; found {shown(value)}")


def check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    """Expect one of several values."""
    # True equals 1 in Python, but a user who writes True does not mean 1.
    if not any(_same(value, choice) for choice in choices):
        raise InputError(f"{name}: expected one of {', '.join(map(str, choices))}; found {shown(value)}")


def check_name(name: str, value: Any) -> None:
    """Expect the name of a column.

    Examples
    --------
    >>> check_name("tags", 5)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: tags: expected the name of a column; found 5
    """
    if not isinstance(value, str):
        raise InputError(f"{name}: expected the name of a column; found {shown(value)}")


def check_flag(name: str, value: Any) -> None:
    """Expect true or false."""
    if not isinstance(value, bool):
        raise InputError(f"{name}: expected True or False; found {shown(value)}")


def check_function(name: str, value: Any) -> None:
    """Expect a function, or none."""
    if value is not None and not callable(value):
        raise InputError(f"{name}: expected a function such as print, or None; found {shown(value)}")


def check_shard(text: Any) -> tuple[int, int] | None:
    """Parse a shard such as "2/4" into its number and the number of shards; None means all of the data.

    Examples
    --------
    >>> check_shard("2/4"), check_shard(None)
    ((2, 4), None)
    """
    if text is None:
        return None
    part, slash, parts = str(text).partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise InputError(f"shard / --shard: expected a part such as 2/4, the second of four; found {text!r}")
    return int(part), int(parts)


def expect(name: str, found: object, expected: str, holds: Callable[[Any], bool]) -> None:
    """Expect that `holds` is true of the value; the message describes this as `expected`."""
    if not holds(found):
        raise InputError(f"{name}: expected {expected}; found {shown(found)}")


def is_whole(value: Any) -> bool:
    """Whether this is a whole number of 1 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_number(value: Any) -> bool:
    """Whether this is a finite number."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an integer that is too large for a float
        return False


def is_positive(value: Any) -> bool:
    """Whether this is a finite number above 0."""
    return is_number(value) and value > 0


def is_not_negative(value: Any) -> bool:
    """Whether this is a finite number of 0 or more."""
    return is_number(value) and value >= 0


def first_names(names: Sequence[str], most: int) -> str:
    """The first names of a list, for a message, and how many more there are.

    Examples
    --------
    >>> first_names(["a", "b", "c", "d", "e"], 3)
    'a, b, c and 2 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def shown(value: Any) -> str:
    """A value as messages show it: on one line, and not too long.

    Examples
    --------
    >>> shown("a third"), shown(list(range(1_000))), shown({"math": 5})
    ("'a third'", '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 2…', "{'math': 5}")
    """
    text = repr(value)
    if " at 0x" in text or "\n" in text:
        return f"a value of type {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _same(value: Any, choice: Any) -> bool:
    alike = isinstance(value, type(choice)) and isinstance(value, bool) == isinstance(choice, bool)
    return alike and bool(value == choice)

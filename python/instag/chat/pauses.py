"""Pauses: how long a server asks to wait, in any of the ways in which servers do."""

import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

__all__ = ["held", "jittered", "span_of", "wait_in"]

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
# A number of seconds as large as this is a date: since 1970, in seconds or in milliseconds.
DATE, DATE_MS = 1e9, 1e12
# The wait for a minute's allowance is never longer than a minute.
MINUTE = 60.0


def jittered(seconds: float) -> float:
    """A random part of a time, at least half; it changes when things are done, but never the results."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret hangs on it


def wait_in(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait in a refusal; None if it does not.

    Examples
    --------
    >>> wait_in({"retry-after": "4"}), wait_in({"retry-after-ms": "250"}), wait_in({})
    (4.0, 0.25, None)
    """
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    if "retry-after" in headers and (seconds := _seconds(headers["retry-after"])) is not None:
        return seconds
    return held(headers, float("inf")) or None


def held(headers: Mapping[str, str], most: float = MINUTE) -> float:
    """Seconds until a used-up limit is renewed, by the rate-limit headers; 0 if none is used up.

    Examples
    --------
    >>> held({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s"})
    60.0
    >>> held({"x-ratelimit-remaining-tokens": "12", "x-ratelimit-reset-tokens": "6ms"})
    0.0
    """
    longest = 0.0
    for name, value in headers.items():
        if "ratelimit" in name and "remaining" in name and _number(value) == 0:
            longest = max(longest, _seconds(headers.get(name.replace("remaining", "reset"), "")) or 0.0)
    return min(longest, most)


def span_of(seconds: float) -> str:
    """A time in the largest unit in which it is 1 or more."""
    seconds = round(seconds, 3)
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(number, 0.0) if isfinite(number) else None


def _seconds(text: str) -> float | None:
    """Seconds from now: a number, a span such as `6m0s`, or a date in any of three formats."""
    if (number := _number(text)) is not None:
        if number >= DATE:
            return max((number / 1000 if number >= DATE_MS else number) - time.time(), 0.0)
        return number
    if parts := DURATION.findall(text):
        return sum(float(number) * UNITS[unit] for number, unit in parts)
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            date = read(text)
        except (ValueError, TypeError):
            continue
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(date.timestamp() - time.time(), 0.0)
    return None

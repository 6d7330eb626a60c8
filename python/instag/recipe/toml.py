"""Values as a recipe has them, for messages."""

import json
import re
from datetime import date, datetime, time
from typing import Any

__all__ = ["shown", "unquoted"]

# The most characters of a value that a message shows.
SHOWN = 80
# A number or a truth value within quotes, and a share.
PLAIN = re.compile(r"[+-]?\d[\d_]*(\.\d+)?|true|false")
SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def shown(value: Any) -> str:
    r"""A value as TOML writes it, on one line; none if there is none.

    Examples
    --------
    >>> shown(True), shown({"count": [3, "x"]}), shown("C:\\data"), shown(None)
    ('true', "{ count = [3, 'x'] }", "'C:\\data'", 'none')
    """
    text = _written(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def unquoted(value: Any, *, share: bool = False) -> str:
    """What to do about a text that was probably meant as a number or a truth value; empty if it was not.

    Parameters
    ----------
    value
        Any value.
    share
        Whether a percentage is to be written as a number too.

    Examples
    --------
    >>> unquoted("500"), unquoted("80%", share=True), unquoted("lots")
    (': write it without quotes', ': write 0.8', '')
    """
    if not isinstance(value, str):
        return ""
    if PLAIN.fullmatch(value):
        return ": write it without quotes"
    percent = SHARE.fullmatch(value) if share else None
    return "" if percent is None else f": write {float(percent[1]) / 100:g}"


def _written(value: Any) -> str:
    found = str(value)
    if value is None:
        found = "none"
    elif isinstance(value, bool):
        found = "true" if value else "false"
    elif isinstance(value, str):
        plain = value.isprintable() and "'" not in value
        found = f"'{value}'" if plain else json.dumps(value, ensure_ascii=False)
    elif isinstance(value, date | datetime | time):
        found = value.isoformat()
    elif isinstance(value, list):
        found = f"[{', '.join(map(_written, value))}]"
    elif isinstance(value, dict):
        found = "{ " + ", ".join(f"{name} = {_written(each)}" for name, each in value.items()) + " }" if value else "{}"
    return found

"""Values as a recipe has them, for messages."""

import json
from datetime import date, datetime, time
from typing import Any

__all__ = ["shown"]

# The most characters of a value that a message shows.
SHOWN = 80


def shown(value: Any) -> str:
    r"""A value as TOML writes it, on one line; none if there is none.

    Examples
    --------
    >>> shown(True), shown({"count": [3, "x"]}), shown("C:\\data"), shown(None)
    ('true', "{ count = [3, 'x'] }", "'C:\\data'", 'none')
    """
    text = _written(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


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

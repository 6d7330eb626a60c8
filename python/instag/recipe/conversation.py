"""Keys of conversations: a row is found again by what is in it, wherever it moved."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

__all__ = ["keys_of"]


def keys_of(conversations: Iterable[Any]) -> list[str]:
    """A key for each conversation: half of the SHA-256 of its turns as JSON, and a number where it is not the first.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "Hi!"}]
    >>> first, second, other = keys_of([turns, turns, []])
    >>> second == f"{first}-2", first == other
    (True, False)
    """
    seen: Counter[str] = Counter()
    found = []
    for turns in conversations:
        whole = [{name: value for name, value in turn.items() if value not in (None, [])} for turn in turns or ()]
        key = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:32]
        seen[key] += 1
        found.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return found

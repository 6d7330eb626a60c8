"""Keys of conversations: a row is found by its content, wherever it was moved."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

__all__ = ["Keys", "keys_of"]


class Keys:
    """Keys for conversations that come in several batches.

    Examples
    --------
    >>> keys = Keys()
    >>> first, second = keys.of([[], []])
    >>> list(keys.of([[]])) == [f"{first}-3"]
    True
    """

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, conversations: Iterable[Any]) -> Iterator[str]:
        """The key of each conversation."""
        for turns in conversations:
            whole = [_full(turn) for turn in turns or ()]
            key = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS, default=str)).digest()[:16]
            self._seen[key] += 1
            count = self._seen[key]
            yield key.hex() if count == 1 else f"{key.hex()}-{count}"


def keys_of(conversations: Iterable[Any]) -> list[str]:
    """A key for each conversation: half of the SHA-256 of its turns as JSON, and a number if there was one like it before.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "Hi!"}]
    >>> first, second, other = keys_of([turns, turns, []])
    >>> second == f"{first}-2", first == other
    (True, False)
    """
    return list(Keys().of(conversations))


def _full(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields without the empty ones, at any depth.

    Which of them a record spells out depends on the rows beside it: in a frame, all rows have the fields of any.
    """
    found = {name: _within(value) for name, value in fields.items()}
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return _full(value)
    return [_within(each) for each in value] if isinstance(value, list) else value

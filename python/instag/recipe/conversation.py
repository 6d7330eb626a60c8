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
            whole = [{name: value for name, value in turn.items() if value not in (None, [])} for turn in turns or ()]
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

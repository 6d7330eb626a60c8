"""Keys of conversations: a row is found by its content, wherever it was moved."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from instag.io.conversation.content import words_of
from instag.io.json.text import parsed

__all__ = ["Keys", "keys_of"]

# Values that one file spells out and another leaves out.
EMPTY: tuple[Any, ...] = (None, "", [], {})
# The integers that every reader of JSON keeps as they are.
WHOLE = range(-(2**63), 2**64)


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
            whole = [_plain(turn) for turn in turns or ()]
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


def _plain(turn: dict[str, Any]) -> dict[str, Any]:
    """A turn as it is the same in the files of every trainer, of which some have text where others have a list of it."""
    found = _full(turn)
    if isinstance(found.get("content"), list) and (text := words_of(found["content"])) is not None:
        found["content"] = text
    return found


def _full(fields: dict[Any, Any]) -> dict[str, Any]:
    """Fields without the empty ones, at any depth, and values as a file of JSON has them.

    Which fields there are depends on the rows beside it: in a frame, all rows have the fields of any.
    """
    found = {str(name): _within(value) for name, value in fields.items()}
    return {name: value for name, value in found.items() if value not in EMPTY}


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        # Where the types of rows differ, a frame has their JSON.
        return _within(parsed(value["$json"] or "null")[0]) if value.keys() == {"$json"} else _full(value)
    if isinstance(value, list):
        return [_within(each) for each in value]
    return _number(value) if isinstance(value, Decimal | float | int) else value


def _number(value: Decimal | float) -> Any:
    """A number as it is read from JSON, where it is null if it is not finite, and text if it has too many digits for most."""
    if isinstance(value, Decimal):
        value = parsed(format(value, "f"))[0]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value in WHOLE else str(value)

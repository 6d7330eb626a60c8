"""Data in a page: as JSON that no parser of HTML takes for anything else, and never too much of it."""

from collections.abc import Sequence
from typing import Any

import orjson

from instag.reporting.section import Table
from instag.reporting.wording import count

__all__ = ["ROOM", "escaped", "fitting", "packed", "rooms", "size"]

# What ends a script or a comment in HTML, begins an entity, or ends a line in old JavaScript.
ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
# Bytes that all rows together may take of a page.
ROOM = 6_000_000


def packed(value: Any) -> str:
    """A value as JSON; what is not a number is null."""
    return orjson.dumps(value, default=str).decode()


def escaped(json: str) -> str:
    r"""JSON as it may stand inside a script element: the same value, in other letters.

    Examples
    --------
    >>> escaped('["</script>"]')
    '["\\u003c/script\\u003e"]'
    """
    return json.translate(ESCAPES)


def size(row: Any) -> int:
    """The bytes that a row takes."""
    return len(escaped(packed(row)).encode())


def rooms(sizes: Sequence[int], room: int = ROOM) -> list[int]:
    """How many bytes each table may take: what it needs, and where that is too much an equal part of what is left.

    Examples
    --------
    >>> rooms([10, 90, 80], room=100)
    [10, 45, 45]
    """
    given = dict.fromkeys(range(len(sizes)), 0)
    for left, nth in zip(range(len(sizes), 0, -1), sorted(given, key=lambda nth: sizes[nth]), strict=True):
        given[nth] = min(sizes[nth], room // left)
        room -= given[nth]
    return list(given.values())


def fitting(table: Table, room: int) -> tuple[list[Any], str]:
    """The first rows that there is room for, and in words what is left out.

    Examples
    --------
    >>> fitting(Table("t", "Tags", (), [["a" * 50], ["b" * 50]]), room=80)[1]
    'The first 1 of 2 rows are here: the page has no room for more.'
    """
    taken, used = [], 0
    for row in table.rows:
        used += size(row)
        if used > room:
            break
        taken.append(row)
    if len(taken) == len(table.rows):
        return taken, table.left
    short = f"The first {count(len(taken))} of {count(len(table.rows))} rows are here: the page has no room for more."
    return taken, f"{table.left} {short}".strip()

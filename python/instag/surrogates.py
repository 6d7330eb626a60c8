"""Lone surrogates, which UTF-8 cannot encode, and control characters in texts."""

import re
from typing import Any

from instag.warning import warn

__all__ = ["count_lone", "drop_lone", "replace_escapes", "replace_lone", "show_controls", "warn_of_lone"]

LOST = "\ufffd"
# Control characters except tab, line feed and carriage return, and those that change the direction of text.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PAIRS = re.compile("[\U00010000-\U0010ffff]")
# A surrogate pair, a lone surrogate, or any other escape, so that an escaped backslash is not taken for the start of one.
ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


def replace_escapes(text: str) -> tuple[str, int]:
    r"""Replace the escapes of lone surrogates in a JSON text by that of U+FFFD, and count them.

    Examples
    --------
    >>> text, count = replace_escapes(r'["\ud83d\ude00", "\ud83d", "\\ud83d"]')
    >>> print(text, count)
    ["\ud83d\ude00", "\ufffd", "\\ud83d"] 1
    """
    count = sum(found[1] is not None for found in ESCAPE.finditer(text))
    return ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text), count


def replace_lone(value: Any) -> Any:
    r"""Join surrogate pairs in all texts of a value, and replace lone surrogates by U+FFFD.

    Examples
    --------
    >>> replace_lone(["a\ud83d", {"b": "\ud83d\ude00"}, 7])
    ['a�', {'b': '😀'}, 7]
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {replace_lone(key): replace_lone(member) for key, member in value.items()}
    return [replace_lone(item) for item in value] if isinstance(value, list | tuple) else value


def drop_lone(value: Any) -> Any:
    r"""Put a question mark in place of each surrogate in all texts of a value, so that UTF-8 can encode them.

    Examples
    --------
    >>> drop_lone(["a\ud83d", {"b": "c"}, 7])
    ['a?', {'b': 'c'}, 7]
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: drop_lone(member) for name, member in value.items()}
    return [drop_lone(item) for item in value] if isinstance(value, list) else value


def count_lone(value: Any) -> int:
    r"""Count the lone surrogates in a value.

    Examples
    --------
    >>> count_lone(["a\ud83d", {"b": "\ud83d\ude00 \ude00"}, 7])
    2
    """
    if isinstance(value, str):
        return int(replace_lone(value).count(LOST) - value.count(LOST))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return sum(map(count_lone, inner))


def warn_of_lone(count: int, where: str) -> None:
    """Warn that lone surrogates were replaced, if there were any."""
    if count:
        many = "halves of characters (lone surrogates)" if count > 1 else "half of a character (a lone surrogate)"
        warn(f"{where}: {count:,} {many} became U+FFFD")


def show_controls(value: Any, *, pairs: bool = False) -> Any:
    r"""Spell control characters as escapes, in a text or in all texts of lists and dicts.

    A terminal would obey them, and a picture cannot show them. With `pairs`, characters that UTF-16 encodes as two
    units, such as emoji, are escaped too, because code that shortens long names may cut between the two.

    Examples
    --------
    >>> print(show_controls("red \x1b[31m"), show_controls([{"a\0": 1}]))
    red \x1b[31m [{'a\\x00': 1}]
    """
    if isinstance(value, str):
        shown = CONTROLS.sub(lambda found: _escape(found[0]), value)
        return PAIRS.sub(lambda found: _escape(found[0]), shown) if pairs else shown
    if isinstance(value, dict):
        return {show_controls(key, pairs=pairs): show_controls(member, pairs=pairs) for key, member in value.items()}
    return [show_controls(item, pairs=pairs) for item in value] if isinstance(value, list | tuple) else value


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()

"""The text of JSON: parsing it, and showing where it is invalid."""

import ast
import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson

from instag.surrogates import replace_escapes

AROUND = 30  # characters
LONG = re.compile(r"\d{19}")
VAST = 2.0**63
# How an object begins that Python printed.
PRINTED = re.compile(r"\{\s*'")
NUMBERS = re.compile(r"\b(?:NaN|-?Infinity)\b")


def parse(text: str | bytes) -> Any:
    """Parse JSON, with integers of any size as they are.

    Parameters
    ----------
    text
        One JSON value.

    Returns
    -------
    Any
        The value; a :class:`orjson.JSONDecodeError` if it is not JSON.

    Examples
    --------
    >>> parse('{"id": 123456789012345678901234567890}')
    {'id': 123456789012345678901234567890}
    """
    value = orjson.loads(text)
    if _is_vast(value) and LONG.search(text if isinstance(text, str) else text.decode()):
        return json.loads(text)  # orjson makes floats of the integers beyond 64 bits
    return value


def _is_vast(value: Any) -> bool:
    """Whether a value holds a float beyond the integers of 64 bits."""
    left = [value]
    while left:
        each = left.pop()
        kind = type(each)
        if kind is dict:
            left += each.values()
        elif kind is list:
            left += each
        elif kind is float and not -VAST < each < VAST:
            return True
    return False


def dump(value: Any) -> str:
    """Spell a parsed JSON value as compact JSON.

    Parameters
    ----------
    value
        Any value that :func:`parse` returns.

    Returns
    -------
    str
        JSON that parses to the same value.
    """
    try:
        text = orjson.dumps(value).decode()
        # orjson writes NaN and infinity as null.
        return json.dumps(value, ensure_ascii=False) if "null" in text and _is_endless(value) else text
    except TypeError:  # an integer beyond 64 bits, or very deep nesting
        return "".join(_spelt(value))


def _spelt(value: Any) -> Iterator[str]:
    """Spell a value of any depth piece by piece."""
    left: list[Any] = [value]
    while left:
        each = left.pop()
        if isinstance(each, _Piece):
            yield each
        elif isinstance(each, dict | list) and each:
            pairs = each.items() if isinstance(each, dict) else ((None, member) for member in each)
            inner: list[Any] = []
            for key, member in pairs:
                before = "," if inner else "{" if isinstance(each, dict) else "["
                inner += [_Piece(before if key is None else f"{before}{json.dumps(key, ensure_ascii=False)}:"), member]
            left.append(_Piece("}" if isinstance(each, dict) else "]"))
            left += reversed(inner)
        else:
            yield json.dumps(each, ensure_ascii=False)


class _Piece(str):
    """Text that is spelt already."""

    __slots__ = ()


def _is_endless(value: Any) -> bool:
    """Whether a value holds NaN or infinity."""
    if isinstance(value, dict):
        return any(map(_is_endless, value.values()))
    if isinstance(value, list):
        return any(map(_is_endless, value))
    return isinstance(value, float) and not math.isfinite(value)


def parsed(text: str) -> tuple[Any, int]:
    """The value of JSON, and how many lone surrogates were replaced in it."""
    try:
        return parse(text), 0
    except ValueError:
        mended, halves = replace_escapes(text)
        if halves:
            return parse(mended), halves
        if NUMBERS.search(text):
            # How Python writes NaN and infinity.
            return json.loads(text), 0
        raise


def parsed_line(text: str) -> tuple[Any, int]:
    """The value of a line: JSON, JSON with the comma of a list after it, or an object as Python prints it.

    Parameters
    ----------
    text
        The line.

    Returns
    -------
    tuple
        The value, and how many lone surrogates were replaced in it; a :class:`ValueError` if it is none of these.

    Examples
    --------
    >>> parsed_line('{"prompt": "Why?"},')[0], parsed_line("{'prompt': None}")[0]
    ({'prompt': 'Why?'}, {'prompt': None})
    """
    try:
        return parsed(text)
    except ValueError:
        line = text.strip()
        if line.startswith("{") and line.endswith("},"):
            return parsed(line[:-1])
        if PRINTED.match(line):
            with suppress(SyntaxError, ValueError, MemoryError, RecursionError):
                return json.loads(json.dumps(ast.literal_eval(line.removesuffix(",")))), 0
        raise


def concatenated(text: str) -> list[Any] | None:
    """Parse objects that stand one after another, each of as many lines as it likes."""
    values: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return values


def near(line: str, column: int) -> str:
    """Quote the text around a column of a line; columns are counted from 1."""
    return repr(line[max(column - 1 - AROUND, 0) : column - 1 + AROUND].strip())

"""The text of JSON: what a parser makes of it, and where it is none."""

import json
import re
from typing import Any

from instag.io.records import parse
from instag.surrogates import replace_escapes

AROUND = 30  # characters
NUMBERS = re.compile(r"\b(?:NaN|-?Infinity)\b")


def parsed(text: str) -> tuple[Any, int]:
    """The value of JSON, and how many lone surrogates were replaced in it."""
    try:
        return parse(text), 0
    except ValueError:
        mended, halves = replace_escapes(text)
        if halves:
            return parse(mended), halves
        if NUMBERS.search(text):
            # As Python writes what is no number.
            return json.loads(text), 0
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
    """Quote what stands around a column of a line, which is counted from 1."""
    return repr(line[max(column - 1 - AROUND, 0) : column - 1 + AROUND].strip())

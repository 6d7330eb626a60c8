"""Values in JSON, found in what a model has written around them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from instag.chat.question import Unreadable

__all__ = ["Object", "decoded", "values_of"]

# The thinking of a model: from its opening, or from the start where the server has taken that away. What is not closed
# goes on to the end.
NAMES = "think|thinking|thought|reasoning"
THINKING = re.compile(
    rf"\s*<({NAMES})>.*?(?:</\1>|\Z)|(?:(?!<(?:{NAMES})>).)*?</(?:{NAMES})>", re.DOTALL | re.IGNORECASE
)
# Where the last of a model's channels begins.
FINAL = "<|channel|>final<|message|>"
FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
OPENING = re.compile(r"[\[{]")
CLOSING = {"[": "]", "{": "}"}
# Escapes of other languages, whose backslash would be lost.
FOREIGN = re.compile(r"""(?<!\\)(?:\\\\)*\\[^\"'\\/bfnrtu]""")
MARKS = re.compile(r"[\s\"'\[\]{},:\\]+")
# Brackets that hold no JSON, in the text around it.
MISSES = 1_000


class Object(tuple[tuple[str, Any], ...]):
    """An object in JSON as pairs: a model that writes a key twice means both."""

    __slots__ = ()


# Line breaks within a string are the model's, and harmless.
DECODER = json.JSONDecoder(object_pairs_hook=Object, strict=False)


def values_of(content: str, *, whole: bool) -> Iterator[tuple[list[Any], list[str]]]:
    """Find the values in a text, by one rule after the other.

    Parameters
    ----------
    content
        What a model has written.
    whole
        Whether it ended by itself: only then it is repaired.

    Yields
    ------
    list, list of str
        The values that a rule finds, maybe none, and the names of what had to be done.

    Raises
    ------
    Unreadable
        Where there is only thinking.

    Examples
    --------
    >>> next(found for found in values_of('Sure! ["math"] Anything else?', whole=True) if found[0])
    ([['math']], ['text around'])
    """
    content = content.strip().removeprefix("\ufeff")
    yield decoded(content), []
    text = _unthought(content)
    if not text.strip():
        raise Unreadable("empty", "there is nothing after the thinking")
    notes = ["thinking"] if text != content else []
    notes += ["fenced"] if "```" in text else []
    around = [] if "```" in text or decoded(text) else ["text around"]
    yield _scanned(text), [*notes, *around]
    if whole:
        fenced = FENCE.search(text)
        body = _body(fenced[1] if fenced else text)
        around = around if body != text.strip() else []
        yield _repaired(body), [*notes, *around, "repaired"]


def decoded(text: str) -> list[Any]:
    """The value that a text is, or nothing."""
    try:
        return [DECODER.decode(text)]
    except (ValueError, RecursionError):
        return []


def _unthought(text: str) -> str:
    text = text.rpartition(FINAL)[2]
    while found := THINKING.match(text):
        text = text[found.end() :]
    return text


def _scanned(text: str) -> list[Any]:
    """The values among other text; none at all where one of them does not end, since what it lacks is unknown."""
    values: list[Any] = []
    place = misses = 0
    while found := OPENING.search(text, place):
        try:
            value, place = DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            end = text.find(CLOSING[found[0]], found.start())
            # Brackets in a sentence hold no strings.
            misses += 1
            if end < 0 or misses > MISSES or any(mark in text[found.start() : end] for mark in "\"'"):
                return []
            place = end + 1
        else:
            values.append(value)
    return values


def _body(text: str) -> str:
    """All from the first bracket to the last that may close it; empty where another opens behind that."""
    found = OPENING.search(text)
    if found is None:
        return ""
    end = text.rfind(CLOSING[found[0]]) + 1
    return "" if OPENING.search(text, end) else text[found.start() : end]


def _repaired(body: str) -> list[Any]:
    """The value that a text was meant to be, where nothing is added, lost or torn by the repair."""
    if not body or FOREIGN.search(body):
        return []
    try:
        from fast_json_repair import repair_json  # noqa: PLC0415 - an extra, and seldom needed
    except ImportError:
        raise Unreadable("not JSON", "to repair it: pip install 'instag[tag]'") from None
    try:
        repairs = [repair_json(body, ensure_ascii=escaped) for escaped in (False, True)]
    except (ValueError, RecursionError):
        return []
    # As many brackets and strings, and the same in them, in the same order.
    same = _marks(body) == _marks(repairs[0]) and _bare(body) in map(_bare, repairs)
    return decoded(repairs[0]) if same else []


def _bare(text: str) -> str:
    """What is in a text beside JSON's own marks; Python's names count as JSON's."""
    for name, own in (("None", "null"), ("True", "true"), ("False", "false")):
        text = text.replace(name, own)
    return MARKS.sub("", text)


def _marks(text: str) -> list[int]:
    """How many brackets of each kind, and quotation marks of both."""
    return [*map(text.count, "[]{}"), text.count('"') + text.count("'")]

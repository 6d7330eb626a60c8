"""Values in JSON, found in what a model has written around them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from instag.chat.question import Unreadable
from instag.chat.repair import repairs

__all__ = ["Object", "decoded", "unthought", "values_of"]

# The thinking of a model: from its opening, or from the start where the server has taken that away. What a string in
# JSON speaks of is no end of it.
NAMES = "think|thinking|thought|thoughts|reasoning"
OPENED = re.compile(rf"\s*<({NAMES})>", re.IGNORECASE)
THINKING = re.compile(
    rf"""\s*<({NAMES})>.*?</\1>
    | (?:(?!<(?:{NAMES})>).)*?</(?:{NAMES})>(?![^\n"'\[{{<]*["']\s*[,:}}\]])""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
# How else thinking is marked.
MARKED = re.compile(r"\[(/?)THINK\]|◁(/?)think▷|<(/?)seed:think>|<\|(?:begin|(end))_of_thought\|>")
# The channels of a model: what it thinks, and where the last of them begins.
ANALYSIS = "<|channel|>analysis"
FINAL = "<|channel|>final<|message|>"
# Where an answer may begin behind a thought that was never closed.
CONCLUSION = re.compile(r"(?:\n|[.!:]|```\w*)\s*(?=\{)")
FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
OPENING = re.compile(r"[\[{]")
CLOSING = {"[": "]", "{": "}"}
# Brackets of other keyboards.
WIDE = str.maketrans("｛｝［］", "{}[]")
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
    content = _stripped(content)
    yield decoded(content), []
    if fence := FENCE.fullmatch(content):
        yield decoded(fence[1]), ["fenced"]
    text = unthought(content)
    if not text:
        raise Unreadable("empty", "there is nothing after the thinking")
    notes = ["thinking"] if text != content else []
    notes += ["fenced"] if "```" in text else []
    around = [] if "```" in text or decoded(text) else ["text around"]
    yield _scanned(text), [*notes, *around]
    if whole:
        fenced = FENCE.search(text)
        body = _body((fenced[1] if fenced else text).translate(WIDE))
        around = around if body != text else []
        for repaired in repairs(body) if body else ():
            yield decoded(repaired), [*notes, *around, "repaired"]


def decoded(text: str) -> list[Any]:
    """The value that a text is, or nothing."""
    try:
        return [DECODER.decode(text)]
    except (ValueError, RecursionError):
        return []


def unthought(content: str) -> str:
    """What a model has written beside its thinking; empty where there is nothing else.

    Of a thought that was never closed an object at its end is the answer, if it does not stand within a sentence.

    Examples
    --------
    >>> unthought('<think>Is it ["law"]? No.</think> ["math"]')
    '["math"]'
    """
    text = _stripped(content)
    _, final, text = text.rpartition(FINAL)
    if not final and text.startswith(ANALYSIS):
        return ""
    text = MARKED.sub(lambda mark: "</think>" if any(mark.groups()) else "<think>", text)
    place = 0
    while found := THINKING.match(text, place):
        place = found.end()
    text = text[place:].strip()
    return _conclusion(text) if OPENED.match(text) else text


def _stripped(content: str) -> str:
    return content.strip().removeprefix("\ufeff").strip()


def _conclusion(thought: str) -> str:
    """The object that a thought ends with."""
    thought = thought.removesuffix("```").rstrip()
    place = 0
    for _ in range(MISSES):
        found = CONCLUSION.search(thought, place)
        if found is None:
            break
        try:
            _, place = DECODER.raw_decode(thought, found.end())
        except (ValueError, RecursionError):
            place = found.end()
        if place == len(thought):
            return thought[found.end() :]
    return ""


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
    """All from the first bracket to the last that may close one; empty where another opens behind that."""
    found = OPENING.search(text)
    if found is None:
        return ""
    end = text.rfind(CLOSING[found[0]]) + 1 or text.rfind("]") + 1
    return "" if OPENING.search(text, end) else text[found.start() : end]

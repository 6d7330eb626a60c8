"""JSON values, found in the text that a model has written around them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from instag.chat.question import Unreadable
from instag.chat.repair import repairs

__all__ = ["Object", "decoded", "unthought", "values_of"]

# The thoughts of a model: from the opening tag, or from the start if the server has removed the tag. A closing tag within
# a JSON string does not end them.
NAMES = "think|thinking|thought|thoughts|reasoning"
OPENED = re.compile(rf"\s*<({NAMES})>", re.IGNORECASE)
THINKING = re.compile(
    rf"""\s*<({NAMES})>.*?</\1>
    | (?:(?!<(?:{NAMES})>).)*?</(?:{NAMES})>(?![^\n"'\[{{<]*["']\s*[,:}}\]])""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
# Other markers of thoughts.
MARKED = re.compile(r"\[(/?)THINK\]|◁(/?)think▷|<(/?)seed:think>|<\|(?:begin|(end))_of_thought\|>")
# The channels of a model: its thoughts, and where the last channel begins.
ANALYSIS = "<|channel|>analysis"
FINAL = "<|channel|>final<|message|>"
# Where an answer may begin after a thought that was never closed.
CONCLUSION = re.compile(r"(?:\n|[.!:]|```\w*)\s*(?=\{)")
FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
OPENING = re.compile(r"[\[{]")
CLOSING = {"[": "]", "{": "}"}
# Full-width brackets.
WIDE = str.maketrans("｛｝［］", "{}[]")
# Brackets without JSON, in the text around it.
MISSES = 1_000


class Object(tuple[tuple[str, Any], ...]):
    """A JSON object as pairs: a model that writes a key twice means both."""

    __slots__ = ()


# Models write line breaks within strings, which are harmless.
DECODER = json.JSONDecoder(object_pairs_hook=Object, strict=False)


def values_of(content: str, *, whole: bool) -> Iterator[tuple[list[Any], list[str]]]:
    """Find the JSON values in a text, by one rule after the other.

    Parameters
    ----------
    content
        A model's answer.
    whole
        Whether it ended by itself: only then is it repaired.

    Yields
    ------
    list, list of str
        The values that a rule finds, which may be none, and the names of the repairs.

    Raises
    ------
    Unreadable
        If there are only thoughts.

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
        raise Unreadable("empty", "there is nothing after the thoughts")
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
    """The value of a text that is JSON, or nothing."""
    try:
        return [DECODER.decode(text)]
    except (ValueError, RecursionError):
        return []


def unthought(content: str) -> str:
    """A model's answer without its thoughts; empty if there is nothing else.

    If a thought was never closed, an object at its end is the answer, unless it is part of a sentence.

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
    """The object at the end of a thought."""
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
    """The values among other text; none at all if one of them does not end, since what is missing is unknown."""
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
    """The text from the first bracket to the last closing one; empty if another opens after that."""
    found = OPENING.search(text)
    if found is None:
        return ""
    end = text.rfind(CLOSING[found[0]]) + 1 or text.rfind("]") + 1
    return "" if OPENING.search(text, end) else text[found.start() : end]

"""Why two tags must stay two, whatever their likeness.

A model of language puts "safe" beside "not safe" and "French to English" beside "English to French". Each guard here
looks at one way in which tags that are written alike mean different things.
"""

import re
from collections.abc import Callable

from instag.normalization.difference import content, difference, joined, stems, words
from instag.normalization.inflection import inflected
from instag.normalization.lexicon import (
    DIRECTIONS,
    NAMES,
    NEGATIONS,
    NUMBERS,
    OPPOSITES,
    PREFIXES,
    ROMAN,
    SWAPPING,
)

__all__ = ["refusal"]

Words = tuple[str, ...]
SYMBOL = re.compile(r"[+#*&%$.]")
# Below this many letters a prefix is more likely to be a part of the word.
STEM = 4


def refusal(one: str, other: str) -> str | None:
    """Why two cleaned tags must never be one, or None.

    Examples
    --------
    >>> refusal("safe", "not safe")
    'negation'
    >>> refusal("c", "c++")
    'symbols differ'
    >>> refusal("english to french translation", "french to english translation")
    'direction: to'
    >>> refusal("code review", "reviewing code")
    """
    # Neither spaces nor full stops inside a name make another tag.
    if joined(one) == joined(other):
        return None
    left, right = difference(one, other)
    return next((why for guard in _GUARDS if (why := guard(one, other, left, right))), None)


def _numbers(one: str, other: str, _left: Words, _right: Words) -> str | None:
    return None if _numbers_of(words(one)) == _numbers_of(words(other)) else "numbers differ"


def _numbers_of(tag: Words) -> set[str]:
    numbers: set[str] = set()
    for word in tag:
        # A Roman number alone may be anything.
        written = NUMBERS.get(word) or (ROMAN.get(word) if len(tag) > 1 else None)
        if written:
            numbers.add(written)
        elif not word.isalpha():
            numbers.update(re.findall(r"\d+(?:\.\d+)*", word))
    return numbers


def _negation(one: str, other: str, _left: Words, _right: Words) -> str | None:
    return None if NEGATIONS & {*words(one)} == NEGATIONS & {*words(other)} else "negation"


def _symbols(one: str, other: str, _left: Words, _right: Words) -> str | None:
    signed = [{word for word in words(tag) if not word.isalnum() and SYMBOL.search(word)} for tag in (one, other)]
    if signed[0] == signed[1]:
        return None
    missing = [(word, other) for word in signed[0] - signed[1]] + [(word, one) for word in signed[1] - signed[0]]
    # Only a full stop inside a name says nothing.
    told_apart = any(re.search(r"^\.|[+#*]", word) or word.replace(".", "") not in words(tag) for word, tag in missing)
    return "symbols differ" if told_apart else None


def _letters(_one: str, _other: str, left: Words, right: Words) -> str | None:
    single = [[word for word in side if len(word) == 1 and word.isascii()] for side in (left, right)]
    return None if single[0] == single[1] else "single letters differ"


def _names(one: str, other: str, left: Words, right: Words) -> str | None:
    several = len(content(one)) > 1 or len(content(other)) > 1
    for names in NAMES:
        held, held_too = names.intersection(left), names.intersection(right)
        if (held and held_too) or (several and held != held_too):
            return f"names differ: {'/'.join(sorted(held | held_too))}"
    return None


def _opposites(one: str, other: str, left: Words, right: Words) -> str | None:
    for word in left:
        for against in right:
            if against in OPPOSITES.get(word, ()):
                return f"opposites: {'/'.join(sorted((word, against)))}"
            short, long = sorted((word, against), key=len)
            prefixed = len(short) >= STEM and long.endswith(short) and long.removesuffix(short) in PREFIXES
            if prefixed and not inflected(joined(one), joined(other)):
                return f"prefix: {long}/{short}"
    return None


def _direction(one: str, other: str, left: Words, right: Words) -> str | None:
    """The same words on swapped sides of a word such as "to", or that word missing and the order another."""
    for word in words(one):
        if word in DIRECTIONS and word in words(other):
            before, after = _sides(one, word)
            before_too, after_too = _sides(other, word)
            if before & after_too - before_too and after & before_too - after_too:
                return f"direction: {word}"
    if not left and not right and words(one) != words(other):
        missing = [word for word in SWAPPING if (word in words(one)) != (word in words(other))]
        return f"direction: {missing[0]}" if missing else None
    return None


def _sides(tag: str, word: str) -> tuple[set[str], set[str]]:
    at = words(tag).index(word)
    return {*stems(tag)[:at]}, {*stems(tag)[at + 1 :]}


def _lists(one: str, other: str, left: Words, right: Words) -> str | None:
    """Whether one is a list: "research and development" is more than "research"."""
    both = (words(one), words(other))
    if (not left) != (not right):
        listing = [bool({"and", "or"} & {*tag}) for tag in both]
        return None if listing[0] == listing[1] else "one is a part of a list"
    if left or right or len(content(one)) != len(content(other)) or ("and" in both[0]) == ("and" in both[1]):
        return None
    plain = [tuple(word for word in tag if word != "and") for tag in both]
    return None if plain[0] == plain[1] else "a list against a compound"


_GUARDS: tuple[Callable[[str, str, Words, Words], str | None], ...] = (
    _numbers,
    _negation,
    _symbols,
    _letters,
    _names,
    _opposites,
    _direction,
    _lists,
)

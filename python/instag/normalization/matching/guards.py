"""Guards: reasons for keeping two tags apart, however similar they are.

A language model finds "safe" similar to "not safe", and "French to English" to "English to French". Each guard checks
for one way in which tags that are written alike mean different things.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product

from instag.normalization.matching.languages import accents
from instag.normalization.matching.lexicon import (
    DIRECTIONS,
    FILLERS,
    NAMES,
    NATIONS,
    NEGATIONS,
    NUMBERS,
    OPPOSED,
    OPPOSITES,
    PREFIXES,
    ROMAN,
    SWAPPING,
    TURNING,
)
from instag.normalization.matching.words import (
    CACHE,
    Words,
    abbreviates,
    content,
    difference,
    inflected,
    joined,
    known_words,
    respaced,
    stems,
    words,
)

__all__ = ["contrary", "refusal"]

SYMBOL = re.compile(r"[+#*&%$.]")
# If fewer letters than this follow it, a prefix is more likely to be part of the word.
STEM = 4
# Words that make a list of a tag.
LISTING = frozenset(("and", "or"))
# "and", and its short form in "hack'n'slash".
AND = frozenset(("and", "n"))
# Words for which order or neighbours matter.
PLACED = DIRECTIONS.union(FILLERS, TURNING, LISTING, ROMAN, *NATIONS)
# Words that make two tags different by themselves, as numbers, signs and single letters do.
DECISIVE = NEGATIONS.union(NUMBERS, *NAMES)
NAMED = frozenset().union(*NAMES)
# Words without a meaning of their own that still have opposites.
SMALL = FILLERS.intersection(OPPOSITES)
CONTRARY = tuple(prefix for pair in OPPOSED for prefix in pair)


def refusal(one: str, other: str) -> str | None:
    """Why two cleaned tags must never be joined; None if they may be.

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
    # Tags that differ only by spaces, or by full stops inside a name, are the same.
    if joined(one) == joined(other):
        return None
    twins = accents(one, other)
    if twins is not None:
        return None if twins else "accents differ"
    return None if _are_plain(one, other) else _by_guards(one, other)


def contrary(one: str, other: str) -> str | None:
    """Why two cleaned tags must stay apart even if a judge calls them the same; None if they may be joined.

    A judge knows names, letters and lists better than any list of words, but it sometimes confuses opposites,
    directions, numbers and signs.

    Examples
    --------
    >>> contrary("english to french", "french to english"), contrary("python 2", "python 3")
    ('direction: to', 'numbers differ')
    >>> contrary("rails", "ruby on rails"), contrary("k8s", "kubernetes"), contrary("sso", "single sign on")
    (None, None, None)
    """
    if joined(one) == joined(other) or abbreviates(one, other) or abbreviates(other, one):
        return None
    left, right = difference(one, other)
    return next((why for guard in _FIRM if (why := guard(one, other, left, right))), None)


def _are_plain(one: str, other: str) -> bool:
    """Whether no guard applies to a word that only one of the tags has, as with most pairs."""
    decisive = _decisive(one)
    return (
        decisive is not None
        and decisive == _decisive(other)
        and _barred(one).isdisjoint(words(other))
        and _barred(other).isdisjoint(words(one))
    )


@lru_cache(CACHE)
def _decisive(tag: str) -> Words | None:
    """The words of a tag that each make it different from others; None if their order or neighbours matter too."""
    if not PLACED.isdisjoint(words(tag)) or any(word.startswith(CONTRARY) for word in words(tag)):
        return None
    return tuple(sorted(word for word in words(tag) if word in DECISIVE or len(word) == 1 or not word.isalpha()))


@lru_cache(CACHE)
def _barred(tag: str) -> frozenset[str]:
    """Words that must not be in another tag: the opposites of this one's words, and its words without a prefix."""
    opposites = frozenset[str]().union(*(OPPOSITES.get(word, ()) for word in words(tag)))
    prefixed = ((word, prefix) for word in words(tag) for prefix in PREFIXES if word.startswith(prefix))
    return opposites.union(word.removeprefix(prefix) for word, prefix in prefixed)


def _by_guards(one: str, other: str) -> str | None:
    left, right = difference(one, other)
    return next((why for guard in _GUARDS if (why := guard(one, other, left, right))), None)


def _numbers(one: str, other: str, _left: Words, _right: Words) -> str | None:
    return None if _numbers_of(one) == _numbers_of(other) else "numbers differ"


@lru_cache(CACHE)
def _numbers_of(tag: str) -> frozenset[str]:
    numbers: set[str] = set()
    for word in words(tag):
        # A Roman number that is the only word may be anything.
        written = NUMBERS.get(word) or (ROMAN.get(word) if len(words(tag)) > 1 else None)
        if written:
            numbers.add(written)
        elif not word.isalpha():
            numbers.update(re.findall(r"(?:^-)?\d+(?:\.\d+)*", word))
    return frozenset(numbers)


def _negation(one: str, other: str, _left: Words, _right: Words) -> str | None:
    return None if known_words(one, NEGATIONS) == known_words(other, NEGATIONS) else "negation"


def _symbols(one: str, other: str, _left: Words, _right: Words) -> str | None:
    signed, signed_too = _signed(one), _signed(other)
    if signed == signed_too:
        return None
    missing = [(word, other) for word in signed - signed_too] + [(word, one) for word in signed_too - signed]
    # A full stop inside a name is the one sign that makes no difference.
    differ = any(re.search(r"^\.|[+#*]", word) or word.replace(".", "") not in words(tag) for word, tag in missing)
    return "symbols differ" if differ else None


@lru_cache(CACHE)
def _signed(tag: str) -> frozenset[str]:
    return frozenset(word for word in words(tag) if not word.isalnum() and SYMBOL.search(word))


def _letters(_one: str, _other: str, left: Words, right: Words) -> str | None:
    single = [[word for word in side if len(word) == 1 and word.isascii()] for side in (left, right)]
    return None if single[0] == single[1] else "single letters differ"


def _names(one: str, other: str, left: Words, right: Words) -> str | None:
    if NAMED.isdisjoint(left + right):
        return None
    several = len(content(one)) > 1 or len(content(other)) > 1
    for names in NAMES:
        here, there = names.intersection(left), names.intersection(right)
        if (here and there) or (several and here != there):
            return f"names differ: {'/'.join(sorted(here | there))}"
    return None


def _opposites(one: str, other: str, left: Words, right: Words) -> str | None:
    small, small_too = known_words(one, SMALL), known_words(other, SMALL)
    if small != small_too:
        left, right = (*left, *sorted(small - small_too)), (*right, *sorted(small_too - small))
    for word, against in product(left, right):
        if against in OPPOSITES.get(word, ()):
            return f"opposites: {'/'.join(sorted((word, against)))}"
    return None


def _prefixes(one: str, other: str, left: Words, right: Words) -> str | None:
    for word, against in product(left, right):
        short, long = sorted((word, against), key=len)
        prefixed = len(short) >= STEM and long.endswith(short) and long.removesuffix(short) in PREFIXES
        if prefixed and not respaced(one, other):
            return f"prefix: {long}/{short}"
        if word.startswith(CONTRARY) and against.startswith(CONTRARY) and _contrary(word, against):
            return f"opposites: {'/'.join(sorted((word, against)))}"
    return None


def _contrary(one: str, other: str) -> bool:
    """Whether two words are the same except for contrary prefixes."""
    return any(
        first.startswith(prefix)
        and second.startswith(opposed)
        and inflected(first.removeprefix(prefix), second.removeprefix(opposed))
        for prefix, opposed in OPPOSED
        for first, second in ((one, other), (other, one))
    )


def _direction(one: str, other: str, left: Words, right: Words) -> str | None:
    """Whether the same words are on opposite sides of "to" or the like, or in another order if one lacks that word."""
    for word in sorted(known_words(one, DIRECTIONS) & known_words(other, DIRECTIONS)):
        # Words that stand on both sides of it have none.
        before, after = map(set, _sides(one, word))
        before_too, after_too = map(set, _sides(other, word))
        if (before - after) & (after_too - before_too) and (after - before) & (before_too - after_too):
            return f"direction: {word}"
    if not left and not right and words(one) != words(other):
        missing = [word for word in SWAPPING if (word in words(one)) != (word in words(other))]
        return f"direction: {missing[0]}" if missing else None
    return None


def _turned(one: str, other: str, _left: Words, _right: Words) -> str | None:
    """Whether the order of words gives another direction: "English-French translation"."""
    for word, against in product(sorted(known_words(one, TURNING)), sorted(known_words(other, TURNING))):
        before, before_too = _sides(one, word)[0], _sides(other, against)[0]
        if before != before_too and sorted(before) == sorted(before_too):
            return f"direction: {min(word, against)}"
    if not known_words(one, LISTING) and not known_words(other, LISTING):
        for names in NATIONS:
            order, order_too = _in_order(one, names), _in_order(other, names)
            if order != order_too and sorted(order) == sorted(order_too):
                return f"direction: {'/'.join(sorted(order))}"
    return None


@lru_cache(CACHE)
def _in_order(tag: str, known: frozenset[str]) -> Words:
    return tuple(word for word in words(tag) if word in known)


def _sides(tag: str, word: str) -> tuple[Words, Words]:
    at = words(tag).index(word)
    return stems(tag)[:at], stems(tag)[at + 1 :]


def _lists(one: str, other: str, left: Words, right: Words) -> str | None:
    """Whether one tag is a list: "research and development" is more than "research"."""
    both = (words(one), words(other))
    if (not left) != (not right):
        listing = [bool(LISTING & {*tag}) for tag in both]
        return None if listing[0] == listing[1] else "one is a part of a list"
    if (
        left
        or right
        or len(content(one)) != len(content(other))
        or bool(known_words(one, AND)) == bool(known_words(other, AND))
    ):
        return None
    plain = [tuple(word for word in tag if word not in AND) for tag in both]
    return None if plain[0] == plain[1] else "a list against a compound"


_GUARDS: tuple[Callable[[str, str, Words, Words], str | None], ...] = (
    _numbers,
    _negation,
    _symbols,
    _letters,
    _names,
    _opposites,
    _prefixes,
    _direction,
    _turned,
    _lists,
)
_FIRM = (_numbers, _negation, _symbols, _opposites, _prefixes, _direction, _turned)

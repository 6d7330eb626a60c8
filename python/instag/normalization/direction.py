"""Guards that look at where words stand, not which they are."""

from functools import lru_cache
from itertools import product

from instag.normalization.difference import CACHE, Words, content, held, stems, words
from instag.normalization.lexicon import DIRECTIONS, NATIONS, SWAPPING, TURNING

__all__ = ["LISTING", "direction", "lists", "turned"]

# What makes a list of a tag.
LISTING = frozenset(("and", "or"))
# "and", and what is left of it in "hack'n'slash".
AND = frozenset(("and", "n"))


def direction(one: str, other: str, left: Words, right: Words) -> str | None:
    """The same words on swapped sides of a word such as "to", or that word missing and the order another."""
    for word in sorted(held(one, DIRECTIONS) & held(other, DIRECTIONS)):
        before, after = _sides(one, word)
        before_too, after_too = _sides(other, word)
        if {*before} & {*after_too} - {*before_too} and {*after} & {*before_too} - {*after_too}:
            return f"direction: {word}"
    if not left and not right and words(one) != words(other):
        missing = [word for word in SWAPPING if (word in words(one)) != (word in words(other))]
        return f"direction: {missing[0]}" if missing else None
    return None


def turned(one: str, other: str, _left: Words, _right: Words) -> str | None:
    """The order of words alone says what becomes what: "English-French translation"."""
    for word, against in product(sorted(held(one, TURNING)), sorted(held(other, TURNING))):
        before, before_too = _sides(one, word)[0], _sides(other, against)[0]
        if before != before_too and sorted(before) == sorted(before_too):
            return f"direction: {min(word, against)}"
    if not held(one, LISTING) and not held(other, LISTING):
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


def lists(one: str, other: str, left: Words, right: Words) -> str | None:
    """Whether one is a list: "research and development" is more than "research"."""
    both = (words(one), words(other))
    if (not left) != (not right):
        listing = [bool(LISTING & {*tag}) for tag in both]
        return None if listing[0] == listing[1] else "one is a part of a list"
    if left or right or len(content(one)) != len(content(other)) or bool(held(one, AND)) == bool(held(other, AND)):
        return None
    plain = [tuple(word for word in tag if word not in AND) for tag in both]
    return None if plain[0] == plain[1] else "a list against a compound"

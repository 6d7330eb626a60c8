"""The language of a tag: whether the rules of English apply to it, and whether accents matter."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from instag.normalization.matching.words import CACHE, joined, words

__all__ = ["accents", "is_english", "unaccented"]

# Small words of French, German, Italian, Portuguese and Spanish that are not English words.
FOREIGN = frozenset(
    "avec das de del della dem den der des di du ein eine el et für las les los mit para pour sur und von zum zur".split()  # noqa: SIM905
)
# Accents that writers leave out, in English and in their own language: acute, grave, circumflex, cedilla. A tilde or an
# umlaut makes another letter: "año" is not "ano", and "schön" is not "schon".
LIGHT = frozenset("\u0301\u0300\u0302\u0327")
DIAERESIS = "\u0308"
# A shorter word is too often a different word without its accent: "côté" and "cote", "papá" and "papa".
SHORT = 6


@lru_cache(CACHE)
def is_english(tag: str) -> bool:
    """Whether a tag may be English: no letter and no small word shows that it is not.

    Examples
    --------
    >>> is_english("book reviews"), is_english("niños"), is_english("recetas de cocina"), is_english("日记")
    (True, False, False, False)
    """
    return tag.isascii() and FOREIGN.isdisjoint(words(tag))


@lru_cache(CACHE)
def unaccented(tag: str) -> str:
    """A tag without spaces and without the accents on Latin letters; in other scripts, marks are part of the letter.

    Examples
    --------
    >>> unaccented("crème brûlée"), unaccented("año"), unaccented("й")
    ('cremebrulee', 'ano', 'й')
    """
    return _without(joined(tag), lambda _mark, _letter: True)


def accents(one: str, other: str) -> bool | None:
    """Whether two tags that differ only by accents are the same; None if they differ otherwise, or it is not certain.

    Only a tag without any accent can be the same as one with accents, and only if people leave these accents out. For
    short words, their meaning has to decide.

    Examples
    --------
    >>> accents("crème brûlée", "creme brulee"), accents("año", "ano"), accents("pêcheur", "pécheur")
    (True, False, False)
    >>> accents("cafe", "tea") is accents("cafe", "café") is None
    True
    """
    if (one.isascii() and other.isascii()) or unaccented(one) != unaccented(other) or joined(one) == joined(other):
        return None
    if not (one.isascii() or other.isascii()):
        return False
    light = _without(joined(one), _is_light) == _without(joined(other), _is_light)
    if light and len(words(one)) == 1 and len(unaccented(one)) < SHORT:
        return None
    return light


def _is_light(mark: str, letter: str) -> bool:
    return mark in LIGHT or (mark == DIAERESIS and letter in "ei")


def _without(text: str, drops: Callable[[str, str], bool]) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    letter = ""
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            letter = sign
        elif letter.isascii() and letter.isalpha() and drops(sign, letter):
            continue
        kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))

"""Compare two cleaned tags: the words that only one of them has, and which words are inflections."""

import re
from collections.abc import Sequence
from functools import lru_cache

from instag import _core
from instag.normalization.matching.lexicon import FILLERS, OTHER_PARTICIPLES, OTHER_PLURALS, PARTICLES

__all__ = [
    "Words",
    "abbreviates",
    "content",
    "difference",
    "inflected",
    "initials",
    "joined",
    "kind_of_inflection",
    "known_words",
    "numeronym",
    "particles",
    "respaced",
    "stems",
    "unlike",
    "unrelated",
    "words",
]

CACHE = 1 << 17
Words = tuple[str, ...]


@lru_cache(CACHE)
def words(tag: str) -> Words:
    """The words of a tag."""
    return tuple(tag.split())


@lru_cache(CACHE)
def content(tag: str) -> Words:
    """The words of a tag that carry its meaning; all words if none does."""
    return tuple(word for word in words(tag) if word not in FILLERS) or words(tag)


@lru_cache(CACHE)
def known_words(tag: str, known: frozenset[str]) -> frozenset[str]:
    """Which of the known words a tag has."""
    return known.intersection(words(tag))


@lru_cache(CACHE)
def particles(tag: str) -> Words:
    """The small words that belong to the word before them, since no word follows that they could refer to.

    Examples
    --------
    >>> particles("zoom in"), particles("ease in out"), particles("bugs in code")
    (('in',), ('in', 'out'), ())
    """
    following = (*words(tag)[1:], "")
    return tuple(
        word
        for word, then in zip(words(tag), following, strict=True)
        if word in PARTICLES and (not then or then in PARTICLES)
    )


@lru_cache(CACHE)
def joined(tag: str) -> str:
    """A tag without spaces, and without the full stops inside its names.

    Examples
    --------
    >>> joined("node.js"), joined("node js"), joined(".net"), joined("python 3 11")
    ('nodejs', 'nodejs', '.net', 'python3~11')
    """
    plain = tag.replace(" ", "")
    if plain.isalpha():
        return plain
    if not tag.startswith("."):
        tag = re.sub(r"(?<=\D)\.(?=\D)", "", tag)
    return re.sub(r"(?<=\d) (?=\d)", "~", tag).replace(" ", "")


def respaced(one: str, other: str) -> bool:
    """Whether two tags differ by spaces and the inflection of the last word.

    Examples
    --------
    >>> respaced("role plays", "roleplay"), respaced("stock marketing", "stockmarket"), respaced("fake new", "fakenews")
    (True, False, False)
    """
    # Both are cut where the shorter last word begins, so that exceptions ("market" and "marketing") are found as words.
    cut, whole = sorted((one, other), key=lambda tag: (len(words(tag)[-1]), tag))
    start = joined(" ".join(words(cut)[:-1]))
    rest = joined(whole)
    return rest.startswith(start) and inflected(words(cut)[-1], rest.removeprefix(start))


@lru_cache(CACHE)
def initials(tag: str) -> frozenset[str]:
    """The initials of a tag of several words, with and without the words that carry no meaning."""
    if len(words(tag)) == 1:
        return frozenset()
    return frozenset("".join(word[0] for word in some) for some in (words(tag), content(tag)))


def numeronym(tag: str) -> str:
    """The first and last letter of a tag with the number of letters between, as "k8s" for "kubernetes"; empty if short.

    Examples
    --------
    >>> numeronym("kubernetes"), numeronym("cat")
    ('k8s', '')
    """
    word = joined(tag)
    return f"{word[0]}{len(word) - 2}{word[-1]}" if len(word) > len("k8s") and word.isalpha() else ""


def abbreviates(short: str, long: str) -> bool:
    """Whether a tag is the initials of another, or its numeronym.

    Examples
    --------
    >>> abbreviates("nlp", "natural language processing"), abbreviates("i18n", "internationalization")
    (True, True)
    """
    return short in initials(long) or joined(short) == numeronym(long)


@lru_cache(CACHE)
def stems(tag: str) -> Words:
    """The stems of the words of a tag."""
    return tuple(_core.stem_words(list(words(tag))))


# The same pair is compared several times in a row.
@lru_cache(1)
def difference(one: str, other: str) -> tuple[Words, Words]:
    """The meaningful words of each tag that the other does not have in any inflection.

    Examples
    --------
    >>> difference("debugging of codes", "code review")
    (('debugging',), ('review',))
    """
    left, right = list(content(one)), list(content(other))
    # Equal words are paired first: "code codes" and "codes" differ by one word.
    for word in tuple(left):
        if word in right:
            left.remove(word)
            right.remove(word)
    for word in tuple(left):
        match = next((candidate for candidate in right if inflected(word, candidate)), None)
        if match is not None:
            left.remove(word)
            right.remove(match)
    return tuple(left), tuple(right)


def unlike(left: Words, right: Words) -> tuple[Words, Words]:
    """The words of each side whose stem is not among those of the other side."""
    rest_left, rest_right = list(left), list(right)
    for word in left:
        match = next((candidate for candidate in rest_right if stems(candidate) == stems(word)), None)
        if match is not None:
            rest_left.remove(word)
            rest_right.remove(match)
    return tuple(rest_left), tuple(rest_right)


@lru_cache(CACHE)
def bases(word: str) -> frozenset[str]:
    """Words that this word may be an inflection of, itself among them.

    Examples
    --------
    >>> sorted(bases("stories"))
    ['storie', 'stories', 'story']
    >>> sorted(bases("physics"))
    ['physics']
    """
    if not (word.isascii() and word.isalpha()):
        return frozenset((word,))
    found = {word, *_singulars(word), *_infinitives(word)}
    # "buildings" is the plural of a participle.
    for base in found - {word}:
        if base.endswith("ing"):
            found |= bases(base)
    return frozenset(found)


def inflected(one: str, other: str) -> bool:
    """Whether two words may be inflections of the same word.

    Examples
    --------
    >>> inflected("coding", "codes"), inflected("organ", "organization")
    (True, False)
    """
    return one == other or not bases(one).isdisjoint(bases(other))


def unrelated(one: str, other: str) -> bool:
    """Whether one word looks like an inflection of the other but is known to have a meaning of its own.

    Examples
    --------
    >>> unrelated("network", "networking"), unrelated("news", "new"), unrelated("code", "coding")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    return (short, long) in OTHER_PARTICIPLES or (long in OTHER_PLURALS and long == short + "s")


def kind_of_inflection(one: Sequence[str], other: Sequence[str]) -> str | None:
    """How the words of two tags differ, compared in order: "plural", "inflection", or None if in another way."""
    if len(one) != len(other) or not all(map(inflected, one, other)):
        return None
    longer = [max(pair, key=len) for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    plural = all(word.endswith("s") for word in longer)
    return "plural" if plural else "inflection"


def _singulars(word: str) -> set[str]:
    if word in OTHER_PLURALS or len(word) <= len("gas"):
        return set()
    if word.endswith("ies") and len(word) > len("ties"):
        return {word[:-3] + "y", word[:-1]}
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        return {word[:-2], word[:-1]}
    return {word[:-1]} if word.endswith("s") and not word.endswith(("ss", "us", "is")) else set()


def _infinitives(word: str) -> set[str]:
    found: set[str] = set()
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base == word or len(base) <= len("ed") or not any(letter in "aeiouy" for letter in base):
            continue
        found |= {base, base + "e"}
        if len(base) > len("add") and base[-1] == base[-2] and base[-1] not in "aeiou":
            found.add(base[:-1])
        if word.endswith("ied"):
            found.add(word[:-3] + "y")
    return {base for base in found if (base, word) not in OTHER_PARTICIPLES}

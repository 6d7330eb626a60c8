"""Whether one word is an inflection of another: plural, -ing, -ed.

A stem cannot say: "organ" and "organization" have one. Here it takes a base that both words may come from, so that
"past" and "paste", or "unit" and "united", never meet.
"""

from collections.abc import Sequence
from functools import lru_cache

from instag.normalization.lexicon import OTHER_PARTICIPLES, OTHER_PLURALS

__all__ = ["inflected", "kind_of_inflection", "unrelated"]

CACHE = 1 << 17


@lru_cache(CACHE)
def bases(word: str) -> frozenset[str]:
    """Words that this one may be an inflection of, itself among them.

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
    """Whether two words may be inflections of one.

    Examples
    --------
    >>> inflected("coding", "codes"), inflected("organ", "organization")
    (True, False)
    """
    return one == other or not bases(one).isdisjoint(bases(other))


def unrelated(one: str, other: str) -> bool:
    """Whether one word looks like an inflection of the other and is known to be a word of its own.

    Examples
    --------
    >>> unrelated("network", "networking"), unrelated("news", "new"), unrelated("code", "coding")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    return (short, long) in OTHER_PARTICIPLES or (long in OTHER_PLURALS and long == short + "s")


def kind_of_inflection(one: Sequence[str], other: Sequence[str]) -> str | None:
    """How the words of two tags differ, in order: by plurals, by other inflections, or otherwise: None."""
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

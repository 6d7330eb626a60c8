"""Acronyms and what they stand for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from instag.normalization.matching.words import initials, stems

__all__ = ["LEAST", "Acronyms", "acronyms", "reason"]

LONGEST = 6
# Below this similarity, the initials are the same by chance.
LEAST = 0.30


class Acronyms:
    """The acronyms among texts, given the most frequent first, and what each may stand for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.short = {text: nth for nth, text in enumerate(texts) if _may_be(text)}
        self._texts = texts
        self._expansions: dict[str, list[int]] = defaultdict(list)
        for nth, text in enumerate(texts):
            for letters in filter(_may_be, initials(text)):
                self._expansions[letters].append(nth)

    def expansion(self, short: str) -> int | None:
        """The place of the one text that an acronym stands for, not counting inflections; None if it is not one."""
        places = self._expansions.get(short, [])
        # The first is the most frequent.
        return places[0] if len({stems(self._texts[place]) for place in places}) == 1 else None

    def expansions(self, short: str) -> list[int]:
        """The places of all texts that an acronym may stand for."""
        return self._expansions.get(short, [])

    def partner(self, text: str) -> int | None:
        """The place of the one text that a text is the acronym of, or that is its acronym; None if it is not just one.

        Examples
        --------
        >>> some = Acronyms(["natural language processing", "cs", "computer science"])
        >>> some.partner("nlp"), some.partner("customer service"), some.partner("computer sciences")
        (0, None, 1)
        """
        if _may_be(text):
            return self.expansion(text)
        found = [self.short[letters] for letters in initials(text) & self.short.keys() if self._may_mean(letters, text)]
        return found[0] if len(found) == 1 else None

    def _may_mean(self, short: str, text: str) -> bool:
        return all(stems(self._texts[place]) == stems(text) for place in self._expansions.get(short, ()))


def acronyms(texts: Sequence[str], found: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Acronyms that stand for one tag only, not counting inflections: two places, the lower first, and their similarity.

    Examples
    --------
    >>> alike = np.ones((3, 1), np.float32)
    >>> list(acronyms(["nlp", "natural language processing", "code"], alike))
    [(0, 1, 1.0)]
    >>> list(acronyms(["cs", "computer science", "customer service"], alike))
    []
    """
    known = Acronyms(texts)
    for letters, place in sorted(known.short.items()):
        expansion = known.expansion(letters)
        if expansion is not None:
            one, other = sorted((place, expansion))
            similarity = float(found[one] @ found[other])
            if similarity >= LEAST:
                yield one, other, similarity


def reason(one: str, other: str) -> str:
    """The reason for joining an acronym and what it stands for."""
    return f"acronym: {min(one, other, key=len)}"


def _may_be(text: str) -> bool:
    return 1 < len(text) <= LONGEST and text.isascii() and text.isalpha()

"""Acronyms beside what they stand for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from instag.normalization.difference import initials, stems

__all__ = ["acronyms"]

LONGEST = 6
# Below this, initials are the same by chance.
LEAST = 0.30


def acronyms(texts: Sequence[str], found: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Acronyms that stand for one tag only, inflections aside: two places, the lower first, and their similarity.

    Examples
    --------
    >>> alike = np.ones((3, 1), np.float32)
    >>> list(acronyms(["nlp", "natural language processing", "code"], alike))
    [(0, 1, 1.0)]
    >>> list(acronyms(["cs", "computer science", "customer service"], alike))
    []
    """
    short = {text: nth for nth, text in enumerate(texts) if _may_be(text)}
    expansions: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for nth, text in enumerate(texts):
        for letters in initials(text) & short.keys():
            # The first is the most frequent.
            expansions[letters].setdefault(stems(text), nth)
    for letters, places in sorted(expansions.items()):
        if len(places) == 1:
            one, other = sorted((short[letters], *places.values()))
            similarity = float(found[one] @ found[other])
            if similarity >= LEAST:
                yield one, other, similarity


def _may_be(text: str) -> bool:
    return 1 < len(text) <= LONGEST and text.isascii() and text.isalpha()

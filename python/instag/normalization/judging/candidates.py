"""The candidates that a judge sees with a tag: few, and among them nearly all that mean the same or are broader."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from instag.normalization.matching.acronyms import Acronyms
from instag.normalization.matching.words import joined, numeronym, stems

__all__ = ["MOST", "Shared", "candidates"]

# The most candidates of a tag, and how many of them may be acronyms, contained tags, and frequent tags.
MOST = 8
ACRONYMS = 2
CONTAINED = 3
FREQUENT = 2
# How many of the most frequent tags are compared separately, to find broad ones that are not among the nearest.
BROAD = 150
# A tag of more words than this is looked up by its runs of words instead of all subsets of its words.
WORDS = 5
# How many tags are compared with all others at a time.
BLOCK = 256
# Cosines are rounded to this fraction before they are compared, so that every machine asks the same questions.
STEPS = 10_000

Shared = Callable[[int, int], list[int]]
"""From a tag's place and a number to the places of at most so many earlier tags, those that share most rows with it."""


def candidates(
    texts: Sequence[str],
    vectors: NDArray[np.float32] | None,
    shared: Shared | None = None,
    most: int = MOST,
    first: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[int]]:
    """The candidates of each tag, as places of tags before it.

    First come acronyms and what they may stand for, and tags whose words are all in the tag; then the nearest tags, and
    the nearest of the most frequent ones; and if places are left, the tags that share most rows.

    Parameters
    ----------
    texts
        The cleaned tags, the most frequent first.
    vectors
        A vector of length 1 for each, zeros if it has none; None if there is no embedder.
    shared
        Finds the tags that share most rows with a tag.
    most
        The most candidates of a tag.
    first
        If not 0, only tags from this place on get candidates, and only those before it are candidates.
    progress
        Called with the number of tags that have been compared.

    Examples
    --------
    >>> texts = ["natural language processing", "story", "story writing", "nlp"]
    >>> list(candidates(texts, None))
    [[], [], [1], [0]]
    """
    by_letters = _Acronyms(texts, first)
    by_words = _Contained(texts)
    for place, (near, broad) in enumerate(_nearest(len(texts), vectors, most, first, progress), first):
        found = dict.fromkeys(chain(by_letters.of(place), by_words.of(place, first or place)))
        # The nearest fill the other places, except those that are kept for broad ones.
        kept = [other for other in broad if other not in found and other not in near[: most - FREQUENT]][:FREQUENT]
        for other in near:
            if len(found) >= most - len(kept):
                break
            found[other] = None
        found |= dict.fromkeys(kept)
        if shared is not None and len(found) < most:
            found |= dict.fromkeys(shared(place, most - len(found)))
        yield list(found)[:most]


def _nearest(
    size: int, vectors: NDArray[np.float32] | None, most: int, first: int, progress: Callable[[int], None]
) -> Iterator[tuple[list[int], list[int]]]:
    """For each place, the nearest tags before it, and the nearest among the most frequent ones."""
    if vectors is None:
        yield from (([], []) for _ in range(first, size))
        return
    known: NDArray[np.bool_] = np.any(vectors, axis=1)
    for start in range(first, size, BLOCK):
        end = min(start + BLOCK, size)
        among = first or end
        scores = np.rint(vectors[start:end] @ vectors[:among].T * STEPS).astype(np.int64)
        # A tie goes to the most frequent; with the place in the key, no two keys are equal and the order is fixed.
        keys = scores * size - np.arange(among)
        nothing = np.iinfo(np.int64).min
        places = np.arange(start, end)[:, None]
        keys[(np.arange(among) >= places) | ~known[:among] | ~known[start:end, None]] = nothing
        for row in keys:
            yield _top(row, most, nothing), _top(row[:BROAD], most, nothing)
        progress(end)


def _top(keys: NDArray[np.int64], most: int, nothing: int) -> list[int]:
    best = np.argpartition(keys, -most)[-most:] if len(keys) > most else np.arange(len(keys))
    best = best[np.argsort(-keys[best])]
    found: list[int] = best[keys[best] > nothing].tolist()
    return found


class _Acronyms:
    """Acronyms ("nlp") and numeronyms ("k8s"), and what they may stand for."""

    def __init__(self, texts: Sequence[str], first: int) -> None:
        self._first = first
        self._others: dict[int, list[int]] = defaultdict(list)
        known = Acronyms(texts)
        for short, place in known.short.items():
            for other in known.expansions(short):
                self._pair(place, other)
        counted: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            counted[numeronym(text)].append(place)
        counted.pop("", None)
        for place, text in enumerate(texts):
            for other in counted.get(joined(text), ()):
                self._pair(place, other)

    def of(self, place: int) -> list[int]:
        """The most frequent acronyms or expansions of a tag."""
        return sorted(self._others.get(place, ()))[:ACRONYMS]

    def _pair(self, one: int, other: int) -> None:
        if one != other and (not self._first or min(one, other) < self._first):
            self._others[max(one, other)].append(min(one, other))


class _Contained:
    """An index of tags by their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [frozenset(stems(text)) for text in texts]
        self._runs = [stems(text) for text in texts]
        self._places: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            self._places[words].append(place)

    def of(self, place: int, before: int) -> list[int]:
        """The tags before a place whose words are all in this tag: most words first, then the most frequent."""
        found = [
            (-len(part), other)
            for part in self._parts(place)
            for other in self._places.get(part, ())[: CONTAINED + 1]
            if other < before
        ]
        return [other for _, other in sorted(set(found))[:CONTAINED]]

    def _parts(self, place: int) -> set[frozenset[str]]:
        words, run = self._words[place], self._runs[place]
        if len(words) <= WORDS:
            return {frozenset(part) for size in range(1, len(words) + 1) for part in combinations(sorted(words), size)}
        return {frozenset(run[start:end]) for start in range(len(run)) for end in range(start + 1, len(run) + 1)}

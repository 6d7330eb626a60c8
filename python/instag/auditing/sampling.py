"""Sampling: random choices, the same on every machine, and cases made wrong on purpose."""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

import numpy as np

from instag.auditing.population import Codes, Population

__all__ = ["Draws", "outsider", "wrong_tag"]

T = TypeVar("T")


class Draws:
    """Random choices for one purpose.

    Parameters
    ----------
    seed
        Another seed, other choices.
    purpose
        Choices for one purpose do not depend on how many were made for another.

    Examples
    --------
    >>> list(Draws(0, "doctest").order(5))
    [0, 2, 3, 4, 1]
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = Random(f"{seed} {purpose}")  # noqa: S311 - a sample, no secret

    def below(self, n: int) -> int:
        """A number from 0 to n - 1."""
        # Of all that Python draws, only `random` is promised to stay the same from version to version.
        return int(self._random.random() * n)

    def order(self, n: int) -> Iterator[int]:
        """The numbers below n in random order; as many as are taken cost time and memory."""
        moved: dict[int, int] = {}
        for first in range(n):
            picked = first + self.below(n - first)
            last = moved.pop(first, first)
            if picked == first:
                yield last
            else:
                yield moved.get(picked, picked)
                moved[picked] = last

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items in random order."""
        return [items[nth] for nth in self.order(len(items))]


# Tags or queries drawn for a probe before another is tried.
TRIES = 50

# Letters by which two words count as one: "translate" and "translation" do.
STEM = 4


def wrong_tag(pool: Population, query: int, draws: Draws) -> int | None:
    """Draw a tag that is surely wrong for a query.

    Tags are drawn as often as they are given, so that a probe is not known by a rare tag. A tag will do that is found
    together with none of this query's tags more often than by chance, and shares no word with the query or its tags.

    Parameters
    ----------
    pool
        All queries and tags.
    query
        The query.
    draws
        The choices; as many are made as it takes.

    Returns
    -------
    int or None
        The tag; None if none was found.
    """
    own = pool.tags_of(query)
    words = _words(pool.text(query), *(pool.tags[tag] for tag in own))
    for _ in range(TRIES):
        tag = int(pool.codes[draws.below(len(pool.codes))])
        if tag not in own and not words & _words(pool.tags[tag]) and not _attracted(pool, tag, own):
            return tag
    return None


def outsider(pool: Population, tag: int, draws: Draws) -> int | None:
    """Draw a query that surely has nothing to do with a tag.

    Any query will do that has neither the tag nor one that is found together with it more often than by chance, and
    shares no word with it.

    Parameters
    ----------
    pool
        All queries and tags.
    tag
        The tag.
    draws
        The choices; as many are made as it takes.

    Returns
    -------
    int or None
        The query; None if none was found.
    """
    words = _words(pool.tags[tag])
    for _ in range(TRIES):
        query = draws.below(len(pool.texts))
        own = pool.tags_of(query)
        if tag not in own and not words & _words(pool.text(query)) and not _attracted(pool, tag, own):
            return query
    return None


def _attracted(pool: Population, tag: int, others: Codes) -> bool:
    """Whether a tag is found with one of the others more often than by chance."""
    return any(_together(pool, tag, int(other)) for other in others)


def _together(pool: Population, one: int, other: int) -> bool:
    few, many = sorted((pool.queries_of(one), pool.queries_of(other)), key=len)
    places = np.minimum(np.searchsorted(many, few), len(many) - 1)
    both = int((many[places] == few).sum())
    return both * len(pool.texts) > len(few) * len(many)


def _words(*texts: str) -> set[str]:
    """The first letters of all words; a text without any is a word itself."""
    return {word[:STEM] for text in texts for word in re.findall(r"\w+", text.casefold()) or [text.strip()]}

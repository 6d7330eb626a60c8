"""Sampling: random draws that are the same on every machine, and wrong tags and queries for probes."""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

import numpy as np

from instag.auditing.population import Codes, Population

__all__ = ["Draws", "outsider", "wrong_tag"]

T = TypeVar("T")


class Draws:
    """Random draws for one purpose.

    Parameters
    ----------
    seed
        The seed.
    purpose
        The name of a purpose. Draws for one purpose do not depend on the number of draws for another.

    Examples
    --------
    >>> list(Draws(0, "doctest").order(5))
    [0, 2, 3, 4, 1]
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = Random(f"{seed} {purpose}")  # noqa: S311 - a sample, not a secret

    def below(self, n: int) -> int:
        """Draw a number from 0 to n - 1."""
        # Only `random` is guaranteed to return the same numbers in every version of Python.
        return int(self._random.random() * n)

    def order(self, n: int) -> Iterator[int]:
        """Draw the numbers below n in random order. Time and memory grow with the numbers taken, not with n."""
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
        """The items in random order."""
        return [items[nth] for nth in self.order(len(items))]


# Draws of a tag or query for one probe before the probe is given up.
TRIES = 50

# Words with the same first letters count as the same word, such as "translate" and "translation".
STEM = 4


def wrong_tag(pool: Population, query: int, draws: Draws) -> int | None:
    """Draw a tag that is certainly wrong for a query.

    Tags are drawn in proportion to their frequency, so that rare tags do not give probes away. The tag must not occur
    with any of the query's tags more often than by chance, and must share no word with the query or its tags.

    Parameters
    ----------
    pool
        All queries and tags.
    query
        The query.
    draws
        The source of random draws.

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
    """Draw a query that certainly has nothing to do with a tag.

    The query must have neither the tag nor any tag that occurs with it more often than by chance, and must share no
    word with it.

    Parameters
    ----------
    pool
        All queries and tags.
    tag
        The tag.
    draws
        The source of random draws.

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
    """Whether a tag occurs with any of the others more often than by chance."""
    return any(_associated(pool, tag, int(other)) for other in others)


def _associated(pool: Population, one: int, other: int) -> bool:
    few, many = sorted((pool.queries_of(one), pool.queries_of(other)), key=len)
    places = np.minimum(np.searchsorted(many, few), len(many) - 1)
    both = int((many[places] == few).sum())
    return both * len(pool.texts) > len(few) * len(many)


def _words(*texts: str) -> set[str]:
    """The first letters of all words; a text without words counts as one word."""
    return {word[:STEM] for text in texts for word in re.findall(r"\w+", text.casefold()) or [text.strip()]}

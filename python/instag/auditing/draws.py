"""Random choices by a seed, the same on every machine."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

__all__ = ["Draws"]

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

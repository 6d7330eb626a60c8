"""Samples: the queries of each, and which of them are the same question."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError

__all__ = ["BLANK", "Samples"]

# How many rows are exploded, and texts turned into Python strings, at a time: a text can be a megabyte.
ROWS = 1 << 14
HELD = 1 << 8
NO_LENGTHS = np.zeros(0, np.uint32)

BLANK = np.uint32(2**32 - 1)
"""Stands for the question of a blank query, which is not asked."""


@dataclass(frozen=True)
class Samples:
    """The queries of all samples, flat, and their questions.

    Queries are numbered through all samples; those that are the same once cut are one question.

    Attributes
    ----------
    said
        The queries of each sample, piece by piece: lists of strings, which may be read again each time.
    offsets
        n + 1 positions: sample i has the queries from `offsets[i]` up to `offsets[i + 1]`.
    question
        The question of each query, a position in `keys`, or :data:`BLANK`.
    keys
        The key of each question, in ascending order; 16 bytes each.
    first
        The first query that asks each question.
    cut, left_out
        The queries that were cut, and how many characters were left out of each.
    """

    said: Iterable[pl.Series]
    offsets: NDArray[np.int64]
    question: NDArray[np.uint32]
    keys: NDArray[np.void]
    first: NDArray[np.uint32]
    cut: NDArray[np.uint32]
    left_out: NDArray[np.uint32]

    @classmethod
    def of(
        cls, said: Iterable[pl.Series], shorten: Callable[[str], tuple[str, int]], key: Callable[[str], bytes]
    ) -> "Samples":
        """Find the questions.

        Parameters
        ----------
        said
            Pieces of a column with a list of strings a sample, iterated over more than once; null is no query.
        shorten
            Cuts a text, and counts the characters that it left out.
        key
            The key of a text that has been cut.

        Examples
        --------
        >>> lists = pl.Series([["Why?", "How?"], [], ["Why?"], [" "]])
        >>> samples = Samples.of([lists], lambda text: (text, 0), lambda text: text.encode().rjust(16))
        >>> samples.offsets.tolist(), samples.question.tolist()
        ([0, 2, 2, 3, 4], [1, 0, 1, 4294967295])
        """
        lengths: list[NDArray[np.uint32]] = []
        keys: list[NDArray[np.uint8]] = []
        blank: list[NDArray[np.bool_]] = []
        cut: list[tuple[int, int]] = []
        for start, some, texts in _pieces(said):
            lengths.append(some.list.len().fill_null(0).to_numpy())
            if start + len(texts) >= BLANK:
                raise InputError(f"data: expected fewer than {BLANK:,} queries; found more: tag them in parts")
            keys.append(np.zeros((len(texts), 16), np.uint8))
            blank.append(np.zeros(len(texts), np.bool_))
            for query, text in enumerate(_each(texts)):
                if not text or text.isspace():
                    blank[-1][query] = True
                    continue
                shortened, left_out = shorten(text)
                keys[-1][query] = np.frombuffer(key(shortened), np.uint8)
                if left_out:
                    cut.append((start + query, left_out))
        offsets = np.concatenate(
            [np.zeros(1, np.int64), np.cumsum(np.concatenate([NO_LENGTHS, *lengths]), dtype=np.int64)]
        )
        cuts = np.array(cut, np.uint32).reshape(-1, 2)
        all_keys = np.concatenate([np.zeros((0, 16), np.uint8), *keys])
        keys.clear()
        all_blank = np.concatenate([np.zeros(0, np.bool_), *blank])
        question, distinct, first = _distinct(all_keys.view("V16").ravel(), all_blank)
        return cls(said, offsets, question, distinct, first, cuts[:, 0], cuts[:, 1])

    def without_keys(self) -> "Samples":
        """A copy without the keys, for when all is asked: millions of keys take more memory than all else."""
        return replace(self, keys=np.empty(0, "V16"), first=np.empty(0, np.uint32))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def blank(self) -> int:
        """The number of blank queries."""
        return int((self.question == BLANK).sum())

    def asked(self, wanted: NDArray[np.bool_], most: int | None = None) -> NDArray[np.uint32]:
        """The first queries of the wanted questions, at most `limit`, in the order of the data."""
        return np.sort(self.first[wanted])[:most]

    def texts(self, wanted: NDArray[np.uint32]) -> Iterator[tuple[int, str]]:
        """Iterate over some queries in ascending order, with their texts; only a few texts are in memory at a time."""
        for start, _, piece in _pieces(self.said):
            low, high = np.searchsorted(wanted, (start, start + len(piece)))
            yield from zip(wanted[low:high].tolist(), _each(piece.gather(wanted[low:high] - start)), strict=True)

    def places(self, wanted: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The samples of some queries, and which of the sample's queries each is, counted from 0."""
        rows = np.searchsorted(self.offsets, wanted, side="right") - 1
        return rows, wanted - self.offsets[rows]


def _distinct(
    keys: NDArray[np.void], blank: NDArray[np.bool_]
) -> tuple[NDArray[np.uint32], NDArray[np.void], NDArray[np.uint32]]:
    """The place of each query among the distinct keys, these keys, and the first query of each."""
    # Millions of keys are copied no more often than they have to be.
    asked = keys[~blank] if blank.any() else keys
    order = np.argsort(asked, kind="stable").astype(np.uint32)
    asked = asked[order]
    if len(asked) < len(keys):
        order = np.flatnonzero(~blank).astype(np.uint32)[order]
    new = np.ones(len(asked), np.bool_)
    new[1:] = asked[1:] != asked[:-1]
    question = np.full(len(blank), BLANK, np.uint32)
    question[order] = np.cumsum(new, dtype=np.uint32) - np.uint32(1)
    return (question, asked, order) if new.all() else (question, asked[new], order[new])


def _pieces(said: Iterable[pl.Series]) -> Iterator[tuple[int, pl.Series, pl.Series]]:
    """Iterate over pieces of the samples: the number of their first query, the queries of each, and these in a row."""
    start = 0
    for lists in said:
        for first in range(0, len(lists), ROWS):
            some = lists.slice(first, ROWS)
            texts = some.explode(empty_as_null=False, keep_nulls=False)
            yield start, some, texts
            start += len(texts)


def _each(texts: pl.Series) -> Iterator[str | None]:
    return (text for start in range(0, len(texts), HELD) for text in texts.slice(start, HELD).to_list())

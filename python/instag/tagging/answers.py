"""The table of answers: the answer to each question, and the columns that are made of them."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.chat import Fault, Reply, Unreadable
from instag.tagging.parsing import TagList
from instag.tagging.samples import BLANK, Samples
from instag.tagsets import lists_of

__all__ = ["AnswerTable", "Answered"]

Said = TypeVar("Said", Reply, Fault)

# How many replies are looked up, and rows built, at a time.
BATCH = 1 << 10
ROWS = 1 << 14

# The state of a question: unknown, it has tags, or from 2 on the reason why it has none.
NOT_TRIED, TAGGED, FAILED = 0, 1, 2

# How many characters of a query a failure shows.
SHOWN = 200
PLACES = {"row": pl.UInt32, "nth": pl.UInt32, "query": pl.String}
SAID = {"reason": pl.String, "detail": pl.String}


class AnswerTable:
    """The answer to each question, in whatever order the answers came.

    Tags are kept as integers, a few bytes each, so that a table of millions of answers is small.

    Parameters
    ----------
    keys
        The questions, in ascending order.
    explanations
        Whether the explanations of the tags are kept too.

    Examples
    --------
    >>> samples = Samples.of([pl.Series([["Why?"], ["How?"]])], lambda text: (text, 0), lambda text: text.encode() * 4)
    >>> table = AnswerTable(samples.keys)
    >>> table.read([Reply(b"Why?" * 4, "tags", "stop", None, 9, 9, None)], lambda _: TagList(["cause"], [None], []))
    >>> table.columns(samples).slice(0, 2).rows()
    [(['cause'], [['cause']]), (None, [None])]
    """

    def __init__(self, keys: NDArray[np.void], *, explanations: bool = False) -> None:
        self._keys = keys
        self._state = np.zeros(len(keys), np.uint32)
        self._starts = np.zeros(len(keys), np.uint32)
        self._counts = np.zeros(len(keys), np.uint16)
        self._codes = array("I")
        self._tags: dict[str, int] = {}
        self._explained: list[pl.Series] | None = [pl.Series(dtype=pl.String)] if explanations else None
        self._explaining: list[str | None] = []
        self._reasons: dict[tuple[str, str], int] = {}
        self.notes: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._state)

    @property
    def tagged(self) -> NDArray[np.bool_]:
        """Which questions have tags."""
        return np.asarray(self._state == TAGGED)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which questions have a reason why there are no tags."""
        return np.asarray(self._state >= FAILED)

    @property
    def unread(self) -> NDArray[np.bool_]:
        """Which questions were answered but have no tags; to be called before unanswered questions are recorded."""
        return self.failed

    def read(self, replies: Iterable[Reply], reader: Callable[[Reply], TagList]) -> None:
        """Record replies; replies to questions that are not in the table are skipped.

        If there are several to a question, the last one that can be read counts.

        Parameters
        ----------
        replies
            The replies.
        reader
            Finds the tags in a reply, or raises :class:`Unreadable`.
        """
        for batch in _batches(replies):
            for place, reply in self._ours(batch):
                try:
                    self._take(place, reader(reply))
                except Unreadable as error:
                    self._take(place, error)

    def take(self, key: bytes, found: TagList | Unreadable) -> None:
        """Record the answer to a question, or why it cannot be read."""
        for place in self._places(key):
            self._take(place, found)

    def _take(self, place: int, found: TagList | Unreadable) -> None:
        if isinstance(found, Unreadable):
            if self._state[place] != TAGGED:
                self._fail(place, found.reason, found.detail)
            return
        self._starts[place], self._counts[place] = len(self._codes), len(found.tags)
        self._codes.extend(self._tags.setdefault(tag, len(self._tags)) for tag in found.tags)
        self._state[place] = TAGGED
        self.notes.update(found.notes)
        if self._explained is not None:
            self._explaining += found.explanations
            if len(self._explaining) >= BATCH:
                self._explain()

    def _explain(self) -> None:
        if self._explained is not None and self._explaining:
            self._explained.append(pl.Series(self._explaining, dtype=pl.String))
            self._explaining = []

    def miss(self, faults: Iterable[Fault]) -> None:
        """Record questions without an answer; a question that has one keeps it."""
        for batch in _batches(faults):
            for place, fault in self._ours(batch):
                if self._state[place] == NOT_TRIED:
                    self._fail(place, fault.reason, fault.detail)

    def close(self) -> None:
        """Free the memory of the keys, when nothing more will be recorded."""
        self._keys = self._keys[:0].copy()

    def columns(self, samples: Samples) -> "Answered":
        """The columns `tags`, `query_tags` and, if they were kept, `explanations`.

        The tags of a sample are those of its queries in order, without repeats; null if the tags of a query are not known.
        """
        self._explain()
        codes = np.frombuffer(self._codes, np.uint32) if self._codes else np.empty(0, np.uint32)
        tags = pl.Series(list(self._tags), dtype=pl.String)
        explained = None if self._explained is None else pl.concat(self._explained, rechunk=True)
        return Answered(samples, self._answers, codes, tags, explained)

    def failures(self, samples: Samples, untried: str | None = None) -> pl.DataFrame:
        """Make a row for each query without tags.

        Parameters
        ----------
        samples
            The samples.
        untried
            Why some queries were not tried, if there is a reason.

        Returns
        -------
        polars.DataFrame
            `row` and `nth` (the sample, and which of its queries, counted from 0), `query` (its first 200 characters),
            `status` (`failed` or `not tried`), `reason` and `detail`.
        """
        asked = np.flatnonzero(samples.question != BLANK).astype(np.uint32)
        queries = asked[~self.tagged[samples.question[asked]]]
        rows, nth = samples.places(queries)
        states = self._state[samples.question[queries]]
        reasons = list(self._reasons)
        said = pl.DataFrame(
            {
                "reason": [untried, None, *(reason for reason, _ in reasons)],
                "detail": [None, None, *(detail or None for _, detail in reasons)],
            },
            schema=SAID,
        )
        texts = (text[:SHOWN] for _, text in samples.texts(queries))
        places = {"row": rows, "nth": nth, "query": pl.Series(texts, dtype=pl.String)}
        status = pl.when(pl.Series(states) == NOT_TRIED).then(pl.lit("not tried")).otherwise(pl.lit("failed"))
        return pl.DataFrame(places, schema=PLACES).with_columns(status.alias("status")).hstack(said[states])

    def _ours(self, batch: list[Said]) -> Iterator[tuple[int, Said]]:
        """The replies of a batch that belong to a question, with its place."""
        keys = np.frombuffer(b"".join(each.key for each in batch), self._keys.dtype)
        places = np.searchsorted(self._keys, keys)
        places[places == len(self._keys)] = 0
        ours = self._keys[places] == keys if len(self._keys) else np.zeros(len(keys), np.bool_)
        return ((int(places[nth]), batch[nth]) for nth in np.flatnonzero(ours))

    def _places(self, key: bytes) -> range:
        """The place of a question, if it is one."""
        place = int(np.searchsorted(self._keys, np.frombuffer(key, self._keys.dtype)[0]))
        there = place < len(self._keys) and self._keys[place].tobytes() == key
        return range(place, place + there)

    def _fail(self, place: int, reason: str, detail: str) -> None:
        self._state[place] = self._reasons.setdefault((reason, detail), len(self._reasons) + FAILED)

    def _answers(self, question: NDArray[np.uint32]) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """For each query whether its tags are known, where they start, and how many there are."""
        known, starts, counts = question == BLANK, np.zeros(len(question), np.int64), np.zeros(len(question), np.int64)
        tagged = np.flatnonzero(~known)
        tagged = tagged[self.tagged[question[tagged]]]
        known[tagged] = True
        starts[tagged], counts[tagged] = self._starts[question[tagged]], self._counts[question[tagged]]
        return known, starts, counts


@dataclass(frozen=True, eq=False)
class Answered:
    """The columns of a table of answers; any rows of them can be built when they are needed.

    Attributes
    ----------
    samples
        The samples.
    answers
        Gives for some questions whether their tags are known, where they start, and how many there are.
    codes, tags, explained
        The tags of all answers as integers, the tag of each integer, and what explains each tag of the answers.
    """

    samples: Samples
    answers: Callable[[NDArray[np.uint32]], tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]]
    codes: NDArray[np.uint32]
    tags: pl.Series
    explained: pl.Series | None

    @property
    def schema(self) -> pl.Schema:
        """The names of the columns and their types."""
        nested = pl.List(pl.List(pl.String))
        columns: dict[str, pl.DataType] = {"tags": pl.List(pl.String()), "query_tags": nested}
        return pl.Schema(columns if self.explained is None else columns | {"explanations": nested})

    def __len__(self) -> int:
        return len(self.samples)

    def slice(self, start: int, length: int) -> pl.DataFrame:
        """Some of the rows."""
        end = min(start + length, len(self))
        pieces = [
            self._piece(range(first, min(first + ROWS, end))) for first in range(start, max(end, start + 1), ROWS)
        ]
        # Not joined into one chunk: that would hold everything twice.
        return pl.concat(pieces, rechunk=False)

    def _piece(self, rows: range) -> pl.DataFrame:
        offsets = self.samples.offsets[rows.start : rows.stop + 1]
        lengths = np.diff(offsets)
        known, starts, counts = self.answers(self.samples.question[offsets[0] : offsets[-1]])
        places = _ranges(starts, counts)
        sample = np.repeat(np.arange(len(rows)), lengths)
        whole = np.bincount(sample[~known], minlength=len(rows)) == 0
        codes = self.codes[places]
        kept = _unrepeated(np.repeat(sample, counts), codes)
        lengths_kept = np.bincount(np.repeat(sample, counts)[kept], minlength=len(rows))

        def nested(items: pl.Series) -> pl.Series:
            return lists_of(lengths, _masked(lists_of(counts, items), known))

        columns = {
            "tags": _masked(lists_of(lengths_kept, self.tags.gather(codes[kept])), whole),
            "query_tags": nested(self.tags.gather(codes)),
        }
        if self.explained is not None:
            columns["explanations"] = nested(self.explained.gather(places))
        return pl.DataFrame(columns)


def _batches(items: Iterable[Said]) -> Iterator[list[Said]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions from each start on, `counts` of them."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def _unrepeated(samples: NDArray[np.int64], codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The positions of tags that do not repeat an earlier tag of their sample, in order."""
    pairs = (samples << 32) | codes
    return np.sort(np.unique(pairs, return_index=True)[1])


def _masked(lists: pl.Series, known: NDArray[np.bool_]) -> pl.Series:
    """The values, null if they are not known."""
    return pl.select(pl.when(pl.Series(known)).then(lists)).to_series()

"""Complexity-first over parts of the data, of which only the rows of their first rounds are kept.

A row is taken in no later a round of its part than of the whole. So the rows that the parts take in their first R
rounds include all that the whole takes in its first R rounds, and have the same first R rounds. R is guessed from the
rounds that the budget takes of one part alone. If the budget is not met within R rounds, the guess was too small, and R
is doubled.

References
----------
The union of what each part takes in its first R rounds has the same first R rounds as the whole, by induction on the
rounds: the first holder of a tag in the whole is its first holder in the part that it is in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from instag.frame.arrow import ArrowFrame
from instag.frame.base import Rows
from instag.frame.polars import PolarsFrame
from instag.frame.ray import RayFrame
from instag.memory import announce
from instag.selection.constraint import count
from instag.selection.ranking import Counts, Ranking, rank_tags
from instag.tagsets import Encoding, TagSets, lists_of

__all__ = ["Folded", "fold", "fold_pieces"]

METHOD = "complexity-first"
# Rounds that are kept beyond those that the budget takes of one part alone: this many, and one for each SHARE rounds.
MORE, SHARE = 1, 4
# Copies of the rows that remain of a data set on a cluster that are in memory, and seconds of processor time for a byte.
COPIES, COPYING = 3.0, 4e-9
# More rounds than there can be rows.
ALL = 1 << 62
# Rows are dropped once at least this many are encoded, and only if at least so many times as many as are kept.
BLOCK, TIMES = 1 << 17, 16


@dataclass(frozen=True)
class Folded:
    """The selection, and the rows that were kept to make it.

    Attributes
    ----------
    tagsets
        The tags of the rows that were kept.
    ranking
        The selection, numbered within these rows.
    counts
        The counts of all rows.
    wanted
        How many were asked for.
    numbers
        The numbers in the data of the rows that were kept; None if all were, or if a key identifies them.
    """

    tagsets: TagSets
    ranking: Ranking
    counts: Counts
    wanted: int
    numbers: Rows | None = None


def fold_pieces(pieces: Callable[[], Iterable[pl.Series]], wanted: int) -> Folded:
    """Choose from a column of tags that comes piece by piece.

    Every 131,072 rows or more, the rows that are not taken in the first rounds are dropped, if that leaves few.

    Parameters
    ----------
    pieces
        Reads the column from its beginning.
    wanted
        How many rows to choose.
    """
    rounds = None
    while True:
        pool = _Pool(wanted, rounds)
        for piece in pieces():
            pool.push(piece)
        folded, rounds = pool.chosen(), pool.rounds
        if rounds is None or _met(folded, rounds):
            return folded
        rounds *= 2


class _Pool:
    """The rows so far that may still be chosen."""

    def __init__(self, wanted: int, rounds: int | None) -> None:
        self.rounds = rounds
        self._wanted = wanted
        self._encoding = Encoding()
        self._whole = True
        self._kept = np.zeros(0, np.uint32)
        self._dropped = np.zeros(len(Counts._fields), np.int64)
        self._enough = max(BLOCK, TIMES * wanted)

    def push(self, piece: pl.Series) -> None:
        self._encoding.push(piece)
        if len(self._encoding) >= self._enough:
            self._fold()
            self._enough = max(BLOCK, TIMES * len(self._encoding))

    def chosen(self) -> Folded:
        tagsets = self._encoding.finish()
        tagsets = replace(tagsets, whole=tagsets.whole and self._whole)
        ranking = rank_tags(tagsets, METHOD, self._wanted, None)
        counts = Counts(*(self._dropped + Counts.of(tagsets)).tolist())
        return Folded(tagsets, ranking, counts, self._wanted, self._numbers(tagsets))

    def _numbers(self, tagsets: TagSets) -> Rows | None:
        """The numbers in the data of the rows in the pool; None if none were dropped."""
        if not self._dropped.any():
            return None
        since = len(self._kept) + int(self._dropped[0])
        new = np.arange(since, since + tagsets.samples - len(self._kept), dtype=np.uint32)
        return np.concatenate([self._kept, new])

    def _fold(self) -> None:
        tagsets = self._encoding.so_far()
        rows, rounds = self._first(tagsets)
        if TIMES * len(rows) > tagsets.samples:
            return
        numbers, kept = self._numbers(tagsets), tagsets.taken(rows)
        self._kept = rows if numbers is None else numbers[rows]
        self._dropped += np.subtract(Counts.of(tagsets), Counts.of(kept))
        self.rounds = rounds
        # The lists are built again from codes, so whether the original ones can be is noted here.
        self._whole &= tagsets.whole
        self._encoding = Encoding()
        self._encoding.push(lists_of(kept.lengths, kept.tags.gather(kept.codes)).alias(kept.is_null.name))

    def _first(self, tagsets: TagSets) -> tuple[Rows, int | None]:
        """The rows of the first rounds, and how many rounds; all that have tags if these do not meet the budget."""
        rounds, ranking = self.rounds, rank_tags(tagsets, METHOD, self._wanted, None)
        if rounds is None:
            if len(ranking.rows) == tagsets.tagged:
                return np.sort(ranking.rows), None
            last = int(ranking.rounds.max(initial=0))
            rounds = max(last + last // SHARE + MORE, 1)
        return _within(tagsets, rounds, 2 * max(self._wanted, len(self._kept), 1)), rounds


def _within(tagsets: TagSets, rounds: int, asked: int) -> Rows:
    """The rows of the first rounds in their own order; `asked` is how many to rank first."""
    while True:
        ranking = rank_tags(tagsets, METHOD, asked, None)
        if len(ranking.rows) == tagsets.tagged or ranking.rounds.max(initial=0) > rounds:
            return np.sort(ranking.rows[ranking.rounds <= rounds])
        asked *= 2


def _met(folded: Folded, rounds: int) -> bool:
    """Whether the rounds that were kept are enough for the budget."""
    enough = len(folded.ranking.rows) == min(folded.wanted, folded.counts.tagged)
    return enough and bool(folded.ranking.rounds.max(initial=0) <= rounds)


def fold(frame: RayFrame, budget: float | str, tags: str) -> Folded:
    """Choose from what the first rounds take of each part, then of several parts together, and so on."""
    key = frame.require_key()
    # A count of samples needs no count of the rows.
    wanted = count(budget, 0 if isinstance(budget, int) else frame.count())
    columns = frame.carried([key, frame.head(tags)], wanted)
    rounds = None
    while True:
        make = partial(_counted, key=key, tags=tags, wanted=wanted, rounds=rounds)
        part = frame.reduced(make, partial(_merged, key=key, tags=tags), columns, partial(_announce, wanted))
        kept = _unpacked(part)
        tagsets = PolarsFrame(kept).tag_sets(tags)
        ranking = rank_tags(tagsets, METHOD, wanted, None)
        rounds, *counts = part.drop("rows").row(0)
        folded = Folded(tagsets, ranking, Counts(*counts), wanted)
        if _met(folded, rounds):
            frame.hold(kept)
            return folded
        rounds *= 2


def _announce(wanted: int, size: int) -> None:
    """Announce what the rows that remain need in this process, or refuse them; `size` is that of one copy."""
    announce(
        f"choosing {wanted:,} rows of a Ray data set by {METHOD}",
        COPIES * size,
        COPYING * size,
        "ask for fewer rows, drop columns that are not needed with select_columns, or choose on a machine with more memory",
    )


def _counted(frame: ArrowFrame, *, key: str, tags: str, wanted: int, rounds: int | None) -> pl.DataFrame:
    """What the first rounds take of a part, and its counts, in one row."""
    frame = frame.arranged(key)
    tagsets, keys = frame.tag_sets(tags), frame.column(key)
    order, ordered = np.arange(tagsets.samples, dtype=np.uint32), tagsets
    # Data are often in the order of their key, and then nothing has to be copied.
    if not keys.is_sorted():
        order = keys.arg_sort().to_numpy()
        ordered = tagsets.taken(order)
    if rounds is None:
        rounds = max(int(rank_tags(ordered, METHOD, wanted, None).rounds.max(initial=0)) + MORE, 1)
    taken = _within(ordered, rounds, 2 * max(wanted, 1))
    kept = frame.take(order[taken], pl.DataFrame())
    counts = {"rounds": ALL if len(taken) == tagsets.tagged else rounds} | Counts.of(tagsets)._asdict()
    return pl.DataFrame({"rows": [kept.to_struct()]} | {name: [number] for name, number in counts.items()})


def _merged(parts: pl.DataFrame, *, key: str, tags: str) -> pl.DataFrame:
    """Several parts made one: what the rounds that are known of all of them take, and the sum of their counts."""
    counts = parts.select(pl.col("rounds").min(), pl.col(Counts._fields).sum())
    rows = _unpacked(parts).sort(key)
    ranking = rank_tags(PolarsFrame(rows).tag_sets(tags), METHOD, rows.height, None)
    kept = rows[np.sort(ranking.rows[ranking.rounds <= counts.item(0, "rounds")])]
    return pl.DataFrame({"rows": [kept.to_struct()]}).hstack(counts)


def _unpacked(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.get_column("rows").explode(empty_as_null=False).struct.unnest()

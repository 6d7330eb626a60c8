"""Complexity-first without all rows in one place: of each part only what its first rounds take."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from instag.frame.polars import PolarsFrame
from instag.frame.ray import RayFrame
from instag.selection.constraint import count
from instag.selection.ranking import Counts, Ranking, rank_tags
from instag.tagsets import TagSets

__all__ = ["Folded", "fold"]

METHOD = "complexity-first"
# Rows whose rounds say how many rounds the whole budget may take.
FIRST = 100_000


@dataclass(frozen=True)
class Folded:
    """What all rows come to.

    Attributes
    ----------
    tagsets
        The tags of the rows that were kept.
    ranking
        The selection, numbered among these.
    counts
        How many rows there are in all.
    wanted
        How many were asked for.
    """

    tagsets: TagSets
    ranking: Ranking
    counts: Counts
    wanted: int


def fold(frame: RayFrame, budget: float | str, tags: str) -> Folded:
    """Choose from what the first rounds take of each part, of these together, and so on.

    A row is taken in no later a round of a part than in that of the whole, so the first rounds of what every part takes
    in as many rounds are those of the whole. The number of rounds is a guess: where it was too small the budget is not
    met, and a larger one is tried.

    References
    ----------
    The union of what each part takes in its first R rounds has the same first R rounds as the whole, by induction on
    the rounds: the first holder of a tag in the whole is its first holder in the part that it is in.
    """
    key = frame.require_key()
    columns = [key, frame.head(tags)]
    wanted = count(budget, frame.count())
    rounds = _guess(frame.first(FIRST, columns), wanted, tags)
    while True:
        part = frame.reduced(
            partial(_counted, key=key, tags=tags, rounds=rounds),
            partial(_merged, key=key, tags=tags, rounds=rounds),
            columns,
        )
        kept = _unpacked(part)
        tagsets = PolarsFrame(kept).tag_sets(tags)
        ranking = rank_tags(tagsets, METHOD, wanted, None)
        samples, null, tagged, whole = part.drop("rows").row(0)
        met = len(ranking.rows) == wanted and ranking.rounds.max(initial=0) <= rounds
        if met or whole:
            frame.number(kept.get_column(key))
            return Folded(tagsets, ranking, Counts(samples, null, tagged), wanted)
        rounds *= 2


def _guess(first: pl.DataFrame, wanted: int, tags: str) -> int:
    """How many rounds the budget takes: as many as in some of the rows, where rounds are shorter, and one more."""
    tagsets = PolarsFrame(first).tag_sets(tags)
    ranking = rank_tags(tagsets, METHOD, wanted, None)
    times = -(-wanted // max(len(ranking.rows), 1))
    return int(ranking.rounds.max(initial=0)) * times + 1


def _counted(frame: pl.DataFrame, *, key: str, tags: str, rounds: int) -> pl.DataFrame:
    """In one row, what the first rounds take of a part, and how many rows it has."""
    tagsets = PolarsFrame(frame).tag_sets(tags)
    kept = _survivors(frame, key, tags, rounds)
    whole = kept.height == tagsets.tagged
    counts = {"samples": tagsets.samples, "null": tagsets.null, "tagged": tagsets.tagged, "whole": whole}
    return pl.DataFrame({"rows": [kept.to_struct()]} | {name: [number] for name, number in counts.items()})


def _merged(parts: pl.DataFrame, *, key: str, tags: str, rounds: int) -> pl.DataFrame:
    """The same of several parts."""
    rows = _unpacked(parts)
    kept = _survivors(rows, key, tags, rounds)
    counts = parts.select(
        pl.col("samples", "null", "tagged").sum(), pl.col("whole").all() & (kept.height == rows.height)
    )
    return pl.DataFrame({"rows": [kept.to_struct()]}).hstack(counts)


def _survivors(frame: pl.DataFrame, key: str, tags: str, rounds: int) -> pl.DataFrame:
    """What the first rounds take, in the order of the key."""
    frame = frame.sort(key)
    tagsets = PolarsFrame(frame).tag_sets(tags)
    ranking = rank_tags(tagsets, METHOD, tagsets.samples, None)
    return frame[np.sort(ranking.rows[ranking.rounds <= rounds])]


def _unpacked(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.get_column("rows").explode(empty_as_null=False).struct.unnest()

"""Complexity-first without all rows in one place: of each part only what its first rounds take."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from instag.frame.polars import PolarsFrame, take_rows
from instag.frame.ray import RayFrame
from instag.selection.constraint import count
from instag.selection.ranking import Counts, Ranking, rank_tags
from instag.tagsets import TagSets

__all__ = ["Folded", "fold"]

METHOD = "complexity-first"
# Rounds that are kept beyond those that the budget takes of a part alone.
MORE = 1
# More rounds than there can be rows.
ALL = 1 << 62


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
    in as many rounds are those of the whole. How many rounds that are is a guess: as many as the budget would take of
    the part alone, and one more. Where that was too few the budget is not met within them, and twice as many are tried.

    References
    ----------
    The union of what each part takes in its first R rounds has the same first R rounds as the whole, by induction on
    the rounds: the first holder of a tag in the whole is its first holder in the part that it is in.
    """
    key = frame.require_key()
    # A count of samples needs no count of the rows.
    wanted = count(budget, 0 if isinstance(budget, int) else frame.count())
    rounds = None
    while True:
        make = partial(_counted, key=key, tags=tags, wanted=wanted, rounds=rounds)
        part = frame.reduced(make, partial(_merged, key=key, tags=tags), [key, frame.head(tags)])
        kept = _unpacked(part)
        tagsets = PolarsFrame(kept).tag_sets(tags)
        ranking = rank_tags(tagsets, METHOD, wanted, None)
        rounds, samples, null, tagged = part.drop("rows").row(0)
        if len(ranking.rows) == min(wanted, tagged) and ranking.rounds.max(initial=0) <= rounds:
            frame.number(kept.get_column(key))
            return Folded(tagsets, ranking, Counts(samples, null, tagged), wanted)
        rounds *= 2


def _counted(frame: pl.DataFrame, *, key: str, tags: str, wanted: int, rounds: int | None) -> pl.DataFrame:
    """In one row, what the first rounds take of a part, and how many rows it has."""
    tagsets = PolarsFrame(frame).tag_sets(tags)
    order = frame.get_column(key).arg_sort().to_numpy()
    ranking = rank_tags(tagsets.taken(order), METHOD, tagsets.samples, None)
    if rounds is None:
        rounds = max(int(ranking.rounds[:wanted].max(initial=0)) + MORE, 1)
    taken = ranking.rows[ranking.rounds <= rounds]
    kept = take_rows(frame, order[np.sort(taken)])
    counts = {
        "rounds": ALL if len(taken) == tagsets.tagged else rounds,
        "samples": tagsets.samples,
        "null": tagsets.null,
        "tagged": tagsets.tagged,
    }
    return pl.DataFrame({"rows": [kept.to_struct()]} | {name: [number] for name, number in counts.items()})


def _merged(parts: pl.DataFrame, *, key: str, tags: str) -> pl.DataFrame:
    """The same of several parts, whose first rounds are known as far as those of each."""
    counts = parts.select(pl.col("rounds").min(), pl.col("samples", "null", "tagged").sum())
    rows = _unpacked(parts).sort(key)
    ranking = rank_tags(PolarsFrame(rows).tag_sets(tags), METHOD, rows.height, None)
    kept = rows[np.sort(ranking.rows[ranking.rounds <= counts.item(0, "rounds")])]
    return pl.DataFrame({"rows": [kept.to_struct()]}).hstack(counts)


def _unpacked(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.get_column("rows").explode(empty_as_null=False).struct.unnest()

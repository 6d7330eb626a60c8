"""Selections: the picked samples, in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets as Sets
from instag._core import novelty
from instag._core import rounds as count_rounds
from instag.analysis.samples import labels, queries_of
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.tagsets import TagSets, encode, lists_of
from instag.warning import warn

__all__ = ["Picks", "by_name", "picks_of"]

# The name of a selection that is passed without one.
ALONE = "selection"
# Polars cannot infer the types if all columns are empty.
SCHEMA: dict[str, Any] = {
    "rank": pl.UInt32,
    "round": pl.UInt32,
    "new_tags": pl.List(pl.String),
    "tags": pl.List(pl.String),
    "query": pl.String,
}


@dataclass(frozen=True)
class Picks:
    """The samples of a selection.

    Attributes
    ----------
    frame
        `rank`, `round`, `new_tags`, `tags` and `query`, in order of selection.
    sets
        The tags that the pool also has, by the pool's codes.
    groups
        The group of each sample; None if the data have no groups.
    order
        The rows of the user's frame, in order of selection.
    """

    frame: pl.DataFrame
    sets: Sets
    groups: pl.Series | None
    order: NDArray[np.uint32]


def picks_of(selections: Any, pool: TagSets, tags: str, by: str | None, taken: Mapping[str, str]) -> dict[str, Picks]:
    """Read each selection and put its samples in order.

    Parameters
    ----------
    selections
        A frame, or a dict of frames by name.
    pool
        The tags of the data that was selected from.
    tags, by
        The columns of tags and of groups.
    taken
        Names that a selection may not have, and what they stand for.

    Raises
    ------
    InputError
        If a name is taken, or a column is missing.
    """
    picks = {}
    for name, data in by_name(selections).items():
        if not isinstance(name, str):
            raise InputError(f"selections: expected names that are strings; found {name!r}")
        if name in taken:
            raise InputError(
                f"selections: the name {name!r} already stands for {taken[name]}: give the selection another name"
            )
        try:
            picks[name] = _picks(name, wrap(data), pool, tags, by)
        except InputError as error:
            raise InputError(f"selections, {name!r}: {error}") from error
    return picks


def by_name(selections: Any) -> Mapping[Any, Any]:
    """The selections as a mapping by name, whether the user passed none, one or several."""
    if selections is None:
        return {}
    return selections if isinstance(selections, Mapping) else {ALONE: selections}


def _picks(name: str, frame: Frame, pool: TagSets, tags: str, by: str | None) -> Picks:
    order = _order(frame, len(frame.column(tags)))
    own = encode(frame.column(tags).gather(order), order="count")
    rounds = _rounds(frame, order, own)
    queries = queries_of(frame)
    known = pool.codes_of(own.names)
    if missing := int((known == pool.n_tags).sum()):
        message = (
            f"selections, {name!r}: {missing:,} of {len(known):,} tags are not in the data; coverage leaves them out"
        )
        warn(message)
    shown = {
        "rank": np.arange(1, own.samples + 1, dtype=np.uint32),
        "round": rounds,
        "new_tags": _new_tags(frame, order, own, rounds),
        "tags": lists_of(own.lengths, own.names.gather(own.codes)).cast(pl.List(pl.String)),
        "query": None if queries is None else queries.first(order),
    }
    return Picks(
        frame=pl.DataFrame(shown, SCHEMA),
        sets=_recoded(own, known, pool.n_tags),
        groups=None if by is None else labels(frame, by),
        order=order,
    )


def _order(frame: Frame, samples: int) -> NDArray[np.uint32]:
    """The rows sorted by rank if the ranks are unique, otherwise in their present order."""
    ranks = _positive(frame, "rank")
    if ranks is None or not ranks.is_unique().all():
        return np.arange(samples, dtype=np.uint32)
    return ranks.arg_sort().cast(pl.UInt32).to_numpy()


def _rounds(frame: Frame, order: NDArray[np.uint32], own: TagSets) -> NDArray[np.uint32]:
    known = _positive(frame, "round")
    return count_rounds(own.sets) if known is None else known.gather(order).to_numpy()


def _new_tags(frame: Frame, order: NDArray[np.uint32], own: TagSets, rounds: NDArray[np.uint32]) -> pl.Series:
    known = frame.column("new_tags") if "new_tags" in frame.columns else None
    if known is not None and isinstance(known.dtype, pl.List) and not known.null_count():
        return known.gather(order).cast(pl.List(pl.String))
    in_order = np.arange(own.samples, dtype=np.uint32)
    offsets, codes = novelty(own.sets, in_order, rounds)
    return lists_of(np.diff(offsets), own.names.gather(codes)).cast(pl.List(pl.String))


def _positive(frame: Frame, name: str) -> pl.Series | None:
    """A column of whole numbers from 1; None if there is no such column, or it holds something else."""
    column = frame.column(name) if name in frame.columns else None
    if column is None or not column.dtype.is_integer():
        return None
    # Small integer types cannot hold the bounds; values that do not fit into 64 bits are beyond the bounds anyway.
    whole = column.cast(pl.Int64, strict=False)
    within = whole.is_between(1, 2**32 - 1).fill_null(False)  # noqa: FBT003 - Polars takes no keyword
    return whole.cast(pl.UInt32) if within.all() else None


def _recoded(own: TagSets, known: NDArray[np.int64], absent: int) -> Sets:
    """The tags of each sample by the pool's codes, leaving out tags that the pool does not have."""
    codes = known[own.codes]
    kept = codes < absent
    offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)[own.offsets]
    return Sets(offsets, codes[kept].astype(np.uint32), absent)

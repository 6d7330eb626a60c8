"""Which tags of a vocabulary are broader than others, and how many rows each covers."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.normalization.history import History
from instag.normalization.matcher import HIERARCHY
from instag.normalization.state import State
from instag.normalization.steps.judge import Verdicts
from instag.normalization.tree import descendants, levels, nearest
from instag.warning import warn

__all__ = ["hierarchy_of"]


def hierarchy_of(state: State, history: History, verdicts: Verdicts) -> pl.DataFrame:
    """The broader tags of each tag, the share of rows that it covers, and the rare tags that it replaces."""
    all_parents, broken = verdicts.parents(history.ends)
    if broken:
        some = ", ".join(f"{state.tags[tag]!r} below {state.tags[above]!r}" for tag, above in broken[:3])
        warn(f"judge: {len(broken):,} broader tags close a circle and are ignored: {some}")
    tags = state.order.tolist()
    # Tags that were dropped as rare are skipped on the way up.
    parents = {
        tag: nearest(tag, all_parents, lambda above: bool(state.counts[above])) for tag in tags if tag in all_parents
    }
    # The number of rows of each tag and all below it; for a tag with none below, this is its count.
    below = descendants(tags, parents)
    rows = np.repeat(np.arange(len(state.sets)), np.diff(state.sets.offsets))
    by_tag = np.argsort(state.sets.codes, kind="stable")
    ends = np.cumsum(state.counts.astype(np.int64))

    def rows_of(tag: int) -> NDArray[np.int64]:
        return rows[by_tag[ends[tag] - state.counts[tag] : ends[tag]]]

    covered = [
        int(state.counts[tag])
        if len(below[tag]) == 1
        else len(np.unique(np.concatenate(list(map(rows_of, below[tag])))))
        for tag in tags
    ]
    names = state.tags
    columns = {
        "tag": [names[tag] for tag in tags],
        "broader": [[names[above] for above in _upward(tag, parents)] for tag in tags],
        "share": [count / max(state.rows.known, 1) for count in covered],
        "narrower": history.narrower(state.order),
    }
    return pl.DataFrame(columns, HIERARCHY)


def _upward(tag: int, parents: dict[int, list[int]]) -> list[int]:
    """The broader tags of a tag, those nearest to the top first."""
    above = parents.get(tag, [])
    level = levels(above, parents) if len(above) > 1 else {}
    return sorted(above, key=lambda each: level.get(each, 0))

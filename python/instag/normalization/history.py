"""What was done to each raw tag, as frames."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from instag.normalization.rows import Rows
from instag.normalization.state import DROPPED, Change, State, Step

__all__ = ["History"]

MERGES = {
    "from": pl.String,
    "to": pl.String,
    "step": pl.String,
    "why": pl.String,
    "count": pl.UInt64,
    "similarity": pl.Float64,
    "via": pl.String,
    "n_a": pl.UInt32,
    "n_ab": pl.UInt32,
    "support": pl.UInt32,
    "confidence": pl.Float64,
}
STEPS = {
    "step": pl.String,
    "tags_before": pl.UInt32,
    "tags_after": pl.UInt32,
    "assignments_before": pl.UInt64,
    "assignments_after": pl.UInt64,
    "merged": pl.UInt64,
    "dropped": pl.UInt64,
    "deduplicated": pl.UInt64,
}
APART = {"tag": pl.String, "other": pl.String, "why": pl.String}


class History:
    """The changes of all steps. A tag changes once: then it is gone, or part of another."""

    def __init__(self, rows: Rows) -> None:
        self._tags = rows.tags
        self._counts = rows.counts.tolist()
        self._changes: dict[int, tuple[str, Change]] = {}
        self._apart: dict[tuple[int, int], str] = {}
        self._steps: list[tuple[Any, ...]] = []

    def read(self, state: State) -> None:
        """Note what the removal of repeats in rows has done."""
        tags = len(self._tags)
        self._steps.append(("raw", tags, tags, sum(self._counts), len(state.codes), *state.fates[1:]))

    def record(self, name: str, step: Step, before: State, after: State) -> None:
        """Note a step."""
        self._changes |= {change.source: (name, change) for change in step.changes}
        self._apart |= {(one, other): why for one, other, why in step.apart}
        tags = (len(before.live), len(after.live))
        self._steps.append((name, *tags, len(before.codes), len(after.codes), *after.fates[1:]))

    def end(self, tag: int) -> int:
        """What a raw tag is in the end: a tag, or `DROPPED`."""
        while tag in self._changes:
            tag = self._changes[tag][1].target
        return tag

    def merges(self) -> pl.DataFrame:
        """A row for each raw tag that changed or went away: by step, the most frequent first."""
        order = {name: nth for nth, (name, *_) in reversed(list(enumerate(self._steps)))}
        changes = sorted(
            self._changes.values(), key=lambda each: (order[each[0]], -self._counts[each[1].source], each[1].source)
        )
        return pl.DataFrame([self._line(*each) for each in changes], MERGES, orient="row")

    def steps(self) -> pl.DataFrame:
        """A row for each step."""
        return pl.DataFrame(self._steps, STEPS, orient="row")

    def apart(self) -> pl.DataFrame:
        """Tags of one stem that were kept apart, and are apart in the end."""
        pairs = [(one, other, why) for (one, other), why in self._apart.items() if self.end(one) != self.end(other)]
        lines = [(self._tags[one], self._tags[other], why) for one, other, why in pairs]
        return pl.DataFrame(lines, APART, orient="row").sort("tag", "other")

    def members(self) -> Mapping[int, list[int]]:
        """The raw tags of each tag that is left, and of `DROPPED`: the most frequent first, ties by name."""
        members: dict[int, list[int]] = {}
        for tag in sorted(range(len(self._tags)), key=lambda tag: (-self._counts[tag], tag)):
            members.setdefault(self.end(tag), []).append(tag)
        return members

    def _line(self, step: str, change: Change) -> list[Any]:
        end = self.end(change.source)
        # The way goes by the neighbour, or by the tag that then became another itself.
        via = change.via if change.via is not None else change.target
        to = None if end == DROPPED else self._tags[end]
        way = None if via in {end, DROPPED} else self._tags[via]
        line = {
            "from": self._tags[change.source],
            "to": to,
            "step": step,
            "why": change.why,
            "count": self._counts[change.source],
            "via": way,
            **change.figures,
        }
        return [line.get(name) for name in MERGES]

"""What became of each raw tag, as frames; and the column in which the raw tags are kept."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame import Frame
from instag.normalization.state import DROPPED, NOWHERE, Changes, State, Step, resolved
from instag.normalization.steps.broader import Way
from instag.tagsets import TagSets, lists_of

__all__ = ["History", "raw_beside"]

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
    "support": pl.Float64,
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
# The step in which rare tags are replaced by broader ones.
BROADER = "broader"
APART = {"tag": pl.String, "other": pl.String, "why": pl.String}


class History:
    """The changes of all steps. Each tag changes at most once: then it is dropped, or part of another."""

    def __init__(self, rows: TagSets) -> None:
        self._names = rows.names
        self._counts = rows.given
        self._changes: list[tuple[str, Changes]] = []
        # For tags that are replaced by broader ones: these, and the first step on the way to each.
        self._ways: dict[int, list[Way]] = {}
        self._whys: dict[int, list[str]] = {}
        self._apart: dict[tuple[int, int], str] = {}
        self._steps: list[tuple[Any, ...]] = []
        # A cache of what each raw tag has become, and after how many changes.
        self._known, self._ends = 0, np.arange(len(self._names))

    def read(self, state: State) -> None:
        """Record the removal of repeats within rows."""
        tags = len(self._names)
        self._steps.append(("raw", tags, tags, int(self._counts.sum()), state.n_pairs, *state.fates[1:]))

    def record(self, name: str, step: Step, before: State, after: State) -> None:
        """Record a step."""
        self._changes.append((name, Changes.of(step.changes)))
        self._apart |= {(one, other): why for one, other, why in step.apart}
        tags = (len(before.order), len(after.order))
        self._steps.append((name, *tags, before.n_pairs, after.n_pairs, *after.fates[1:]))

    def record_ways(
        self, name: str, ways: dict[int, list[Way]], whys: dict[int, list[str]], states: Sequence[State]
    ) -> None:
        """Record a step in which tags were replaced by broader ones, each by one or more."""
        self._changes.append((name, Changes.of([])))
        self._ways, self._whys = ways, whys
        before, after = states
        tags = (len(before.order), len(after.order))
        self._steps.append((name, *tags, before.n_pairs, after.n_pairs, *after.fates[1:]))

    def merges(self) -> pl.DataFrame:
        """A row for each raw tag that changed or was dropped: by step, the most frequent first.

        A tag that is replaced by several broader ones has a row for each.
        """
        if not self._changes:
            return pl.DataFrame(schema=MERGES)
        changes = Changes.all([changes for _, changes in self._changes])
        # The steps in the order of their first change.
        first = list(dict.fromkeys(name for name, _ in self._changes))
        nth = np.repeat([first.index(name) for name, _ in self._changes], [len(each) for _, each in self._changes])
        end = self.ends[changes.source]
        # `via` is the neighbour, or the tag that later became another itself.
        way = np.where(changes.via == NOWHERE, changes.target, changes.via)
        columns = {"nth": nth, "source": changes.source, "end": end, "way": way, "why": changes.why}
        lines = pl.DataFrame(columns).hstack(changes.figures)
        if self._ways:
            lines = self._through_broader(lines, first.index(BROADER))
        source, end, way = (lines.get_column(name).to_numpy() for name in ("source", "end", "way"))
        shown = {
            "from": self._named(source),
            "to": self._named(end),
            "step": pl.Series(first, dtype=pl.String).gather(lines.get_column("nth")),
            "count": self._counts[source],
            "via": self._named(np.where(way == end, DROPPED, way)),
        }
        order = np.lexsort((source, -self._counts[source], lines.get_column("nth").to_numpy()))
        lines = lines.with_columns(**shown)[order]
        missing = [pl.lit(None).alias(name) for name in MERGES if name not in lines.columns]
        return lines.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in MERGES.items())

    def _through_broader(self, lines: pl.DataFrame, nth: int) -> pl.DataFrame:
        """The lines together with those of tags replaced by broader ones, and of what had become such a tag."""
        replaced = [
            (nth, tag, int(end), way.first, why)
            for tag, ways in self._ways.items()
            for way, why in zip(ways, self._whys[tag], strict=True)
            if (end := self.ends[way.target]) != DROPPED
        ]
        made = pl.DataFrame(
            replaced, {name: lines.schema[name] for name in ("nth", "source", "end", "way", "why")}, orient="row"
        )
        # A tag that had become such a tag is replaced in the same way.
        further = made.select(pl.col("source").alias("end"), pl.col("end").alias("target")).unique(maintain_order=True)
        through = lines.join(further, on="end", how="left", maintain_order="left_right")
        # A tag that was replaced directly has no tag in between.
        through = through.with_columns(pl.coalesce("target", "end").alias("end")).drop("target")
        return pl.concat([through, made.unique(["source", "end"], maintain_order=True)], how="diagonal")

    def steps(self) -> pl.DataFrame:
        """A row for each step."""
        return pl.DataFrame(self._steps, STEPS, orient="row")

    def apart(self) -> pl.DataFrame:
        """Pairs that were kept apart and still are in the end."""
        pairs = np.array(list(self._apart), np.int64).reshape(-1, 2)
        ones, others = pairs.T
        columns = (self._named(ones), self._named(others), pl.Series(self._apart.values(), dtype=pl.String))
        lines = pl.DataFrame(dict(zip(APART, columns, strict=True)), APART)
        return lines.filter(self.ends[ones] != self.ends[others]).sort("tag", "other")

    def members(self, order: NDArray[np.int64]) -> tuple[pl.Series, pl.Series]:
        """The raw tags of each tag of `order`, as lists, and those that were dropped.

        The tag itself comes first, then the most frequent.
        """
        # Dropped tags come after these, and last the tags that are replaced by broader ones.
        place = np.full(len(self._names) + 1, len(order))
        place[list(self.stand_ins)] = len(order) + 1
        place[order] = np.arange(len(order))
        places = place[self.ends]
        # Ties go by name, the order of codes.
        by = np.lexsort((-self._counts, self.ends != np.arange(len(places)), places))
        lengths = np.bincount(places, minlength=len(order) + 2)
        members = self._names.gather(by)
        kept, gone = int(lengths[:-2].sum()), int(lengths[-2])
        return lists_of(lengths[:-2], members.head(kept)), members.slice(kept, gone)

    def narrower(self, order: NDArray[np.int64]) -> list[list[str]]:
        """The rare raw tags that each tag of `order` replaces, the most frequent first."""
        stand_ins = self.stand_ins
        found: dict[int, list[int]] = defaultdict(list)
        for raw in np.flatnonzero(np.isin(self.ends, list(stand_ins))).tolist():
            for target in stand_ins[int(self.ends[raw])]:
                found[target].append(raw)
        names, counts = self._names, self._counts
        return [
            [names[raw] for raw in sorted(found[tag], key=lambda raw: (-counts[raw], raw))] for tag in order.tolist()
        ]

    @property
    def stand_ins(self) -> dict[int, list[int]]:
        """The rare tags that are replaced by broader ones, and by which in the end."""
        ends = {
            tag: [int(self.ends[way.target]) for way in ways if self.ends[way.target] != DROPPED]
            for tag, ways in self._ways.items()
        }
        return {tag: list(dict.fromkeys(some)) for tag, some in ends.items() if some}

    @property
    def ends(self) -> NDArray[np.int64]:
        """What each raw tag has become: a tag, or `DROPPED`; a tag that is replaced by broader ones is itself."""
        known = len(self._changes)
        if known != self._known:
            changes = [changes for _, changes in self._changes]
            self._known, self._ends = known, resolved(len(self._names), Changes.all(changes) if changes else [])
        return self._ends

    def _named(self, codes: NDArray[np.int64]) -> pl.Series:
        """The names of codes; null for `DROPPED`."""
        known = pl.Series(codes)
        return self._names.gather(known.set(known == DROPPED, None))


def raw_beside(frame: Frame, tags: str) -> str | None:
    """The name of the column to keep the raw tags in: `raw_` and the name of the column of tags.

    None if there is a column of that name with lists of tags already: it is from an earlier normalisation, and stays.

    Raises
    ------
    InputError
        If a column of that name holds anything else.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> frame = pl.DataFrame({"tags": [["a"]], "raw_tags": [["A"]]})
    >>> raw_beside(wrap(frame), "tags"), raw_beside(wrap(frame.drop("raw_tags")), "tags")
    (None, 'raw_tags')
    """
    name = f"raw_{tags}"
    if name not in frame.columns:
        return name
    dtype = next(frame.chunks(name)).dtype
    if not _holds_tags(dtype):
        raise InputError(
            f"column {name!r} is in the way: expected lists of tags there, from an earlier normalisation, or no such "
            f"column; found {dtype}: rename or drop it first"
        )
    return None


def _holds_tags(dtype: pl.DataType) -> bool:
    depth = 0
    while isinstance(dtype, pl.List | pl.Array):
        dtype, depth = pl.Series(dtype=dtype.inner).dtype, depth + 1
    if dtype == pl.Null:
        return True
    # A list of tags, or a list of them for each query.
    return depth in {1, 2} and (isinstance(dtype, pl.String | pl.Categorical | pl.Enum) or dtype.is_integer())

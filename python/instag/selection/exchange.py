"""Exchanging rows of a subset with others, until its tags have the wanted totals."""

from random import Random

import numpy as np
from numpy.typing import NDArray

from instag.tagsets import TagSets

__all__ = ["SLACK", "Exchange"]

Rows = NDArray[np.uint32]

# How far the mean number of tags may be from the one asked for, as a share of it.
SLACK = 0.005
# How many rows of the subset are considered for each exchange, and after how many exchanges without a gain, for each
# row of the subset, the search ends.
TRIES, PATIENCE = 8, 20


class Exchange:
    """A subset that approaches two totals, of its tags and of its distinct tags, by exchanging rows with the pool."""

    def __init__(self, tagsets: TagSets, rows: Rows, free: Rows, seed: int) -> None:
        self._tagsets = tagsets
        self._rows = rows.tolist()
        self._free = free.tolist()
        self._place = {row: place for place, row in enumerate(self._free)}
        self._random = Random(seed)  # noqa: S311
        self._counts = [0] * tagsets.n_tags
        for row in self._rows:
            for tag in self._tags(row):
                self._counts[tag] += 1
        self._pairs = sum(self._counts)
        self._distinct = sum(count > 0 for count in self._counts)
        # The holders of each tag, one tag after the other.
        by_tag = np.argsort(tagsets.codes, kind="stable")
        self._holders = np.repeat(np.arange(tagsets.samples), tagsets.lengths)[by_tag]
        self._ends = np.cumsum(tagsets.holders.astype(np.int64))

    def towards(self, pairs: int, distinct: int) -> Rows:
        """Exchange rows until both totals are as near as exchanges bring them, and return the rows."""

        def loss(change: tuple[int, int]) -> float:
            excess = max(abs(self._pairs + change[0] - pairs) - SLACK * pairs, 0.0)
            return excess + abs(self._distinct + change[1] - distinct)

        now, idle = loss((0, 0)), 0
        while now > 0 and idle < PATIENCE * len(self._rows) and self._free:
            idle += 1
            enters = self._entering(distinct)
            tried = [self._random.randrange(len(self._rows)) for _ in range(TRIES)]
            changes = [(self._change(self._rows[leaves], self._free[enters]), leaves) for leaves in tried]
            change, leaves = min(changes, key=lambda each: loss(each[0]))
            after = loss(change)
            if after <= now:
                idle = 0 if after < now else idle
                now = after
                self._exchange(leaves, enters, change)
        return np.sort(np.array(self._rows, np.uint32))

    def _tags(self, row: int) -> list[int]:
        offsets = self._tagsets.offsets
        found: list[int] = self._tagsets.codes[offsets[row] : offsets[row + 1]].tolist()
        return found

    def _entering(self, distinct: int) -> int:
        """The place of a random free row; while tags are missing, of one that holds a missing tag, if one was drawn."""
        if self._distinct < distinct:
            tag = self._random.randrange(len(self._counts))
            if not self._counts[tag]:
                first = int(self._ends[tag - 1]) if tag else 0
                row = int(self._holders[self._random.randrange(first, int(self._ends[tag]))])
                if row in self._place:
                    return self._place[row]
        return self._random.randrange(len(self._free))

    def _change(self, leaves: int, enters: int) -> tuple[int, int]:
        """By how much an exchange changes the number of tags, and that of distinct tags."""
        out, new = self._tags(leaves), self._tags(enters)
        lost = sum(self._counts[tag] == 1 and tag not in new for tag in out)
        return len(new) - len(out), sum(not self._counts[tag] for tag in new) - lost

    def _exchange(self, leaves: int, enters: int, change: tuple[int, int]) -> None:
        out, new = self._rows[leaves], self._free[enters]
        for tag in self._tags(out):
            self._counts[tag] -= 1
        for tag in self._tags(new):
            self._counts[tag] += 1
        self._pairs, self._distinct = self._pairs + change[0], self._distinct + change[1]
        self._rows[leaves], self._free[enters] = new, out
        del self._place[new]
        self._place[out] = enters

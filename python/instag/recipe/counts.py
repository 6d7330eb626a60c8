"""How many rows there can be, and checks of the options that ask for more; no more rows are read than that takes."""

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

import polars as pl

from instag.cleaning.options import Splitting
from instag.cleaning.splitting import size_of
from instag.errors import InputError
from instag.recipe.faults import Faults
from instag.recipe.recipe import Recipe, Source
from instag.recipe.sources import add_unread
from instag.selection.amounts import amount_of, is_share
from instag.selection.constraint import count

__all__ = ["PLENTY", "Counts", "budget_of", "check_split", "enough_for"]

# So many rows that any share of them is at least one row; and more rows than there can be.
PLENTY = 1_000_000_000
MOST = 2**32 - 1


class Counts:
    """The most rows that sources and the selection can give; later steps may remove some of them.

    Parameters
    ----------
    recipe, faults
        A recipe whose files can be opened, and the list for faults in their first rows.
    limit
        How many rows of each source are taken; None for all.
    """

    def __init__(self, recipe: Recipe, faults: Faults, limit: int | None = None) -> None:
        self._recipe, self._faults, self.limit = recipe, faults, limit
        # For each source how many rows were looked for, and how many were there.
        self._read: dict[str, tuple[int, int]] = {}

    def of(self, source: Source, enough: int) -> int:
        """The rows of a source, or `enough` if it has at least so many: no more are read."""
        most = min(each for each in (enough, source.sample, self.limit, MOST) if each is not None)
        looked, there = self._read.get(source.name, (0, 0))
        if there == looked < most:
            looked, there = most, self._head(source, most)
            self._read[source.name] = looked, there
        return min(there, most)

    def _head(self, source: Source, most: int) -> int:
        try:
            frame = source.load(to="messages")
            return int(frame.head(most).select(pl.len()).collect().item())
        except InputError as error:
            add_unread(self._faults, self._recipe, source, error)
            return most

    def all(self, enough: int) -> int:
        """The rows of all sources, or `enough` if there are at least so many."""
        found = 0
        for source in self._recipe.sources:
            if found < enough:
                found += self.of(source, enough - found)
        return found

    def reason(self) -> str:
        """Why there are so few, for a message."""
        limited = "" if self.limit is None else f", of which --limit takes {self.limit:,} of each"
        return f"in the sources{limited}"


def check_split(recipe: Recipe, counts: Counts, faults: Faults) -> None:
    """Check that rows are left for training, and that there are some to hold out."""
    table = recipe.steps["split"]
    sizes = {"validation": table.get("validation", Splitting.validation), "test": table.get("test")}
    enough = _enough(sizes)
    rows, why = _reaching(recipe, counts, enough)
    if rows >= enough:
        return
    held_out = {name: size_of(name, size, rows) for name, size in sizes.items()}
    key = max(held_out, key=held_out.__getitem__)
    if (out := sum(held_out.values())) >= rows:
        said = f"{out:,} {'row' if out == 1 else 'rows'} to hold out leave none for training: there are at most {rows:,} {why}"
    elif not out:
        said = f"expected at least one row to hold out; {sizes[key]!r} of at most {rows:,} {why} is none"
    else:
        return
    faults.add(f"[split] {key}: {said}", "split", key)


def _enough(sizes: Mapping[str, Any]) -> int:
    """A number of rows from which on a split is possible: sizes are counts, or shares that leave some rows."""
    grown = {name: size_of(name, size, PLENTY) for name, size in sizes.items()}
    shares = [grown[name] / PLENTY for name, size in sizes.items() if grown[name] != size_of(name, size, 1)]
    counted = sum(size_of(name, size, 1) for name, size in sizes.items() if grown[name] == size_of(name, size, 1))
    if not counted:
        return ceil(1 / max(shares, default=1.0))
    return floor(counted / (1 - sum(shares))) + 2


def _reaching(recipe: Recipe, counts: Counts, enough: int) -> tuple[int, str]:
    """The most rows that the selection leaves, or `enough`; and why there are no more, for a message."""
    table = recipe.steps.get("select")
    if table is None or "cost" in table:
        return counts.all(enough), counts.reason()
    rows = counts.all(enough_for(table, enough))
    chosen = min(rows, budget_of(table, rows))
    return chosen, counts.reason() if chosen == rows else f"after [select] with budget = {table['budget']}"


def budget_of(table: Mapping[str, Any], rows: int) -> int:
    """The budget of a selection from so many rows, in rows."""
    return count(table["budget"], rows)


def enough_for(table: Mapping[str, Any], chosen: int) -> int:
    """How many rows a selection needs in order to choose this many."""
    budget = table["budget"]
    if not is_share(budget):
        return chosen
    return ceil((chosen + 1) / max(amount_of("budget", budget, 1.0, rounding=float), 1e-9))

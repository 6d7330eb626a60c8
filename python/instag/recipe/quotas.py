"""Checks of quotas: that their groups and tags are in the data, and that they can be met within the budget."""

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

import polars as pl

from instag.checks import first_names
from instag.recipe.counts import Counts, budget_of, enough_for
from instag.recipe.faults import Faults
from instag.recipe.recipe import Recipe, Source
from instag.selection.amounts import amount_of, is_share
from instag.selection.quota import TAG, group_name

__all__ = ["Quotas", "tags_in"]

SHOWN = 8
# The amount of a quota that is one number for all groups.
EACH = "each group"


class Quotas:
    """The checks of the quotas of a recipe.

    Parameters
    ----------
    recipe, faults
        The recipe, and the list for its faults.
    schemas
        Its sources with their columns.
    counts
        How many rows they have.
    """

    def __init__(self, recipe: Recipe, schemas: list[tuple[Source, pl.Schema]], counts: Counts, faults: Faults) -> None:
        self._recipe, self._schemas, self._counts, self._faults = recipe, schemas, counts, faults
        self._table = recipe.steps["select"]
        self._sizes: dict[str, int] = {}

    def check(self) -> None:
        """Check groups, tags and amounts."""
        least, most = (_amounts(self._table.get(key)) for key in ("at_least", "at_most"))
        if "group" in self._table and not least.keys() | most.keys():
            self._add("group", "it has an effect only with at_least or at_most, as in at_least = { math = 100 }")
        for key, amounts in (("at_least", least), ("at_most", most)):
            self._names(key, {name for name in amounts if not name.startswith(TAG)})
        for name in most:
            if name.startswith(TAG):
                self._add("at_most", f"{name!r}: tags have no upper quota: give the tag a smaller weight, with weights")
        self._tags({name.removeprefix(TAG) for name in least if name.startswith(TAG)})
        if not self._faults:
            self._both(least, most)
            self._together(least)
            self._sources(least)

    def _add(self, key: str, said: str) -> None:
        self._faults.add(f"[select] {key}: {said}", "select", key)

    def _names(self, key: str, groups: set[str]) -> None:
        """Check that groups are in the data."""
        if not groups:
            return
        if "group" not in self._table:
            self._add(key, 'name the column of the groups: group = "source"')
        elif lacking := groups - {EACH} - (there := self._groups()):
            names = ", ".join(map(repr, sorted(lacking)))
            self._add(key, f"no group {names}; the groups are: {first_names(sorted(there), SHOWN)}")

    def _tags(self, wanted: set[str]) -> None:
        """Check that tags are in the data, if no step changes them."""
        if not wanted or {"tag", "normalize"} & self._recipe.steps.keys():
            return
        name = self._table.get("tags", "tags")
        held = {tag for source, schema in self._schemas if name in schema for tag in tags_in(source.load(), name)}
        if lacking := wanted - held:
            names = ", ".join(map(repr, sorted(lacking)))
            self._add(
                "at_least", f"no row has the tag {names}; there are, among others, {first_names(sorted(held), SHOWN)}"
            )

    def _both(self, least: Mapping[str, Any], most: Mapping[str, Any]) -> None:
        """Check that no group is to have more than it may."""
        down, up = (floor, ceil) if "cost" not in self._table else (float, float)
        for name in dict.fromkeys((*least, *most)):
            low, high = (amounts.get(name, amounts.get(EACH)) for amounts in (least, most))
            if low is None or high is None or name.startswith(TAG):
                continue
            # A share of the budget grows with it: with the largest that it may be, only an upper share is at its largest.
            if is_share(low) and not is_share(high) and is_share(self._table["budget"]):
                continue
            whole = 1e9 if is_share(low) and is_share(high) else self._budget(low, high)
            if whole is None:
                continue
            bounds = amount_of("", low, whole, rounding=up), amount_of("", high, whole, rounding=down)
            if bounds[0] > bounds[1]:
                of = f", which is {bounds[1]:,.10g} of {self._shown(whole)}" if is_share(high) != is_share(low) else ""
                self._add(
                    "at_most",
                    f"{name!r} should have at least {low} and at most {high}{of}: lower the one, or raise the other",
                )

    def _together(self, least: Mapping[str, Any]) -> None:
        """Check that the budget has room for all lower quotas; an earlier selection may have met some of them."""
        if "start" in self._table:
            return
        for name, each in least.items():
            whole = self._budget(each, 1.0) if name.startswith(TAG) and "cost" not in self._table else None
            if whole is not None and not is_share(each) and each > whole:
                self._add("at_least", f"{name}: {each:,} rows are more than {self._shown(whole)}")
        amounts = {name: each for name, each in least.items() if not name.startswith(TAG)}
        if EACH in amounts:
            amounts = dict.fromkeys(sorted(self._groups()), amounts[EACH])
        if not amounts:
            return
        shares = all(map(is_share, amounts.values()))
        counted = sum(each for each in amounts.values() if not is_share(each))
        whole = 1.0 if shares and is_share(self._table["budget"]) else self._budget(counted, 1.0)
        if whole is None:
            return
        asked = sum(amount_of("at_least", each, whole, rounding=float) for each in amounts.values())
        if asked > whole * (1 + 1e-9):
            named = ", ".join(f"{name} {each}" for name, each in list(amounts.items())[:SHOWN])
            total = f"{asked:.0%} of the budget" if whole == 1.0 else f"{asked:,.10g}, above {self._shown(whole)}"
            self._add("at_least", f"{named} are together {total}")

    def _sources(self, least: Mapping[str, Any]) -> None:
        """Check that groups have as many rows as are asked of them, or as much cost; steps before may remove some."""
        if "group" not in self._table or "start" in self._table:
            return
        if "cost" in self._table:
            self._costs(least)
            return
        if self._table["group"] != "source":
            self._groups()
            for name, rows in self._sizes.items():
                amount = least.get(name, least.get(EACH))
                if amount is not None and not is_share(amount) and rows < amount:
                    self._add("at_least", f"{name} should have at least {amount:,} rows, and the files have {rows:,}")
            return
        for source, _ in self._schemas:
            amount = least.get(source.name, least.get(EACH))
            if amount is None or is_share(amount):
                continue
            if (rows := self._counts.of(source, ceil(amount))) < amount:
                self._add("at_least", f"{source.name} should have {amount:,} rows, and its files have {rows:,}")

    def _costs(self, least: Mapping[str, Any]) -> None:
        """Check that the rows of groups cost as much as is asked of them, if a column of the files has the costs."""
        cost = str(self._table["cost"])
        asked = any(not is_share(amount) for name, amount in least.items() if not name.startswith(TAG))
        known = "tokenizer" not in self._table and all(
            cost in schema and schema[cost].is_numeric() for _, schema in self._schemas
        )
        if not asked or not known:
            return
        column, found = str(self._table["group"]), dict[str, float]()
        for source, schema in self._schemas:
            group = pl.col(column).cast(pl.String).fill_null("null") if column in schema else pl.lit("null")
            frame = source.load().select(
                group=pl.lit(source.name) if column == "source" else group, cost=pl.col(cost).cast(pl.Float64)
            )
            for name, amount in frame.group_by("group").agg(pl.col("cost").sum()).collect().iter_rows():
                found[name] = found.get(name, 0.0) + amount
        for name, there in found.items():
            amount = least.get(name, least.get(EACH))
            if amount is not None and not is_share(amount) and there < amount * (1 - 1e-9):
                self._add(
                    "at_least", f"{name} should have at least {amount:,.10g} {cost}, and the files have {there:,.10g}"
                )

    def _budget(self, low: Any, high: Any) -> float | None:
        """The most that the budget can be, if that is known and may be too small for an amount and a share of it."""
        budget = self._table["budget"]
        if not is_share(budget):
            return amount_of("budget", budget, 1.0)
        if "cost" in self._table or is_share(low):
            return None
        share = amount_of("", high, 1.0, rounding=float) if is_share(high) else 1.0
        enough = enough_for(self._table, ceil(low / max(share, 1e-9)))
        rows = self._counts.all(enough)
        return budget_of(self._table, rows) if rows < enough else None

    def _shown(self, whole: float) -> str:
        budget = self._table["budget"]
        return f"the budget of {whole:,.10g}" + (f" ({budget} of at most all rows)" if is_share(budget) else "")

    def _groups(self) -> set[str]:
        """The values of the column of groups."""
        column = str(self._table["group"])
        if column == "source":
            return {source.name for source, _ in self._schemas}
        frames = [
            source.load().select(pl.col(column).cast(pl.String).fill_null("null")).group_by(column).len().collect()
            for source, schema in self._schemas
            if column in schema
        ]
        self._sizes.clear()
        for name, rows in (row for frame in frames for row in frame.iter_rows()):
            self._sizes[name] = self._sizes.get(name, 0) + rows
        if len(frames) < len(self._schemas):
            # How many rows the sources without the column have is not counted.
            self._sizes.pop("null", None)
            return {*self._sizes, "null"}
        return set(self._sizes)


def tags_in(frame: pl.LazyFrame, column: str) -> set[str]:
    """The tags in a column of lists."""
    held = frame.select(column)
    while isinstance(held.collect_schema()[column], pl.List):
        held = held.explode(column)
    return set(held.unique().drop_nulls().cast(pl.String).collect().get_column(column))


def _amounts(given: Any) -> dict[str, Any]:
    """The amount of each group or tag."""
    if isinstance(given, Mapping):
        return {group_name(name): amount for name, amount in given.items()}
    return {} if given is None else {EACH: given}

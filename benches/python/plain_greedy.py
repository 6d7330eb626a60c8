"""Selection by gain beside a plain greedy in floats: `python benches/python/plain_greedy.py [FILE]`.

Every row is looked at at every step, in the words of docs/selecting.md. FILE is as for frontier.py; without one, it is the
data that come with instag. What both reach differs by less than a millionth, for every curve with every option, or
this fails.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import instag
from frontier import pool

BUDGETS = (100, 400)
WORDS = 3_000
CURVES: tuple[float | str, ...] = (0.3, 0.5, 0.8, 1.0, "log")
CLOSE = 1e-6
PARTS = ["a", "b", "c", "d"]

Floats = NDArray[np.float64]


@dataclass
class Plain:
    """What there is to choose from, tag by tag."""

    curve: float | str
    row: NDArray[np.int64]
    tag: NDArray[np.int64]
    worth: Floats
    quality: Floats
    cost: Floats
    exponent: float
    budget: float
    group: NDArray[np.int64]
    least: Floats
    most: Floats
    before: list[int] = field(default_factory=list)

    def at(self, count: Floats) -> Floats:
        """φ, straight between whole numbers."""
        whole = np.floor(count)
        low, high = self._at_whole(whole), self._at_whole(whole + 1)
        return low + (count - whole) * (high - low)

    def _at_whole(self, count: Floats) -> Floats:
        return np.log1p(count) if isinstance(self.curve, str) else np.power(count, self.curve)

    def gains(self, counts: Floats) -> Floats:
        """What each row would add."""
        held = counts[self.tag]
        added = self.worth[self.tag] * (self.at(held + self.quality[self.row]) - self.at(held))
        # Equal gains are to be equal in floats too, so that ties go to the earlier row.
        return np.round(np.bincount(self.row, added, len(self.cost)), 10)

    def counts(self, rows: list[int]) -> Floats:
        """How much of each tag there is, earlier rows included."""
        taken = np.isin(self.row, [*self.before, *rows])
        return np.bincount(self.tag[taken], self.quality[self.row[taken]], len(self.worth)).astype(float)

    def value(self, rows: list[int]) -> float:
        """What rows add to the earlier ones."""
        return float((self.worth * (self.at(self.counts(rows)) - self.at(self.counts([])))).sum())

    def may_follow(self, rows: list[int]) -> NDArray[np.bool_]:
        """Which rows fit, with room left for what groups still lack."""
        taken = [*self.before, *rows]
        has = np.bincount(self.group[taken], self.cost[taken], len(self.least))
        lacking = np.maximum(self.least - has, 0)
        after = has[self.group] + self.cost
        still = lacking.sum() - lacking[self.group] + np.maximum(self.least[self.group] - after, 0)
        fits: NDArray[np.bool_] = (self.cost[rows].sum() + self.cost + still <= self.budget) & (
            after <= self.most[self.group]
        )
        fits[taken] = False
        return fits

    def choose(self) -> list[int]:
        """Take the row that adds most for its cost until none fits; end with the best last row at any step, if that is better."""
        rows: list[int] = []
        best: tuple[float, list[int]] = (0.0, [])
        while True:
            gains = np.where(self.may_follow(rows), self.gains(self.counts(rows)), 0.0)
            if gains.max() <= 0:
                return max((self.value(rows), rows), best)[1]
            if np.ptp(self.cost) > 0:
                last = [*rows, int(gains.argmax())]
                best = max(best, (self.value(last), last), key=lambda each: each[0])
            rows = [*rows, int(np.round(gains / self.cost**self.exponent, 12).argmax())]


def options(data: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every option by itself, and several at once."""
    tags = data.get_column("tags").explode(empty_as_null=False).value_counts(sort=True, name="n")
    often = tags.get_column("tags").to_list()
    shares = {tag: count / tags.get_column("n").sum() for tag, count in tags.rows() if count > 4}
    yield "nothing else", {}
    yield "quality", {"quality": "score"}
    yield "weights", {"weights": {often[0]: 0, often[1]: 0.25, often[9]: 3}}
    yield "target", {"target": shares}
    yield "start", {"start": list(range(0, 150, 3))}
    yield "upper quotas", {"group": "part", "at_most": 0.3}
    yield "lower quotas", {"group": "part", "at_least": {"d": 0.6}}
    together = {"quality": "score", "start": list(range(0, 60, 2)), "weights": {often[0]: 0}}
    yield "all of these", together | {"group": "part", "at_most": 0.4, "at_least": {"a": 0.14}}
    for exponent in (0.0, 0.5, 1.0):
        yield f"cost^{exponent}", {"cost": "words", "cost_exponent": exponent}


def plain(data: pl.DataFrame, curve: float | str, budget: int, given: dict[str, Any]) -> Plain:
    """The same for the plain greedy."""
    lists = data.select("tags").with_row_index("row").explode("tags", empty_as_null=False).drop_nulls()
    names = lists.get_column("tags").unique().sort()
    power = 0.0 if isinstance(curve, str) else curve
    shares = given.get("target")
    worth = np.array([given.get("weights", {}).get(tag, 1.0) for tag in names], float)
    if shares is not None:
        worth *= np.array([shares[tag] ** (1 - power) if tag in shares else 0.0 for tag in names])
    costs = data.get_column("words").to_numpy().astype(float)
    groups = data.get_column("part").to_physical().to_numpy().astype(int)
    least, most = np.zeros(groups.max() + 1), np.full(groups.max() + 1, np.inf)
    for part, share in given.get("at_least", {}).items():
        least[PARTS.index(part)] = np.ceil(round(share * budget, 9))
    if "at_most" in given:
        most[:] = np.floor(round(given["at_most"] * budget, 9))
    return Plain(
        curve=curve,
        row=lists.get_column("row").to_numpy().astype(int),
        tag=lists.get_column("tags").replace_strict(names, np.arange(len(names))).to_numpy(),
        worth=worth,
        quality=data.get_column("score").to_numpy() if "quality" in given else np.ones(data.height),
        cost=costs if "cost" in given else np.ones(data.height),
        exponent=given.get("cost_exponent", 0.0),
        budget=budget,
        group=groups,
        least=least,
        most=most,
        before=given.get("start", []),
    )


def main() -> None:
    """Choose both ways, and print how far they are apart at most."""
    data = pool(sys.argv[1] if len(sys.argv) > 1 else None)
    random = np.random.default_rng(1)
    parts = pl.Series("part", random.choice(PARTS, data.height, p=[0.1, 0.2, 0.3, 0.4]))
    data = data.with_columns(
        parts.cast(pl.Enum(PARTS)),
        words=pl.Series(random.integers(5, 400, data.height)),
        score=pl.Series(random.integers(1, 129, data.height) / 64),
    ).with_row_index("nth")
    furthest = 0.0
    for (name, given), curve in product(options(data), CURVES):
        if curve == 1.0 and "target" in given:  # by which no target can be reached
            continue
        for budget in (WORDS, 4 * WORDS) if "cost" in given else BUDGETS:
            by_hand = plain(data, curve, budget, given)
            chosen = instag.select(data, budget, method="gain", curve=curve, **given)
            rows = chosen.get_column("nth").to_list()
            value, other = by_hand.value(rows), by_hand.value(by_hand.choose())
            apart = (value - other) / other
            print(
                f"{name}, curve {curve}, budget {budget}: {len(rows)} rows, {value:.6f}, apart by {apart:.1e}",
                flush=True,
            )
            assert abs(apart) < CLOSE, (value, other)
            furthest = max(furthest, abs(apart))
    print(f"{data.height} samples: never further apart than {furthest:.1e}")


if __name__ == "__main__":
    main()

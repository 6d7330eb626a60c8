"""The cost of each sample."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.texts import texts_plan
from instag.selection.columns import numbers_of
from instag.selection.options import Options

__all__ = ["Cost", "cost_of"]

Floats = NDArray[np.float64]

# The most decimal places with which costs are tried as integers.
PLACES = 6
# The least and the largest cost: within them, sums and quotients stay finite.
LEAST, MOST = 1e-100, 1e100
# The core adds costs up in 64 bits.
LARGEST = 2.0**62


@dataclass(frozen=True)
class Cost:
    """What each sample costs, as it was given and in whole numbers for the core.

    Attributes
    ----------
    name
        The unit, or the column.
    values
        As given.
    whole
        In parts of 1 / `scale`.
    scale
        How many parts are one unit.
    slack
        By how many parts the rounding of all rows together can be off.
    """

    name: str
    values: Floats
    whole: NDArray[np.uint64]
    scale: float
    slack: float

    def parts(self, units: float) -> int:
        """Convert units to parts, rounded down."""
        return int(min(float(units) * self.scale + self.slack, LARGEST))


def cost_of(frame: Frame, options: Options) -> Cost | None:
    """Read the cost from a column, or compute it.

    Raises
    ------
    InputError
        If there is no such column, or a value is not a number above 0.
    """
    name = options.cost
    if name is None:
        return None
    if name in frame.columns:
        values = numbers_of(frame, "cost", name, None)
    elif name in ("characters", "words"):
        text = pl.col("texts").list.join("\n")
        count = text.str.len_chars() if name == "characters" else text.str.count_matches(r"\S+")
        # A sample without a word still costs 1, since it takes up a row.
        counts = frame.pieces(texts_plan(frame).select(cost=count.clip(lower_bound=1)))
        values = pl.concat(list(counts)).to_numpy().astype(np.float64)
    else:
        hint = (
            "count them first with instag.count_tokens / --tokenizer"
            if name == "tokens"
            else "name a column, or characters or words"
        )
        raise InputError(f"cost: no column {name!r}; the columns are: {', '.join(frame.columns)}; {hint}")
    if (bad := np.flatnonzero(values <= 0)).size:
        raise InputError(
            f"cost: expected numbers above 0 in column {name!r}; found {values[bad[0]]:g} in {frame.row_name(bad[0])}, and {bad.size:,} such "
            "in all: drop those rows, or give them a cost"
        )
    if (bad := np.flatnonzero((values < LEAST) | (values > MOST))).size:
        raise InputError(
            f"cost: expected numbers from {LEAST:g} to {MOST:g} in column {name!r}; found {values[bad[0]]:g} in "
            f"{frame.row_name(bad[0])}, and {bad.size:,} such in all: drop those rows, or count in another unit"
        )
    return Cost(name, values, *_whole(values))


def _whole(values: Floats) -> tuple[NDArray[np.uint64], float, float]:
    """Costs as integers: exact if they have few decimal places, otherwise as fine as the core can add up."""
    total = max(float(values.sum()), 1e-300)
    for places in range(PLACES + 1):
        scale = 10.0**places
        if total * scale > LARGEST:
            break
        scaled = values * scale
        whole = np.rint(scaled)
        if (np.abs(scaled - whole) <= 1e-9 * np.maximum(scaled, 1)).all() and (whole >= 1).all():
            return whole.astype(np.uint64), scale, 1e-6
    scale = 2.0**52 / total
    return np.maximum(np.rint(values * scale), 1).astype(np.uint64), scale, len(values) / 2

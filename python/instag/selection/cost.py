"""What each sample costs."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.texts import texts
from instag.selection.columns import numbers_of
from instag.selection.options import Options

__all__ = ["Cost", "cost_of"]

Floats = NDArray[np.float64]

# Decimal places that are tried, so that costs are whole numbers of the last of them.
PLACES = 6
# The least and the largest cost: their sums and quotients stay finite.
LEAST, MOST = 1e-100, 1e100
# The core adds costs up in 64 bits.
LARGEST = 2.0**62


@dataclass(frozen=True)
class Cost:
    """What each sample costs, as it was given and in whole numbers for the core.

    Attributes
    ----------
    name
        What is counted.
    values
        As given.
    whole
        In parts of 1 / `scale`.
    scale
        How many parts are one unit.
    slack
        How many parts the rounding of all rows can amount to.
    """

    name: str
    values: Floats
    whole: NDArray[np.uint64]
    scale: float
    slack: float

    def parts(self, units: float) -> int:
        """Units in parts, rounded down."""
        return int(min(float(units) * self.scale + self.slack, LARGEST))


def cost_of(frame: Frame, options: Options) -> Cost | None:
    """The column with the cost, or what is computed in its place.

    Raises
    ------
    InputError
        If there is no such column, or a value that is no number above 0.
    """
    name = options.cost
    if name is None:
        return None
    if name in frame.columns:
        values = numbers_of(frame, "cost", name, None)
    elif name in ("characters", "words"):
        said = texts(frame).to_frame("text").select(pl.col("text").list.join("\n"))
        count = pl.col("text").str.len_chars() if name == "characters" else pl.col("text").str.count_matches(r"\S+")
        # A sample without a word is not for nothing: it takes a row.
        values = said.select(count.clip(lower_bound=1)).to_series().to_numpy().astype(np.float64)
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
            "in all: drop those rows, or give them what they cost"
        )
    if (bad := np.flatnonzero((values < LEAST) | (values > MOST))).size:
        raise InputError(
            f"cost: expected numbers from {LEAST:g} to {MOST:g} in column {name!r}; found {values[bad[0]]:g} in "
            f"{frame.row_name(bad[0])}, and {bad.size:,} such in all: drop those rows, or count in another unit"
        )
    return Cost(name, values, *_whole(values))


def _whole(values: Floats) -> tuple[NDArray[np.uint64], float, float]:
    """Costs in whole parts: exact where they have few decimal places, and else as fine as the core can add up."""
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

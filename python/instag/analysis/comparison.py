"""What one part of the data holds more of than another."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.analysis.terminal import fitted, table

__all__ = ["Comparison", "against"]

# As much of a name as leaves room for another on the line.
NAMED = 36


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `a` over- and under-represents beside `b`.

    Both frames have `n_a` and `n_b`, the samples; `share_a` and `share_b`, their shares of each part; `expected`, the
    samples of `a` there would be at the share of `b`; and `ratio`, the binary logarithm of how many times that there
    are, one sample added to both: 0 is as in `b`, 1 twice as many, -1 half. The sample added keeps what is rare, and
    says little, near 0. The most over-represented come first, the most under-represented last.

    Attributes
    ----------
    a, b
        The names of what is compared.
    tags
        One line for each `tag` that either has.
    groups
        One line for each `group`; none where samples are in no groups.
    """

    a: str
    b: str
    tags: pl.DataFrame
    groups: pl.DataFrame

    def __repr__(self) -> str:
        groups = "" if self.groups.is_empty() else f"\n\n{table(self.groups)}"
        return f"{fitted(repr(self.a), NAMED)} beside {fitted(repr(self.b), NAMED)}\n{table(self.tags)}{groups}"


def against(names: pl.Series, n_a: NDArray[np.int64], n_b: NDArray[np.int64], samples: tuple[int, int]) -> pl.DataFrame:
    """Compare the counts of what is named; what neither has is left out."""
    a, b = samples
    expected = n_b * (a / max(b, 1))
    columns = {
        names.name: names,
        "n_a": pl.Series(n_a, dtype=pl.UInt32),
        "n_b": pl.Series(n_b, dtype=pl.UInt32),
        "share_a": _share(n_a, a),
        "share_b": _share(n_b, b),
        "expected": expected,
        "ratio": np.log2((n_a + 1) / (expected + 1)),
    }
    either = (n_a > 0) | (n_b > 0)
    order = ("ratio", "n_a", names.name)
    return pl.DataFrame(columns).filter(either).sort(order, descending=[True, True, False])


def _share(counts: NDArray[np.int64], of: int) -> pl.Series:
    """The counts as shares, null where they are shares of nothing."""
    return pl.Series(counts / of) if of else pl.Series([None] * len(counts), dtype=pl.Float64)

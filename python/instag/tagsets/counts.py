"""The distinct tags of a column and their counts, without its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import clean
from instag.tagsets.encoding import encode

__all__ = ["Counts", "count_tags", "counted"]


@dataclass(frozen=True)
class Counts:
    """The distinct tags of a column in order of name, and their counts.

    Attributes
    ----------
    spellings
        The tags.
    holders
        The number of rows that hold each.
    given
        How often each was given, repeats within a row included.
    """

    spellings: list[str]
    holders: NDArray[np.int64]
    given: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Iterable[pl.DataFrame]) -> "Counts":
        """Add up the counts of pieces."""
        whole = pl.DataFrame(schema={"tag": pl.String, "holders": pl.Int64, "given": pl.Int64})
        for table in tables:
            whole = pl.concat([whole, table]).group_by("tag").sum()
        tag, holders, given = whole.sort("tag").get_columns()
        return cls(tag.to_list(), holders.to_numpy(), given.to_numpy())

    @cached_property
    def cleaned(self) -> list[str]:
        """The tags in their cleaned spelling."""
        return clean(self.spellings)


def count_tags(pieces: Iterable[pl.Series]) -> Counts:
    """Count the tags of a column that comes in pieces. Each list is a row; only the counts are kept.

    Examples
    --------
    >>> counts = count_tags([pl.Series([["b", "a", "b"]]), pl.Series([["b"], None])])
    >>> counts.spellings, counts.holders.tolist(), counts.given.tolist()
    (['a', 'b'], [1, 2], [1, 3])
    """
    return Counts.of(map(counted, pieces))


def counted(piece: pl.Series) -> pl.DataFrame:
    """The counts of one piece as a table."""
    tags = encode(piece, each_list=True)
    return pl.DataFrame({"tag": tags.names, "holders": tags.holders.astype(np.int64), "given": tags.given})

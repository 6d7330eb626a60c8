"""The queries of the samples, as `instag.read` finds them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.frame import Frame

__all__ = ["Queries", "queries_of"]

LONGEST = 200


@dataclass(frozen=True)
class Queries:
    """What the user said in each sample: a list of strings, or null."""

    column: pl.Series

    @property
    def counts(self) -> NDArray[np.uint32]:
        """The number of queries of each sample."""
        return self.column.list.len().fill_null(0).to_numpy()

    def first(self, rows: NDArray[np.uint32]) -> pl.Series:
        """The first query of each of some samples, null where there is none."""
        return self.column.gather(rows).list.first()

    def examples(self, rows: NDArray[np.uint32]) -> pl.Series:
        """The same, cut to 200 characters: the last of them is "…" where something was left out."""
        query = pl.col("query")
        short = pl.concat_str(query.str.slice(0, LONGEST - 1), pl.lit("…"))
        shown = pl.when(query.str.len_chars() > LONGEST).then(short).otherwise(query).fill_null("")
        return self.first(rows).alias("query").to_frame().select(shown).to_series()


def queries_of(frame: Frame) -> Queries | None:
    """The column `queries`, where there is one and it holds lists of strings."""
    column = frame.column("queries") if "queries" in frame.columns else None
    lists = column is not None and column.dtype in (pl.List(pl.String), pl.List(pl.Null))
    return Queries(column.cast(pl.List(pl.String))) if column is not None and lists else None

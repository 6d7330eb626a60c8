"""The queries of the samples, as they are counted and shown."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.frame import Frame
from instag.io.queries import overheard

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
    """What users said, where the columns of the frame tell."""
    said = overheard(frame)
    return None if said is None else Queries(said)

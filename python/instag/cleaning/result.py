"""What a step of cleaning brings: the rows that stay, and what went for which reason."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame import Frame

__all__ = ["Cleaned", "cleaned", "shown"]

F = TypeVar("F")

# Characters of a query in a list.
LONGEST = 200


@dataclass(frozen=True)
class Cleaned(Generic[F]):
    """Data without some rows, and what became of these.

    Attributes
    ----------
    data
        The rows that stay, in order, as the kind of frame that came in; all rows where they were only marked.
    dropped
        A row for each that went, or was marked: `row` (from 0), `reason`, what else there is to say of it, and `query`
        (its first 200 characters).
    samples
        How many rows there were.
    """

    data: F
    dropped: pl.DataFrame
    samples: int

    @property
    def kept(self) -> int:
        """How many rows stay, or are not marked."""
        return self.samples - self.dropped.height

    @property
    def reasons(self) -> pl.DataFrame:
        """How many rows went for each `reason`: `rows`, the most first."""
        counts = self.dropped.group_by("reason").len("rows")
        return counts.sort("rows", "reason", descending=[True, False])

    def __repr__(self) -> str:
        lines = [f"{self.kept:,} of {self.samples:,} rows stay"]
        lines += [f"{rows:>8,}  {reason}" for reason, rows in self.reasons.iter_rows()]
        return "\n".join(lines)


def cleaned(frame: Frame, dropped: pl.DataFrame, samples: int, marks: pl.DataFrame | None = None) -> Cleaned[Any]:
    """Take the rows that stay, or all of them with columns that mark the others.

    Parameters
    ----------
    frame
        The data.
    dropped
        As in :class:`Cleaned`.
    samples
        How many rows there are.
    marks
        The columns that mark rows; without them the rows go.
    """
    if marks is not None:
        if taken := [name for name in marks.columns if name in frame.columns]:
            names = " and ".join(map(repr, taken))
            raise InputError(f"action: 'mark' would overwrite the column {names} of the data: rename or drop it first")
        return Cleaned(frame.with_columns(marks), dropped, samples)
    stay = np.ones(samples, np.bool_)
    stay[dropped.get_column("row").to_numpy()] = False
    return Cleaned(frame.take(np.flatnonzero(stay).astype(np.uint32), pl.DataFrame()), dropped, samples)


def shown(queries: pl.Series, rows: pl.Series) -> pl.Series:
    """The first query of some rows, cut for a list."""
    first = queries.gather(rows).list.first().fill_null("")
    return first.str.slice(0, LONGEST).alias("query")

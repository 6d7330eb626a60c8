"""The result of a step of cleaning: the rows that stay, and those that went, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.warning import warn

__all__ = ["Cleaned", "cleaned", "shown"]

F = TypeVar("F")

# Characters of a query that `dropped` shows.
LONGEST = 200


@dataclass(frozen=True)
class Cleaned(Generic[F]):
    """Data without some rows, and what became of these.

    Attributes
    ----------
    data
        The rows that stay, in order, as the kind of frame that came in; all rows where they were only marked.
    dropped
        A row for each that went, or was marked: `row` (from 0), `reason`, more columns that depend on the step, and
        `query` (its first 200 characters).
    samples
        How many rows there were.
    candidates
        Of :func:`instag.decontaminate` where candidates for paraphrases were looked for, a row for each: `row`,
        `turn`, `likeness`, `benchmark`, `item`, `query` and `asked` (both whole), `same` (null if there is no
        judgement), `reason` and `judge`.
    tally
        What a model was asked and what that cost, an :class:`instag.Tally`; None if no model was asked.
    """

    data: F
    dropped: pl.DataFrame
    samples: int
    candidates: pl.DataFrame | None = None
    tally: Any = None

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


def cleaned(
    frame: Frame, dropped: pl.DataFrame, samples: int, marks: pl.DataFrame | None = None, **more: Any
) -> Cleaned[Any]:
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
        The columns that mark rows; without them the rows go. A column whose name is in the data already gets a longer
        one. The first must not be in the data: it would mean that they are marked already.
    **more
        Other fields of the result.
    """
    if marks is not None:
        return Cleaned(frame.with_columns(_renamed(marks, frame.columns)), dropped, samples, **more)
    stay = np.ones(samples, np.bool_)
    stay[dropped.get_column("row").to_numpy()] = False
    return Cleaned(frame.take(np.flatnonzero(stay).astype(np.uint32), pl.DataFrame()), dropped, samples, **more)


def _renamed(marks: pl.DataFrame, there: Sequence[str]) -> pl.DataFrame:
    """The columns that mark rows, under names that the data do not have."""
    first, *others = marks.columns
    if first in there:
        raise InputError(
            f"action: the data have a column {first!r}, so they are marked already: rename it or drop it first"
        )
    longer = {name: f"{first}_{name}" for name in others if name in there}
    if taken := [name for name in longer.values() if name in there]:
        raise InputError(
            f"action: the data have the columns {', '.join([*longer, *taken])}: rename or drop some of them"
        )
    if longer:
        renamed = ", ".join(f"{name!r} is called {other!r}" for name, other in longer.items())
        warn(f"action: the data have columns of the names that 'mark' adds: {renamed}")
    return marks.rename(longer)


def shown(queries: pl.Series, rows: pl.Series) -> pl.Series:
    """The first query of some rows, cut for a list."""
    first = queries.gather(rows).list.first().fill_null("")
    return first.str.slice(0, LONGEST).alias("query")

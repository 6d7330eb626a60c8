"""The result of a cleaning step: the rows that stay, and the removed rows with their reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.frame.batches import compact
from instag.warning import warn

__all__ = ["Cleaned", "cleaned", "line_for_each", "shown"]

F = TypeVar("F")

# The most characters of a query in `dropped`.
LONGEST = 200


@dataclass(frozen=True)
class Cleaned(Generic[F]):
    """The cleaned data, with a list of the rows that were removed or marked.

    Attributes
    ----------
    data
        The rows that stay, in order, as the kind of frame that was passed in; all rows if they were only marked.
    dropped
        One line for each row that was removed or marked: `row` (from 0), `reason`, more columns that depend on the
        step, and `query` (its first 200 characters).
    samples
        The number of rows before cleaning.
    candidates
        The candidates for paraphrases, if :func:`instag.decontaminate` searched for them: `row`, `turn`, `likeness`,
        `benchmark`, `item`, `query` and `asked` (both in full), `same` (null without a judgement), `reason` and
        `judge`.
    tally
        The requests, tokens and cost of a model, an :class:`instag.Tally`; None if no model was asked.
    """

    data: F
    dropped: pl.DataFrame
    samples: int
    candidates: pl.DataFrame | None = None
    tally: Any = None

    @property
    def kept(self) -> int:
        """The number of rows that stay, or are not marked."""
        return self.samples - self.dropped.height

    @property
    def reasons(self) -> pl.DataFrame:
        """The number of removed `rows` for each `reason`, the most frequent first."""
        counts = self.dropped.group_by("reason").len("rows")
        return counts.sort("rows", "reason", descending=[True, False])

    def __repr__(self) -> str:
        lines = [f"{self.kept:,} of {self.samples:,} rows stay"]
        lines += [f"{rows:>8,}  {reason}" for reason, rows in self.reasons.iter_rows()]
        return "\n".join(lines)


def cleaned(
    frame: Frame, dropped: pl.DataFrame, samples: int, marks: pl.DataFrame | None = None, **more: Any
) -> Cleaned[Any]:
    """Take the rows that stay, or keep all rows and add columns that mark the others.

    Parameters
    ----------
    frame
        The data.
    dropped
        As in :class:`Cleaned`.
    samples
        The number of rows.
    marks
        The columns that mark rows; if None, the rows are removed. A column whose name the data already have gets a
        longer name. If the data have the first column, they are already marked, which is an error.
    **more
        Other fields of the result.
    """
    if marks is not None:
        return Cleaned(frame.with_columns(_renamed(marks, frame.columns)), dropped, samples, **more)
    stay = np.ones(samples, np.bool_)
    stay[dropped.get_column("row").to_numpy()] = False
    return Cleaned(frame.take(np.flatnonzero(stay).astype(np.uint32), pl.DataFrame()), dropped, samples, **more)


def _renamed(marks: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The columns that mark rows, under names that the data do not have."""
    first, *others = marks.columns
    if first in columns:
        raise InputError(
            f"action: the data have a column {first!r}, so they are already marked: rename it or drop it first"
        )
    longer = {name: f"{first}_{name}" for name in others if name in columns}
    if taken := [name for name in longer.values() if name in columns]:
        raise InputError(
            f"action: the data have the columns {', '.join([*longer, *taken])}: rename or drop some of them"
        )
    if longer:
        renamed = ", ".join(f"{name!r} is called {other!r}" for name, other in longer.items())
        warn(f"action: the data already have columns of the names that 'mark' adds: {renamed}")
    return marks.rename(longer)


def line_for_each(dropped: pl.DataFrame, samples: int) -> pl.DataFrame:
    """The line of each row in `dropped`, of all rows in their order; nulls for rows that are not in it."""
    rows = pl.DataFrame({"row": np.arange(samples, dtype=np.uint32)})
    return rows.join(dropped, on="row", how="left", maintain_order="left")


def shown(queries: Iterable[pl.Series], rows: pl.Series) -> pl.Series:
    """The first query of the given rows, cut to 200 characters.

    Parameters
    ----------
    queries
        The queries of all rows, piece by piece.
    rows
        The numbers of the rows, in ascending order.
    """
    found = [pl.Series(dtype=pl.String)]
    wanted, start = rows.to_numpy(), 0
    for piece in queries if len(wanted) else ():
        first, last = np.searchsorted(wanted, (start, start + len(piece)))
        chosen = piece.gather(wanted[first:last] - start).list.first().fill_null("")
        # A copy of these characters alone, since otherwise each would keep its whole text.
        found.append(compact(chosen.str.slice(0, LONGEST).to_frame("query")).to_series())
        start += len(piece)
    return pl.concat(found).alias("query")

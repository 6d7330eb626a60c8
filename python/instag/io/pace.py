"""The progress of reading and writing: how many rows are done, for a `progress` function."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import polars as pl

from instag.progress import Progress, Stage, shown

__all__ = ["counted", "expecting", "followed", "passed", "watched"]

_follower: ContextVar[Callable[[Progress], None] | None] = ContextVar("follower", default=None)
_expected: ContextVar[int | None] = ContextVar("expected", default=None)


@contextmanager
def followed(progress: Callable[[Progress], None] | None) -> Iterator[None]:
    """Call a function with the progress of the reading and writing within the block.

    Parameters
    ----------
    progress
        The function; None shows a bar in a notebook, and nothing elsewhere. An outer function keeps being called.

    Examples
    --------
    >>> with followed(print):
    ...     passed("reading", 20_000, 60_000)
    reading: 20,000 of 60,000
    """
    token = None if progress is None and _follower.get() is not None else _follower.set(shown(progress))
    try:
        yield
    finally:
        if token is not None:
            _follower.reset(token)


@contextmanager
def expecting(rows: int) -> Iterator[None]:
    """Set how many rows will pass within the block, if that is known from reading them before.

    Parameters
    ----------
    rows
        How many.
    """
    token = _expected.set(rows)
    try:
        yield
    finally:
        _expected.reset(token)


def watched() -> bool:
    """Whether progress is shown, so that it is worth counting the rows in advance.

    Examples
    --------
    >>> with followed(print):
    ...     watched()
    True
    """
    return _follower.get() is not None


def passed(stage: str, rows: int, total: int | None = None) -> None:
    """Report how many rows of a stage are done.

    Parameters
    ----------
    stage
        What is done with them.
    rows
        How many are done.
    total
        How many there are, if that is known.
    """
    follower = _follower.get()
    total = _expected.get() if total is None else total
    if follower is not None:
        follower(Stage(stage if total is not None else f"{stage}: {rows:,} rows", rows, total))


def counted(frame: pl.LazyFrame, stage: str, total: int | None) -> pl.LazyFrame:
    """Count the rows of a plan as they pass, if progress is shown.

    Parameters
    ----------
    frame
        The plan.
    stage
        What is done with the rows.
    total
        How many there are, if that is known.

    Returns
    -------
    polars.LazyFrame
        The same rows.
    """
    follower = _follower.get()
    if follower is None:
        return frame
    rows = 0
    total = _expected.get() if total is None else total

    def count(batch: pl.DataFrame) -> pl.DataFrame:
        nonlocal rows
        rows += batch.height
        # Polars calls this in a thread of its own, which does not have this thread's context.
        follower(Stage(stage if total is not None else f"{stage}: {rows:,} rows", rows, total))
        return batch

    return frame.map_batches(count, streamable=True, schema=frame.collect_schema())

"""Reading a plan batch by batch, with little of it in memory at a time; and copies that keep nothing else of a batch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import polars as pl

__all__ = ["PART", "batches", "compact", "pieces", "reading_little_ahead"]

# How many row groups Polars reads ahead, and how many files it reads at a time: by default so many that they take up
# most of the memory.
# No argument and no `Config` says how many; a Polars that does not know the variables reads ahead as it likes.
AHEAD = {"POLARS_ROW_GROUP_PREFETCH_SIZE": "2", "POLARS_MAX_CONCURRENT_SCANS": "1"}
# Rows that one step of a plan hands to the next: some thirty of these parts wait between reading and writing, and by
# default each is as large as a row group.
PART = 1 << 13
PARTS = "POLARS_IDEAL_MORSEL_SIZE"


def batches(plan: pl.LazyFrame, rows: int | None = None) -> Iterator[pl.DataFrame]:
    """The rows of a plan in their order, batch by batch.

    Parameters
    ----------
    plan
        What to read.
    rows
        About how many rows a batch has; None leaves it to Polars.

    Examples
    --------
    >>> [batch.height for batch in batches(pl.LazyFrame({"a": [1, 2, 3]}))]
    [3]
    """
    with reading_little_ahead():
        yield from plan.collect_batches(maintain_order=True, chunk_size=rows)


def pieces(plan: pl.LazyFrame, rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a plan in their order, up to a number at a time; if there are none, one frame without rows.

    Examples
    --------
    >>> [piece.height for piece in pieces(pl.LazyFrame({"a": [1, 2, 3]}), 2)]
    [2, 1]
    """
    any_rows = False
    for batch in batches(plan):
        for piece in batch.iter_slices(rows):
            any_rows = any_rows or piece.height > 0
            yield piece
    if not any_rows:
        yield pl.DataFrame(schema=plan.collect_schema())


@contextmanager
def reading_little_ahead() -> Iterator[None]:
    """Let Polars read only a few row groups ahead, and hand on few rows at a time, unless the environment sets how many."""
    mine = [name for name in AHEAD if name not in os.environ]
    os.environ.update({name: AHEAD[name] for name in mine})
    parted = PARTS in os.environ
    if not parted:
        # The variable by itself is looked at only once.
        pl.Config.set_streaming_chunk_size(PART)
    try:
        yield
    finally:
        for name in mine:
            os.environ.pop(name, None)
        if not parted:
            pl.Config.set_streaming_chunk_size(None)


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """A copy that holds nothing but its own rows.

    The strings of a filtered frame are views of the batch that it was filtered from. Each view keeps the whole batch in
    memory, and so would a copy of the views.
    """
    if pl.Object in frame.dtypes:
        return frame
    buffer = BytesIO()
    frame.write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
    buffer.seek(0)
    return pl.read_ipc_stream(buffer)

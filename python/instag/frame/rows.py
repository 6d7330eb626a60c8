"""Rows taken from a Polars frame."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.frame.base import Rows

__all__ = ["mask_and_place", "take_rows"]


def take_rows(data: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Take distinct rows in the order given."""
    if not data.columns:
        return data
    if max(data.n_chunks("all")) == 1:
        return data[rows]
    # From several chunks Polars gathers by first copying them into one; a filter copies only what it keeps.
    mask, place = mask_and_place(rows, data.height)
    return data.filter(mask).rechunk()[place]


def mask_and_place(rows: Rows, height: int) -> tuple[NDArray[np.bool_], Rows]:
    """Which of `height` rows are taken, and which of the taken rows comes at each place."""
    mask = np.zeros(height, np.bool_)
    mask[rows] = True
    place = np.empty(len(rows), np.uint32)
    place[np.argsort(rows)] = np.arange(len(rows), dtype=np.uint32)
    return mask, place

"""How much of files Polars holds in memory while it reads them."""

from pathlib import Path

import polars as pl

from instag.frame import Frame
from instag.frame.extent import STATED, Extent
from instag.frame.stamps import scans
from instag.io.formats.parquet import largest_group

__all__ = ["held"]

# How many row groups are read at a time, how many rows one has if the file does not say, and how many files are looked at.
GROUPS, GROUPS_A_THREAD, GROUP, FILES = 2, 2, 100_000, 8
# Bytes of a tag while it is read; and of any other files, whose lines are read with all their columns each time.
TAG_READ, LINES = 33.0, 300e6


def held(frame: Frame, extent: Extent) -> tuple[float, float]:
    """The bytes that Polars holds while it reads the tags of files, and while it reads all columns.

    Of Parquet files these are some row groups at a time; of files read line by line, some pieces with all columns.
    """
    if not frame.streams:
        return 0.0, 0.0
    whole = extent.rows * extent.width
    found = scans(frame.lazy())
    if any(kind not in STATED for kind, _ in found):
        return (min(LINES, whole),) * 2
    paths = [Path(path) for _, paths in found for path in paths][:FILES]
    groups = [largest_group(path) for path in paths if path.is_file()]
    group = max((group for group in groups if group is not None), default=GROUP)
    rows = min(extent.rows, group * (GROUPS + GROUPS_A_THREAD * pl.thread_pool_size()))
    return rows * TAG_READ * (1 + extent.tags), rows * extent.width

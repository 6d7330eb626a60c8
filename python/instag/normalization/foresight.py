"""Estimate the memory and time for normalising before it begins, with advice if there is not enough memory."""

from dataclasses import replace

from instag.frame import Frame
from instag.frame.extent import Extent
from instag.io.ahead import held
from instag.memory import announce, available
from instag.tagsets import TagSets

__all__ = ["foresee"]

# Bytes for a row, for each of its tags, and for a distinct tag, measured by benches/python/memory_foreseen.py: first if
# the rows are returned in memory, then if they are read from files and written batch by batch.
ROW, TAG, DISTINCT = 40.0, 34.0, 300
ROW_READ, TAG_READ = 16.0, 8.0
# How much is in memory while the rows are written, as a multiple of what is read at a time: there are parts of it, some
# with the raw tags added.
HELD = 1.8
# Processor seconds for a million rows.
SECONDS = 2.5


def foresee(frame: Frame, tags: str, rows: TagSets | None = None) -> bool:
    """Announce what normalising will need if that is much, and refuse it if it is more than there is.

    Parameters
    ----------
    frame, tags
        The data, and the column with the tags.
    rows
        The tags, if they have been read already.

    Returns
    -------
    bool
        False if the tags have to be read first, because the size of the data is not known.

    Raises
    ------
    InputError
        If it needs more memory than is free.
    """
    if (there := available()) is None:
        return True
    extent = frame.extent(tags) if rows is None else Extent.of_tags(rows)
    if extent is None:
        return False
    if rows is None and _memory(frame, extent) > there:
        # The estimate may count rows that a filter removes.
        extent = frame.extent(tags, exact=True) or extent
    work = f"normalising the tags of about {extent.rows:,} rows"
    announce(work, _memory(frame, extent), extent.rows / 1e6 * SECONDS, _advice(frame, extent, there))
    return True


def _memory(frame: Frame, extent: Extent) -> float:
    distinct = DISTINCT * extent.distinct
    if not frame.streams:
        return extent.rows * (ROW + TAG * extent.tags) + distinct
    tags, everything = held(frame, extent)
    written = min(HELD * everything if tags < everything else everything, extent.rows * extent.width)
    return extent.rows * (ROW_READ + TAG_READ * extent.tags) + distinct + max(tags, written)


def _advice(frame: Frame, extent: Extent, there: int) -> str:
    part = extent
    while part.rows and _memory(frame, part) > there:
        part = replace(part, rows=part.rows // 2, distinct=part.distinct / 2)
    digits = 10 ** max(len(str(part.rows)) - 2, 0)
    some = f"{part.rows // digits * digits:,} rows" if part.rows else "fewer rows"
    ways = [f"normalise {some}, and apply their vocabulary to all, batch by batch (instag vocabulary apply)"]
    if not frame.streams:
        ways.append("open the files with instag.scan, which reads them piece by piece")
    return "; or ".join(ways)

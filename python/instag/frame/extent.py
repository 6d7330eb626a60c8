"""The size of data: the number of rows and what a row holds, found without reading all of them."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log2
from os import SEEK_END
from pathlib import Path
from typing import Any

import polars as pl

from instag.frame.batches import compact
from instag.frame.stamps import nodes, scan_of
from instag.tagsets import TagSets, encode

__all__ = ["SAMPLE", "STATED", "Extent", "rows_of", "spread"]

# Types of files that store how many rows they have.
STATED = ("parquet", "ipc")
# Rows that are looked at, and the places that they are taken from.
SAMPLE, PLACES = 2_000, 4
# Files that are looked into for the length of a line, and the bytes of each place in one.
FILES, PIECE = 8, 1 << 18


@dataclass(frozen=True)
class Extent:
    """An estimate of the size of data.

    Attributes
    ----------
    rows
        How many rows they have.
    tags
        How many tags a row has on average.
    distinct
        How many distinct tags there are in all.
    width
        The bytes of a row with all its columns.
    sample
        Some rows.
    """

    rows: int
    tags: float
    distinct: float
    width: float
    sample: pl.DataFrame = field(repr=False)

    @classmethod
    def of(cls, rows: int, sample: pl.DataFrame, tags: pl.Series) -> "Extent":
        """Estimate the size from some of the rows.

        The number of distinct tags grows as a power of the number of rows (Heaps' law), which two halves of the sample
        show.

        Parameters
        ----------
        rows
            How many there are.
        sample
            Some of them.
        tags
            Their tags.
        """
        height = max(sample.height, 1)
        sets, half = encode(tags), encode(tags[: len(tags) // 2])
        growth = log2(sets.n_tags / half.n_tags) if half.n_tags else 1.0
        distinct = sets.n_tags * (max(rows, height) / height) ** min(max(growth, 0.0), 1.0)
        each = len(sets.codes) / height
        return cls(rows, each, min(distinct, each * rows), compact(sample).estimated_size() / height, sample)

    @classmethod
    def of_tags(cls, tagsets: TagSets) -> "Extent":
        """The extent of tags that have been read already; of other columns it knows nothing."""
        rows = tagsets.samples
        return cls(rows, len(tagsets.codes) / max(rows, 1), tagsets.n_tags, 0.0, pl.DataFrame())


def spread(rows: int) -> Iterable[tuple[int, int]]:
    """The places to sample among a number of rows, and how many rows to take at each.

    Examples
    --------
    >>> list(spread(1_000)), list(spread(1_000_000))
    ([(0, 1000)], [(0, 500), (250000, 500), (500000, 500), (750000, 500)])
    """
    if rows <= SAMPLE:
        return [(0, rows)]
    return [(place * rows // PLACES, SAMPLE // PLACES) for place in range(PLACES)]


def rows_of(plan: pl.LazyFrame, *, exact: bool = False) -> int | None:
    """How many rows a plan has at most; None if only reading them could show it.

    Parquet and Arrow files store it; for JSON Lines and CSV it is estimated from the length of some lines.

    Parameters
    ----------
    plan
        What reads the rows.
    exact
        Whether they are counted, however long that takes.

    Examples
    --------
    >>> some = pl.LazyFrame({"a": [1, 2, 3]}).filter(pl.col("a") > 1)
    >>> rows_of(some), rows_of(some, exact=True)
    (3, 2)
    """
    if exact:
        return int(plan.select(pl.len()).collect(engine="streaming").item())
    steps = nodes(plan)
    found = [_rows_at(step) for step in steps]
    known = [rows for rows in found if rows is not None]
    return sum(known) if steps and len(known) == len(found) else None


def _rows_at(step: Any) -> int | None:
    """How many rows a step of a plan brings in."""
    kind, scan = type(step).__name__, scan_of(step)
    if scan is not None:
        return _rows_in(scan[0], [Path(path) for path in scan[1]])
    if kind == "DataFrameScan" and hasattr(step, "df"):
        return int(step.df.height())
    # The rows of an unknown scan cannot be counted; any other step has none of its own.
    return None if "Scan" in kind else 0


def _rows_in(kind: str, paths: list[Path]) -> int | None:
    """How many rows some files have."""
    if kind in STATED:
        scan = pl.scan_parquet if kind == "parquet" else pl.scan_ipc
        return int(scan(paths, glob=False).select(pl.len()).collect().item())
    return _lines(paths) if all(path.is_file() for path in paths) else None


def _lines(paths: list[Path]) -> int | None:
    """About how many lines files have, judged by the length of lines at some places in some of the files."""
    some = paths[:: -(-len(paths) // FILES)]
    looked = [piece for path in some for piece in _pieces(path)]
    if not looked or any(ratio is None for _, ratio in looked):
        return None
    size = sum(len(piece) for piece, _ in looked)
    lines = sum(piece.count(b"\n") for piece, _ in looked)
    packed = sum(len(piece) / ratio for piece, ratio in looked if ratio)
    total = sum(path.stat().st_size for path in paths)
    return round(total * size / packed * max(lines, 1) / size) if size and packed else 0


def _pieces(path: Path) -> Iterable[tuple[bytes, float | None]]:
    """Pieces of a file, unpacked, and how many bytes each packed byte becomes; None if that is not known."""
    with path.open("rb") as file:
        head = file.read(PIECE)
        if head.startswith(b"\x1f\x8b"):
            unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head)
            yield unpacked, max(len(unpacked), 1) / len(head)
            return
        yield head, None if head.startswith(b"\x28\xb5\x2f\xfd") else 1.0
        size = file.seek(0, SEEK_END)
        for place in range(1, PLACES):
            if size > PLACES * PIECE:
                file.seek(size * place // PLACES)
                yield file.read(PIECE), 1.0

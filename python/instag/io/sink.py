"""The place that a frame is written to: a file or several, compressed or not, with the metadata of its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from instag.errors import InputError
from instag.io.compression import Compression
from instag.io.pace import counted

__all__ = ["Place", "Sink"]

Place = Path | pl.PartitionBy
"""A file, or a folder of several."""


@dataclass(frozen=True)
class Sink:
    """How a frame is written, for any type of file."""

    compression: Compression = "uncompressed"
    metadata: Mapping[str, str] | None = None
    rows: int | None = None
    """How many rows there are, if that is known."""

    def counted(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Count the rows of a frame as they are written."""
        return counted(frame, "writing", self.rows)

    def lines(self, lines: pl.LazyFrame, place: Place, *, ending: str = "\n") -> None:
        """Write one column of text as it is."""
        lines.sink_csv(
            place,
            include_header=False,
            quote_style="never",
            line_terminator=ending,
            compression=self.compression,
            check_extension=False,
        )

    def table(self, frame: pl.LazyFrame, place: Place, separator: str, name: str) -> None:
        """Write a table as text."""
        nested = [column for column, dtype in frame.collect_schema().items() if dtype.is_nested()]
        if nested:
            raise InputError(
                f"columns {', '.join(nested)} hold lists or records, and {name} cannot: write .jsonl or .parquet"
            )
        self.counted(frame).sink_csv(place, separator=separator, compression=self.compression, check_extension=False)

"""TSV files: tables as CSV has them, with tabs."""

import polars as pl

from instag.io.filetypes import DataFile, FileType
from instag.io.formats.csv import scan_table
from instag.io.sink import Place, Sink

__all__ = ["TYPE"]

TAB = "\t"


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file with every column as text."""
    return scan_table(file, TAB)


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write columns that are not nested."""
    sink.table(frame, place, TAB, "tsv")


TYPE = FileType(endings=(".tsv",), scan=scan, write=write, nested=False)

"""Text files: a prompt a line."""

import polars as pl

from instag.errors import InputError
from instag.io.files import checked, lines
from instag.io.filetypes import DataFile, FileType
from instag.io.sink import Place, Sink

__all__ = ["TYPE"]


def scan(file: DataFile) -> pl.LazyFrame:
    """Scan a file as one column ``text``, without its blank lines."""
    return checked(lines(file.path).filter(pl.col("line").str.strip_chars() != "").rename({"line": "text"}))


def write(frame: pl.LazyFrame, place: Place, sink: Sink) -> None:
    """Write one column of text, a line for each row."""
    schema = frame.collect_schema()
    if list(schema.dtypes()) != [pl.String]:
        raise InputError(f"found the columns {', '.join(schema)}: expected one column of text; write .jsonl")
    prompts = pl.first()
    broken = prompts.is_null() | (prompts.str.strip_chars() == "") | prompts.str.contains(r"[\r\n]")
    if frame.select(broken.any()).collect(engine="streaming").item():
        raise InputError("a prompt is blank or of several lines: expected one line each; write .jsonl")
    sink.lines(sink.counted(frame), place)


TYPE = FileType(endings=(".txt", ".text"), scan=scan, write=write, nested=False)

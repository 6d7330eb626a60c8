"""The files of train, val and test, read back with little of them in memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from instag import io
from instag.errors import InputError
from instag.frame import wrap
from instag.frame.batches import batches
from instag.io.conversation.samples import known_queries_in_pieces
from instag.io.json.text import parsed
from instag.recipe.conversation import Keys

__all__ = ["UNREADABLE", "has_messages", "part_of", "plain", "written_keys", "written_queries"]

# How many rows of Parquet are read at a time.
BATCH = 2_000
# What reading raises if a file is not as it was written.
UNREADABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    InputError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
)


def part_of(folder: Path, part: str) -> Path | None:
    """The file of a part in a folder of results; None if there is none."""
    places = (folder / "data" / f"{part}.jsonl", folder / "data" / f"{part}.parquet")
    return next((path for path in places if path.is_file()), None)


def has_messages(path: Path) -> bool:
    """Whether a file holds conversations as messages; one that cannot be read, or has no row, may."""
    try:
        columns = pl.read_parquet_schema(path) if path.suffix == ".parquet" else next(_records(path), None)
    except UNREADABLE:
        return True
    return not isinstance(columns, Mapping) or "messages" in columns


def written_keys(path: Path) -> pl.Series | None:
    """The keys of the conversations in a file, without numbers; None if it cannot be read."""
    try:
        found = Keys().of(record["messages"] for record in _records(path))
        return plain(pl.Series(list(found), dtype=pl.String))
    except (*UNREADABLE, KeyError):
        return None


def written_queries(path: Path) -> pl.Series | None:
    """What users said in the conversations of a file; None if it cannot be read, or holds another format."""
    if not has_messages(path):
        return None
    try:
        # Copies are found by what users said, so that no answer is held.
        pieces = known_queries_in_pieces(wrap(io.scan(path).select("messages")))
        return None if pieces is None else pl.concat(pieces)
    except UNREADABLE:
        return None


def plain(keys: pl.Series) -> pl.Series:
    """Keys without the numbers of equal rows."""
    return keys.str.split("-").list.first()


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, one at a time."""
    if path.suffix == ".parquet":
        for batch in batches(pl.scan_parquet(path).select("messages"), BATCH):
            yield from batch.to_dicts()
        return
    with path.open("rb") as file:
        yield from (parsed(line.decode())[0] for line in file)

"""Data that can be read but once: frames that come one after the other, kept in files until the process ends."""

import atexit
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from instag.errors import InputError

__all__ = ["scratch", "spooled", "tables"]

# Bytes of a file, and rows of a stream that are taken at a time.
SIZE, ROWS = 1 << 26, 10_000
_numbers = count()


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="instag-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def scratch() -> Path:
    """A new folder for files that are needed until the process ends; `TMPDIR` says where such folders are."""
    path = _folder() / f"scratch-{next(_numbers)}"
    path.mkdir()
    return path


def spooled(frames: Iterable[pl.DataFrame]) -> pl.LazyFrame:
    """Keep frames in files as they come, so that their rows can be read more than once.

    Raises
    ------
    InputError
        Where there is no frame, or one has other columns than those before it.

    Examples
    --------
    >>> parts = (pl.DataFrame({"tags": [[tag]]}) for tag in ("math", "art"))
    >>> spooled(parts).collect()["tags"].to_list()
    [['math'], ['art']]
    """
    folder = scratch()
    schemas: list[pl.Schema] = []
    files: list[list[Path]] = []
    held: list[pl.DataFrame] = []

    def write() -> None:
        if held:
            files[-1].append(folder / f"{sum(map(len, files))}.parquet")
            pl.concat(held).write_parquet(files[-1][-1])
            held.clear()

    try:
        for number, frame in enumerate(frames):
            if schemas and set(frame.columns) != set(schemas[0]):
                raise InputError(
                    f"data: frame {number} has the columns {', '.join(frame.columns)}, and the first one "
                    f"{', '.join(schemas[0])}: expected the same in each"
                )
            one = frame.select(schemas[0].names()) if schemas else frame
            if not schemas or one.schema != schemas[-1]:
                write()
                schemas.append(one.schema)
                files.append([])
            held.append(one)
            if sum(each.estimated_size() for each in held) > SIZE:
                write()
        write()
    except OSError as error:
        raise InputError(
            f"data: cannot be kept in {folder}: {error.strerror}: set TMPDIR to a disk with room"
        ) from None
    if not schemas:
        raise InputError("data: expected at least one frame; none came")
    parts = [pl.scan_parquet(some, glob=False) for some in files]
    try:
        whole = pl.concat(parts, how="vertical_relaxed")
        whole.collect_schema()
    except pl.exceptions.PolarsError:
        name = next(name for name in schemas[0] if len({each[name] for each in schemas}) > 1)
        kinds = " and ".join(dict.fromkeys(str(each[name]) for each in schemas))
        raise InputError(f"data: column {name!r} is {kinds} in different frames: expected one type") from None
    return whole


def tables(stream: Any) -> Iterator[pl.DataFrame]:
    """The rows of a `datasets.IterableDataset`, some thousands at a time."""
    for table in stream.with_format("arrow").iter(batch_size=ROWS):
        yield pl.DataFrame(table)

"""Data that can be read only once: frames that come one by one are kept until the process ends, in files if they are many."""

import atexit
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from instag.errors import InputError

__all__ = ["Spool", "scratch", "spooled", "tables"]

# Frames of up to this many bytes are kept in memory, and then go into a file; and how many rows a stream gives at a time.
SIZE, ROWS = 1 << 26, 10_000
# Rows that are read back at a time.
GROUP = 1 << 14
_numbers = count()


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="instag-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def scratch() -> Path:
    """A new folder for files that are needed until the process ends, in the folder that `TMPDIR` names."""
    path = _folder() / f"scratch-{next(_numbers)}"
    path.mkdir()
    return path


class Spool:
    """Frames that are kept as they come: the last ones in memory, all before them in files.

    Examples
    --------
    >>> spool = Spool()
    >>> for tag in ("math", "art"):
    ...     spool.add(pl.DataFrame({"tags": [[tag]]}))
    >>> spool.lazy().collect()["tags"].to_list()
    [['math'], ['art']]
    """

    def __init__(self) -> None:
        self._held: list[pl.DataFrame] = []
        self._size = 0.0
        self._folder: Path | None = None
        self._files: list[tuple[pl.Schema, Path]] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Keep another frame, with the columns of those before it.

        Raises
        ------
        InputError
            If there is no room for it.
        """
        if self._held and frame.schema != self._held[0].schema:
            self._write()
        self._held.append(frame)
        self._size += frame.estimated_size()
        if self._size > SIZE:
            self._write()

    def _write(self) -> None:
        folder = self._folder = self._folder or scratch()
        path = folder / f"{len(self._files)}.parquet"
        try:
            pl.concat(self._held).write_parquet(path, compression="lz4", row_group_size=GROUP)
        except (OSError, pl.exceptions.PolarsError) as error:
            reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
            raise InputError(f"data: cannot be kept in {folder}: {reason}: set TMPDIR to a disk with room") from None
        self._files.append((self._held[0].schema, path))
        self._held, self._size = [], 0.0

    def taken(self) -> Iterator[pl.DataFrame]:
        """All frames once more, in their order, and for the last time: each file is removed when it has been read."""
        for _, path in self._files:
            yield pl.read_parquet(path, glob=False)
            path.unlink()
        yield from self._held
        self._files, self._held = [], []

    def lazy(self) -> pl.LazyFrame:
        """All rows, as often as they are wanted.

        Raises
        ------
        InputError
            If there is no frame, or the types of two do not go together.
        """
        files: list[tuple[pl.Schema, list[Path]]] = []
        for schema, path in self._files:
            if not files or files[-1][0] != schema:
                files.append((schema, []))
            files[-1][1].append(path)
        plans = [pl.scan_parquet(paths, glob=False) for _, paths in files]
        plans += [pl.concat(self._held).lazy()] if self._held else []
        schemas = [schema for schema, _ in files] + [each.schema for each in self._held[:1]]
        if not schemas:
            raise InputError("data: expected at least one frame; none came")
        if len(plans) == 1:
            return plans[0]
        try:
            whole = pl.concat(plans, how="vertical_relaxed")
            whole.collect_schema()
        except pl.exceptions.PolarsError:
            name = next(name for name in schemas[0] if len({each[name] for each in schemas}) > 1)
            kinds = " and ".join(dict.fromkeys(str(each[name]) for each in schemas))
            raise InputError(f"data: column {name!r} is {kinds} in different frames: expected one type") from None
        return whole


def spooled(frames: Iterable[pl.DataFrame]) -> pl.LazyFrame:
    """Keep frames as they come, so that their rows can be read more than once.

    Raises
    ------
    InputError
        If there is no frame, or one has other columns than those before it.

    Examples
    --------
    >>> parts = (pl.DataFrame({"tags": [[tag]]}) for tag in ("math", "art"))
    >>> spooled(parts).collect()["tags"].to_list()
    [['math'], ['art']]
    """
    spool, names = Spool(), None
    for number, frame in enumerate(frames):
        names = names or frame.columns
        if set(frame.columns) != set(names):
            raise InputError(
                f"data: frame {number} has the columns {', '.join(frame.columns)}, and the first one "
                f"{', '.join(names)}: expected the same in each"
            )
        spool.add(frame.select(names))
    return spool.lazy()


def tables(stream: Any) -> Iterator[pl.DataFrame]:
    """The rows of a `datasets.IterableDataset`, some thousands at a time."""
    for table in stream.with_format("arrow").iter(batch_size=ROWS):
        yield pl.DataFrame(table)

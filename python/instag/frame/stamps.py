"""The files that a plan reads, and whether they are still what they were when it was read first."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError, MissingFileError
from instag.frame.batches import PART, batches

__all__ = ["Stamps", "nodes", "scan_of", "scans"]

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Stamps:
    """Size, time and place on disk of every local file that a plan reads."""

    files: dict[Path, Stamp | None]

    @classmethod
    def of(cls, plan: pl.LazyFrame) -> "Stamps":
        """Look at the files now; anything but a file on this machine is left out.

        Examples
        --------
        >>> Stamps.of(pl.LazyFrame({"a": [1]})).files
        {}
        """
        paths = [Path(path) for _, some in scans(plan) for path in some if "://" not in path]
        return cls({path: _stamp(path) for path in paths})

    def check(self) -> None:
        """Check that the files are as they were.

        Raises
        ------
        InputError
            If one is gone, or has been written since.
        """
        for path, before in self.files.items():
            now = _stamp(path)
            if now is None and before is not None:
                raise MissingFileError(
                    f"{path}: the file was there when its tags were read, and is gone: nothing was written; "
                    "put it back, or start again with what is there"
                )
            if now != before:
                raise InputError(
                    f"{path}: the file has changed since its tags were read, so its rows may be others: nothing was "
                    "written; start again when the file is complete"
                )

    def read(self, plan: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        """The rows of a plan in their order, batch by batch, of files that are as they were from the first row to the last.

        Raises
        ------
        InputError
            If one is gone, or has been written since: before the first row, after the last one, or where reading fails.
        """
        self.check()
        try:
            yield from batches(plan)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            # A file that changes looks damaged to Polars.
            self.check()
            raise
        self.check()

    def parts(self, plan: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        """The same rows a few at a time, for a step after this one that holds many batches."""
        # Without a step that calculates, Polars does not split what it reads into parts.
        parted = plan.map_batches(lambda part: part, streamable=True, schema=plan.collect_schema())
        for batch in self.read(parted):
            # What it splits comes in even parts, some of which have a few rows more.
            yield from batch.iter_slices(PART) if batch.height >= 2 * PART else (batch,)


def scans(plan: pl.LazyFrame) -> list[tuple[str, list[str]]]:
    """What a plan scans: the type of the files, and their paths; nothing if Polars does not show it.

    Examples
    --------
    >>> scans(pl.scan_csv(__file__).head(1)) == [("csv", [__file__])]
    True
    """
    return [scan for node in nodes(plan) if (scan := scan_of(node)) is not None]


def scan_of(node: Any) -> tuple[str, list[str]] | None:
    """The type of the files that a step scans, and their paths; None if it scans none, or does not say."""
    try:
        return (str(node.scan_type[0]), [str(path) for path in node.paths]) if node.paths else None
    except (AttributeError, IndexError, TypeError):
        return None


def nodes(plan: pl.LazyFrame) -> list[Any]:
    """The steps of a plan, as Polars describes them; nothing if it does not.

    Examples
    --------
    >>> [type(node).__name__ for node in nodes(pl.LazyFrame({"a": [1]}).filter(pl.col("a") > 0))]
    ['Filter', 'DataFrameScan']
    """
    try:
        # Polars has no public way to ask: `explain` names the first of many files, and `serialize` copies frames in
        # memory. Where this way is gone too, changed files are found by the number of their rows alone,
        # or by what Polars says of them.
        found = list(_nodes(plan._ldf.visit()))  # noqa: SLF001
    except Exception:  # noqa: BLE001 - whatever it is, the work goes on without it
        return []
    return found


def _nodes(walk: Any) -> Iterator[Any]:
    yield walk.view_current_node()
    here = walk.get_node()
    for each in walk.get_inputs():
        walk.set_node(each)
        yield from _nodes(walk)
    walk.set_node(here)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino

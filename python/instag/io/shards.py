"""Outputs in several files with a number of rows each: all of them are written, or none."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from instag.checks import check_count
from instag.errors import InputError
from instag.io.failures import explained
from instag.io.output import draft_folder
from instag.io.paths import is_standard_output

__all__ = ["Shards", "shards_of"]

NUMBER = re.compile(r"\{(:0?\d*d?)?\}")
EXAMPLE = "out-{:05d}.parquet"


@dataclass(frozen=True)
class Shards:
    """Several files, by a pattern of their names.

    Attributes
    ----------
    pattern
        A path with a place for the number in its name.
    rows
        How many rows each file has; the last one has the rest.
    """

    pattern: Path
    rows: int

    def path(self, number: int) -> Path:
        """The path of a file.

        Examples
        --------
        >>> Shards(Path("out-{:03d}.jsonl"), 10).path(7).name
        'out-007.jsonl'
        """
        return self.pattern.with_name(self.pattern.name.format(number))

    def check(self) -> None:
        """Check that there are no such files: those of an earlier run would be read together with the new ones."""
        before, after = NUMBER.split(self.pattern.name)[::2]
        ours = re.compile(rf"{re.escape(before)}\d+{re.escape(after)}")
        folder = self.pattern.parent
        there = sorted(path.name for path in folder.iterdir() if ours.fullmatch(path.name)) if folder.is_dir() else []
        if there:
            more = f" and {len(there) - 1:,} more" if len(there) > 1 else ""
            raise InputError(
                f"{self.pattern}: {there[0]}{more} are there already, and would be read together with what is written "
                "now: remove them, or write to another folder"
            )

    @contextmanager
    def writing(self, kind: str) -> Iterator[Path]:
        """A folder to write the files to, named by their numbers; they are moved to their places when all are complete.

        Drafts that a killed run left are removed.

        Raises
        ------
        InputError
            If they cannot be written; there are none then.
        """
        placed: list[Path] = []
        with explained(self.pattern, kind), draft_folder(self.pattern.parent) as folder:
            yield folder
            try:
                for number, draft in enumerate(sorted(folder.iterdir())):
                    draft.replace(self.path(number))
                    placed.append(self.path(number))
            except BaseException:
                for path in placed:
                    with suppress(OSError):
                        path.unlink()
                raise


def shards_of(path: Path, rows_per_file: int | None) -> Shards | None:
    """The files that are asked for; None if it is one.

    Raises
    ------
    InputError
        If the name has no place for a number, or has one but the number of rows is not given.

    Examples
    --------
    >>> shards_of(Path("out.parquet"), None)
    >>> shards_of(Path("out.parquet"), 1000)
    Traceback (most recent call last):
    ...
    instag.errors.InputError: out.parquet: with rows_per_file= / --rows-per-file the name has to have a place for the number of the file, such as out-{:05d}.parquet
    """
    places = len(NUMBER.findall(path.name))
    if rows_per_file is None:
        if places == 1:
            raise InputError(
                f"{path}: the name has a place for a number: say how many rows a file is to have with rows_per_file= / "
                "--rows-per-file"
            )
        return None
    check_count("rows_per_file", rows_per_file, 1)
    if is_standard_output(path):
        raise InputError("rows_per_file: standard output is one file: expected a name for several")
    if places != 1:
        raise InputError(
            f"{path}: with rows_per_file= / --rows-per-file the name has to have a place for the number of the file, "
            f"such as {EXAMPLE}"
        )
    shards = Shards(path, rows_per_file)
    shards.check()
    return shards

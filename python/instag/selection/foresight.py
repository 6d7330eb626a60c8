"""What choosing will take, in memory and in time, said before it is begun; and what to do where there is not enough."""

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from instag.checks import is_number
from instag.errors import InputError
from instag.frame import Frame
from instag.frame.extent import Extent
from instag.io.ahead import held
from instag.memory import announce, available, written
from instag.selection.amounts import amount_of, is_share
from instag.selection.folding import BLOCK, METHOD, TIMES
from instag.selection.options import Options
from instag.tagsets import TagSets

__all__ = ["foresee"]

# Bytes, measured by benches/python/memory_foreseen.py: of a row and of each of its tags while they are encoded, and as
# codes afterwards; of a distinct tag.
ENCODED, CODES, DISTINCT = (9.0, 6.2), (8.0, 4.0), 100
# Beside the codes, for each row and each of its tags, by method; and what options of gain add for a row.
METHODS = {
    "complexity-first": (16.0, 0.0),
    "complexity": (16.0, 0.0),
    "coverage": (46.0, 9.6),
    "random": (24.0, 0.0),
    "gain": (12.0, 0.0),
}
OPTIONS = {"quality": 28.0, "cost": 46.0, "group": 50.0}
# A row that gain takes.
TAKEN = 15.0
# How much of what was held for choosing, and for reading, is not given back before the chosen rows are read.
LEFT = 0.7
# How many times a chosen row is held: taken from memory; read from files, put in order and written.
HELD, HELD_READ = 1.3, 2.3
# Processor seconds of a million rows: to encode, to choose by method, and to read and write a chosen gigabyte.
ENCODING, CHOOSING, WRITING = 0.4, {"coverage": 1.0, "gain": 0.5}, 4.0
OTHERS = 0.2


@dataclass(frozen=True)
class Work:
    """A selection, and how much it takes.

    Attributes
    ----------
    extent
        What is chosen from.
    method, options
        By what.
    wanted
        How many rows.
    streams
        Whether they are read from files.
    folds
        Whether rows may be let go as they are read, if few are wanted.
    reading
        What Polars holds while it reads the tags, and all columns.
    """

    extent: Extent
    method: str
    wanted: float
    streams: bool
    folds: bool
    options: Options
    reading: tuple[float, float] = (0.0, 0.0)

    @property
    def folding(self) -> bool:
        """Whether rows are let go as they are read."""
        return self.folds and max(BLOCK, TIMES * self.wanted) < self.extent.rows

    @property
    def rows(self) -> float:
        """The rows whose tags are held at a time."""
        return max(BLOCK, TIMES * self.wanted) if self.folding else self.extent.rows

    @property
    def taken(self) -> float:
        """What the chosen rows take."""
        return self.wanted * self.extent.width * (HELD_READ if self.streams else HELD)

    @property
    def memory(self) -> float:
        """The most that is held at a time: while tags are encoded, while rows are chosen, or while those are read."""
        extent, rows = self.extent, self.rows
        distinct = DISTINCT * min(extent.distinct, rows * extent.tags)
        codes = rows * (CODES[0] + CODES[1] * extent.tags) + distinct
        encoding = rows * (ENCODED[0] + ENCODED[1] * extent.tags) * (2 if self.folding else 1) + distinct
        tags, everything = self.reading
        return max(
            encoding + tags,
            codes + self._choosing + LEFT * tags,
            codes + LEFT * self._choosing + self.taken + everything,
        )

    @property
    def _choosing(self) -> float:
        """What the method holds beside the codes."""
        each, tag = METHODS[self.method]
        if self.method != "gain":
            return self.rows * (each + tag * self.extent.tags)
        more = sum(size for name, size in OPTIONS.items() if getattr(self.options, name) is not None)
        return self.rows * (each + more) + self.wanted * TAKEN

    @property
    def seconds(self) -> float:
        """The processor time, about."""
        each = ENCODING + CHOOSING.get(self.method, OTHERS)
        return self.extent.rows * each / 1e6 + self.taken / 1e9 * WRITING

    def __str__(self) -> str:
        return f"choosing {self.wanted:,.0f} of about {self.extent.rows:,} rows by {self.method}"


def foresee(
    frame: Frame, tags: str, method: str, budget: Any, options: Options, *, folds: bool, tagsets: TagSets | None = None
) -> bool:
    """Say what a selection will take where that is much, and refuse what cannot be done.

    Parameters
    ----------
    frame, tags, method, budget, options
        As for a selection.
    folds
        Whether rows could be let go as they are read, if the budget is small.
    tagsets
        The tags, where they have been read already.

    Returns
    -------
    bool
        Whether it is known how large the data are; else the tags have to be read first.

    Raises
    ------
    InputError
        Where it needs more memory than there is.
    """
    extent = _extent_of(tagsets) if tagsets is not None else frame.extent(tags)
    if extent is None or (there := available()) is None:
        return False
    work = Work(extent, method, _wanted(budget, extent, options), frame.streams, folds, options, held(frame, extent))
    if work.memory > there and tagsets is None and (exact := frame.extent(tags, exact=True)) is not None:
        # Some rows may have been filtered.
        work = replace(work, extent=exact, wanted=_wanted(budget, exact, options))
    announce(str(work), work.memory, work.seconds, _advice(work, there))
    return True


def _extent_of(tagsets: TagSets) -> Extent:
    rows = max(tagsets.samples, 1)
    return Extent(tagsets.samples, len(tagsets.codes) / rows, tagsets.n_tags, 0.0, pl.DataFrame())


def _wanted(budget: Any, extent: Extent, options: Options) -> float:
    """About how many rows are chosen."""
    if budget is None:
        return extent.rows
    try:
        amount = amount_of("budget", budget, extent.rows, rounding=float)
    except InputError:
        return 0  # said where the budget is read
    if options.cost is not None and not is_share(budget):
        amount /= max(_mean_cost(extent, options.cost), 1e-9)
    return min(amount, extent.rows)


def _mean_cost(extent: Extent, name: str) -> float:
    """What a row costs, about."""
    if name in extent.sample.columns and extent.sample.schema[name].is_numeric():
        mean = extent.sample.get_column(name).mean()
        return float(mean) if is_number(mean) else 1.0  # type: ignore[arg-type]
    # Letters of a text that are a word of its.
    return extent.width / (6 if name == "words" else 1)


def _advice(work: Work, there: int) -> str:
    """What would go into the memory that there is."""
    ways = []
    if (most := _most(work, there)) is not None:
        ways.append(f"ask for {most:,} rows or fewer" + (" (a count, not a share)" if work.folds else ""))
    first = replace(work, method=METHOD, folds=work.streams)
    if work.method != METHOD and first.memory <= there:
        ways.append(f"choose by {METHOD}, which takes {written(first.memory)}")
    elif work.method != METHOD and (most := _most(first, there)) is not None:
        ways.append(f"choose {most:,} rows or fewer by {METHOD}")
    if 2 * work.taken > work.memory:
        ways.append(
            f"leave out columns that are not needed, for a row takes {written(work.extent.width)} with all of them"
        )
    if not work.streams:
        ways.append("open the files with instag.scan, which reads them piece by piece")
    ways.append("choose on a cluster (a Ray Dataset, --ray)")
    ways.append("or rank parts of the data, and choose from what was kept of them, as docs/scaling.md says")
    return "; ".join(ways)


def _most(work: Work, there: int) -> int | None:
    """The most rows, to two digits, that could be chosen."""
    low, high = 0.0, work.wanted
    for _ in range(60):
        middle = (low + high) / 2
        fits = replace(work, wanted=middle).memory <= there
        low, high = (middle, high) if fits else (low, middle)
    digits = 10 ** max(len(str(int(low))) - 2, 0)
    return int(low) // digits * digits or None

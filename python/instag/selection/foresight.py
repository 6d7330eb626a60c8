"""Estimate the memory and time of a selection before it begins, with advice if there is not enough memory."""

from dataclasses import dataclass, replace
from typing import Any

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

# Bytes, measured by benches/python/memory_foreseen.py: for a row and for each of its tags, while they are encoded and
# then as codes; and for a distinct tag.
ENCODED, CODES, DISTINCT = (9.0, 6.2), (8.0, 4.0), 100
# Bytes in addition to the codes, for each row and each of its tags, by method; and what options of gain add for a row.
METHODS = {
    "complexity-first": (16.0, 0.0),
    "complexity": (16.0, 0.0),
    "coverage": (46.0, 9.6),
    "random": (12.0, 0.0),
    "gain": (12.0, 0.0),
}
OPTIONS = {"quality": 28.0, "cost": 46.0, "group": 50.0}
# Bytes for counting words, however many texts there are.
COUNTED = 60e6
# Bytes for each row that gain chooses.
TAKEN = 15.0
# The share of the memory for choosing, and for reading, that is not freed before the chosen rows are read.
LEFT = 0.7
# How many copies of a chosen row are in memory: if it is taken from memory, and if it is read from files, sorted and
# written.
HELD, HELD_READ = 1.3, 2.3
# Processor seconds for a million rows, to encode and to choose by method; for a million chosen rows, by method; and for a
# chosen gigabyte, to read and write.
ENCODING, CHOOSING, EACH, WRITING = 0.4, {"coverage": 1.0, "gain": 0.5}, {"coverage": 30.0}, 4.0
OTHERS = 0.2


@dataclass(frozen=True)
class Work:
    """A selection, and the memory and time that it needs.

    Attributes
    ----------
    extent
        The size of the data.
    method, options
        How the rows are chosen.
    wanted
        How many rows to choose.
    streams
        Whether the data are read from files.
    folds
        Whether rows can be dropped as they are read, if few are wanted.
    reading
        The memory that Polars needs to read the tags, and to read all columns.
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
        """Whether rows are dropped as they are read."""
        return self.folds and max(BLOCK, TIMES * self.wanted) < self.extent.rows

    @property
    def rows(self) -> float:
        """The number of rows whose tags are in memory at a time."""
        return max(BLOCK, TIMES * self.wanted) if self.folding else self.extent.rows

    @property
    def taken(self) -> float:
        """The memory of the chosen rows."""
        return self.wanted * self.extent.width * (HELD_READ if self.streams else HELD)

    @property
    def memory(self) -> float:
        """The peak memory: while tags are encoded, while rows are chosen, or while the chosen rows are read."""
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
        """The memory that the method needs in addition to the codes."""
        each, tag = METHODS[self.method]
        if self.method != "gain":
            return self.rows * (each + tag * self.extent.tags)
        more = sum(size for name, size in OPTIONS.items() if getattr(self.options, name) is not None)
        counted = COUNTED if self.options.cost == "words" else 0.0
        return self.rows * (each + more) + self.wanted * TAKEN + counted

    @property
    def seconds(self) -> float:
        """An estimate of the processor time."""
        each = ENCODING + CHOOSING.get(self.method, OTHERS)
        return (self.extent.rows * each + self.wanted * EACH.get(self.method, 0)) / 1e6 + self.taken / 1e9 * WRITING

    def __str__(self) -> str:
        return f"choosing {self.wanted:,.0f} of about {self.extent.rows:,} rows by {self.method}"


def foresee(
    frame: Frame, tags: str, method: str, budget: Any, options: Options, *, folds: bool, tagsets: TagSets | None = None
) -> bool:
    """Announce what a selection will need if that is much, and refuse it if it is more than there is.

    Parameters
    ----------
    frame, tags, method, budget, options
        As for a selection.
    folds
        Whether rows can be dropped as they are read, if the budget is small.
    tagsets
        The tags, if they have been read already.

    Returns
    -------
    bool
        False if the tags have to be read first, because the size of the data is not known.

    Raises
    ------
    InputError
        If it needs more memory than is free.
    """
    if (there := available()) is None:
        return True
    extent = frame.extent(tags) if tagsets is None else Extent.of_tags(tagsets)
    if extent is None:
        return False
    work = Work(extent, method, _wanted(budget, extent, options), frame.streams, folds, options, held(frame, extent))
    if work.memory > there and tagsets is None and (exact := frame.extent(tags, exact=True)) is not None:
        # The estimate may count rows that a filter removes.
        work = replace(work, extent=exact, wanted=_wanted(budget, exact, options))
    announce(str(work), work.memory, work.seconds, _advice(work, there))
    return True


def _wanted(budget: Any, extent: Extent, options: Options) -> float:
    """An estimate of how many rows will be chosen."""
    if budget is None:
        return extent.rows
    try:
        amount = amount_of("budget", budget, extent.rows, rounding=float)
    except InputError:
        return 0  # an error when the budget is read
    if options.cost is not None and not is_share(budget):
        amount /= max(_mean_cost(extent, options.cost), 1e-9)
    return min(amount, extent.rows)


def _mean_cost(extent: Extent, name: str) -> float:
    """An estimate of the mean cost of a row."""
    if name in extent.sample.columns and extent.sample.schema[name].is_numeric():
        mean = extent.sample.get_column(name).mean()
        return float(mean) if is_number(mean) else 1.0  # type: ignore[arg-type]
    # A word is about six bytes of text.
    return extent.width / (6 if name == "words" else 1)


def _advice(work: Work, there: int) -> str:
    """What to do instead, so that the memory is enough."""
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
            f"leave out columns that are not needed, since a row takes {written(work.extent.width)} with all of them"
        )
    if not work.streams:
        ways.append("open the files with instag.scan, which reads them piece by piece")
    ways.append("choose on a cluster (a Ray Dataset, --ray)")
    ways.append("or rank parts of the data, and choose from the rows kept of each, as docs/scaling.md describes")
    return "; ".join(ways)


def _most(work: Work, there: int) -> int | None:
    """The most rows that could be chosen, rounded down to two digits."""
    low, high = 0.0, work.wanted
    for _ in range(60):
        middle = (low + high) / 2
        fits = replace(work, wanted=middle).memory <= there
        low, high = (middle, high) if fits else (low, middle)
    digits = 10 ** max(len(str(int(low))) - 2, 0)
    return int(low) // digits * digits or None

"""Tag columns as integers: the border between strings and the core."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.errors import InputError

__all__ = ["Ranking", "TagSets", "encode", "lists_of"]


@dataclass(frozen=True)
class Ranking:
    """Samples in order of selection."""

    rows: NDArray[np.uint32]
    rounds: NDArray[np.uint32]


@dataclass(frozen=True)
class TagSets:
    """The tags of all samples as compressed sparse rows.

    Attributes
    ----------
    offsets
        n + 1 positions in `codes`, one more than there are samples.
    codes
        The tags of each sample, one sample after the other.
    tags
        The tag of each code, in the type they came in: in the order in which they come first.
    null
        The number of samples whose tags are null: not tagged, or the tagging failed.
    empty
        The number of samples whose list of tags is empty.
    """

    offsets: NDArray[np.int64]
    codes: NDArray[np.uint32]
    tags: pl.Series
    null: int
    empty: int

    @property
    def n_tags(self) -> int:
        """The number of distinct tags."""
        return len(self.tags)

    @property
    def samples(self) -> int:
        """The number of samples, with and without tags."""
        return len(self.offsets) - 1

    @property
    def tagged(self) -> int:
        """The number of samples with a tag."""
        return self.samples - self.null - self.empty

    def rank(self, method: str, budget: int, seed: int | None) -> Ranking:
        """Up to `budget` samples in order of selection."""
        return Ranking(*_core.rank(self.offsets, self.codes, self.n_tags, method, budget, seed))

    def novelty(self, ranking: Ranking) -> pl.Series:
        """For each sample of a ranking, the tags that it newly covered in its round."""
        offsets, codes = _core.novelty(self.offsets, self.codes, self.n_tags, ranking.rows, ranking.rounds)
        return lists_of(np.diff(offsets), self.tags.gather(codes))

    def measure(self, rows: NDArray[np.uint32] | None = None) -> tuple[int, int]:
        """Count the (sample, tag) pairs and the distinct tags, of all samples or of some."""
        return _core.measure(self.offsets, self.codes, self.n_tags, rows)


def encode(column: pl.Series) -> TagSets:
    """Encode a column of lists of tags.

    Lists of lists count as one list: the tags of a sample are those of its queries. Tags that are null are left out.

    Parameters
    ----------
    column
        Lists of strings, of categoricals or enums, or of integers.

    Raises
    ------
    InputError
        Where the column holds anything else.

    Examples
    --------
    >>> tags = encode(pl.Series("tags", [["math", "proof"], None, ["proof"]]))
    >>> tags.samples, tags.tagged, tags.null
    (3, 2, 1)
    >>> tags.codes.tolist(), tags.tags.to_list()
    ([0, 1, 1], ['math', 'proof'])
    """
    lists = _lists(column)
    offsets, codes, tags, null, empty = _core.encode(lists.cast(pl.List(pl.String)))
    # The core reads the arrays without the GIL: nobody may write to them meanwhile.
    offsets.flags.writeable = codes.flags.writeable = False
    return TagSets(offsets, codes, pl.Series(tags).cast(_inner(lists)), null, empty)


def lists_of(lengths: NDArray[np.integer], items: pl.Series, null: pl.Series | None = None) -> pl.Series:
    """Cut a column into lists of these lengths, empty ones too; null ones, of length 0, where `null` says so.

    Examples
    --------
    >>> lists_of(np.array([2, 0, 1]), pl.Series(["a", "b", "c"])).to_list()
    [['a', 'b'], [], ['c']]
    """
    ends = np.cumsum(lengths)
    bounds = pl.DataFrame({"start": ends - lengths, "end": ends}, schema_overrides={"start": pl.Int64, "end": pl.Int64})
    start = pl.col("start") if null is None else pl.when(~null).then("start")

    def cut(places: pl.Series) -> pl.Series:
        # The places of a range come in order.
        return items.slice(places[0], len(places)) if len(places) else items.clear()

    every = pl.element().map_batches(cut, return_dtype=items.dtype, is_elementwise=True)
    return bounds.select(pl.int_ranges(start, "end").list.eval(every)).to_series().alias(items.name)


def _lists(column: pl.Series) -> pl.Series:
    """Make the column lists of tags, one level deep."""
    dtype = column.dtype
    if isinstance(dtype, pl.Array):
        column = column.arr.to_list()
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.List):
        column = column.list.eval(pl.element().explode(empty_as_null=False, keep_nulls=False))
    if column.dtype == pl.Null:
        column = column.cast(pl.List(pl.Null))
    if not isinstance(column.dtype, pl.List):
        hint = "; split it first, for instance with str.split(',')" if dtype == pl.String else ""
        raise InputError(f"column {column.name!r}: expected a list of tags for each sample; found {dtype}{hint}")
    inner = _inner(column)
    if not isinstance(inner, pl.Null | pl.String | pl.Categorical | pl.Enum) and not inner.is_integer():
        raise InputError(
            f"column {column.name!r}: expected tags that are strings, categoricals, enums or integers; found {column.dtype}"
        )
    return column


def _inner(lists: pl.Series) -> pl.DataType:
    inner: pl.DataType = lists.dtype.inner  # type: ignore[attr-defined]
    return inner

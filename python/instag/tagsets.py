"""Tag columns as integers: the border between strings and the core."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.errors import InputError

__all__ = ["Ranking", "TagSets", "distinct_tags", "encode", "lists_of"]

# Rows encoded at a time. Ctrl-C is heard between two slices, and only one slice's worth of strings is ever copied.
SLICE = 1 << 17


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
    n_tags
        One more than the largest code.
    null
        The number of samples whose tags are null: not tagged, or the tagging failed.
    empty
        The number of samples whose list of tags is empty.
    decode
        From codes back to tags, in the type they came in.
    """

    offsets: NDArray[np.int64]
    codes: NDArray[np.uint32]
    n_tags: int
    null: int
    empty: int
    decode: Callable[[NDArray[np.uint32]], pl.Series]

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
        return lists_of(np.diff(offsets), self.decode(codes))

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
    >>> tags.decode(tags.codes).to_list()
    ['math', 'proof', 'proof']
    """
    lists = _lists(column)
    lengths = lists.list.len().fill_null(0).to_numpy()
    offsets = np.zeros(len(lists) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    coding = _coding(lists)
    codes = np.empty(offsets[-1], np.uint32)

    def fill(start: int, part: pl.Series) -> None:
        codes[offsets[start] : offsets[start + len(part)]] = coding.encode(_flat(part)).to_numpy()

    parts = list(_slices(lists))
    starts = accumulate(map(len, parts), initial=0)
    # Which code a tag gets may differ from run to run; nothing that is computed from codes depends on it.
    side_by_side(fill, zip(starts, parts, strict=False))
    # The core reads the arrays without the GIL: nobody may write to them meanwhile.
    offsets.flags.writeable = codes.flags.writeable = False
    null = lists.null_count()
    return TagSets(
        offsets=offsets,
        codes=codes,
        n_tags=int(codes.max(initial=0)) + 1 if len(codes) else 0,
        null=null,
        empty=int((lengths == 0).sum()) - null,
        decode=coding.decode,
    )


def side_by_side(work: Callable[..., None], calls: Iterable[tuple[Any, ...]]) -> None:
    """Make calls on as many threads as Polars uses, and stop at the first error or Ctrl-C."""
    workers = ThreadPoolExecutor(pl.thread_pool_size())
    try:
        for call in [workers.submit(work, *arguments) for arguments in calls]:
            call.result()
    finally:
        workers.shutdown(cancel_futures=True)


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


def distinct_tags(column: pl.Series) -> pl.Series:
    """All tags of a column, each once, as strings."""
    return _flat(_lists(column)).unique().cast(pl.String)


def _slices(lists: pl.Series) -> Iterator[pl.Series]:
    """The column piece by piece, no piece across two chunks: exploding several chunks at once copies them all."""
    return (chunk.slice(start, SLICE) for chunk in lists.get_chunks() for start in range(0, len(chunk), SLICE))


def _flat(lists: pl.Series) -> pl.Series:
    return lists.explode(empty_as_null=False, keep_nulls=False)


def _lists(column: pl.Series) -> pl.Series:
    """Make the column lists of tags, one level deep and without nulls among the tags."""
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
    return column.list.drop_nulls() if any(_flat(part).null_count() for part in _slices(column)) else column


@dataclass(frozen=True)
class _Coding:
    """A way from tags to codes and back."""

    encode: Callable[[pl.Series], pl.Series]
    decode: Callable[[NDArray[np.uint32]], pl.Series]


def _coding(lists: pl.Series) -> _Coding:
    inner = getattr(lists.dtype, "inner", None)
    if inner == pl.String:
        # Categories of their own, so that codes run from 0. Polars forgets them with the last series that uses them:
        # an empty one keeps them from slice to slice, for as long as there is something to decode.
        keeper = pl.Series(dtype=pl.Categorical(pl.Categories.random()))
        return _Coding(
            encode=lambda tags: tags.cast(keeper.dtype).to_physical(),
            decode=lambda codes: pl.Series(codes).cat.to(keeper.dtype).cast(pl.String),
        )
    if isinstance(inner, pl.Categorical | pl.Enum):
        return _Coding(
            encode=lambda tags: tags.to_physical().cast(pl.UInt32),
            decode=lambda codes: pl.Series(codes).cast(_physical(inner)).cat.to(inner),
        )
    if isinstance(inner, pl.DataType) and inner.is_integer():
        # Integers can lie anywhere; their places among the distinct ones are dense.
        distinct = _flat(lists).unique().sort()
        return _Coding(
            encode=lambda tags: distinct.search_sorted(tags).cast(pl.UInt32),
            decode=distinct.gather,
        )
    if inner == pl.Null:
        return _Coding(encode=lambda tags: tags.cast(pl.UInt32), decode=lambda _: pl.Series(dtype=pl.Null))
    raise InputError(
        f"column {lists.name!r}: expected tags that are strings, categoricals, enums or integers; found {lists.dtype}"
    )


def _physical(dtype: pl.DataType) -> pl.DataType:
    return pl.Series(dtype=dtype).to_physical().dtype

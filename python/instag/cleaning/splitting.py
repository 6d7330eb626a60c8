"""Splitting data into rows for training and rows that are held out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag._core import TagSets, duplicate_groups, stratify
from instag.checks import check_count, is_number
from instag.cleaning.deduplication import check_threshold, texts_of
from instag.cleaning.options import By, Query, Seed, Splitting, Test, Threshold, Validation
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.frame.kinds import is_name
from instag.io.conversation.samples import known_queries_in_pieces, queries_in_pieces
from instag.warning import warn

__all__ = ["Split", "split"]

F = TypeVar("F")

PARTS = ("train", "validation", "test")
# A label is distributed evenly if the smallest part should get at least this many of its rows.
LEAST = 0.5


@dataclass(frozen=True)
class Split(Generic[F]):
    """The parts of a data set, without copies across parts.

    Attributes
    ----------
    train, validation, test
        The rows of each part in order, as the kind of frame that was passed in; None for a part that was not requested.
    parts
        One line for each row of the data, in order: its `part`, and `group`, the first row (from 0) of its group of
        copies.
    distances
        The `distance` of each `part` from all of the data, for each column in `by`: half the sum of the absolute
        differences of the shares of its values, from 0 for equal distributions to 1 for nothing in common. Values that
        are too rare to be distributed are left out.
    """

    train: F
    validation: F | None
    test: F | None
    parts: pl.DataFrame
    distances: pl.DataFrame

    @property
    def sizes(self) -> dict[str, int]:
        """The number of rows of each part."""
        counts = dict(self.parts.group_by("part").len().iter_rows())
        return {part: counts[part] for part in PARTS if part in counts}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{part} {size:,}" for part, size in self.sizes.items())
        distances = "".join(f"\n  {part} by {by}: {away:.3f} from all" for part, by, away in self.distances.iter_rows())
        return sizes + distances


def split(
    data: F,
    *,
    validation: Validation = Splitting.validation,
    test: Test = None,
    by: By = None,
    query: Query = None,
    threshold: Threshold = Splitting.threshold,
    seed: Seed = Splitting.seed,
) -> Split[F]:
    """Split data into training, validation and test rows.

    Copies stay together: rows with nearly the same user turns are in one part, and so are copies of copies. Rows that
    differ only in a number count as copies here, unlike in :func:`dedup`, because a model trained on one has nearly
    seen the other. Apart from that, sources and tags are distributed evenly over the parts (iterative stratification,
    the rarest value first), unless they are too rare.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    validation, test
        The number of rows: a count, or a share of all rows as a float of at most 1 or as text such as ``"2%"``. With
        None or 0 there is no such part. All other rows are for training. Sizes are met exactly unless a group of copies
        is larger than the remaining room; a warning says so.
    by
        Columns whose values are distributed evenly: names and numbers, or lists such as tags. By default `source` and
        `tags`, if the data have them.
    query
        The column of the user's queries. By default it is detected; without one, no rows count as copies.
    threshold
        The Jaccard similarity, of runs of five characters, from which rows stay together.
    seed
        The seed of the random split.

    Returns
    -------
    Split

    Raises
    ------
    InputError
        If a part would be empty or larger than the data, or a column is missing.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"source": ["a", "b"] * 10, "prompt": [f"Question {n}" for n in range(20)]})
    >>> parts = instag.split(df, validation=0.2)
    >>> parts
    train 16, validation 4
      validation by source: 0.000 from all
    >>> parts.validation["source"].sort().to_list()
    ['a', 'a', 'b', 'b']

    References
    ----------
    Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-label Data", 2011.
    """
    check_count("seed", seed, 0)
    check_threshold(threshold)
    frame = wrap(data)
    queries = known_queries_in_pieces(frame) if query is None else queries_in_pieces(frame, query)
    texts = None if queries is None else texts_of(queries)
    rows = frame.lazy().select(pl.len()).collect().item() if texts is None else len(texts)
    sizes = _sizes(rows, validation, test)
    groups = np.arange(rows, dtype=np.uint32)
    if texts is not None:
        groups = duplicate_groups(texts, float(threshold))
        del texts
    labels = _labels(frame, by, rows, min(size for size in sizes if size) / rows)
    dealt = stratify(_encoded(labels, rows), groups, list(sizes), seed)
    found = np.bincount(dealt, minlength=len(PARTS))
    _check_met(sizes, found)
    parts = pl.DataFrame({"part": pl.Series(PARTS).gather(dealt), "group": groups})
    train, validating, testing = (_taken(frame, dealt == nth) if size else None for nth, size in enumerate(sizes))
    return Split(train, validating, testing, parts, _distances(labels, dealt, sizes))


def size_of(name: str, size: Any, rows: int) -> int:
    """Convert a size to a number of rows: a count as it is, or a share of all rows.

    Examples
    --------
    >>> size_of("validation", 0.02, 1000), size_of("validation", "2%", 1000), size_of("validation", 20, 1000)
    (20, 20, 20)
    """
    if size is None:
        return 0
    number = _read(size) if isinstance(size, str) else size
    if isinstance(number, int) and is_number(number) and number >= 0:
        return number
    if isinstance(number, float) and is_number(number) and 0 <= number <= 1:
        return int(number * rows + 0.5)
    raise InputError(f"{name}: expected a count such as 500, or a share such as 0.02 or 2%; found {size!r}")


def _read(text: str) -> float | None:
    """Read a whole number, a decimal number or a percentage."""
    try:
        if text.endswith("%"):
            return float(text.removesuffix("%")) / 100
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return None


def _sizes(rows: int, validation: Any, test: Any) -> tuple[int, int, int]:
    held_out = [size_of("validation", validation, rows), size_of("test", test, rows)]
    sizes = f"{held_out[0]:,} rows for validation" + (f" and {held_out[1]:,} for testing" if held_out[1] else "")
    if not sum(held_out):
        raise InputError(f"validation: expected at least one of {rows:,} rows to hold out; found none")
    if sum(held_out) >= rows:
        raise InputError(f"validation: {sizes} leave no rows for training: there are {rows:,} rows")
    return rows - sum(held_out), held_out[0], held_out[1]


def _labels(frame: Frame, by: Sequence[str] | str | None, rows: int, least: float) -> pl.DataFrame:
    """The values to distribute, without repeats: `row`, `by` and `value`."""
    names = [by] if isinstance(by, str) else list(by or [])
    if by is None:
        names = [name for name in ("source", "tags") if name in frame.columns]
    found = [_values(frame.column(name), name) for name in names]
    empty = pl.DataFrame(schema={"row": pl.UInt32, "by": pl.String, "value": pl.String})
    labels = pl.concat([empty, *found]).unique(maintain_order=True)
    holders = pl.len().over("by", "value")
    return labels.filter(holders * min(least, 1.0) >= LEAST) if rows else labels


def _values(column: pl.Series, name: str) -> pl.DataFrame:
    values = column
    index = pl.DataFrame({"row": np.arange(len(column), dtype=np.uint32), "value": values})
    while isinstance(index.schema["value"], pl.List):
        index = index.explode("value")
    if not is_name(index.schema["value"]):
        raise InputError(f"by: expected a column of names or of lists of them; found {column.dtype} in {name!r}")
    index = index.drop_nulls("value")
    return index.select("row", pl.lit(name).alias("by"), pl.col("value").cast(pl.String))


def _encoded(labels: pl.DataFrame, rows: int) -> TagSets:
    """The values of each row as numbers."""
    numbers = labels.select("by", "value").unique(maintain_order=True).with_row_index("code")
    coded = labels.join(numbers, on=["by", "value"], how="left", maintain_order="left").sort("row", maintain_order=True)
    offsets = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(coded.get_column("row").to_numpy(), minlength=rows), out=offsets[1:])
    return TagSets(offsets, coded.get_column("code").to_numpy(), numbers.height)


def _taken(frame: Frame, mask: NDArray[np.bool_]) -> Any:
    return frame.take(np.flatnonzero(mask).astype(np.uint32), pl.DataFrame())


def _distances(labels: pl.DataFrame, dealt: NDArray[np.uint32], sizes: Sequence[int]) -> pl.DataFrame:
    """The distance of each part but the first from all of the data, column by column."""
    found = []
    part = labels.with_columns(part=pl.Series(dealt).gather(labels.get_column("row")))
    for nth, size in enumerate(sizes):
        if not nth or not size:
            continue
        for (name,), values in part.group_by("by", maintain_order=True):
            # In order, since a sum of floats depends on it.
            counts = values.group_by("value", maintain_order=True).agg(
                pl.len().alias("all"), (pl.col("part") == nth).sum().alias("here")
            )
            shares = (pl.col("all") / pl.col("all").sum() - pl.col("here") / pl.col("here").sum()).abs().sum() / 2
            distance = counts.select(shares.fill_nan(1.0)).item()
            found.append((PARTS[nth], name, float(distance)))
    schema = {"part": pl.String, "by": pl.String, "distance": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _check_met(sizes: Sequence[int], found: NDArray[np.int64]) -> None:
    """Warn if a part has another size than was requested; without any rows it is an error."""
    missed = [(part, actual, size) for part, size, actual in zip(PARTS, sizes, found, strict=True) if size != actual]
    why = "a group of copies, which stays together, is larger than the remaining room"
    for part, actual, size in missed:
        if not actual:
            raise InputError(
                f"{part if part != 'train' else 'validation'}: no row is left for {part}, where {size:,} were requested: "
                f"{why}; ask for another size, or raise threshold"
            )
    if missed:
        listed = (f"{part} has {actual:,} rows where {size:,} were requested" for part, actual, size in missed)
        warn(f"{'; '.join(listed)}: {why}")

"""Tasks of Ray: what its workers do with a part of the rows, and how its result is read where they were sent from.

Ray pickles these functions by their names.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame.arrow import ArrowFrame
from instag.frame.base import Frame
from instag.tagsets import TagSets, counted

# The place of a row among those taken, until they have been put in order.
PLACE = "__instag_place"
# The column of the error that a part returns in place of a result.
FAULT = "__instag_fault"

Make = Callable[[ArrowFrame], pl.DataFrame]
Merge = Callable[[pl.DataFrame], pl.DataFrame]


def call_on_table(make: Make, table: Any) -> Any:
    """Call a function with a part of the rows, on a worker; an error in the data comes back as a table of its message."""
    try:
        return make(ArrowFrame(table)).to_arrow()
    except InputError as error:
        # An error of a worker would come back as a page of text; so its message alone comes back, as data.
        return pl.DataFrame({FAULT: [str(error)]}).to_arrow()


def merge_parts(merge: Merge, *parts: Any) -> Any:
    """Merge the results of several parts, on a worker; if one of them is an error, it is the result."""
    frames = [pl.DataFrame(part) for part in parts]
    faulty = [frame for frame in frames if FAULT in frame.columns]
    return (faulty[0] if faulty else merge(pl.concat(frames))).to_arrow()


def size_of(part: Any) -> int:
    """The size of a result in bytes, found where it is."""
    return int(part.nbytes)


def result_of(part: pl.DataFrame) -> pl.DataFrame:
    """The result of a part, unless it is an error, which is raised."""
    if FAULT in part.columns:
        raise InputError(part.item(0, FAULT))
    return part


def all_columns(frame: Frame) -> pl.DataFrame:
    """The part as it is."""
    return frame.lazy().collect()


def encode_tags(frame: Frame, *, key: str | None, tags: str) -> pl.DataFrame:
    """The tags of a part as integers, in one row."""
    sets = frame.tag_sets(tags)
    columns: dict[str, Any] = {"lengths": sets.lengths, "codes": sets.codes, "tags": sets.tags, "null": sets.is_null}
    keys = {} if key is None else {"keys": frame.column(key)}
    # As lists: a NumPy array would become an array of fixed width, and Polars does not read one of width 0.
    return pl.DataFrame({name: pl.Series([pl.Series(values)]) for name, values in (columns | keys).items()})


def count_tags(frame: Frame, *, tags: str) -> pl.DataFrame:
    """The tags of a part and their counts."""
    return counted(frame.column(tags))


def change_column(
    frame: Frame,
    *,
    name: str,
    change: Callable[[pl.Series], pl.Series],
    dtype: pl.DataType,
    beside: str | None,
) -> pl.DataFrame:
    """A part with a changed column, by :meth:`Frame.change`."""
    changed: pl.DataFrame = frame.change(name, change, dtype, beside)
    return changed


def decode_tags(part: pl.DataFrame) -> TagSets:
    """Tags that :func:`encode_tags` made a table of."""
    lengths, codes, tags, null = (part.get_column(name)[0] for name in ("lengths", "codes", "tags", "null"))
    return TagSets.of(lengths.to_numpy(), codes.to_numpy(), tags, null)


def put_in_order(table: Any) -> Any:
    """Taken rows in the order in which they were taken."""
    return table.sort_by(PLACE).drop_columns([PLACE])


def keep_taken(table: Any, key: str, taken: Any) -> Any:
    """Those rows of a part that are taken, with what is added to each."""
    import ray  # noqa: PLC0415 - it is in an extra

    wanted = pl.DataFrame(ray.get(taken))
    there = pl.DataFrame(table.select([key])).with_row_index("__instag_row")
    found = there.join(wanted, on=key, how="inner").sort(PLACE)
    kept = table.take(found.get_column("__instag_row").to_arrow())
    for column in found.drop(key, "__instag_row"):
        kept = kept.append_column(column.name, column.to_arrow())
    return kept

"""The raw tags, kept beside the normalised ones."""

import polars as pl

from instag.errors import InputError
from instag.frame import Frame

__all__ = ["raw_beside"]


def raw_beside(frame: Frame, tags: str) -> dict[str, pl.Series]:
    """The column of raw tags that is to be added, under its name: `raw_` and that of the column with the tags.

    Lists of tags that are there already under that name are the rawer ones: nothing is to be added then.

    Raises
    ------
    InputError
        Where there is a column of that name that holds anything else.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> frame = pl.DataFrame({"tags": [["a"]], "raw_tags": [["A"]]})
    >>> raw_beside(wrap(frame), "tags")
    {}
    >>> list(raw_beside(wrap(frame.drop("raw_tags")), "tags"))
    ['raw_tags']
    """
    name = f"raw_{tags}"
    if name not in frame.columns:
        return {name: frame.column(tags)}
    dtype = frame.column(name).dtype
    if not _holds_tags(dtype):
        raise InputError(
            f"column {name!r} is in the way: expected lists of tags there, from an earlier normalisation, or no such "
            f"column; found {dtype}: rename or drop it first"
        )
    return {}


def _holds_tags(dtype: pl.DataType) -> bool:
    depth = 0
    while isinstance(dtype, pl.List | pl.Array):
        dtype, depth = pl.Series(dtype=dtype.inner).dtype, depth + 1
    if dtype == pl.Null:
        return True
    # A list of tags, or a list of them for each query.
    return depth in {1, 2} and (isinstance(dtype, pl.String | pl.Categorical | pl.Enum) or dtype.is_integer())

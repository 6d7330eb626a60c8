"""Columns and frames that options refer to; errors about them begin with the option."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import io
from instag.checks import shown
from instag.errors import InputError, file_error
from instag.frame import Frame, wrap
from instag.normalization.rollup import with_broader
from instag.tagsets import TagSets

__all__ = ["column_of", "errors_name", "group_names", "numbers_of", "opened", "sums_of", "tag_sets_of", "wrapped"]


def tag_sets_of(frame: Frame, column: str, tree: Any) -> TagSets:
    """The tags of each row, with the broader ones if there is a tree."""
    sets = frame.tag_sets(column)
    with errors_name("tree"):
        return with_broader(sets, tree)


@contextmanager
def errors_name(option: str) -> Iterator[None]:
    """Begin the messages of errors within the block with the option that they are about.

    Examples
    --------
    >>> with errors_name("weights"):
    ...     raise InputError("x.csv: there is no such file")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: weights: x.csv: there is no such file
    """
    try:
        yield
    except InputError as error:
        if str(error).startswith(option):
            raise
        raise file_error(f"{option}: {error}", error) from None


def opened(option: str, path: str | PathLike[str]) -> Frame:
    """The frame in the file that an option names."""
    text = fspath(path)
    if not text:
        raise InputError(f"{option}: expected a file; found ''")
    with errors_name(option):
        return wrap(io.load(text))


def column_of(frame: Frame, option: str, name: str) -> pl.Series:
    """The column that an option names."""
    with errors_name(option):
        return frame.column(name)


def group_names(column: pl.Series) -> pl.Series:
    """The name of each row's group; rows without a group are one by themselves, called null."""
    return column.cast(pl.String).fill_null("null")


def sums_of(groups: pl.Series, amounts: NDArray[np.float64] | None) -> dict[str, float]:
    """The amounts of the rows of each group added up, or without any the number of its rows.

    Examples
    --------
    >>> sorted(sums_of(pl.Series(["b", "a", "b"]), np.array([1.0, 2.0, 4.0])).items())
    [('a', 2.0), ('b', 5.0)]
    """
    frame = pl.DataFrame({"group": groups, "amount": np.ones(len(groups)) if amounts is None else amounts})
    return dict(frame.group_by("group").agg(pl.col("amount").sum()).iter_rows())


def wrapped(option: str, data: Any, expected: str) -> Frame:
    """The frame that an option gives."""
    try:
        return wrap(data)
    except InputError:
        raise InputError(f"{option}: expected {expected}; found {shown(data)}") from None


def numbers_of(frame: Frame, option: str, name: str, missing: float | None) -> NDArray[np.float64]:
    """A column of finite numbers, with `missing` in place of null and NaN; if that is None, these are an error."""
    column = column_of(frame, option, name)
    if not column.dtype.is_numeric():
        hint = ": make numbers of them first, for instance with .cast(float)" if column.dtype == pl.String else ""
        raise InputError(f"{option}: expected numbers in column {name!r}; found {column.dtype}{hint}")
    values = column.cast(pl.Float64).fill_nan(None)
    if values.null_count():
        if missing is None:
            hint = "; give them a number with quality_missing=" if option == "quality" else ": drop those rows"
            raise InputError(
                f"{option}: {values.null_count():,} of {len(values):,} rows have no number in column {name!r}{hint}"
            )
        values = values.fill_null(missing)
    numbers = values.to_numpy().astype(np.float64)
    if (bad := np.flatnonzero(~np.isfinite(numbers))).size:
        raise InputError(
            f"{option}: expected finite numbers in column {name!r}; found {numbers[bad[0]]:g} in {frame.row_name(bad[0])}: "
            "drop those rows, or give them a number"
        )
    return numbers

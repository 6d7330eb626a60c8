"""Data frames of any kind in, the same kind out: :func:`wrap` finds out which kind it is.

=========  =====================================================
base       the operations that every kind of frame has
polars     Polars frames in memory
lazy       Polars frames that are read when columns or rows are asked for
rows       rows taken from them
arrow      tables of Arrow, batch by batch
foreign    frames of other libraries
ray        data sets of Ray
ray_tasks  what its workers do with a part of the rows
once       data that can be read only once
keyed      rows in the order of a key
batches    a plan read batch by batch
generated  plans whose rows are made as they are read
extent     how large data are, without reading them
stamps     whether files have changed
path       columns, and what is within them
kinds      types of columns, by what they can be used for
=========  =====================================================
"""

import sys
from collections.abc import Iterator
from os import PathLike
from typing import Any

import narwhals as nw
import polars as pl

from instag.errors import InputError
from instag.frame.base import Frame
from instag.frame.foreign import HubFrame, NarwhalsFrame, StreamFrame
from instag.frame.keyed import KeyedFrame
from instag.frame.lazy import LazyPolarsFrame
from instag.frame.once import spooled, tables
from instag.frame.polars import PolarsFrame
from instag.frame.ray import RayFrame

__all__ = ["Frame", "wrap"]


def wrap(data: Any, key: str | None = None) -> Frame:
    """Recognise the kind of frame.

    Frames that come one by one, and a stream of `datasets`, are first kept in files, and give lazy frames.

    Parameters
    ----------
    data
        The frame.
    key
        A column whose values differ from row to row, by which rows are numbered; None numbers them in their order.

    Raises
    ------
    InputError
        If instag does not know this kind of frame.
    """
    # Whoever passes a data set of a library has imported it: the library is looked up, and not imported for all others.
    ray = sys.modules.get("ray.data")
    if ray is not None and isinstance(data, ray.Dataset):
        return RayFrame(data, key)
    return _local(data) if key is None else KeyedFrame(_local(data), key)


def _native(data: Any) -> Any:
    """Let narwhals take a frame of pandas, pyarrow and others; anything else stays what it is."""
    try:
        return nw.from_native(data, eager_only=True, pass_through=True)
    except nw.exceptions.DuplicateError:
        names = [str(name) for name in data.columns]
        twice = ", ".join(sorted({repr(name) for name in names if names.count(name) > 1}))
        raise InputError(f"data: several columns have one name: {twice}: rename or drop all but one") from None


def _local(data: Any) -> Frame:  # noqa: PLR0911 - one for each kind
    if isinstance(data, pl.DataFrame):
        return PolarsFrame(data)
    if isinstance(data, pl.LazyFrame):
        return LazyPolarsFrame(data)
    hub = sys.modules.get("datasets")
    if hub is not None and isinstance(data, hub.Dataset):
        return HubFrame(data)
    if hub is not None and isinstance(data, hub.DatasetDict):
        splits = ", ".join(map(str, data))
        raise InputError(f"data: expected one data set; found a DatasetDict with the splits {splits}: pass one of them")
    if hub is not None and isinstance(data, hub.IterableDataset):
        return LazyPolarsFrame(spooled(tables(data)))
    if hub is not None and isinstance(data, hub.IterableDatasetDict):
        splits = ", ".join(map(str, data))
        raise InputError(f"data: expected one stream; found a dict of them with the splits {splits}: pass one of them")
    if isinstance(data, Iterator):
        return LazyPolarsFrame(spooled(wrap(each).lazy().collect() for each in data))
    native = _native(data)
    if isinstance(native, nw.DataFrame):
        return NarwhalsFrame(native)
    if hasattr(data, "__arrow_c_stream__"):
        return StreamFrame(data)
    raise InputError(_unknown(data))


def _unknown(data: Any) -> str:
    """The message about data that are not a frame."""
    kind = type(data)
    hint = ": pass its .data" if kind.__module__.startswith("instag.") and hasattr(data, "data") else ""
    if isinstance(data, str | PathLike):
        hint = ": read the file with instag.scan(…)"
    elif isinstance(data, list | tuple | dict):
        hint = ": make a frame of it, with polars.DataFrame(…), or of files with instag.scan(…)"
    return (
        "data: expected a Polars, pandas or pyarrow frame, a Hugging Face Dataset, a Ray Dataset, an object with the "
        f"Arrow C stream, or an iterator of frames; found {kind.__module__}.{kind.__qualname__}{hint}"
    )

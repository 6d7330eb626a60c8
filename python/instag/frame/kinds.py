"""Types of columns, by what they can be used for."""

from typing import Any

import polars as pl

__all__ = ["is_name"]


def is_name(kind: Any) -> bool:
    """Whether values of a type can name groups: each is one thing that has a text.

    Examples
    --------
    >>> is_name(pl.String), is_name(pl.Date), is_name(pl.List(pl.String)), is_name(pl.Binary)
    (True, True, False, False)
    """
    return not (kind.is_nested() or kind in (pl.Binary, pl.Duration, pl.Object))

"""Nested values: one question asked of a value and of all within it."""

from collections.abc import Callable
from typing import Any

import polars as pl

Test = Callable[[pl.Expr, Any], pl.Expr | None]


def any_within(value: pl.Expr, dtype: Any, test: Test) -> pl.Expr:
    """Build the expression that is true where a test is, of the value or of any within it.

    Parameters
    ----------
    value
        A column, a field or an element.
    dtype
        Its type.
    test
        A function from a value and its type to a boolean expression, or to None where it says nothing of the type.

    Returns
    -------
    polars.Expr
        True or false a row, never null.

    Examples
    --------
    >>> frame = pl.DataFrame({"a": [[{"b": 1}], [{"b": None}]]})
    >>> frame.select(any_within(pl.col("a"), frame.schema["a"], lambda value, dtype: value.is_null())).to_series().to_list()
    [False, True]
    """
    found = [] if (own := test(value, dtype)) is None else [own]
    if isinstance(dtype, pl.List):
        found.append(value.list.eval(any_within(pl.element(), dtype.inner, test)).list.any())
    if isinstance(dtype, pl.Struct):
        found += [any_within(value.struct.field(field.name), field.dtype, test) for field in dtype.fields]
    return pl.any_horizontal(found).fill_null(value=False) if found else value.is_null() & False

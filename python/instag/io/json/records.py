"""JSON records as a frame without loss: what no Polars type can hold is kept as its JSON text.

A field whose values are of more than one JSON type, at any depth, becomes the struct ``{"$json": text}``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from instag.frame.path import JSON
from instag.io.json.shape import Shape
from instag.io.json.text import dump, parse, parsed

NESTED = 2  # records deep: a row, a turn in it

Wrap = Callable[[Any], Any]


def wrap(dtype: Any) -> Wrap | None:
    """Build the function that puts JSON text where a type asks for it.

    Parameters
    ----------
    dtype
        The type that a field is to have.

    Returns
    -------
    callable or None
        The function from a parsed value to a wrapped one; None if the values stay as they are.
    """
    if dtype == JSON:
        return lambda value: None if value is None else {"$json": dump(value)}
    if isinstance(dtype, pl.List) and (inner := wrap(dtype.inner)):
        return lambda value: None if value is None else [inner(item) for item in value]
    if isinstance(dtype, pl.Struct):
        return wrap_fields(dict(dtype))
    return None


def wrap_fields(schema: Mapping[str, Any]) -> Wrap | None:
    """Build the function that does for every field of an object what :func:`wrap` does for a value.

    Parameters
    ----------
    schema
        The fields and the types that they are to have.

    Returns
    -------
    callable or None
        The function from a parsed object to a wrapped one; None if the objects stay as they are.
    """
    wraps = {key: each for key, dtype in schema.items() if (each := wrap(dtype))}
    if not wraps:
        return None
    return lambda value: (
        None if value is None else value | {key: each(value[key]) for key, each in wraps.items() if key in value}
    )


def plain(value: Any, depth: int = 0) -> Any:
    """Replace JSON text within a value by what it parses to.

    Parameters
    ----------
    value
        A value from a frame.
    depth
        How many records the value is in. Below the second, a key that is null was missing from the file: only another row
        had it.

    Returns
    -------
    Any
        The value as it would have been parsed.

    Examples
    --------
    >>> plain({"content": {"$json": '[{"text":"hi"}]'}})
    {'content': [{'text': 'hi'}]}
    """
    if isinstance(value, dict):
        if value.keys() == {"$json"}:
            return None if value["$json"] is None else parse(value["$json"])
        return {key: plain(member, depth + 1) for key, member in value.items() if member is not None or depth < NESTED}
    return [plain(item, depth) for item in value] if isinstance(value, list) else value


def decode(lines: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """Read the JSON object in each ``line`` as a row.

    Parameters
    ----------
    lines
        A frame with the column ``line``.
    schema
        The columns and their types.

    Returns
    -------
    polars.LazyFrame
        One row a line.
    """
    if not schema:
        return lines.select()
    # Taken apart as a frame: as an expression, every field would decode the line again.
    return lines.select(record=pl.col("line").str.json_decode(pl.Struct(dict(schema)))).unnest("record")


def frame(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Make a frame of parsed JSON records, with each value as it is.

    Parameters
    ----------
    records
        One dict a row.

    Returns
    -------
    polars.DataFrame
        One column a key, in the order of their first appearance.

    Examples
    --------
    >>> frame([{"content": "hi"}, {"content": [{"text": "hi"}]}]).to_dicts()
    [{'content': {'$json': '"hi"'}}, {'content': {'$json': '[{"text":"hi"}]'}}]
    """
    shape = Shape()
    for record in records:
        shape.add(record)
    return reader(shape)(pl.Series([dump(record) for record in records], dtype=pl.String))


def reader(shape: Shape) -> Callable[[pl.Series], pl.DataFrame]:
    """Build the function that reads lines as rows, each a JSON object of a shape.

    Parameters
    ----------
    shape
        The shape of all objects.

    Returns
    -------
    callable
        A function from lines to as many rows, with a column for each key.

    Examples
    --------
    >>> shape = Shape()
    >>> for value in ({"content": "hi"}, {"content": 7}):
    ...     shape.add(value)
    >>> reader(shape)(pl.Series(['{"content":7}'])).to_dicts()
    [{'content': {'$json': '7'}}]
    """
    schema = {key: field.dtype() for key, field in shape.fields.items()}
    # Polars reads no JSON with NaN or infinity, but it reads their text.
    endless = {key for key, field in shape.fields.items() if not field.finite and schema[key] == pl.Float64}
    texts: dict[str, pl.DataType] = dict.fromkeys(endless, pl.String())
    whole = wrap_fields(schema)

    def spell(line: str) -> str:
        record = parsed(line)[0]
        record |= {key: str(record[key]) for key in endless if record.get(key) is not None}
        return dump(record if whole is None else whole(record))

    def read(lines: pl.Series) -> pl.DataFrame:
        if endless or whole is not None:
            lines = pl.Series([spell(line) for line in lines.to_list()], dtype=pl.String)
        rows = decode(lines.alias("line").to_frame().lazy(), schema | texts).collect(engine="streaming")
        return rows.with_columns(pl.col(key).cast(pl.Float64) for key in endless)

    return read


Test = Callable[[pl.Expr, Any], pl.Expr | None]


def any_within(value: pl.Expr, dtype: Any, test: Test) -> pl.Expr:
    """Build the expression that is true if a test holds for a value or for any value within it.

    Parameters
    ----------
    value
        A column, a field or an element.
    dtype
        Its type.
    test
        A function from a value and its type to a boolean expression, or to None if it says nothing of the type.

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

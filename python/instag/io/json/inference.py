"""Types of JSON Lines: those that hold every value as it is, found in one pass through all lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from instag import _core
from instag.frame.batches import batches
from instag.io.json.shape import DEEPEST, Shape, is_record
from instag.io.pace import passed
from instag.warning import warn

BATCH = 20_000  # lines
KINDS: dict[str, type] = {"bool": bool, "float": float, "str": str}


def is_safe(dtype: Any, depth: int = 0) -> bool:
    """Whether Polars decodes values of this type as they are."""
    if isinstance(dtype, pl.List):
        return depth < DEEPEST and is_safe(dtype.inner, depth + 1)
    if isinstance(dtype, pl.Struct):
        return depth < DEEPEST and is_record(dict(dtype)) and all(is_safe(each, depth + 1) for _, each in dtype)
    return dtype in (pl.Null, pl.Boolean, pl.Int64, pl.Float64, pl.String)


def schema_of(lines: pl.LazyFrame) -> Mapping[str, Any] | None:
    """Find the types that hold every value of JSON Lines exactly.

    Parameters
    ----------
    lines
        Lines that are not blank, in the column ``line``.

    Returns
    -------
    mapping or None
        The columns, in order of appearance, and their types; None if a line is not an object, a key comes twice in one, or
        values have a type that Polars does not decode.
    """
    shapes, rows = _core.Shapes(), 0
    for batch in batches(lines, BATCH):
        shapes.push(batch.get_column("line"))
        if shapes.unread or shapes.doubtful or shapes.repeating:
            return None
        rows += batch.height
        passed("checking", rows)
    whole = shape_of(shapes.found())
    schema = {name: field.dtype() for name, field in whole.fields.items()}
    return schema if whole.kinds == {dict} and all(map(is_safe, schema.values())) else None


def width(schema: Mapping[str, Any]) -> int:
    """Count the fields in a schema, those within others included."""
    return sum(1 + (width(dict(dtype)) if isinstance(dtype, pl.Struct) else 0) for dtype in schema.values())


def shape_of(found: "_core._Found") -> Shape:
    """The shape that the core found.

    Parameters
    ----------
    found
        Kinds, the range of integers, the shape of members, the shapes of fields.
    """
    kinds, integers, item, fields = found
    shape = Shape()
    shape.kinds = {KINDS[kind] for kind in kinds}
    if integers is not None:
        shape.kinds.add(int)
        shape.low, shape.high = integers
    if item is not None:
        shape.kinds.add(list)
        shape.item = shape_of(item)
    if fields is not None:
        shape.kinds.add(dict)
        shape.fields = {name: shape_of(field) for name, field in fields.items()}
    return shape


class Repetition:
    """Whether a key comes twice in one object, and where.

    Its last value is the one that is read, as everywhere in Python.
    """

    def __init__(self) -> None:
        self._shapes = _core.Shapes()

    def add(self, texts: Sequence[str] | pl.Series) -> None:
        """Look at more JSON."""
        self._shapes.push(pl.Series(texts, dtype=pl.String))

    @property
    def there(self) -> bool:
        """Whether a key came twice."""
        return self._shapes.repeating > 0

    def warn(self, name: object, unit: str = "") -> None:
        """Warn of a key that came twice.

        Parameters
        ----------
        name
            What to call the file.
        unit
            What each text is, such as a line; empty if there is only one text.
        """
        if not self.there:
            return
        many = self._shapes.repeating
        where = f"in {many:,} {unit}{'s' if many > 1 else ''}, " if unit else ""
        found = ", ".join(f"{key!r} in {unit} {at + 1:,}" if unit else repr(key) for at, key in self._shapes.repeated)
        warn(f"{name}: {where}a key comes more than once in one object, and its last value is read: {found}")

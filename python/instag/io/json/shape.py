"""The types that hold every value of JSON records as it is."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from instag.frame.path import JSON

__all__ = ["DEEPEST", "Shape", "is_record"]

WIDEST = 256  # a dict with more keys is a map: the union of its keys would make a struct too wide to hold
DEEPEST = 64  # the types of deeper values cost more than their text
EXACT = 2**53  # beyond it a float skips integers
SCALARS: dict[frozenset[type], pl.DataType] = {
    frozenset(): pl.Null(),
    frozenset({bool}): pl.Boolean(),
    frozenset({str}): pl.String(),
    frozenset({float}): pl.Float64(),
}
# Within columns, the objects under these keys differ from row to row, each with keys and nulls of its own.
FREE = frozenset({"arguments", "args", "parameters", "properties"})


def is_record(names: Collection[str]) -> bool:
    """Tell whether a struct of these fields holds objects as they are, ``{}`` apart from null.

    Parameters
    ----------
    names
        The keys of all the objects.

    Returns
    -------
    bool
        False for no keys, for too many, and for the one that marks JSON text.
    """
    return 0 < len(names) <= WIDEST and "$json" not in names


class Shape:
    """What the values of one field have been, over all records."""

    __slots__ = ("fields", "finite", "high", "item", "kinds", "low")

    def __init__(self) -> None:
        self.kinds: set[type] = set()
        self.fields: dict[str, Shape] = {}
        self.item: Shape | None = None
        self.low = self.high = 0
        self.finite = True

    def add(self, value: Any, depth: int = 0) -> None:
        """Take one more value into account.

        Parameters
        ----------
        value
            A parsed JSON value; null says nothing of the type.
        depth
            How far below the record the field stands.
        """
        if value is None:
            return
        kind = type(value)
        self.kinds.add(kind)
        if kind is float:
            self.finite = self.finite and math.isfinite(value)
        elif kind is int:
            self.low, self.high = min(self.low, value), max(self.high, value)
        elif depth > DEEPEST:
            return
        elif kind is dict:
            self._add_fields(value, depth)
        elif kind is list:
            self.item = self.item or Shape()
            for member in value:
                self.item.add(member, depth + 1)

    def _add_fields(self, value: Mapping[str, Any], depth: int) -> None:
        for key, member in value.items():
            if (field := self.fields.get(key)) is None:
                if depth and len(self.fields) > WIDEST:
                    continue  # a map already, and its keys may be as many as the rows
                field = self.fields[key] = Shape()
            field.add(member, depth + 1)

    def dtype(self, depth: int = 1) -> pl.DataType:
        """Find the type that holds every value as it is.

        Parameters
        ----------
        depth
            How far down the field stands, with the record itself at 0.

        Returns
        -------
        polars.DataType
            A type that reads and writes back each value, :data:`JSON` if no other does.
        """
        if not self.finite and depth > 1:
            return JSON
        whole = SCALARS.get(frozenset(self.kinds))
        if self.kinds == {int} or (self.kinds == {int, float} and self.floats):
            whole = self._number()
        elif depth <= DEEPEST and self.kinds == {list} and self.item:
            whole = pl.List(self.item.dtype(depth + 1))
        elif depth <= DEEPEST and self.kinds == {dict} and is_record(self.fields):
            whole = pl.Struct({key: self._member(key, field, depth + 1) for key, field in self.fields.items()})
        return whole or JSON

    def _member(self, key: str, field: "Shape", depth: int) -> pl.DataType:
        free = key in FREE and dict in field.kinds and depth > 1
        return JSON if free else field.dtype(depth)

    def _number(self) -> pl.DataType:
        if float in self.kinds:
            return pl.Float64()
        if self.low < -(2**63) or self.high >= 2**64:
            return JSON
        return pl.Int64() if self.high < 2**63 else pl.Int128()

    @property
    def floats(self) -> bool:
        """Whether a float column holds every integer seen."""
        return max(-self.low, self.high) <= EXACT

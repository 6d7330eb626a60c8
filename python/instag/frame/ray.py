"""Data sets of Ray: functions are sent to where the rows are, and their results come back.

Ray is imported only if one of its data sets was passed. The rows have no order of their own: a key tells them apart, and
they are numbered in its order.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from instag.errors import InputError
from instag.frame.arrow import ArrowFrame
from instag.frame.base import Frame, Rows
from instag.frame.keyed import check_keys
from instag.frame.polars import PolarsFrame
from instag.frame.ray_tasks import (
    PLACE,
    Make,
    Merge,
    all_columns,
    call_on_table,
    change_column,
    count_tags,
    decode_tags,
    encode_tags,
    keep_taken,
    merge_parts,
    put_in_order,
    result_of,
    size_of,
)
from instag.tagsets import Counts, TagSets, join

__all__ = ["RayFrame"]

# Rows that one task puts in order.
FEW = 100_000
# Up to this many chosen rows, each part hands on all of its columns at once; with more, they would fill a worker's memory.
WHOLE = 10_000
# Parts that one task puts together.
TOGETHER = 8


class RayFrame(Frame):
    """A `ray.data.Dataset`."""

    def __init__(self, data: Any, key: str | None = None) -> None:
        self._data = data
        self._key = key
        self._keys: pl.Series | None = None
        self._held: pl.DataFrame | None = None
        if key is not None and key not in self.columns:
            raise InputError(f"key: no column {key!r}; the columns are: {', '.join(self.columns) or 'none'}")

    @property
    def columns(self) -> list[str]:
        schema = self._data.schema()
        return [] if schema is None else list(schema.names)

    def require_key(self) -> str:
        """The column that tells the rows apart.

        Raises
        ------
        InputError
            If no key was given.
        """
        if self._key is None:
            raise InputError(
                "key: the rows of a Ray data set have no order, so ties need one: name the column that tells the rows "
                "apart, such as key='id'"
            )
        return self._key

    def lazy(self) -> pl.LazyFrame:
        raise self._unsupported()

    def tag_sets(self, name: str) -> TagSets:
        key, columns = self._key, [self.head(name)]
        parts = list(self.mapped(partial(encode_tags, key=key, tags=name), columns if key is None else [key, *columns]))
        sets = join([decode_tags(part) for part in parts])
        if key is None:
            return sets
        found = [part["keys"].explode(empty_as_null=False) for part in parts]
        keys = pl.concat(found) if found else pl.Series(dtype=pl.Int64)
        order = keys.arg_sort()
        self.number(keys[order])
        return sets.taken(order.to_numpy())

    def head(self, path: str) -> str:
        """The column that a path leads into.

        Raises
        ------
        InputError
            If there is none.
        """
        return self._head(path) or path

    def tag_counts(self, name: str) -> Counts:
        return Counts.of(self.mapped(partial(count_tags, tags=name), [self.head(name)]))

    def empty(self, name: str) -> pl.Series:
        table = self._data.schema().base_schema.empty_table()
        return PolarsFrame(pl.DataFrame(table)).column(name)

    def change(
        self, name: str, change: Callable[[pl.Series], pl.Series], dtype: pl.DataType, beside: str | None = None
    ) -> Any:
        changed = partial(change_column, name=name, change=change, dtype=dtype, beside=beside)
        return self._data.map_batches(partial(call_on_table, changed), batch_format="pyarrow", batch_size=None)

    def count(self) -> int:
        """The number of rows."""
        return int(self._data.count())

    def carried(self, columns: list[str], rows: int) -> list[str]:
        """Which columns to hand on besides the needed ones, if this many rows will be chosen.

        All columns if the rows are few, so that nothing has to be read again; only the needed ones if Polars would change
        what a column holds, such as tensors.
        """
        whole = rows <= WHOLE and _same_in_polars(self._data.schema().base_schema)
        return self.columns if whole else list(dict.fromkeys(columns))

    def mapped(self, make: Make, columns: list[str]) -> Iterator[pl.DataFrame]:
        """What a function makes of some columns of each part of the rows, part by part."""
        made = self._made(make, columns).iter_batches(batch_size=None, batch_format="pyarrow")
        return (result_of(pl.DataFrame(part)) for part in made)

    def reduced(
        self, make: Make, merge: Merge, columns: list[str], coming: Callable[[int], None] = lambda _: None
    ) -> pl.DataFrame:
        """What a function makes of each part, merged by another one on the workers, a few parts at a time.

        Neither function may depend on how the rows are cut into parts, or on the order of the parts. Before the
        result comes to this process, `coming` is called with its size in bytes.
        """
        import ray  # noqa: PLC0415 - it is in an extra

        parts = self._made(make, columns).materialize().to_arrow_refs()
        merged = ray.remote(merge_parts)
        while len(parts) > 1:
            parts = [merged.remote(merge, *parts[nth : nth + TOGETHER]) for nth in range(0, len(parts), TOGETHER)]
        if parts:
            coming(ray.get(ray.remote(size_of).remote(parts[0])))
            return result_of(pl.DataFrame(ray.get(parts[0])))
        return make(ArrowFrame(self._data.schema().base_schema.empty_table().select(columns)))

    def number(self, keys: pl.Series) -> pl.Series:
        """Number rows by their keys, which come sorted; rows with other keys are not needed any more."""
        check_keys(keys, self.require_key())
        self._keys = keys
        return keys

    def hold(self, rows: pl.DataFrame) -> None:
        """Number rows, which come sorted by their keys; if they have all columns, keep them, so as not to read them again."""
        self.number(rows.get_column(self.require_key()))
        if rows.columns == self.columns and _same_in_polars(self._data.schema().base_schema):
            self._held = rows

    def row_name(self, row: int) -> str:
        return f"the row whose {self.require_key()} is {self._numbered[int(row)]!r}"

    def places(self, rows: Rows) -> Rows:
        del rows
        raise InputError("start: the rows of a Ray data set have no numbers: name a column of booleans")

    @property
    def _numbered(self) -> pl.Series:
        if self._keys is None:
            keys = pl.concat(list(self.mapped(all_columns, [self.require_key()])))
            return self.number(keys.to_series().sort())
        return self._keys

    @staticmethod
    def _unsupported() -> InputError:
        return InputError(
            "data: only select, rank, measure, tag and a vocabulary's apply take a Ray data set, and a cost must be one of its "
            "columns; for anything else, write it with its write_parquet, and open that with instag.scan"
        )

    def _made(self, make: Make, columns: list[str]) -> Any:
        return self._data.select_columns(list(dict.fromkeys(columns))).map_batches(
            partial(call_on_table, make), batch_format="pyarrow", batch_size=None
        )

    def _column(self, name: str) -> pl.Series:
        key = self._key
        if key is None:
            raise self._unsupported()
        rows = pl.concat(list(self.mapped(all_columns, [key, name])), how="vertical_relaxed").sort(key)
        keys = rows.get_column(key)
        if self._keys is None:
            self.number(keys)
        elif not self._keys.equals(keys):
            raise InputError(f"data: column {key!r} has other keys each time it is read: write the data first")
        return rows.get_column(name)

    def _take(self, rows: Rows, added: pl.DataFrame) -> Any:
        import ray  # noqa: PLC0415 - it is in an extra

        key = self.require_key()
        # In a data set without an order, the number of a row means nothing.
        added = added.drop("row", strict=False)
        if self._held is not None:
            whole = self._held[rows].to_arrow().cast(self._data.schema().base_schema)
            for column in added:
                whole = whole.append_column(column.name, column.to_arrow())
            return ray.data.from_arrow(whole)
        taken = pl.DataFrame({key: self._numbered[rows], PLACE: np.arange(len(rows))}).hstack(added)
        kept = self._data.map_batches(
            keep_taken, fn_args=(key, ray.put(taken.to_arrow())), batch_format="pyarrow", batch_size=None
        )
        if len(rows) > FEW:
            return kept.sort(PLACE).drop_columns([PLACE])
        return kept.repartition(1).map_batches(put_in_order, batch_format="pyarrow", batch_size=None)

    def _with_columns(self, _: pl.DataFrame) -> Any:
        raise self._unsupported()


def _same_in_polars(schema: Any) -> bool:
    """Whether a table comes back from Polars as it went in."""
    import pyarrow as pa  # noqa: PLC0415 - it comes with Ray

    if any(isinstance(field.type, pa.BaseExtensionType) for field in schema):
        return False
    try:
        empty = schema.empty_table()
        return bool(pl.DataFrame(empty).to_arrow().cast(schema).schema.equals(schema))
    except (pa.ArrowException, pl.exceptions.PolarsError, NotImplementedError, TypeError, ValueError):
        return False

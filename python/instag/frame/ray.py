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
from instag.tagsets import Counts, TagSets, counted, join

__all__ = ["RayFrame"]

# The place of a row among those taken, until they have been put in order.
PLACE = "__instag_place"
# The column of the error that a part returns in place of a result.
FAULT = "__instag_fault"
# Rows that one task puts in order.
FEW = 100_000
# Up to this many chosen rows, each part hands on all of its columns at once; with more, they would fill a worker's memory.
WHOLE = 10_000
# Parts that one task puts together.
TOGETHER = 8

Make = Callable[[ArrowFrame], pl.DataFrame]
Merge = Callable[[pl.DataFrame], pl.DataFrame]


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
        parts = list(self.mapped(partial(_encoded, key=key, tags=name), columns if key is None else [key, *columns]))
        sets = join([_decoded(part) for part in parts])
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
        return Counts.of(self.mapped(partial(_tags_counted, tags=name), [self.head(name)]))

    def empty(self, name: str) -> pl.Series:
        table = self._data.schema().base_schema.empty_table()
        return PolarsFrame(pl.DataFrame(table)).column(name)

    def change(
        self, name: str, change: Callable[[pl.Series], pl.Series], dtype: pl.DataType, beside: str | None = None
    ) -> Any:
        changed = partial(_changed, name=name, change=change, dtype=dtype, beside=beside)
        return self._data.map_batches(partial(_called, changed), batch_format="pyarrow", batch_size=None)

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
        return (_sound(pl.DataFrame(part)) for part in made)

    def reduced(
        self, make: Make, merge: Merge, columns: list[str], coming: Callable[[int], None] = lambda _: None
    ) -> pl.DataFrame:
        """What a function makes of each part, merged by another one on the workers, a few parts at a time.

        Neither function may depend on how the rows are cut into parts, or on the order of the parts. Before the
        result comes to this process, `coming` is called with its size in bytes.
        """
        import ray  # noqa: PLC0415 - it is in an extra

        parts = self._made(make, columns).materialize().to_arrow_refs()
        merged = ray.remote(_merged)
        while len(parts) > 1:
            parts = [merged.remote(merge, *parts[nth : nth + TOGETHER]) for nth in range(0, len(parts), TOGETHER)]
        if parts:
            coming(ray.get(ray.remote(_size).remote(parts[0])))
            return _sound(pl.DataFrame(ray.get(parts[0])))
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
            keys = pl.concat(list(self.mapped(_itself, [self.require_key()])))
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
            partial(_called, make), batch_format="pyarrow", batch_size=None
        )

    def _column(self, name: str) -> pl.Series:
        key = self._key
        if key is None:
            raise self._unsupported()
        rows = pl.concat(list(self.mapped(_itself, [key, name])), how="vertical_relaxed").sort(key)
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
            _kept, fn_args=(key, ray.put(taken.to_arrow())), batch_format="pyarrow", batch_size=None
        )
        if len(rows) > FEW:
            return kept.sort(PLACE).drop_columns([PLACE])
        return kept.repartition(1).map_batches(_in_order, batch_format="pyarrow", batch_size=None)

    def _with_columns(self, _: pl.DataFrame) -> Any:
        raise self._unsupported()


def _called(make: Make, table: Any) -> Any:
    try:
        return make(ArrowFrame(table)).to_arrow()
    except InputError as error:
        # An error of a worker would come back as a page of text; so its message alone comes back, as data.
        return pl.DataFrame({FAULT: [str(error)]}).to_arrow()


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


def _merged(merge: Merge, *parts: Any) -> Any:
    frames = [pl.DataFrame(part) for part in parts]
    faulty = [frame for frame in frames if FAULT in frame.columns]
    return (faulty[0] if faulty else merge(pl.concat(frames))).to_arrow()


def _size(part: Any) -> int:
    return int(part.nbytes)


def _sound(part: pl.DataFrame) -> pl.DataFrame:
    if FAULT in part.columns:
        raise InputError(part.item(0, FAULT))
    return part


def _itself(frame: Frame) -> pl.DataFrame:
    return frame.lazy().collect()


def _encoded(frame: Frame, *, key: str | None, tags: str) -> pl.DataFrame:
    """The tags of a part as integers, in one row."""
    sets = frame.tag_sets(tags)
    columns: dict[str, Any] = {"lengths": sets.lengths, "codes": sets.codes, "tags": sets.tags, "null": sets.is_null}
    keys = {} if key is None else {"keys": frame.column(key)}
    # As lists: a NumPy array would become an array of fixed width, and Polars does not read one of width 0.
    return pl.DataFrame({name: pl.Series([pl.Series(values)]) for name, values in (columns | keys).items()})


def _tags_counted(frame: Frame, *, tags: str) -> pl.DataFrame:
    return counted(frame.column(tags))


def _changed(
    frame: Frame,
    *,
    name: str,
    change: Callable[[pl.Series], pl.Series],
    dtype: pl.DataType,
    beside: str | None,
) -> pl.DataFrame:
    changed: pl.DataFrame = frame.change(name, change, dtype, beside)
    return changed


def _decoded(part: pl.DataFrame) -> TagSets:
    lengths, codes, tags, null = (part.get_column(name)[0] for name in ("lengths", "codes", "tags", "null"))
    return TagSets.of(lengths.to_numpy(), codes.to_numpy(), tags, null)


def _in_order(table: Any) -> Any:
    return table.sort_by(PLACE).drop_columns([PLACE])


def _kept(table: Any, key: str, taken: Any) -> Any:
    """Those rows of a part that are taken, with what is added to each."""
    import ray  # noqa: PLC0415 - it is in an extra

    wanted = pl.DataFrame(ray.get(taken))
    there = pl.DataFrame(table.select([key])).with_row_index("__instag_row")
    found = there.join(wanted, on=key, how="inner").sort(PLACE)
    kept = table.take(found.get_column("__instag_row").to_arrow())
    for column in found.drop(key, "__instag_row"):
        kept = kept.append_column(column.name, column.to_arrow())
    return kept

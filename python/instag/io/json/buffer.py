"""Records that come one after the other become rows, once the types of all of them are known."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from instag.frame.once import Spool
from instag.io.json.records import reader
from instag.io.json.shape import Shape
from instag.io.json.text import dump

__all__ = ["RecordBuffer"]

# The column with a record's JSON: a name that no data have.
LINE = "$record of instag"


class RecordBuffer:
    """Parsed JSON records, kept as text until the types of all are known, and in files if there are many.

    Examples
    --------
    >>> buffer = RecordBuffer()
    >>> buffer.add([{"content": "hi"}])
    >>> buffer.add([{"content": [{"text": "hi"}]}])
    >>> buffer.rows().collect().to_dicts()
    [{'content': {'$json': '"hi"'}}, {'content': {'$json': '[{"text":"hi"}]'}}]
    """

    def __init__(self) -> None:
        self._shape = Shape()
        self._spool = Spool()

    def add(self, records: Sequence[Mapping[str, Any]], beside: pl.DataFrame | None = None) -> None:
        """Keep more records, and columns that belong to them."""
        for record in records:
            self._shape.add(record)
        lines = pl.Series(LINE, [dump(record) for record in records], dtype=pl.String)
        self._spool.add(lines.to_frame() if beside is None else lines.to_frame().hstack(beside))

    def rows(self, put: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame] = lambda _, made: made) -> pl.LazyFrame:
        """All rows; nothing can be added any more.

        Parameters
        ----------
        put
            Makes rows of the columns beside and those of the records.
        """
        read, rows = reader(self._shape), Spool()
        for piece in self._spool.taken():
            rows.add(put(piece.drop(LINE), read(piece.get_column(LINE))))
        return rows.lazy()

"""Turns that are maps, as engines for large data write them: records, whose fields are the keys of the maps."""

import polars as pl

from instag.io.conversation.columns import CHATS, TURNS

__all__ = ["unmapped"]

# Maps with more keys than that are not turns.
MOST = 50


def unmapped(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Make records of the maps in columns of turns; a key that a map lacks is null.

    The rows are gone through once for the keys, if there is such a column.

    Examples
    --------
    >>> turns = pl.Series("messages", [[{"role": "user", "content": "Why?"}]], pl.List(pl.Map(pl.String, pl.String)))
    >>> unmapped(pl.LazyFrame([turns])).collect()["messages"].to_list()
    [[{'role': 'user', 'content': 'Why?'}]]
    """
    for name, dtype in frame.collect_schema().items():
        inner = getattr(dtype, "inner", None)
        if name.lower() not in (*CHATS, *TURNS) or not isinstance(inner, pl.Map) or inner.key != pl.String:
            continue
        keys = frame.select(pl.col(name).explode().map.keys().explode().unique(maintain_order=True).drop_nulls())
        fields = keys.collect(engine="streaming").to_series().to_list()
        if 0 < len(fields) <= MOST:
            turn = pl.element()
            record = pl.struct(turn.map.get(field).alias(field) for field in fields)
            turns = pl.col(name).list.eval(pl.when(turn.is_not_null()).then(record))
            frame = frame.with_columns(turns)
    return frame

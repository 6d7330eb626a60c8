"""The items of benchmarks, with their texts and ids."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from instag.errors import InputError
from instag.frame import wrap
from instag.io.conversation.samples import sample_queries
from instag.io.options import ReadOptions
from instag.io.source import parts
from instag.warning import warn

__all__ = ["Items", "items_of"]

# Columns that may hold the id of an item in its benchmark.
NAMES = ("id", "question_id", "task_id", "uid", "uuid", "key", "name")
# Items of fewer words than this are found only if a turn says nothing else; the core has the same number.
SHORT = 3


class Items(NamedTuple):
    """The items of all benchmarks: their texts, ids and benchmarks."""

    texts: pl.Series
    names: pl.Series
    benchmarks: pl.Series


def items_of(against: Any) -> Items:
    """Read the benchmarks, and warn of items that are too short to be found within longer texts."""
    found = list(_benchmarks(against))
    items = Items(*(pl.concat([each[part] for each in found]) for part in range(3)))
    words = items.texts.str.count_matches(r"[\p{L}\p{N}\p{M}]+")
    wide = items.texts.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
    if short := int(((words < SHORT) & ~wide).sum()):
        few = "one item has" if short == 1 else f"{short:,} items have"
        warn(f"against: {few} fewer than {SHORT} words, and will be found only if a turn says nothing else")
    return items


def _benchmarks(against: Any) -> list[Items]:
    if not isinstance(against, str | PathLike | Sequence):
        return [_items(against, "against", "the benchmark")]
    paths = [against] if isinstance(against, str | PathLike) else list(against)
    sources = [each if isinstance(each, str) else Path(each) for each in paths]
    if not sources:
        raise InputError("against: expected one file or more, such as benchmarks/*.jsonl; found none")
    found = {str(part.path): part for source in sources for part in parts(source, ReadOptions())}
    return [_items(part.frame, f"against: {path}", part.path.name) for path, part in found.items()]


def _items(data: Any, where: str, name: str) -> Items:
    """The user's queries of one benchmark."""
    frame = wrap(data)
    try:
        queries = sample_queries(frame, None)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    rows = pl.DataFrame({"text": queries, "name": _names(frame.lazy(), len(queries))}).explode("text")
    items = rows.filter(pl.col("text").str.contains(r"[\p{L}\p{N}]"))
    if items.is_empty():
        raise InputError(f"{where}: expected questions; found no row in which a user says anything")
    return Items(items.get_column("text"), items.get_column("name"), pl.Series([name] * items.height, dtype=pl.String))


def _names(frame: pl.LazyFrame, rows: int) -> pl.Series:
    """The ids of the items, or their rows counted from 1."""
    schema = frame.collect_schema()
    for name in NAMES:
        if name in schema and not schema[name].is_nested():
            return frame.select(pl.col(name).cast(pl.String)).collect().to_series()
    return pl.int_range(1, rows + 1, eager=True).cast(pl.String)

"""Finding the questions of benchmarks in a pool: what is trained on cannot be tested with."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import polars as pl

from instag._core import contamination
from instag.checks import check_choice
from instag.cleaning.options import Acting, Against, Numbering, Query
from instag.cleaning.result import LONGEST, Cleaned, cleaned, shown
from instag.errors import InputError
from instag.frame import wrap
from instag.io.options import ReadOptions
from instag.io.queries import heard
from instag.io.source import parts
from instag.warning import warn

__all__ = ["decontaminate"]

F = TypeVar("F")

# Columns that name an item in its benchmark.
NAMES = ("id", "question_id", "task_id", "uid", "uuid", "key", "name")
# Items of fewer words than this are found only where a row says nothing else; the core has the same number.
SHORT = 3


class Items(NamedTuple):
    """The items of all benchmarks: what each asks, what it is called, and where it is from."""

    texts: pl.Series
    names: pl.Series
    benchmarks: pl.Series


def decontaminate(
    data: F,
    against: Against,
    *,
    query: Query = None,
    numbers: Numbering = "same",
    action: Acting = "remove",
) -> Cleaned[F]:
    """Remove rows in which a user asks what a benchmark asks, or most of it.

    A word weighs ln((N + 1) / (df + ½)), where `df` of the N turns of users in the data have it: what everybody says
    weighs little. A row goes where, of an item's weight, 60 % lie in runs of eight words that one of its turns has
    too, or 70 % in runs of four. An item of fewer words is one run, whole; one of one or two words is found only where
    a turn says nothing else. Words are letters and digits, in lower case (NFKC); Chinese, Japanese and Thai characters
    are words by themselves. Other words for the same are not found: for that the rows have to be read.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream.
    against
        The benchmarks: a path, a glob, a list of them, or a frame. What users say in them is what is looked for.
    query
        The column of the data that holds what users said. By default it is found, as :func:`instag.read` finds it.
    numbers
        ``"same"``, or ``"any"``: an item of fifteen words or more with other numbers is the same item.
    action
        ``"remove"``, or ``"mark"``: all rows stay, and the columns `contaminated`, `item` and `share` (the larger of
        the two shares) are added.

    Returns
    -------
    Cleaned
        `dropped` has `row`, `reason` (the benchmark), `item` (its id, or its row from 1), `turn` (which of the user's,
        from 0), `share_8` and `share_4` (of the item's weight in runs of eight and of four words), `numbers` (whether
        the numbers are others), `shared` (the words), `asked` (the item) and `query`.

    Raises
    ------
    InputError
        Where the data or the benchmarks hold nothing that users said.

    Examples
    --------
    >>> import instag, polars as pl
    >>> test = pl.DataFrame({"question": ["A heron stands on one leg for 40 minutes a day. How long is that in a week?"]})
    >>> pool = pl.DataFrame({"prompt": [
    ...     "Solve it step by step: a heron stands on one leg for 40 minutes a day; how long is that in a week?",
    ...     "Why does a heron stand on one leg?",
    ... ]})
    >>> instag.decontaminate(pool, test)
    1 of 2 rows stay
           1  in the benchmark
    """
    check_choice("numbers", numbers, ("same", "any"))
    check_choice("action", action, ("remove", "mark"))
    items = _items(against)
    frame = wrap(data)
    queries = heard(frame, query)
    turns = pl.DataFrame({"row": np.arange(len(queries), dtype=np.uint32), "text": queries}).explode("text")
    turns = turns.drop_nulls("text").with_columns(turn=pl.int_range(pl.len(), dtype=pl.UInt32).over("row"))
    if turns.is_empty():
        raise InputError("data: no row has anything that a user said")
    texts, nth, long, short, masked, shared = contamination(turns.get_column("text"), items.texts, numbers == "any")
    hits = pl.DataFrame({"share_8": long, "share_4": short, "numbers": masked, "shared": shared, "nth": nth})
    hits = turns[texts].select("row", "turn").hstack(hits)
    # Of several turns the one that shares most.
    hits = hits.sort("row", "share_4", "share_8", "turn", descending=[False, True, True, False])
    hits = hits.unique("row", keep="first", maintain_order=True)
    found = hits.get_column("nth")
    dropped = hits.select(
        "row",
        ("in " + items.benchmarks.gather(found)).alias("reason"),
        items.names.gather(found).alias("item"),
        "turn",
        "share_8",
        "share_4",
        "numbers",
        "shared",
        items.texts.gather(found).str.slice(0, LONGEST).alias("asked"),
    )
    dropped = dropped.with_columns(shown(queries, dropped.get_column("row")))
    return cleaned(frame, dropped, len(queries), _marks(dropped, len(queries)) if action == "mark" else None)


def _marks(dropped: pl.DataFrame, samples: int) -> pl.DataFrame:
    rows = pl.DataFrame({"row": np.arange(samples, dtype=np.uint32)})
    marked = rows.join(dropped, on="row", how="left", maintain_order="left")
    share = pl.max_horizontal("share_8", "share_4").alias("share")
    return marked.select(pl.col("item").is_not_null().alias("contaminated"), "item", share)


def _items(against: Any) -> Items:
    """Read the benchmarks, and say which items are too short to be looked for within others."""
    found = list(_benchmarks(against))
    items = Items(*(pl.concat([each[part] for each in found]) for part in range(3)))
    words = items.texts.str.count_matches(r"[\p{L}\p{N}\p{M}]+")
    wide = items.texts.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
    if short := int(((words < SHORT) & ~wide).sum()):
        few = "one item has" if short == 1 else f"{short:,} items have"
        warn(f"against: {few} fewer than {SHORT} words, and will be found only where a turn says nothing else")
    return items


def _benchmarks(against: Any) -> list[Items]:
    if not isinstance(against, str | PathLike | Sequence):
        return [_asked(against, "against", "the benchmark")]
    given = [against] if isinstance(against, str | PathLike) else list(against)
    sources = [each if isinstance(each, str) else Path(each) for each in given]
    if not sources:
        raise InputError("against: expected one file or more, such as benchmarks/*.jsonl; found none")
    found = {str(part.path): part for source in sources for part in parts(source, ReadOptions())}
    return [_asked(part.frame, f"against: {path}", part.path.name) for path, part in found.items()]


def _asked(data: Any, where: str, name: str) -> Items:
    """What users say in one benchmark."""
    frame = wrap(data)
    try:
        queries = heard(frame, None)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    rows = pl.DataFrame({"text": queries, "name": _names(frame.lazy(), len(queries))}).explode("text")
    asked = rows.filter(pl.col("text").str.contains(r"[\p{L}\p{N}]"))
    if asked.is_empty():
        raise InputError(f"{where}: expected questions; found no row in which a user says anything")
    return Items(asked.get_column("text"), asked.get_column("name"), pl.Series([name] * asked.height, dtype=pl.String))


def _names(frame: pl.LazyFrame, rows: int) -> pl.Series:
    """The ids of the items, or their rows counted from 1."""
    schema = frame.collect_schema()
    for name in NAMES:
        if name in schema and not schema[name].is_nested():
            return frame.select(pl.col(name).cast(pl.String)).collect().to_series()
    return pl.int_range(1, rows + 1, eager=True).cast(pl.String)

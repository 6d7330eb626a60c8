"""The population that cases are drawn from: all queries with their tags."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.samples import sample_queries
from instag.tagsets import encode

__all__ = ["Codes", "Population", "column_of", "population_of"]

Codes = NDArray[np.int64]
"""Numbers of tags, queries or rows."""


@dataclass(frozen=True)
class Population:
    """The distinct queries that have tags.

    If tags are known only for whole samples, the queries of a sample are joined to one, separated by blank lines.

    Attributes
    ----------
    texts
        The queries.
    samples
        The row of each query in the data.
    tags
        The tags, sorted by name.
    queries, codes
        The pairs of a query and one of its tags, both as numbers, in ascending order and without repeats.
    blank
        The number of blank queries that have tags; they are left out.
    """

    texts: pl.Series
    samples: Codes
    tags: list[str]
    queries: Codes
    codes: Codes
    blank: int

    def text(self, query: int) -> str:
        """The text of a query."""
        return str(self.texts[int(query)])

    def tags_of(self, query: int) -> Codes:
        """The tags of a query."""
        start, end = np.searchsorted(self.queries, (query, query + 1))
        return self.codes[start:end]

    def queries_of(self, tag: int) -> Codes:
        """The queries of a tag, in ascending order."""
        start, end = self._starts[tag : tag + 2]
        return self._by_tag[start:end]

    @cached_property
    def sizes(self) -> Codes:
        """The number of queries of each tag."""
        return np.diff(self._starts)

    @cached_property
    def _by_tag(self) -> Codes:
        return self.queries[np.argsort(self.codes, kind="stable")]

    @cached_property
    def _starts(self) -> Codes:
        starts = np.zeros(len(self.tags) + 1, np.int64)
        np.cumsum(np.bincount(self.codes, minlength=len(self.tags)), out=starts[1:])
        return starts


def column_of(frame: Frame, tags: str) -> str:
    """Choose the column to read the tags from.

    This is `query_tags` instead of `tags` if the tags of each sample are those of its queries, because it is more
    precise to judge a tag by its own query. After only one of the two columns was normalised, they differ.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> column_of(wrap(pl.DataFrame({"tags": [["b", "a"]], "query_tags": [[["a"], ["b", "a"]]]})), "tags")
    'query_tags'
    >>> column_of(wrap(pl.DataFrame({"tags": [["a"]], "query_tags": [[["A"], ["a", "b"]]]})), "tags")
    'tags'
    """
    finer = "query_tags"
    if tags != "tags" or finer not in frame.columns:
        return tags
    flat, nested = _lists(frame.column(tags)), _lists(frame.column(finer))
    if not isinstance(nested.dtype, pl.List) or not isinstance(nested.dtype.inner, pl.List) or _is_nested(flat):
        return tags
    both = pl.DataFrame({"flat": flat, "nested": nested}).filter(pl.col("flat").is_not_null())
    joined = pl.col("nested").list.eval(pl.element().explode(empty_as_null=False, keep_nulls=False))
    same = _set(pl.col("flat")).eq_missing(_set(joined))
    return finer if both.select(same.all()).item() else tags


def population_of(frame: Frame, *, tags: str, query: str | None) -> Population:
    """Find the queries of a frame and their tags.

    Parameters
    ----------
    frame
        The data.
    tags
        The column of the tags, with a list per sample or a list per query.
    query
        The column of the user's queries; None to detect it.

    Raises
    ------
    InputError
        If a column is missing or has the wrong type, or a sample has more or fewer lists of tags than queries.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> df = pl.DataFrame({"queries": [["Why?", "How?"], ["How?"]], "tags": [[["cause"], ["means", "cause"]], None]})
    >>> pool = population_of(wrap(df), tags="tags", query=None)
    >>> pool.texts.to_list(), [pool.tags[code] for code in pool.tags_of(1)]
    (['Why?', 'How?'], ['cause', 'means'])
    """
    column = _lists(frame.column(tags))
    queries_of_rows = sample_queries(frame, query)
    texts, samples = _each(column, queries_of_rows) if _is_nested(column) else _joined(queries_of_rows)
    rows = encode(column, order="name", each_list=True)
    tagged = rows.lengths > 0
    blank = (texts.fill_null("").str.strip_chars() == "").to_numpy()
    kept = np.flatnonzero(tagged & ~blank)
    # A repeated query was tagged once and has the same tags, so it counts once.
    kept = kept[texts.gather(kept).is_first_distinct().to_numpy()]
    place = np.full(len(texts), -1)
    place[kept] = np.arange(len(kept))
    queries = np.repeat(place, rows.lengths)
    # Without any tag the width would be 0, and the division below would fail.
    width = max(len(rows.spellings), 1)
    pairs = np.unique(queries[queries >= 0] * width + rows.codes[queries >= 0].astype(np.int64))
    return Population(
        texts=texts.gather(kept),
        samples=samples[kept],
        tags=rows.spellings,
        queries=pairs // width,
        codes=pairs % width,
        blank=int((tagged & blank).sum()),
    )


def _each(column: pl.Series, queries: pl.Series) -> tuple[pl.Series, Codes]:
    """The queries with a list of tags each, and their rows."""
    n_lists, n_queries = (each.list.len().fill_null(0).to_numpy() for each in (column, queries))
    known = n_lists > 0
    if (wrong := np.flatnonzero(known & (n_lists != n_queries))).size:
        row = int(wrong[0])
        raise InputError(
            f"column {column.name!r}, row {row}: expected a list of tags for each query; found {n_lists[row]} lists for "
            f"{n_queries[row]} queries. Pass the column of the queries that were tagged: --query / query="
        )
    texts = queries.filter(pl.Series(known)).explode(empty_as_null=False, keep_nulls=False)
    return texts, np.repeat(np.flatnonzero(known), n_lists[known])


def _joined(queries: pl.Series) -> tuple[pl.Series, Codes]:
    return queries.list.join("\n\n", ignore_nulls=True), np.arange(len(queries))


def _lists(column: pl.Series) -> pl.Series:
    return column.arr.to_list() if isinstance(column.dtype, pl.Array) else column


def _is_nested(column: pl.Series) -> bool:
    return isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.List)


def _set(tags: pl.Expr) -> pl.Expr:
    return tags.list.drop_nulls().list.unique().list.sort()

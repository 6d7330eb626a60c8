"""The queries of each sample of a frame, from the column that the user names or by the layout of the columns."""

from collections.abc import Iterable

import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.io.conversation.detection import find
from instag.io.conversation.layout import listed
from instag.io.conversation.queries import TEXTS, column_queries, queries

__all__ = ["known_queries_in_pieces", "queries_if_known", "queries_in_pieces", "sample_queries"]


def sample_queries(frame: Frame, name: str | None) -> pl.Series:
    """Find the queries of each sample.

    Parameters
    ----------
    frame
        The samples.
    name
        The column that holds them: text, a list of texts, or a conversation. None takes a column `queries` of any of
        these, such as :func:`instag.read` makes, or else the layout that the columns have.

    Returns
    -------
    polars.Series
        A list of strings a sample.

    Raises
    ------
    InputError
        If there is no such column, or none that holds queries.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> sample_queries(wrap(pl.DataFrame({"question": ["Why?", None], "answer": ["Because.", "No."]})), None).to_list()
    [['Why?'], []]
    """
    return _plan(frame, name).collect().to_series()


def queries_in_pieces(frame: Frame, name: str | None) -> Iterable[pl.Series]:
    """The queries of each sample, piece by piece.

    One may go through the pieces as often as one likes. A frame that is read from files is never in memory as a whole.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> [piece.to_list() for piece in queries_in_pieces(wrap(pl.DataFrame({"prompt": ["Why?", None]})), None)]
    [[['Why?'], []]]
    """
    return frame.pieces(_plan(frame, name)) if frame.streams else [sample_queries(frame, name)]


def queries_if_known(frame: Frame) -> pl.Series | None:
    """The queries of each sample; None if the columns have no known layout.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> queries_if_known(wrap(pl.DataFrame({"tags": [["math"]]}))) is None
    True
    """
    plan = _if_known(frame)
    return None if plan is None else plan.collect().to_series()


def known_queries_in_pieces(frame: Frame) -> Iterable[pl.Series] | None:
    """The queries of each sample, piece by piece; None if the columns have no known layout.

    One may go through the pieces as often as one likes. A frame that is read from files is never in memory as a whole.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> pieces = known_queries_in_pieces(wrap(pl.DataFrame({"prompt": ["Why?", None]}).lazy()))
    >>> pl.concat(list(pieces)).to_list()
    [['Why?'], []]
    """
    plan = _if_known(frame)
    return None if plan is None else frame.pieces(plan)


def _if_known(frame: Frame) -> pl.LazyFrame | None:
    """The plan of the column of queries; None if the columns have no known layout."""
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    if "queries" in schema:
        held, dtype = frame.alone("queries", "said")
        if (said := pl.col("said") if dtype == TEXTS else column_queries("said", {"said": dtype})) is not None:
            return held.select(queries=said)
    layout = find(lazy)
    return None if layout is None else lazy.select(queries=queries(layout, schema))


def _plan(frame: Frame, name: str | None) -> pl.LazyFrame:
    """The plan of the column of queries."""
    if name is not None:
        return _named(frame, name)
    plan = _if_known(frame)
    if plan is None:
        columns = listed(frame.lazy().collect_schema()) or "none"
        raise InputError(
            "data: expected a column `queries` of text or conversations, or a layout instag knows (messages, conversations, instruction, "
            f"prompt, …); found the columns {columns}; name the one with what users said with query= / --query"
        )
    return plan


def _named(frame: Frame, name: str) -> pl.LazyFrame:
    lazy, dtype = frame.alone(name, "said")
    found = column_queries("said", {"said": dtype})
    if found is None:
        raise InputError(f"query: column {name!r} is {dtype}: expected text, a list of it, or conversations")
    layout = find(lazy, parts={"query": "said"})
    if layout is not None and (layout.template is not None or "turns" in layout.columns):
        found = queries(layout, {"said": dtype})
    return lazy.select(queries=found)

"""What users said: the queries of a frame of any kind."""

import polars as pl

from instag.errors import InputError
from instag.frame import Frame
from instag.io.layout import detect
from instag.io.queries import TEXTS, column, queries

__all__ = ["heard", "overheard"]


def heard(frame: Frame, name: str | None) -> pl.Series:
    """What the users said in each sample.

    Parameters
    ----------
    frame
        The samples.
    name
        The column that holds it: text, a list of texts, or a conversation. None takes a column `queries` of any of
        these, such as :func:`instag.read` makes, or else the layout that the columns have.

    Returns
    -------
    polars.Series
        A list of strings a sample.

    Raises
    ------
    InputError
        Where there is no such column, or none that holds what users said.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> heard(wrap(pl.DataFrame({"question": ["Why?", None], "answer": ["Because.", "No."]})), None).to_list()
    [['Why?'], []]
    """
    return _found(frame) if name is None else _named(frame, name)


def _named(frame: Frame, name: str) -> pl.Series:
    held = frame.column(name)
    found = column(name, held.dtype)
    if found is None:
        raise InputError(f"queries: column {name!r} is {held.dtype}: expected text, a list of it, or conversations")
    return held.to_frame().select(queries=found).to_series()


def overheard(frame: Frame) -> pl.Series | None:
    """The same, where the columns tell; None where they do not.

    Examples
    --------
    >>> from instag.frame import wrap
    >>> overheard(wrap(pl.DataFrame({"tags": [["math"]]}))) is None
    True
    """
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    if schema.get("queries") == TEXTS:
        return frame.column("queries")
    if "queries" in schema and (said := column("queries", schema["queries"])) is not None:
        return frame.column("queries").to_frame().select(queries=said).to_series()
    layout = detect(schema)
    return None if layout is None else lazy.select(queries=queries(layout, schema)).collect().to_series()


def _found(frame: Frame) -> pl.Series:
    said = overheard(frame)
    if said is None:
        columns = ", ".join(f"{name} ({dtype})" for name, dtype in frame.lazy().collect_schema().items()) or "none"
        raise InputError(
            "data: expected a column `queries` of text or conversations, or a layout instag knows (messages, conversations, instruction, "
            f"prompt, …); found the columns {columns}; name the one with what users said with queries= / --query"
        )
    return said

"""Rows that a condition keeps: SQL over the columns, and over what instag derives from them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from instag.chat.truncate import tokens_of
from instag.errors import InputError
from instag.io.conversation.detection import find
from instag.io.conversation.queries import TEXTS, queries
from instag.io.conversation.turns import turns
from instag.warning import warn

__all__ = ["kept"]

PLACE = re.compile(r"at Line: \d+, Column: (\d+)")
COLUMN = re.compile(r'col\("([^"]+)"\)')
NAMED = re.compile(r"unsupported function '([^']+)'")
QUERY = "SELECT * FROM data WHERE "


def kept(frame: pl.LazyFrame, where: str | None) -> pl.LazyFrame:
    """Keep the rows for which a condition holds.

    Parameters
    ----------
    frame
        The data.
    where
        A condition in SQL, such as ``"lang = 'en' AND turns > 1"``; None keeps all. Where the data have no such columns,
        ``tags`` are those of all queries, ``complexity`` is the number of tags, ``turns`` that of the user's turns and
        ``tokens`` an estimate of all that was said.

    Returns
    -------
    polars.LazyFrame
        The columns of the data, and some of the rows.

    Raises
    ------
    InputError
        If the condition cannot be read, its columns do not exist, it is not a condition, or no row is left.

    Examples
    --------
    >>> data = pl.LazyFrame({"lang": ["en", "de"], "tags": [["math"], ["math", "proof"]]})
    >>> kept(data, "complexity > 1").collect().to_dicts()
    [{'lang': 'de', 'tags': ['math', 'proof']}]
    >>> kept(data, "lnag = 'en'")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: where: no column 'lnag'; the columns are: lang, tags
      lnag = 'en'
      ^
    """
    if where is None:
        return frame
    condition = _read(where)
    columns = frame.collect_schema().names()
    wanted = [name for name in condition.meta.root_names() if name not in columns]
    known, added = frame, []
    for name in dict.fromkeys(wanted):
        derived = _derived(name, known)
        if derived is None:
            raise _fault(where, f"no column {name!r}; the columns are: {', '.join(columns)}", where.find(name))
        known = derived
        added.append(name)
    _check(known, condition, where)
    filtered = known.filter(condition)
    return filtered.drop(added) if added else filtered


def _read(where: str) -> pl.Expr:
    try:
        return pl.sql_expr(where)
    except (pl.exceptions.SQLInterfaceError, pl.exceptions.SQLSyntaxError) as error:
        reason, place = str(error), len(where)
        if named := NAMED.search(reason):
            place = where.find(named[1])
        try:
            pl.SQLContext(data=pl.LazyFrame()).execute(QUERY + where)
        except pl.exceptions.PolarsError as other:
            # For a whole statement, Polars says where the fault is.
            if found := PLACE.search(str(other)):
                reason, place = PLACE.sub("", str(other)).strip(), int(found[1]) - 1 - len(QUERY)
        raise _fault(where, f"this is not a condition in SQL: {reason}", place) from None


def _check(frame: pl.LazyFrame, condition: pl.Expr, where: str) -> None:
    """Check that the condition fits the types of the columns, and that it leaves a row."""
    try:
        dtype = frame.select(condition.alias("where")).collect_schema()["where"]
        left = frame.filter(condition).head(1).collect(engine="streaming").height if dtype == pl.Boolean else 0
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).partition("\n")[0]
        found = COLUMN.search(str(error))
        name = found[1] if found else next(iter(condition.meta.root_names()), "")
        kinds = frame.collect_schema()
        kind = f" ({name!r} is {kinds[name]})" if name in kinds else ""
        raise _fault(where, f"{reason}{kind}", where.find(name)) from None
    if dtype != pl.Boolean:
        raise _fault(where, f"expected a condition, which is true or false; found {dtype}", 0)
    if not left:
        rows = frame.select(pl.len()).collect().item()
        raise InputError(f"where: {where}: none of {rows:,} rows is left")


def _fault(where: str, reason: str, place: int) -> InputError:
    """What is wrong with a condition, with a caret below the place."""
    line = where.replace("\n", " ")
    return InputError(f"where: {reason}\n  {line}\n  {' ' * max(place, 0)}^")


def _derived(name: str, frame: pl.LazyFrame) -> pl.LazyFrame | None:
    """Add what instag derives from the rows under a name; None if it derives nothing of that name."""
    make = DERIVED.get(name)
    return None if make is None else make(frame, frame.collect_schema())


def _tags(frame: pl.LazyFrame, schema: Mapping[str, Any]) -> pl.LazyFrame | None:
    if "query_tags" not in schema:
        return None
    return frame.with_columns(tags=_flat("query_tags", schema))


def _complexity(frame: pl.LazyFrame, schema: Mapping[str, Any]) -> pl.LazyFrame | None:
    name = next((name for name in ("tags", "query_tags") if name in schema), None)
    return None if name is None else frame.with_columns(complexity=_flat(name, schema).list.n_unique())


def _flat(name: str, schema: Mapping[str, Any]) -> pl.Expr:
    nested = isinstance(getattr(schema[name], "inner", None), pl.List)
    column = pl.col(name)
    return column.list.eval(pl.element().explode(empty_as_null=False)).list.drop_nulls() if nested else column


def _turns(frame: pl.LazyFrame, schema: Mapping[str, Any]) -> pl.LazyFrame | None:
    if schema.get("queries") == TEXTS:
        return frame.with_columns(turns=pl.col("queries").list.len())
    layout = find(frame)
    return None if layout is None else frame.with_columns(turns=queries(layout, schema).list.len())


def _tokens(frame: pl.LazyFrame, _: Mapping[str, Any]) -> pl.LazyFrame | None:
    found = turns(frame)
    if found is None:
        return None
    warn("where: tokens are estimated: there is no column of that name")
    counts = [sum(map(tokens_of, texts)) for texts in found.get_column("texts").to_list()]
    return pl.concat([frame, pl.LazyFrame({"tokens": counts}, schema={"tokens": pl.Int64})], how="horizontal")


DERIVED: dict[str, Callable[[pl.LazyFrame, Mapping[str, Any]], pl.LazyFrame | None]] = {
    "tags": _tags,
    "complexity": _complexity,
    "turns": _turns,
    "tokens": _tokens,
}

"""Columns that options name: where one is missing, the file, the option and what to do are told."""

from collections.abc import Sequence

import polars as pl

from instag.errors import InputError

__all__ = ["expect_by", "expect_tags", "shortened"]

# Files that a message names.
NAMED = 3


def expect_tags(frame: pl.LazyFrame, source: Sequence[str], name: str) -> None:
    """See that the column with the tags is there.

    Examples
    --------
    >>> expect_tags(pl.LazyFrame({"prompt": ["Why?"]}), ["raw.jsonl"], "tags")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: raw.jsonl: --tags: no column 'tags'; the columns are: prompt; name the one with the tags, or tag the data first (instag tag)
    """
    columns = frame.collect_schema().names()
    if name in columns:
        return
    hint = "name the one with the tags, or tag the data first (instag tag)"
    if name == "tags" and "query_tags" in columns:
        hint = "the tags of each query are there: --tags query_tags"
    raise _missing(source, "--tags", name, columns, hint)


def expect_by(frame: pl.LazyFrame, source: Sequence[str], name: str) -> None:
    """See that the column with the groups is there.

    Examples
    --------
    >>> expect_by(pl.LazyFrame({"tags": [["math"]]}), ["data.jsonl"], "source")
    Traceback (most recent call last):
    ...
    instag.errors.InputError: data.jsonl: --by: no column 'source'; the columns are: tags; name another, leave --by out, or give several files: then each is a group
    """
    columns = frame.collect_schema().names()
    if name in columns:
        return
    files = ", or give several files: then each is a group" if name == "source" else ""
    raise _missing(source, "--by", name, columns, f"name another{',' if files else ' or'} leave --by out{files}")


def shortened(source: Sequence[str]) -> str:
    """The names of files, not too many.

    Examples
    --------
    >>> shortened(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = len(source) - NAMED
    return ", ".join(source[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _missing(source: Sequence[str], option: str, name: str, columns: Sequence[str], hint: str) -> InputError:
    found = ", ".join(columns) or "none"
    return InputError(f"{shortened(source)}: {option}: no column {name!r}; the columns are: {found}; {hint}")

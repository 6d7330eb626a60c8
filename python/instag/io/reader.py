"""Reading: files become frames with every column as it is, and what the users said beside them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.io.files import TYPES, reading
from instag.io.layout import LAYOUTS, detect
from instag.io.queries import TEXTS, column, queries
from instag.io.source import Part, Source, parts, union

FORMATS = ("auto", *TYPES, *LAYOUTS)


def load(source: Source, *, format: str = "auto") -> pl.LazyFrame:
    """Open files with every column as it is, and nothing beside.

    Parameters
    ----------
    source
        A path, a glob, a list of them, or a folder saved by ``datasets.save_to_disk``.
    format
        A file type, where the extension does not say it.

    Returns
    -------
    polars.LazyFrame
        The original columns, and ``source`` where there are several files.

    Examples
    --------
    >>> from importlib.resources import files
    >>> load(files("instag") / "sample_data" / "basics.jsonl").collect_schema().names()
    ['id', 'source', 'messages', 'query_tags']
    """
    found = parts(source, _known(format))
    # Files without a layout may be of use all the same; of two layouts no trainer could make one file.
    detected: list[tuple[Part, str]] = [
        (part, layout.name) for part in found if (layout := detect(part.frame.collect_schema()))
    ]
    _check_same(detected)
    return union(found)


def scan(source: Source, *, format: str = "auto", query: str | None = None) -> pl.LazyFrame:
    """Open files as :func:`read` does, without reading more than has to be read to know their columns.

    Parameters
    ----------
    source
        A path, a glob, a list of them, or a folder saved by ``datasets.save_to_disk``.
    format
        A file type or a layout, as for :func:`read`.
    query
        The column that holds the user's turns.

    Returns
    -------
    polars.LazyFrame
        The original columns and ``queries``.

    Examples
    --------
    >>> from importlib.resources import files
    >>> scan(files("instag") / "sample_data" / "*.jsonl").select(pl.len()).collect().item()
    780
    """
    found = parts(source, _known(format))
    heard = [_heard(part, format, query) for part in found]
    _check_same([(part, layout) for part, (_, layout) in zip(found, heard, strict=True)])
    return union([replace(part, frame=frame) for part, (frame, _) in zip(found, heard, strict=True)])


def read(source: Source, *, format: str = "auto", query: str | None = None) -> pl.DataFrame:
    """Read files with every column as it is, and what the user said in each sample as ``queries``.

    Parameters
    ----------
    source
        A path, a glob, a list of them, or a folder saved by ``datasets.save_to_disk``.
        The rows of several files or splits are marked in the column ``source``, unless the data have one.
    format
        ``"auto"``; or a file type, where the extension does not say it: ``"json"``, ``"jsonl"``, ``"csv"``,
        ``"tsv"``, ``"parquet"``, ``"arrow"`` or ``"text"``; or a layout, where the columns could be read in more
        than one way: ``"messages"``, ``"sharegpt"``, ``"tree"``, ``"turns"``, ``"alpaca"``, ``"pairs"`` or
        ``"prompts"``.
    query
        The column that holds the user's turns, where no layout does.

    Returns
    -------
    polars.DataFrame
        The original columns and ``queries``. A field whose values are of several JSON types is kept as the struct
        ``{"$json": text}``, which :func:`write` turns back. The columns of CSV and TSV files are text.

    Examples
    --------
    >>> from importlib.resources import files
    >>> read(files("instag") / "sample_data" / "basics.jsonl")["queries"][0].to_list()
    ['Why does the sky turn red at sunset?']
    """
    frame = scan(source, format=format, query=query)
    with reading(Path(str(source)), "data"):
        return frame.collect()


def _check_same(found: list[tuple[Part, str]]) -> None:
    for part, layout in found:
        first, expected = found[0]
        if layout != expected:
            raise InputError(
                f"{first.path} is {expected}, but {part.path} is {layout}: expected one layout; read them apart, "
                "or name one column of both with query= / --query"
            )


def _known(format: str) -> str:
    if format not in FORMATS:
        raise InputError(f"format: found {format!r}: expected one of {', '.join(FORMATS)}")
    return format


def _heard(part: Part, format: str, query: str | None) -> tuple[pl.LazyFrame, str]:
    """Put the queries beside the columns of a part, and say by which layout they were found."""
    schema = part.frame.collect_schema()
    if query is not None:
        if query not in schema:
            raise InputError(f"{part.path}: there is no column {query!r}: expected one of {', '.join(schema)}")
        found, layout = column(query, schema[query]), "query"
        if found is None:
            raise InputError(
                f"{part.path}: column {query!r} is {schema[query]}: expected text, a list of it or messages"
            )
    elif format not in LAYOUTS and schema.get("queries") == TEXTS:
        return part.frame, "queries"
    else:
        detected = detect(schema, format)
        if detected is None:
            raise InputError(f"{part.path}: {_unknown(format, schema)}; name the user's with query= / --query")
        found, layout = queries(detected, schema), detected.name
    if "queries" in schema and query != "queries":
        raise InputError(
            f"{part.path}: the column 'queries' is {schema['queries']}, and would be overwritten: "
            "expected a list of strings; rename it, or name it with query= / --query"
        )
    return part.frame.with_columns(queries=found), layout


def _unknown(format: str, schema: Any) -> str:
    wanted = f"the layout {format!r}" if format in LAYOUTS else "a layout instag knows"
    columns = ", ".join(f"{name} ({dtype})" for name, dtype in schema.items())
    return f"expected {wanted}: found the columns {columns}"

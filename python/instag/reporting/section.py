"""What a report is made of: sections with sentences, figures and tables, none of which knows how it is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

__all__ = ["Branch", "Column", "Figure", "Section", "Spec", "Table", "highest", "table_of"]

Spec = dict[str, Any]
Kind = Literal["text", "count", "share", "number", "signed", "tags", "texts"]


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes
    ----------
    name
        Its name, of a file too: letters, digits and hyphens.
    label
        What is drawn, for those who cannot see it.
    spec
        How: a specification for Vega-Lite, or for Vega where `$schema` says so.
    least, most
        The width in pixels below which it is scrolled rather than squeezed, and beyond which it does not grow; 0 for
        any.
    """

    name: str
    label: str
    spec: Spec
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and what kind of value it holds."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """Rows of values.

    Attributes
    ----------
    name
        Its name: letters, digits and hyphens.
    title
        The caption.
    columns
        One for each value of a row.
    rows
        The values; a cell of tags holds a list.
    browse
        Whether it is long: shown page by page, to be searched and sorted.
    left
        What is not in it, in words; empty if all is.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[Sequence[Any]]
    browse: bool = False
    left: str = ""


@dataclass(frozen=True)
class Branch:
    """A tag in a tree that opens and closes: the samples that have it, the share with all below it, and what is below."""

    tag: str
    count: int
    share: float
    branches: tuple["Branch", ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a report, with a place in the table of contents."""

    name: str
    title: str
    lead: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    tiles: tuple[tuple[str, str], ...] = field(default=())
    tree: tuple[Branch, ...] = ()


def table_of(
    name: str, title: str, columns: Iterable[Column], frame: pl.DataFrame, *, browse: bool = False, left: str = ""
) -> Table:
    """A table of the columns of a frame, in their order."""
    return Table(name, title, tuple(columns), list(frame.iter_rows()), browse, left)


def highest(rows: pl.DataFrame, column: str) -> dict[str, Any]:
    """The row with the most in a column; the first of several.

    Polars' `arg_max` gives any of them, another in each version.
    """
    return rows.sort(column, descending=True, nulls_last=True, maintain_order=True).row(0, named=True)

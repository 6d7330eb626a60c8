"""The parts of a report: sections with sentences, figures and tables, independent of how they are rendered."""

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
        Its name, also used for files: letters, digits and hyphens.
    label
        A description of the picture for people who cannot see it.
    spec
        The specification, for Vega-Lite, or for Vega if `$schema` says so.
    least, most
        The width in pixels below which it scrolls instead of shrinking, and beyond which it does not grow; 0 for no
        limit.
    """

    name: str
    label: str
    spec: Spec
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and the kind of its values."""

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
        Whether the table is shown page by page and can be searched and sorted; for long tables.
    left
        A note on rows that are left out; empty if the table is complete.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[Sequence[Any]]
    browse: bool = False
    left: str = ""


@dataclass(frozen=True)
class Branch:
    """A tag in a collapsible tree.

    `count` is the number of samples that have the tag, `share` the share of samples that have it or a tag below it.
    """

    tag: str
    count: int
    share: float
    branches: tuple["Branch", ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a report with an entry in the table of contents."""

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
    """Make a table of the columns of a frame, in their order."""
    return Table(name, title, tuple(columns), list(frame.iter_rows()), browse, left)


def highest(rows: pl.DataFrame, column: str) -> dict[str, Any]:
    """The row with the highest value in a column; the first if there are several.

    Polars' `arg_max` returns any of them, depending on the version.
    """
    return rows.sort(column, descending=True, nulls_last=True, maintain_order=True).row(0, named=True)

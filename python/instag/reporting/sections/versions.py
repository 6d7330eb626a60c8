"""Two data sets side by side."""

from typing import TYPE_CHECKING, Any

import polars as pl

from instag.analysis import Versions
from instag.analysis.versions import shown
from instag.reporting.section import Column, Section, Table, table_of
from instag.reporting.wording import number, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["versions"]

# The most changed tags that are listed.
MOST = 1000


def versions(found: Versions) -> Section:
    """Build the section that compares two data sets."""
    apart = ", ".join(f"{number(distance)} by {name}" for name, distance in found.distances.items())
    lead = (
        f"From {found.a} to {found.b}, {plural(found.gained.height, 'tag')} gained and "
        f"{plural(found.lost.height, 'tag')} lost."
        + (f" The distance is {apart}: 0 is equal, 1 has nothing in common." if apart else "")
    )
    rows: list[Sequence[Any]] = [
        (measure, shown(measure, one), shown(measure, other)) for measure, one, other in found.summary.iter_rows()
    ]
    tables = [Table("versions-measures", "In numbers", (Column("measure"), Column(found.a), Column(found.b)), rows)]
    for name, title, frame in (
        ("sources", "Sources", found.sources),
        ("tags", "Tags, largest growth first", found.tags),
    ):
        if not frame.is_empty():
            columns = (
                Column(name.removesuffix("s")),
                Column(f"rows in {found.a}", "count"),
                Column(f"rows in {found.b}", "count"),
                Column(f"share of {found.a}", "share"),
                Column(f"share of {found.b}", "share"),
                Column("change", "signed"),
            )
            ends = frame if frame.height <= MOST else pl.concat([frame.head(MOST // 2), frame.tail(MOST // 2)])
            left = (
                ""
                if ends.height == frame.height
                else f"{frame.height - ends.height:,} {name} that changed less are left out."
            )
            tables.append(table_of(f"versions-{name}", title, columns, ends, browse=name == "tags", left=left))
    return Section("versions", f"{found.a} and {found.b}", lead, tables=tuple(tables))

"""All tags, to search."""

import polars as pl

from instag.analysis import Analysis
from instag.reporting.section import Column, Section, table_of
from instag.reporting.wording import cut, plural

__all__ = ["catalogue"]

# As many tags as are listed.
MOST = 5_000
HELD = 5


def catalogue(analysis: Analysis) -> Section | None:
    """The most frequent tags with examples; None where there are none."""
    tags = analysis.tags
    if tags.is_empty():
        return None
    grouped = len(analysis.summary) > 1
    told = bool(tags.get_column("examples").list.len().sum())
    columns = [Column("tag"), Column("samples", "count"), Column("share", "share")]
    fields: list[str | pl.Expr] = ["tag", "count", "share"]
    if grouped:
        columns += [Column("groups", "count"), Column("most in", "tags")]
        fields += ["groups", pl.col("held").list.head(HELD)]
    if told:
        columns.append(Column("for example", "texts"))
        fields.append("examples")
    once = int((tags.get_column("count") == 1).sum())
    lead = (
        f"{plural(len(tags), 'tag')}, the most frequent first; {plural(once, 'tag stands', 'tags stand')} on one sample "
        f"only. The last is “{cut(tags.item(-1, 'tag'))}”."
    )
    left = f"The {MOST:,} most frequent of {len(tags):,} tags are listed." if len(tags) > MOST else ""
    table = table_of("tags", "Tags", columns, tags.head(MOST).select(fields), browse=True, left=left)
    return Section("tags", "Tags", lead, tables=(table,))

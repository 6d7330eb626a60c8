"""The tree of tags, as a picture and as a collapsible list."""

from collections import defaultdict
from typing import Any

import polars as pl

from instag.normalization import Vocabulary
from instag.reporting.drawing import following_width
from instag.reporting.section import Branch, Column, Figure, Section, Spec, table_of
from instag.reporting.wording import count, plural

__all__ = ["tree"]

# The most tags of the list and of the picture, and the number of levels in the picture.
LISTED = 500
DRAWN = 80
LEVELS = 4
HEIGHT = 640
COLUMNS = (
    Column("tag"),
    Column("below", "tags"),
    Column("level", "count"),
    Column("samples", "count"),
    Column("with all below", "share"),
)


def tree(vocabulary: Vocabulary) -> Section | None:
    """Build the section with the tree of a vocabulary; None if no judge has related its tags."""
    if vocabulary.hierarchy is None or vocabulary.hierarchy.get_column("broader").list.len().sum() == 0:
        return None
    lines = vocabulary.tree
    roots = lines.filter(level=0)
    tops = len(roots)
    rare = vocabulary.hierarchy.get_column("narrower").explode().n_unique()
    below = len(lines) - tops
    lead = (
        f"{plural(below, 'tag')} of {count(len(lines))} {'is' if below == 1 else 'are'} below a broader tag; "
        f"{count(tops)} {'has' if tops == 1 else 'have'} none above. {plural(rare, 'raw tag')} too rare to be kept "
        f"{'is' if rare == 1 else 'are'} counted under broader tags."
    )
    shown = lines.sort("share", "count", descending=True, maintain_order=True).head(LISTED)
    rows = lines.select("tag", "broader", "level", "count", "share")
    above = lines.get_column("broader").explode().drop_nulls().implode()
    related = pl.col("broader").list.len().gt(0) | pl.col("tag").is_in(above)
    drawn = lines.filter(related).sort("share", "count", descending=True, maintain_order=True).head(DRAWN)
    label = f"Icicle of {plural(len(drawn), 'tag')} with others above or below: each is to the right of a broader tag"
    notes = ["A sample counts for each of its tags, so the shares of sibling tags may add up to more than 100 %."]
    if len(lines) > LISTED:
        notes.append(f"The list has the {count(LISTED)} broadest tags; the table below it has all {count(len(lines))}.")
    return Section(
        "tree",
        "Tree of tags",
        lead,
        (Figure("tree", label, icicle(drawn)),),
        (table_of("tree", "All tags, with the tags above them", COLUMNS, rows, browse=True),),
        tuple(notes),
        tree=tuple(branches(lines, set(shown.get_column("tag")))),
    )


def branches(lines: pl.DataFrame, shown: set[str]) -> list[Branch]:
    """The shown tags as a tree, each below its first broader tag, the broadest first."""
    below: dict[str | None, list[tuple[str, int, float]]] = defaultdict(list)
    for tag, broader, samples, share in lines.select("tag", "broader", "count", "share").iter_rows():
        if tag in shown:
            below[next((above for above in broader if above in shown), None)].append((tag, samples, share))

    def grown(above: str | None) -> list[Branch]:
        tags = sorted(below[above], key=lambda each: (-each[2], -each[1], each[0]))
        return [Branch(tag, samples, share, tuple(grown(tag))) for tag, samples, share in tags]

    return grown(None)


def icicle(lines: pl.DataFrame) -> Spec:
    """A column for each level, and a bar for each tag beside those below it. Vega-Lite has no icicles."""
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "padding": 0,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": HEIGHT,
        "signals": [following_width()],
        "data": [{"name": "tree", "values": nodes(lines), "transform": layout()}],
        "scales": [{"name": "colour", "type": "linear", "domain": [1, LEVELS + 2], "range": "ramp", "reverse": True}],
        "marks": [bars(), names()],
    }


def nodes(lines: pl.DataFrame) -> list[dict[str, Any]]:
    """The tags, each with the number of its first broader tag that is drawn, or of the root."""
    place = {tag: nth for nth, tag in enumerate(lines.get_column("tag").to_list(), start=1)}
    found: list[dict[str, Any]] = [{"id": 0, "parent": None, "tag": "", "count": 0, "share": 1.0}]
    for tag, broader, samples, share in lines.select("tag", "broader", "count", "share").iter_rows():
        parent = next((place[above] for above in broader if above in place), 0)
        found.append({"id": place[tag], "parent": parent, "tag": tag, "count": samples, "share": share})
    return found


def layout() -> list[Spec]:
    """The transforms that lay tags out as bars, level by level."""
    formulas = {
        "left": "round((datum.depth - 1) * width / depths[1])",
        "right": "round(datum.depth * width / depths[1]) - 2",
        "top": "round(datum.x0)",
        "bottom": "max(round(datum.x1) - 1, round(datum.x0) + 1)",
    }
    return [
        {"type": "stratify", "key": "id", "parentKey": "parent"},
        {
            "type": "partition",
            "field": "count",
            "sort": {"field": "value", "order": "descending"},
            "size": [HEIGHT, HEIGHT],
        },
        {"type": "filter", "expr": f"datum.id > 0 && datum.depth <= {LEVELS}"},
        {"type": "extent", "field": "depth", "signal": "depths"},
        *({"type": "formula", "as": name, "expr": text} for name, text in formulas.items()),
    ]


def bars() -> Spec:
    """A rectangle for each tag."""
    sides = {"x": "left", "x2": "right", "y": "top", "y2": "bottom"}
    tooltip = "{tag: datum.tag, samples: format(datum.count, ','), 'with all below': format(datum.share, '.1%')}"
    return {
        "type": "rect",
        "from": {"data": "tree"},
        "encode": {
            "enter": {
                "fill": {"scale": "colour", "field": "depth"},
                "cornerRadius": {"value": 2},
                "tooltip": {"signal": tooltip},
            },
            "update": {side: {"field": name} for side, name in sides.items()},
        },
    }


def names() -> Spec:
    """The name of each tag, in its bar if that is high enough."""
    return {
        "type": "text",
        "style": "name",
        "interactive": False,
        "from": {"data": "tree"},
        "encode": {
            "update": {
                "x": {"signal": "datum.left + 5"},
                "y": {"signal": "(datum.top + datum.bottom) / 2"},
                "baseline": {"value": "middle"},
                "fontSize": {"value": 11},
                "limit": {"signal": "datum.right - datum.left - 8"},
                "text": {"signal": "datum.bottom - datum.top >= 11 ? datum.tag : ''"},
            }
        },
    }

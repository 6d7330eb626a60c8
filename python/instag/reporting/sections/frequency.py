"""A map of the tags by frequency, like the paper's Figure 1."""

import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import abreast, following_width
from instag.reporting.section import Column, Figure, Section, Spec, table_of
from instag.reporting.wording import breadth, count, cut, plural, share

__all__ = ["frequency"]

# The most tags that are drawn in a wide window and in a narrow one. Tables longer than LINES are shown page by page.
MOST = 120
NARROW = 48
LINES = 10
# More groups than this cannot be distinguished by colour.
COLOURS = 7
# Areas are stretched horizontally by this factor, because names are wider than high.
STRETCH = 1.7
COLUMNS = (Column("tag"), Column("samples", "count"), Column("share", "share"), Column("groups", "count"))


def frequency(analysis: Analysis) -> Section | None:
    """Build the section with the tag map; None if there are no tags."""
    tags = analysis.tags
    if tags.is_empty():
        return None
    shown = tags.head(MOST)
    names = analysis.summary.get_column("group")[1:].to_list()
    first = shown.row(0, named=True)
    lead = (
        f"The size of each area is the frequency of its tag. The largest is “{cut(first['tag'])}”, which "
        f"{share(first['share'])} of the samples have."
    )
    notes = []
    if len(tags) > MOST:
        part = tags.select(pl.col("count").head(MOST).sum() / pl.col("count").sum()).item()
        notes.append(
            f"The map shows the {MOST} most frequent of {count(len(tags))} tags, {share(part)} of all assignments; in a "
            f"narrow window, {NARROW}."
        )
    if names:
        coloured = len(names) <= COLOURS
        notes.append(
            "The colour shows the group that has the tag most often."
            if coloured
            else "The stronger the colour, the more groups have the tag."
        )
    if len(shown) > LINES:
        notes.append("Areas that are too small for a name have none; the table lists all names.")
    label = f"Treemap of {plural(len(shown), 'tag')} by frequency"
    figure = Figure("frequency", label, treemap(shown, names))
    rows = shown.select("tag", "count", "share", *(["groups"] if names else []))
    title = "The most frequent tags"
    table = table_of("frequency", title, COLUMNS[: rows.width], rows, browse=len(rows) > LINES)
    return Section("frequency", "Tag map", lead, (figure,), (table,), tuple(notes))


def treemap(tags: pl.DataFrame, names: list[str]) -> Spec:
    """An area for each tag, laid out by Vega for every width. Vega-Lite has no treemaps."""
    coloured = 0 < len(names) <= COLOURS
    leaves = [leaf(nth, row) for nth, row in enumerate(tags.iter_rows(named=True), start=1)]
    key: Spec = {"fill": "colour", "orient": "top", "direction": "horizontal"}
    colour: Spec = {"name": "colour", "type": "ordinal", "domain": names, "range": "ordinal"}
    if not coloured:
        top = max(leaf["groups"] for leaf in leaves)
        colour = {"name": "colour", "type": "linear", "domain": [0, max(top, 1)], "range": "ramp"}
        key |= {"title": "groups that have it", "titlePadding": 6, "gradientLength": 180, "tickCount": 3, "format": "d"}
    else:
        key |= {"columns": {"signal": abreast(names)}}
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "padding": 0,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "signals": [
            following_width(),
            {"name": "narrow", "update": "width < 560"},
            {"name": "height", "update": "narrow ? 600 : 500"},
        ],
        "data": [
            {"name": "tree", "values": [{"id": 0, "parent": None}, *leaves], "transform": layout()},
            {"name": "leaves", "source": "tree", "transform": lettering()},
        ],
        "scales": [colour],
        "legends": [key] if names else [],
        "marks": [areas("home" if coloured else "groups"), tag_names(), counts()],
    }


def leaf(nth: int, row: dict[str, object]) -> Spec:
    """A tag with the widths of its name, written on one line and with one word per line."""
    tag, groups = str(row["tag"]), row["held"]
    words = tag.split()
    return {
        "id": nth,
        "parent": 0,
        "tag": tag,
        "count": row["count"],
        "share": row["share"],
        "groups": row["groups"],
        "home": groups[0] if isinstance(groups, list) and groups else "",
        "lines": len(words),
        "whole": round(breadth(tag), 2),
        "longest": round(max(map(breadth, words), default=0), 2),
    }


def layout() -> list[Spec]:
    """The transforms that lay tags out as areas."""
    return [
        {"type": "filter", "expr": f"datum.id <= (narrow ? {NARROW} : {MOST})"},
        {"type": "stratify", "key": "id", "parentKey": "parent"},
        {
            "type": "treemap",
            "field": "count",
            "sort": {"field": "value", "order": "descending"},
            "ratio": 1.6,
            "size": [{"signal": f"width / {STRETCH}"}, {"signal": "height"}],
        },
    ]


def lettering() -> list[Spec]:
    """The transforms that fit names into areas: on one line, with one word per line, or not at all."""
    formulas = {
        "left": f"round({STRETCH} * datum.x0)",
        "right": f"round({STRETCH} * datum.x1) - 2",
        "top": "round(datum.y0)",
        "bottom": "round(datum.y1) - 2",
        "wide": "datum.right - datum.left - 12",
        "high": "datum.bottom - datum.top - 8",
        "broken": "datum.lines > 1 && 11 * datum.whole > datum.wide && 14 * datum.lines <= datum.high",
        "broad": "datum.broken ? datum.longest : datum.whole",
        "rows": "datum.broken ? datum.lines : 1",
        "size": "clamp(min(datum.high / (1.25 * datum.rows + 0.9), datum.wide / datum.broad), 10.5, 24)",
        "legible": "datum.high >= 9 && datum.wide >= 10.5 * min(3, datum.broad)",
        "roomy": "datum.legible && datum.wide > 18 && datum.high >= 1.25 * datum.rows * datum.size + 12",
    }
    leaves = {"type": "filter", "expr": "datum.parent === 0"}
    return [leaves, *({"type": "formula", "as": name, "expr": expression} for name, expression in formulas.items())]


def areas(field: str) -> Spec:
    """A rectangle for each tag."""
    tooltip = (
        "{tag: datum.tag, samples: format(datum.count, ','), share: format(datum.share, '.1%'), groups: datum.groups}"
    )
    sides = {"x": "left", "x2": "right", "y": "top", "y2": "bottom"}
    enter = {"fill": {"scale": "colour", "field": field}, "cornerRadius": {"value": 2}, "tooltip": {"signal": tooltip}}
    update = {side: {"field": place} for side, place in sides.items()}
    return {"type": "rect", "from": {"data": "leaves"}, "encode": {"enter": enter, "update": update}}


def tag_names() -> Spec:
    """The name of each tag, at the top of its area."""
    return lettered(
        {
            "text": {"signal": "datum.legible ? (datum.broken ? split(datum.tag, ' ') : datum.tag) : ''"},
            "y": {"signal": "datum.top + 5"},
            "baseline": {"value": "top"},
            "fontSize": {"field": "size"},
            "lineHeight": {"signal": "1.2 * datum.size"},
            # 0 means no limit, so Vega need not measure a text that fits anyway.
            "limit": {"signal": "datum.size * datum.broad <= datum.wide ? 0 : datum.wide + 4"},
        }
    )


def counts() -> Spec:
    """The count of each tag, at the bottom of its area."""
    return lettered(
        {
            "text": {"signal": "datum.roomy ? format(datum.count, ',') : ''"},
            "y": {"signal": "datum.bottom - 4"},
            "baseline": {"value": "bottom"},
            "fontSize": {"value": 11},
            "opacity": {"value": 0.75},
        }
    )


def lettered(update: Spec) -> Spec:
    """A text mark within each area."""
    within = {"x": {"signal": "datum.left + 6"}}
    return {
        "type": "text",
        "style": "name",
        "interactive": False,
        "from": {"data": "leaves"},
        "encode": {"update": {**within, **update}},
    }

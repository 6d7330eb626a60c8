"""The figure of a sweep, which varies one measure from level to level and keeps the other constant."""

import altair as alt

from instag.reporting.drawing import drawn
from instag.reporting.section import Figure
from instag.selection import Sweep

__all__ = ["levels"]

SUBSETS, ASKED = "subset", "asked for"


def levels(sweep: Sweep) -> Figure:
    """Plot each subset by complexity and coverage, beside what was asked for."""
    by = "complexity" if sweep.by == "complexity" else "coverage"
    other = "coverage" if by == "complexity" else "complexity"
    rows = []
    for level in sweep.table.iter_rows(named=True):
        rows.append({"of": SUBSETS, "level": level["level"]} | {name: round(level[name], 5) for name in (by, other)})
        rows.append({"of": ASKED, "level": level["level"], by: round(level["asked"], 5), other: round(sweep.held, 5)})
    titles = {"complexity": "tags a sample", "coverage": "coverage"}
    formats = {"complexity": ".2f", "coverage": ".1%"}
    names = [SUBSETS, ASKED]
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=300).encode(
        x=alt.X(
            f"{by}:Q", title=titles[by], axis=alt.Axis(format=formats[by]), scale=alt.Scale(zero=False, padding=24)
        ),
        y=alt.Y(f"{other}:Q", title=titles[other], axis=alt.Axis(format=formats[other]), scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("of:N"),
            alt.Tooltip("level:Q"),
            *(alt.Tooltip(f"{name}:Q", format=formats[name]) for name in (by, other)),
        ],
    )
    color = alt.Color("of:N", scale=alt.Scale(domain=names), legend=alt.Legend(title=None))
    points = base.mark_point(size=110, opacity=1).encode(
        color=color, shape=alt.Shape("of:N", scale=alt.Scale(domain=names, range=["circle", "cross"]))
    )
    line = base.mark_line().encode(color=color).transform_filter(alt.datum.of == SUBSETS)
    label = (
        base.mark_text(style="name", baseline="bottom", dy=-10)
        .transform_filter(alt.datum.of == SUBSETS)
        .encode(text="level:Q")
    )
    return Figure("sweep", f"Levels by {titles[by]}, {titles[other]} held", drawn(line + points + label))

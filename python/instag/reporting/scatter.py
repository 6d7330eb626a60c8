"""A scatter plot of groups and selections, with as many names as fit."""

from collections.abc import Iterable
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from instag.reporting.drawing import drawn
from instag.reporting.placement import GAP, HALF, HEIGHT, NOWHERE, SIDES, Points, nth_width, sides
from instag.reporting.section import Spec
from instag.reporting.theme import LETTER
from instag.reporting.wording import breadth, cut, listed

__all__ = ["CROWD", "place_names", "scatter"]

# Beyond this many points, points are drawn smaller, and only this many may have names.
CROWD = 60
# The areas of the smallest and the largest point, with few points and with many.
ALONE, CROWDED = (70, 800), (14, 260)
# Pixels from the highest and the lowest point to the edge.
MARGIN = 28
# The most letters of a name in the picture, and in a tooltip.
NAME, WHOLE = 28, 100
# The most names in a tooltip of points that lie at the same place.
LISTED = 3
KINDS = ["group", "selection"]


def areas(points: pl.DataFrame) -> tuple[int, int]:
    """The areas of the smallest and the largest point."""
    return CROWDED if len(points) > CROWD else ALONE


def bounds(points: pl.DataFrame) -> tuple[list[float], list[float], list[float]]:
    """The domains of the scales: coverage, complexity with a margin, and samples."""
    widest, most = (float(points.select(pl.col(name).max()).item()) for name in ("coverage", "samples"))
    low, high = (
        float(end) for end in points.select(pl.col("complexity").min(), high=pl.col("complexity").max()).row(0)
    )
    margin = (high - low or 1) * MARGIN / (HEIGHT - 2 * MARGIN)
    return [0, min(1.06 * widest, 1.03)], [low - margin, high + margin], [0, most]


def place_names(points: pl.DataFrame) -> list[str]:
    """Place the names at each width, as `sides` does. Selections choose first, then the largest groups."""
    (_, end), (low, high), (_, most) = bounds(points)
    least, largest = areas(points)
    order = np.lexsort(
        (-points.get_column("samples").to_numpy().astype(np.int64), points.get_column("kind") == KINDS[0])
    )
    chosen = points[order]
    samples, complexity = (chosen.get_column(name).to_numpy() for name in ("samples", "complexity"))
    letters = sides(
        Points(
            x=chosen.get_column("coverage").to_numpy() / end,
            y=HEIGHT * (high - complexity) / (high - low),
            radius=np.sqrt(least + (largest - least) * samples / most) / 2,
            widths=np.array([width(name) if nth < CROWD else 0 for nth, name in enumerate(chosen.get_column("name"))]),
        )
    )
    by_place = dict(zip(order.tolist(), letters, strict=True))
    return [by_place[nth] for nth in range(len(points))]


def width(name: str) -> float:
    """The approximate width of a name in pixels, which is also the limit that the text is cut to."""
    return float(np.ceil(LETTER * breadth(cut(name, NAME))))


def scatter(points: pl.DataFrame, placed: list[str]) -> Spec:
    """Draw a point for each group and selection, its area by the number of samples, with names as `placed`."""
    coverage, complexity, samples = bounds(points)
    least, largest = areas(points)
    beneath = at_same_place(points)
    rows = [
        {**row, "name": cut(row["name"], WHOLE)}
        | ({"beneath": beneath[nth]} if nth in beneath else {})
        | (
            {"label": cut(row["name"], NAME), "wide": width(row["name"]), "sides": placed[nth]}
            if set(placed[nth]) != {NOWHERE}
            else {}
        )
        for nth, row in enumerate(points.iter_rows(named=True))
    ]
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=HEIGHT).encode(
        x=alt.X(
            "coverage:Q",
            title="coverage (share of all tags)",
            axis=alt.Axis(format="%", tickCount=6),
            scale=alt.Scale(domain=coverage, nice=False),
        ),
        y=alt.Y(
            "complexity:Q",
            title="complexity (tags a sample)",
            axis=alt.Axis(tickCount=6),
            scale=alt.Scale(domain=complexity, nice=False, zero=False),
        ),
    )
    key = alt.Legend(title=None) if points.get_column("kind").n_unique() > 1 else None
    marks = base.mark_point(opacity=0.55 if len(points) > CROWD else 0.8).encode(
        size=alt.Size("samples:Q", legend=None, scale=alt.Scale(domain=samples, range=[least, largest])),
        color=alt.Color("kind:N", legend=key, scale=alt.Scale(domain=KINDS)),
        shape=alt.Shape("kind:N", legend=key, scale=alt.Scale(domain=KINDS, range=["circle", "diamond"])),
        tooltip=[
            alt.Tooltip("name:N"),
            alt.Tooltip("samples:Q", format=","),
            alt.Tooltip("coverage:Q", format=".1%"),
            alt.Tooltip("complexity:Q", format=".2f"),
            *([alt.Tooltip("beneath:N", title="at the same place")] if beneath else []),
        ],
    )
    radius = f"sqrt({least} + {largest - least} * datum.samples / {samples[1]}) / 2"
    return drawn(marks + names(base.transform_calculate(side=f"(datum.sides || '')[{nth_width()}]", radius=radius)))


def names(base: alt.Chart) -> alt.Chart:
    """Draw the names beside their points."""
    texts: alt.Chart = (
        base.transform_filter(f"datum.side && datum.side !== '{NOWHERE}'")
        .mark_text(
            style="name",
            align=by_side(side.align for side in SIDES),
            baseline="middle",
            dx=by_side((side.across for side in SIDES), " * datum.radius", (side.gap for side in SIDES)),
            dy=by_side((side.down for side in SIDES), f" * (datum.radius + {GAP + HALF})"),
            limit=alt.ExprRef("datum.wide"),
        )
        .encode(text="label:N")
    )
    return texts


def by_side(values: Iterable[object], times: str = "", plus: Iterable[object] = ()) -> alt.ExprRef:
    """An expression that picks a value by the side of a name, with an optional factor and summand."""
    first, second = list(values), list(plus)
    return alt.ExprRef(f"{first}[datum.side]{times}" + (f" + {second}[datum.side]" if second else ""))


def at_same_place(points: pl.DataFrame) -> dict[int, str]:
    """For each point that others lie under, the names of the others."""
    at: dict[Any, list[int]] = {}
    for nth, place in enumerate(points.select("coverage", "complexity").iter_rows()):
        at.setdefault(place, []).append(nth)
    found = points.get_column("name")
    return {
        nth: listed(
            [
                *(found[other] for other in others[:LISTED]),
                *([f"{len(others) - LISTED:,} more"] if len(others) > LISTED else []),
            ]
        )
        for place in at.values()
        for nth in place
        if (others := [other for other in place if other != nth])
    }

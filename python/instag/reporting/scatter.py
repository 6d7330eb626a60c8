"""A scatter of groups and selections, with as many names as there is room for."""

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

__all__ = ["CROWD", "named", "scatter"]

# More points than this are small, and only as many have names.
CROWD = 60
# The areas of the smallest and the largest point, alone and in a crowd.
ALONE, CROWDED = (70, 800), (14, 260)
# Pixels from the highest and the lowest point to the edge.
MARGIN = 28
# As many letters as stand in the picture, and in a tooltip.
NAME, WHOLE = 28, 100
# As many names as are shown of points that lie at the same place.
TOLD = 3
KINDS = ["group", "selection"]


def areas(points: pl.DataFrame) -> tuple[int, int]:
    """How large points are."""
    return CROWDED if len(points) > CROWD else ALONE


def bounds(points: pl.DataFrame) -> tuple[list[float], list[float], list[float]]:
    """The ends of the scales: of coverage, of complexity with a margin, and of samples."""
    far, most = (float(points.select(pl.col(name).max()).item()) for name in ("coverage", "samples"))
    low, high = (
        float(end) for end in points.select(pl.col("complexity").min(), high=pl.col("complexity").max()).row(0)
    )
    beyond = (high - low or 1) * MARGIN / (HEIGHT - 2 * MARGIN)
    return [0, min(1.06 * far, 1.03)], [low - beyond, high + beyond], [0, most]


def named(points: pl.DataFrame) -> list[str]:
    """On which side of each point its name stands at which width: selections choose first, then the largest groups."""
    (_, far), (low, high), (_, most) = bounds(points)
    least, largest = areas(points)
    order = np.lexsort(
        (-points.get_column("samples").to_numpy().astype(np.int64), points.get_column("kind") == KINDS[0])
    )
    chosen = points[order]
    samples, complexity = (chosen.get_column(name).to_numpy() for name in ("samples", "complexity"))
    letters = sides(
        Points(
            x=chosen.get_column("coverage").to_numpy() / far,
            y=HEIGHT * (high - complexity) / (high - low),
            radius=np.sqrt(least + (largest - least) * samples / most) / 2,
            wide=np.array([wide(name) if nth < CROWD else 0 for nth, name in enumerate(chosen.get_column("name"))]),
        )
    )
    by_place = dict(zip(order.tolist(), letters, strict=True))
    return [by_place[nth] for nth in range(len(points))]


def wide(name: str) -> float:
    """About the width of a name in pixels; what is wider is cut to it."""
    return float(np.ceil(LETTER * breadth(cut(name, NAME))))


def scatter(points: pl.DataFrame, placed: list[str]) -> Spec:
    """One point a group, as large as it has samples; where its name stands is that of `named`."""
    coverage, complexity, samples = bounds(points)
    least, largest = areas(points)
    beneath = together(points)
    rows = [
        {**row, "name": cut(row["name"], WHOLE)}
        | ({"beneath": beneath[nth]} if nth in beneath else {})
        | (
            {"label": cut(row["name"], NAME), "wide": wide(row["name"]), "sides": placed[nth]}
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
    """Names on the sides of their points."""
    named: alt.Chart = (
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
    return named


def by_side(values: Iterable[object], times: str = "", plus: Iterable[object] = ()) -> alt.ExprRef:
    """What depends on the side of a name, as an expression."""
    first, second = list(values), list(plus)
    return alt.ExprRef(f"{first}[datum.side]{times}" + (f" + {second}[datum.side]" if second else ""))


def together(points: pl.DataFrame) -> dict[int, str]:
    """The names of the others where several points lie at one place, by the number of the point."""
    at: dict[Any, list[int]] = {}
    for nth, place in enumerate(points.select("coverage", "complexity").iter_rows()):
        at.setdefault(place, []).append(nth)
    found = points.get_column("name")
    return {
        nth: listed(
            [
                *(found[other] for other in others[:TOLD]),
                *([f"{len(others) - TOLD:,} more"] if len(others) > TOLD else []),
            ]
        )
        for place in at.values()
        for nth in place
        if (others := [other for other in place if other != nth])
    }

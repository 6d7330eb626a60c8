"""Names in a scatter: none covers a point or another name, whatever the width."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from instag.reporting.placement import GAP, HALF, HEIGHT, NOWHERE, SIDES, WIDTHS, Points, sides
from instag.reporting.scatter import place_names, scatter

Box = tuple[float, float, float, float]


@st.composite
def scattered(draw: st.DrawFn) -> Points:
    size = draw(st.integers(1, 12))
    share, height = st.floats(0, 1), st.floats(0, HEIGHT)
    columns = (share, height, st.floats(2, 15), st.floats(10, 200) | st.just(0.0))
    return Points(*(np.array(draw(st.lists(column, min_size=size, max_size=size))) for column in columns))


def name_of(points: Points, nth: int, letter: str, width: float) -> Box:
    """The box of a name, worked out anew."""
    side = SIDES[int(letter)]
    x, y, radius, wide = points.x[nth] * width, points.y[nth], points.radius[nth], points.widths[nth]
    anchor = x + side.across * radius + side.gap
    left = {"left": anchor, "center": anchor - wide / 2, "right": anchor - wide}[side.align]
    top = {-1: y - radius - GAP - 2 * HALF, 0: y - HALF, 1: y + radius + GAP}[side.down]
    return left, top, left + wide, top + 2 * HALF


def dot_of(points: Points, nth: int, width: float) -> Box:
    x, y, radius = points.x[nth] * width, points.y[nth], points.radius[nth]
    return x - radius, y - radius, x + radius, y + radius


def meet(one: Box, other: Box) -> bool:
    near = 1e-6
    across = one[0] < other[2] - near and other[0] < one[2] - near
    return across and one[1] < other[3] - near and other[1] < one[3] - near


@given(scattered(), st.floats(WIDTHS[0], WIDTHS[-1]))
def test_names_meet_nothing_at_any_width(points: Points, width: float) -> None:
    at = max(nth for nth, low in enumerate(WIDTHS[:-1]) if low <= width)
    letters = [line[at] for line in sides(points)]
    names = {nth: name_of(points, nth, letter, width) for nth, letter in enumerate(letters) if letter != NOWHERE}
    for nth, box in names.items():
        assert points.widths[nth] > 0
        assert min(box) >= -1e-6
        assert (box[2] <= width + 1e-6, box[3] <= HEIGHT + 1e-6) == (True, True)
        assert not any(meet(box, dot_of(points, other, width)) for other in range(len(points.x)))
        assert not any(meet(box, names[other]) for other in names if other != nth)


def test_every_side_is_taken_before_a_name_is_left_out() -> None:
    # A point in the middle, alone; then one with a neighbour on each side in turn.
    around = [(60.0, 0.0), (-60.0, 0.0), (0.0, -20.0), (0.0, 20.0)]
    taken = []
    for many in range(len(around) + 1):
        x = np.array([200.0, *(200 + across for across, _ in around[:many])]) / 400
        y = np.array([190.0, *(190 + down for _, down in around[:many])])
        wide = np.array([80.0] + [0.0] * many)
        taken.append(sides(Points(x, y, np.full(many + 1, 5.0), wide))[0][WIDTHS.index(400)])
    assert taken == ["0", "1", "2", "3", NOWHERE]


def test_selections_have_their_names_first_and_what_lies_together_is_reported() -> None:
    points = pl.DataFrame(
        {
            "name": ["one", "other", "chosen"],
            "samples": [10, 10, 10],
            "coverage": [0.5, 0.5, 0.5],
            "complexity": [2.0, 2.0, 2.0],
            "kind": ["group", "group", "selection"],
        }
    )
    assert [letters[WIDTHS.index(700)] for letters in place_names(points)] == ["2", "3", "1"]
    rows = next(iter(scatter(points, place_names(points))["datasets"].values()))
    assert [row["beneath"] for row in rows] == ["other and chosen", "one and chosen", "one and other"]

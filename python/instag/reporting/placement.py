"""Placement: finds room for the names beside the points of a scatter plot, at every width."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from string import digits
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from instag.reporting.theme import LETTER

__all__ = ["GAP", "HALF", "HEIGHT", "NOWHERE", "SIDES", "WIDTHS", "Points", "Side", "nth_width", "sides"]

# The height of the plot in pixels, and the widths at which the placement may change.
HEIGHT = 380
WIDTHS = (*range(200, 1200, 50), 2000)
# A letter for each side, and one for a name that is not shown.
LETTERS, NOWHERE = digits, "-"
# Pixels between a point and its name, at either end of a name, and half the height of a name.
GAP, ROOM, HALF = 4, 1, LETTER / 2 + 2

Boxes = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """The place of a name relative to its point.

    `align` is the alignment of the text. The text is anchored `across` radii and `gap` pixels to the right of the
    point's centre, and `down` times the radius, a gap and half the text's height below it.
    """

    align: Literal["left", "center", "right"]
    across: int
    gap: int
    down: int


# The places in order of preference: beside the point, then above or below it, where a name is centred, begins at the
# point's left rim, or ends at its right rim.
SIDES = (
    Side("left", 1, GAP, 0),
    Side("right", -1, -GAP, 0),
    *(Side("center", 0, 0, down) for down in (-1, 1)),
    *(Side("left", -1, 0, down) for down in (-1, 1)),
    *(Side("right", 1, 0, down) for down in (-1, 1)),
)


@dataclass(frozen=True)
class Points:
    """The points of a scatter plot, and the widths of their names.

    Attributes
    ----------
    x
        The centres, as shares of the width from the left.
    y
        The centres, in pixels from the top.
    radius
        The radii in pixels.
    widths
        The widths of the names in pixels; 0 for a point whose name is not shown.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]
    widths: NDArray[np.float64]


def nth_width() -> str:
    """The index in `WIDTHS` of a figure's present width, as a Vega expression."""
    return f"clamp(floor((width - {WIDTHS[0]}) / {WIDTHS[1] - WIDTHS[0]}), -1, {len(WIDTHS) - 2})"


def sides(points: Points) -> list[str]:
    """Place the names: for each point one letter per width, the number of its side or `NOWHERE`.

    Earlier points choose first. A name covers no point and no other name, and stays within the figure. A placement that
    fits at two neighbouring widths also fits between them: points move apart in proportion to the width, and by too
    little to cross a whole name.

    Examples
    --------
    >>> one, other = sides(Points(np.array([0.5, 0.55]), np.array([90.0, 90.0]), np.full(2, 5.0), np.full(2, 70.0)))
    >>> one[0], other[0]
    ('1', '0')
    """
    columns = [_placed(points, narrow, wide) for narrow, wide in pairwise(WIDTHS)]
    return ["".join(letters) for letters in zip(*columns, strict=True)]


def _placed(points: Points, narrow: int, wide: int) -> list[str]:
    dots = [_dots(points, width) for width in (narrow, wide)]
    names: list[list[Boxes]] = [[], []]
    found = []
    for nth, width in enumerate(points.widths):
        letter = NOWHERE
        for candidate, boxes in _candidates(points, nth, (narrow, wide)) if width else ():
            others = [np.vstack([dots[at], *names[at]]) for at in (0, 1)]
            if all(map(_inside, boxes, (narrow, wide))) and not _overlaps(boxes, others):
                letter = candidate
                for at in (0, 1):
                    names[at].append(boxes[at])
                break
        found.append(letter)
    return found


def _dots(points: Points, width: int) -> Boxes:
    x = points.x * width
    return np.stack([x - points.radius, points.y - points.radius, x + points.radius, points.y + points.radius], axis=1)


def _candidates(points: Points, nth: int, widths: tuple[int, int]) -> Iterator[tuple[str, list[Boxes]]]:
    """The left, top, right and bottom of a name on each side of its point, at each width."""
    radius, long = points.radius[nth], points.widths[nth]
    for letter, side in zip(LETTERS, SIDES, strict=False):
        across = side.across * radius + side.gap - {"left": 0, "center": long / 2, "right": long}[side.align]
        middle = points.y[nth] + side.down * (radius + GAP + HALF)
        lefts = points.x[nth] * np.array(widths) + across
        yield letter, [np.array([x - ROOM, middle - HALF, x + long + ROOM, middle + HALF]) for x in lefts]


def _inside(box: Boxes, width: int) -> bool:
    return bool((box >= 0).all() and box[2] <= width and box[3] <= HEIGHT)


def _overlaps(boxes: list[Boxes], others: list[Boxes]) -> bool:
    """Whether a name overlaps a point or another name at either width."""
    return any(
        bool(((other[:, :2] < box[2:]) & (other[:, 2:] > box[:2])).all(axis=1).any())
        for box, other in zip(boxes, others, strict=True)
    )

"""Placement: beside which points of a scatter there is room for their names, at every width."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from string import digits
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from instag.reporting.theme import LETTER

__all__ = ["GAP", "HALF", "HEIGHT", "NOWHERE", "SIDES", "WIDTHS", "Points", "Side", "nth_width", "sides"]

# Of what is drawn, in pixels; and the widths from which names are placed anew.
HEIGHT = 380
WIDTHS = (*range(200, 1200, 50), 2000)
# Names of sides, by number, and of none.
LETTERS, NOWHERE = digits, "-"
# Between a point and its name, at either end of a name, and half its height.
GAP, ROOM, HALF = 4, 1, LETTER / 2 + 2

Boxes = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """Where a name stands: its alignment, radii and pixels to the right of the centre, and radii and a gap below."""

    align: Literal["left", "center", "right"]
    across: int
    gap: int
    down: int


# Those beside a point first, then those above and below: about it, from its left rim on, and up to its right one.
SIDES = (
    Side("left", 1, GAP, 0),
    Side("right", -1, -GAP, 0),
    *(Side("center", 0, 0, down) for down in (-1, 1)),
    *(Side("left", -1, 0, down) for down in (-1, 1)),
    *(Side("right", 1, 0, down) for down in (-1, 1)),
)


@dataclass(frozen=True)
class Points:
    """Where points lie, in shares of the width from the left and in pixels from the top.

    Attributes
    ----------
    x, y
        Their centres.
    radius
        In pixels.
    wide
        The width of the name of each in pixels; 0 for those without.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]
    wide: NDArray[np.float64]


def nth_width() -> str:
    """Which of the widths a figure has, as an expression of its own."""
    return f"clamp(floor((width - {WIDTHS[0]}) / {WIDTHS[1] - WIDTHS[0]}), -1, {len(WIDTHS) - 2})"


def sides(points: Points) -> list[str]:
    """For each point a letter a width: the number of the side that its name stands on, or that of nowhere.

    Earlier points come first. A name covers no point and no other name, and stays within the figure. What holds at a
    width and at the next holds at all between: points go apart in proportion, too little to pass by a whole name.

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
    for nth, breadth in enumerate(points.wide):
        letter = NOWHERE
        for candidate, boxes in _candidates(points, nth, (narrow, wide)) if breadth else ():
            others = [np.vstack([dots[at], *names[at]]) for at in (0, 1)]
            if all(map(_inside, boxes, (narrow, wide))) and not _meets(boxes, others):
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
    """Left, top, right and bottom of a name on each side of its point, at each width."""
    radius, long = points.radius[nth], points.wide[nth]
    for letter, side in zip(LETTERS, SIDES, strict=False):
        across = side.across * radius + side.gap - {"left": 0, "center": long / 2, "right": long}[side.align]
        middle = points.y[nth] + side.down * (radius + GAP + HALF)
        lefts = points.x[nth] * np.array(widths) + across
        yield letter, [np.array([x - ROOM, middle - HALF, x + long + ROOM, middle + HALF]) for x in lefts]


def _inside(box: Boxes, width: int) -> bool:
    return bool((box >= 0).all() and box[2] <= width and box[3] <= HEIGHT)


def _meets(boxes: list[Boxes], others: list[Boxes]) -> bool:
    """Whether a name meets anything at either width."""
    return any(
        bool(((other[:, :2] < box[2:]) & (other[:, 2:] > box[:2])).all(axis=1).any())
        for box, other in zip(boxes, others, strict=True)
    )

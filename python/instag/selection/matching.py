"""The curve "match": at least as complex as complexity-first, with as much coverage as that allows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instag.selection.problem import Problem
from instag.selection.ranking import rank_tags

__all__ = ["Match", "matched"]

# Steps of bisection for a curve's parameter.
STEPS = 12
# The least parameter of min(x, 1) + λx that is tried, as a power of two; below it, only coverage counts.
LEAST = -20.0


@dataclass(frozen=True)
class Match:
    """Rows that are no worse than those of complexity-first, by complexity and by coverage.

    Attributes
    ----------
    rows
        In order of selection.
    gains
        What each row added, by the curve.
    curve
        The curve that was found, and its parameter; None where complexity-first itself is best.
    """

    rows: NDArray[np.uint32]
    gains: NDArray[np.float64]
    curve: tuple[str, float] | None

    def __str__(self) -> str:
        """What was found."""
        if self.curve is None:
            return "complexity-first itself"
        name, parameter = self.curve
        return f"x^{parameter:.4g}" if name == "power" else f"min(x, 1) + {parameter:.4g} x"


def matched(problem: Problem) -> Match:
    """Find the curve: for each kind, bisect the parameter until complexity is that of complexity-first."""
    tagsets = problem.tagsets
    budget = int(problem.constraint.budget)
    first = rank_tags(tagsets, "complexity-first", budget, problem.seed).rows
    best = Match(first, np.array([]), None)
    pairs, most = tagsets.measure(first)
    for name, least, largest in (("power", 0.0, 1.0), ("capped", LEAST, 0.0)):
        low, high = least, largest
        for _ in range(STEPS):
            middle = (low + high) / 2
            parameter = middle if name == "power" else 2.0**middle
            rows, gains = problem.along(name, parameter).choose()
            found, covered = tagsets.measure(rows)
            if found < pairs:
                low = middle
                continue
            # The larger the parameter, the more complex the rows and the fewer tags they cover.
            high = middle
            if covered > most or (covered == most and found > pairs and best.curve is None):
                best, most = Match(rows, gains, (name, parameter)), covered
    if best.curve is not None:
        return best
    return Match(first, _gains(problem, first), None)


def _gains(problem: Problem, rows: NDArray[np.uint32]) -> NDArray[np.float64]:
    """What each row of complexity-first adds by x^0.5, since that method has no curve of its own."""
    counts = np.zeros(problem.tagsets.n_tags)
    gains = np.empty(len(rows))
    offsets, codes = problem.tagsets.offsets, problem.tagsets.codes
    for nth, row in enumerate(rows):
        tags = codes[offsets[row] : offsets[row + 1]]
        gains[nth] = (np.sqrt(counts[tags] + 1) - np.sqrt(counts[tags])).sum()
        counts[tags] += 1
    return gains

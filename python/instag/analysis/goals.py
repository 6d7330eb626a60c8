"""What curves tell in a few numbers: the samples that reach a coverage, and the budgets that tell methods apart."""

import polars as pl

__all__ = ["GOALS", "reached", "told"]

GOALS = (0.5, 0.75, 0.9, 0.99)
"""The shares of the tags that growth is told at."""

# The frontier is told at the budgets for which random covers about so much.
TOLD = (0.25, 0.5, 0.9)


def reached(curve: pl.DataFrame, goal: float) -> int | None:
    """About how many samples reach a coverage, on the line between two points of a curve of growth; None: none do.

    Examples
    --------
    >>> reached(pl.DataFrame({"samples": [1, 10, 20], "coverage": [0.1, 0.6, 1.0]}), 0.8)
    15
    """
    before, past = curve.filter(pl.col("coverage") < goal), curve.filter(pl.col("coverage") >= goal)
    if past.is_empty():
        return None
    low = before.row(-1, named=True) if len(before) else {"samples": 0, "coverage": 0.0}
    high = past.row(0, named=True)
    way = (goal - low["coverage"]) / (high["coverage"] - low["coverage"])
    return int(low["samples"] + way * (high["samples"] - low["samples"]) + 0.5)


def told(frontier: pl.DataFrame) -> list[int]:
    """The budgets that tell methods apart: with less nobody has much, with more everybody has all.

    Examples
    --------
    >>> told(pl.DataFrame({"method": "random", "budget": [1, 10, 90, 99], "coverage": [0.2, 0.5, 0.85, 1.0]}))
    [1, 10, 90]
    """
    random = frontier.filter(pl.col("method") == "random").select("budget", "coverage").rows()
    return sorted({min(random, key=lambda point: (abs(point[1] - goal), point[0]))[0] for goal in TOLD if random})

"""Samples in order of selection, and why each was taken."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.checks import check_choice, shown
from instag.choices import Method
from instag.errors import InputError
from instag.tagsets import TagSets, lists_of

__all__ = ["CURVE", "Counts", "Ranking", "check_seed", "explain", "newly_covered", "rank_tags"]

# The default curve of `gain`: x^0.5.
CURVE = ("power", 0.5)


class Counts(NamedTuple):
    """The numbers of rows, of null rows, of rows with tags, and of pairs of a row and one of its tags."""

    samples: int
    null: int
    tagged: int
    pairs: int

    @classmethod
    def of(cls, tagsets: TagSets) -> "Counts":
        """The counts of encoded tags."""
        return cls(tagsets.samples, tagsets.null, tagsets.tagged, len(tagsets.codes))


@dataclass(frozen=True)
class Ranking:
    """Samples in order of selection."""

    rows: NDArray[np.uint32]
    rounds: NDArray[np.uint32]


def rank_tags(
    tagsets: TagSets, method: str, budget: int, seed: int | None, curve: tuple[str, float] = CURVE
) -> Ranking:
    """Check the options and rank encoded tags; `gain` takes no option but its curve."""
    check_choice("method", method, get_args(Method))
    check_seed(seed)
    # A budget may be larger than the core's integers.
    budget = min(budget, tagsets.samples)
    if method == "gain":
        problem = _core.Problem(tagsets.sets, *curve, seed=seed)
        rows, _, _ = _core.choose(problem, _core.Constraint(budget))
        return Ranking(rows, np.ones(len(rows), np.uint32))
    return Ranking(*_core.rank(tagsets.sets, method, budget, seed))


def check_seed(seed: Any) -> None:
    """Expect a seed, or none."""
    whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if seed is not None and not (whole and 0 <= int(seed) < 2**64):
        raise InputError(f"seed: expected an integer from 0 to 2**64 - 1, or None; found {shown(seed)}")


def explain(tagsets: TagSets, ranking: Ranking) -> pl.DataFrame:
    """Why each sample was taken, as columns."""
    return pl.DataFrame(
        {
            "rank": np.arange(1, len(ranking.rows) + 1, dtype=np.uint32),
            "round": ranking.rounds,
            "row": ranking.rows,
            "new_tags": newly_covered(tagsets, ranking),
        }
    )


def newly_covered(tagsets: TagSets, ranking: Ranking, before: NDArray[np.bool_] | None = None) -> pl.Series:
    """For each sample of a ranking, the tags that it was the first of its round to hold, without those in `before`."""
    offsets, codes = _core.novelty(tagsets.sets, ranking.rows, ranking.rounds)
    lengths = np.diff(offsets)
    if before is not None:
        new = ~before[codes]
        place = np.repeat(np.arange(len(lengths)), lengths)
        lengths, codes = np.bincount(place[new], minlength=len(lengths)), codes[new]
    return lists_of(lengths, tagsets.tags.gather(codes))

"""What was chosen, by which method and why: the work behind `select`, `rank` and the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.checks import check_choice
from instag.choices import Method
from instag.frame import Frame
from instag.frame.ray import RayFrame
from instag.normalization.rollup import with_broader
from instag.progress import Progress, Stage
from instag.selection.certificate import Certificate, certificate_of
from instag.selection.constraint import count
from instag.selection.folding import Folded, fold, fold_pieces
from instag.selection.matching import Match, matched
from instag.selection.options import Options
from instag.selection.problem import Problem, problem_of
from instag.selection.ranking import Counts, Ranking, check_seed, explain, newly_covered, rank_tags
from instag.tagsets import TagSets

__all__ = ["Chosen", "choose"]

# Pairs of row and tag up to which 20 steps of a certificate take less than a second.
QUICK = 10_000_000
STEPS = 20


@dataclass(frozen=True)
class Chosen:
    """A selection, and all that is known of it.

    Attributes
    ----------
    tagsets
        The tags of the data, or of those rows that could have been chosen.
    ranking
        The rows in order of selection.
    counts
        How many rows the data have.
    wanted
        How many samples were asked for; None where the budget is not one of samples.
    problem
        What it was chosen by, for `gain`.
    gains
        What each row added to the objective.
    match
        The curve that was found for ``curve="match"``.
    numbers
        Which rows of the data `tagsets` and `ranking` are about; None where it is all of them.
    """

    tagsets: TagSets
    ranking: Ranking
    counts: Counts
    wanted: int | None
    problem: Problem | None = None
    gains: NDArray[np.float64] | None = None
    match: Match | None = None
    numbers: NDArray[np.uint32] | None = None

    @property
    def rows(self) -> NDArray[np.uint32]:
        """The rows of the data in order of selection."""
        return self.ranking.rows if self.numbers is None else self.numbers[self.ranking.rows]

    def certificate(self, steps: int | None = None) -> Certificate | None:
        """How good it is, for `gain`; as many steps as take less than a second, unless a number is given."""
        if self.problem is None or (self.match is not None and self.match.curve is None):
            return None
        problem = self.problem
        if self.match is not None and self.match.curve is not None:
            problem = problem.along(*self.match.curve)
        quick = STEPS if len(self.tagsets.codes) <= QUICK else 0
        return certificate_of(problem, self.rows, quick if steps is None else steps)

    def details(self, frame: Frame, options: Options) -> pl.DataFrame:
        """Why each row was taken, as columns."""
        if self.problem is None or self.gains is None:
            return explain(self.tagsets, self.ranking).with_columns(row=self.rows)
        start, constraint = self.problem.start, self.problem.constraint
        before = None if start is None else start.counts > 0
        columns = {
            "rank": np.arange(1, len(self.rows) + 1, dtype=np.uint32),
            "row": self.rows,
            "gain": self.gains,
            "new_tags": newly_covered(self.tagsets, self.ranking, before),
        }
        if constraint.cost is not None:
            columns["cost_so_far"] = np.cumsum(constraint.cost.values[self.rows])
        added = pl.DataFrame(columns)
        if options.group is not None and "group" not in frame.columns:
            added = added.with_columns(frame.column(options.group)[self.rows].alias("group"))
        return added


def choose(
    frame: Frame,
    budget: float | str | None,
    *,
    tags: str,
    method: Method,
    seed: int | None,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
) -> Chosen:
    """Encode, and choose; no budget takes all that has tags."""
    tell = progress or (lambda _: None)
    check_choice("method", method, get_args(Method))
    check_seed(seed)
    tell(Stage("encoding tags"))
    if isinstance(frame, RayFrame):
        frame.require_key()
    if method == "complexity-first" and seed is None and (folded := _folded(frame, budget, tags)) is not None:
        return Chosen(folded.tagsets, folded.ranking, folded.counts, folded.wanted, numbers=folded.numbers)
    tagsets = with_broader(frame.tag_sets(tags), options.tree)
    counts = Counts.of(tagsets)
    if method != "gain":
        wanted = tagsets.samples if budget is None else count(budget, tagsets.samples)
        tell(Stage("selecting"))
        return Chosen(tagsets, rank_tags(tagsets, method, wanted, seed), counts, None if budget is None else wanted)
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=seed, progress=progress)
    tell(Stage("selecting"))
    match = matched(problem) if options.curve == "match" else None
    if match is not None:
        rows, gains = match.rows, match.gains
    else:
        rows, gains, _ = _core.choose(problem.core(), problem.constraint.core())
    ranking = Ranking(rows, np.ones(len(rows), np.uint32))
    counted = budget is not None and problem.constraint.cost is None
    samples = int(problem.constraint.budget) if counted else None
    return Chosen(tagsets, ranking, counts, samples, problem, gains, match)


def _folded(frame: Frame, budget: float | str | None, tags: str) -> Folded | None:
    """A selection without all rows in one place, where that may need less memory."""
    if isinstance(frame, RayFrame):
        return None if budget is None else fold(frame, budget, tags)
    if frame.streams and isinstance(budget, Integral) and not isinstance(budget, bool):
        return fold_pieces(partial(frame.chunks, tags), count(budget, 0))
    return None

"""What was chosen, by which method and why: the work behind `choose`, `select` and `rank`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from numbers import Integral
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.checks import check_flag, check_function, check_name
from instag.choices import Method
from instag.frame import Frame
from instag.frame.ray import RayFrame
from instag.progress import Progress, Stage
from instag.selection.certificate import Certificate, certificate_of
from instag.selection.columns import tag_sets_of
from instag.selection.constraint import count
from instag.selection.folding import Folded, fold, fold_pieces
from instag.selection.matching import Match, matched
from instag.selection.options import Options
from instag.selection.problem import Problem, problem_of
from instag.selection.ranking import Counts, Ranking, check_seed, explain, newly_covered, rank_tags
from instag.selection.shortfall import quotas_reached, warn_of_missing
from instag.tagsets import TagSets

__all__ = ["Selection", "selection_of"]

F = TypeVar("F")

# Pairs of row and tag up to which 20 steps of a certificate take less than a second.
QUICK = 10_000_000
STEPS = 20
# Quotas that a text lists.
SHOWN = 20


@dataclass(frozen=True, eq=False)
class Selection(Generic[F]):
    """A selection, and all that is known of it, as :func:`choose` gives it; as text what the command line says.

    Attributes
    ----------
    method
        What it was chosen by.
    frame, tags
        What it was chosen from, and the column with the tags.
    options
        Those of `gain`.
    tagsets
        The tags of the data, or of those rows that could have been chosen.
    ranking
        The rows in order of selection.
    counts
        How many rows the data have, how many have null tags, and how many have tags.
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

    method: Method
    frame: Frame
    tags: str
    options: Options
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
        """The numbers of the rows in the data, in order of selection."""
        return self.ranking.rows if self.numbers is None else self.numbers[self.ranking.rows]

    def data(self, *, details: bool = False) -> F:
        """The rows in order of selection, as the kind of frame that came in; with `details` why each was taken."""
        check_flag("details", details)
        found: F = self.frame.take(self.rows, self.details if details else pl.DataFrame())
        return found

    @cached_property
    def details(self) -> pl.DataFrame:
        """Why each row was taken, a line a row: the columns that `details` of :func:`select` adds."""
        if self.problem is None or self.gains is None:
            return explain(self.tagsets, self.ranking).with_columns(row=self.rows)
        start, constraint = self.problem.start, self.problem.constraint
        before = None if start is None else start.counts > 0
        columns: dict[str, Any] = {
            "rank": np.arange(1, len(self.rows) + 1, dtype=np.uint32),
            "row": self.rows,
            "gain": self.gains,
            "new_tags": newly_covered(self.tagsets, self.ranking, before),
        }
        if constraint.cost is not None:
            columns["cost_so_far"] = np.cumsum(constraint.cost.values[self.rows])
        if (group := self.options.group) is not None and group != "group":
            columns["group"] = self.frame.column(group)[self.rows]
        return pl.DataFrame(columns)

    @cached_property
    def quotas(self) -> pl.DataFrame:
        """What each group, and each tag with a lower quota, was to have `at_least` and `at_most`, and what it has `reached`.

        In samples, or in units of `cost`, with what was chosen before; null where nothing was asked.
        """
        return quotas_reached(self.problem, self.rows)

    def certificate(self, steps: int | None = None) -> Certificate | None:
        """How good it is, for `gain`; by default with as many steps as take less than a second."""
        if self.problem is None or (self.match is not None and self.match.curve is None):
            return None
        problem = self.problem
        if self.match is not None and self.match.curve is not None:
            problem = problem.along(*self.match.curve)
        quick = STEPS if len(self.tagsets.codes) <= QUICK else 0
        return certificate_of(problem, self.rows, quick if steps is None else steps)

    def lines(self) -> list[str]:
        """What is to be said of it, the certificate apart: what was spent, what quotas reached, which curve was found."""
        if self.problem is None:
            return []
        said = []
        constraint = self.problem.constraint
        if constraint.cost is not None:
            spent = f"{constraint.amount(self.rows):,.10g} of {constraint.budget:,.10g} {constraint.cost.name}"
            cheap, dear = self.problem.dropped
            said.append(f"{spent}; {cheap:,} samples cost too little and {dear:,} too much" if cheap or dear else spent)
        for of, least, most, reached in self.quotas.head(SHOWN).iter_rows():
            bounds = [
                f"at {word} {bound:,.10g}" for word, bound in (("least", least), ("most", most)) if bound is not None
            ]
            said.append(f"{of}: {reached:,.10g}, of {' and '.join(bounds)}")
        if (more := self.quotas.height - SHOWN) > 0:
            said.append(f"and {more:,} more groups")
        return said if self.match is None else [*said, f"match: {self.match}"]

    def warn_of_missing(self) -> None:
        """Say which samples could not be chosen, which quotas were not reached, and whether the budget was missed."""
        warn_of_missing(self.counts, self.wanted, self.rows, self.problem, self.quotas, self.tags)

    def __str__(self) -> str:
        """How many samples, by what, and how good that is."""
        certificate = self.certificate()
        good = "" if certificate is None else f": {certificate.line}"
        samples = f"{len(self.rows):,} of {self.counts.samples:,} samples by {self.method}{good}"
        return "\n".join([*self.lines(), samples])

    __repr__ = __str__


def selection_of(
    frame: Frame,
    budget: float | str | None,
    *,
    tags: str,
    method: Method,
    seed: int | None,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
) -> Selection[Any]:
    """Encode, and choose; no budget takes all that has tags."""
    check_name("tags", tags)
    check_seed(seed)
    check_function("progress", progress)
    tell = progress or (lambda _: None)
    tell(Stage("encoding tags"))
    if isinstance(frame, RayFrame):
        frame.require_key()
    if method == "complexity-first" and seed is None and (folded := _folded(frame, budget, tags)) is not None:
        found = (folded.tagsets, folded.ranking, folded.counts, folded.wanted)
        return Selection(method, frame, tags, options, *found, numbers=folded.numbers)
    tagsets = tag_sets_of(frame, tags, options.tree)
    counts = Counts.of(tagsets)
    if method != "gain":
        wanted = tagsets.samples if budget is None else count(budget, tagsets.samples)
        tell(Stage("selecting"))
        ranking = rank_tags(tagsets, method, wanted, seed)
        return Selection(method, frame, tags, options, tagsets, ranking, counts, None if budget is None else wanted)
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=seed, progress=progress)
    tell(Stage("selecting"))
    match = matched(problem) if options.curve == "match" else None
    if match is not None:
        rows, gains = match.rows, match.gains
    else:
        rows, gains = problem.choose()
    ranking = Ranking(rows, np.ones(len(rows), np.uint32))
    counted = budget is not None and problem.constraint.cost is None
    samples = int(problem.constraint.budget) if counted else None
    return Selection(method, frame, tags, options, tagsets, ranking, counts, samples, problem, gains, match)


def _folded(frame: Frame, budget: float | str | None, tags: str) -> Folded | None:
    """A selection without all rows in one place, where that may need less memory."""
    if isinstance(frame, RayFrame):
        return None if budget is None else fold(frame, budget, tags)
    if frame.streams and isinstance(budget, Integral) and not isinstance(budget, bool):
        return fold_pieces(partial(frame.chunks, tags), count(budget, 0))
    return None

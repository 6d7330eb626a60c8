"""A selection with all that is known of it: the work behind `choose`, `select` and `rank`."""

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
from instag.frame.base import Pieces
from instag.frame.ray import RayFrame
from instag.progress import Progress, Stage
from instag.selection.certificate import Certificate, certificate_of, quick_steps
from instag.selection.columns import tag_sets_of
from instag.selection.constraint import count
from instag.selection.folding import Folded, fold, fold_pieces
from instag.selection.foresight import foresee
from instag.selection.matching import Match, matched
from instag.selection.options import Options
from instag.selection.problem import Problem, problem_of
from instag.selection.ranking import Counts, Ranking, check_seed, explain, newly_covered, rank_tags
from instag.selection.shortfall import quotas_reached, warn_of_missing
from instag.tagsets import Replaced, TagSets

__all__ = ["Selection", "selection_of"]

F = TypeVar("F")

# The most quotas that the summary lists.
SHOWN = 20


@dataclass(frozen=True, eq=False)
class Selection(Generic[F]):
    """A selection with all that is known of it, as :func:`choose` returns it. Printed, it reads as on the command line.

    Attributes
    ----------
    method
        The method that was used.
    frame, tags
        The data that it was chosen from, and the name of the column with the tags.
    options
        The options of ``gain``.
    tagsets
        The tags of all rows, or only of the rows that could have been chosen.
    ranking
        The rows in order of selection.
    counts
        How many rows the data have, how many have null tags, and how many have tags.
    wanted
        How many samples were asked for; None if the budget is not a number of samples.
    problem
        For `gain`, the problem that was solved.
    gains
        What each row added to the objective.
    match
        The curve that was found for ``curve="match"``.
    numbers
        The numbers in the data of the rows of `tagsets`, which `ranking` refers to; None if `tagsets` has all rows.
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
        """The rows in order of selection, in the same kind of frame as the data; `details` adds why each was taken."""
        check_flag("details", details)
        found: F = self.frame.take(self.rows, self.details if details else pl.DataFrame(), self._known())
        return found

    def _known(self) -> dict[str, Pieces]:
        """The columns of the chosen rows that need not be read again: the tags, if their codes say all of them."""
        if not self.frame.rereads or not self.tagsets.whole or self.options.tree is not None:
            return {}
        taken = self.tagsets.taken(self.ranking.rows)
        return {self.tags: Replaced(taken, taken.sets, taken.tags)}

    @cached_property
    def details(self) -> pl.DataFrame:
        """Why each row was taken: the columns that `details` of :func:`select` adds, with one line for each row."""
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
        """The quotas of groups and tags (`at_least` and `at_most`), and what each has `reached`.

        Amounts are in samples or in units of `cost` and include an earlier selection; a limit that was not set is null.
        """
        return quotas_reached(self.problem, self.rows)

    def certificate(self, steps: int | None = None) -> Certificate | None:
        """The certificate, for `gain`; by default with as many steps as take less than a second."""
        if self.problem is None or (self.match is not None and self.match.curve is None):
            return None
        problem = self.problem
        if self.match is not None and self.match.curve is not None:
            problem = problem.along(*self.match.curve)
        return certificate_of(problem, self.rows, quick_steps(self.tagsets) if steps is None else steps)

    def lines(self) -> list[str]:
        """The summary without the certificate: what was spent, what quotas reached, and the curve that was found."""
        if self.problem is None:
            return []
        lines = []
        constraint = self.problem.constraint
        if constraint.cost is not None:
            spent = f"{constraint.amount(self.rows):,.10g} of {constraint.budget:,.10g} {constraint.cost.name}"
            cheap, dear = self.problem.dropped
            lines.append(
                f"{spent}; {cheap:,} samples cost too little and {dear:,} too much" if cheap or dear else spent
            )
        for of, least, most, reached in self.quotas.head(SHOWN).iter_rows():
            bounds = [
                f"at {word} {bound:,.10g}" for word, bound in (("least", least), ("most", most)) if bound is not None
            ]
            lines.append(f"{of}: {reached:,.10g}, of {' and '.join(bounds)}")
        if (more := self.quotas.height - SHOWN) > 0:
            lines.append(f"and {more:,} more groups")
        return lines if self.match is None else [*lines, f"match: {self.match}"]

    def warn_of_missing(self) -> None:
        """Warn of samples that could not be chosen, of quotas that were not reached, and of a budget that was missed."""
        warn_of_missing(self.counts, self.wanted, self.rows, self.problem, self.quotas, self.tags)

    def __str__(self) -> str:
        """The summary, and a line with the number of samples, the method and the certificate."""
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
    """Encode the tags and choose; without a budget, take all samples that have tags."""
    check_name("tags", tags)
    check_seed(seed)
    check_function("progress", progress)
    report = progress or (lambda _: None)
    report(Stage("encoding tags"))
    if isinstance(frame, RayFrame):
        frame.require_key()
    in_rounds = method == "complexity-first" and seed is None
    foreseen = foresee(frame, tags, method, budget, options, folds=in_rounds and _may_fold(frame, budget))
    if in_rounds and (folded := _folded(frame, budget, tags)) is not None:
        found = (folded.tagsets, folded.ranking, folded.counts, folded.wanted)
        return Selection(method, frame, tags, options, *found, numbers=folded.numbers)
    tagsets = tag_sets_of(frame, tags, options.tree)
    if not foreseen:
        foresee(frame, tags, method, budget, options, folds=False, tagsets=tagsets)
    counts = Counts.of(tagsets)
    if method != "gain":
        wanted = tagsets.samples if budget is None else count(budget, tagsets.samples)
        report(Stage("selecting"))
        ranking = rank_tags(tagsets, method, wanted, seed)
        return Selection(method, frame, tags, options, tagsets, ranking, counts, None if budget is None else wanted)
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=seed, progress=progress)
    report(Stage("selecting"))
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
    """Select without holding all rows at once, if that may need less memory; None if not."""
    if isinstance(frame, RayFrame):
        return None if budget is None else fold(frame, budget, tags)
    return fold_pieces(partial(frame.chunks, tags), count(budget, 0)) if _may_fold(frame, budget) else None


def _may_fold(frame: Frame, budget: float | str | None) -> bool:
    return frame.streams and isinstance(budget, Integral) and not isinstance(budget, bool)

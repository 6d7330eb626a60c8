"""`select`, `rank` and `certify`: the rows to fine-tune on, in order of selection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, Unpack, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag import _core
from instag.checks import check_choice, check_count
from instag.choices import Method
from instag.errors import InputError
from instag.frame import Frame, wrap
from instag.normalization.rollup import with_broader
from instag.progress import Progress, Stage
from instag.selection.certificate import Certificate, certificate_of
from instag.selection.constraint import Units, count
from instag.selection.cost import cost_of
from instag.selection.matching import Match, matched
from instag.selection.options import Gain, Options, read_options
from instag.selection.problem import Problem, problem_of
from instag.selection.ranking import Ranking, check_seed, explain, newly_covered, rank_tags
from instag.tagsets import TagSets, encode
from instag.warning import warn

__all__ = ["Chosen", "certify", "choose", "rank", "select"]

F = TypeVar("F")

# Pairs of row and tag up to which 20 steps of a certificate take less than a second.
QUICK = 10_000_000
STEPS = 20


@dataclass(frozen=True)
class Chosen:
    """A selection, and all that is known of it.

    Attributes
    ----------
    tagsets
        The tags of the data.
    ranking
        The rows in order of selection.
    wanted
        How many samples were asked for; None where the budget is not one of samples.
    problem
        What it was chosen by, for `gain`.
    gains
        What each row added to the objective.
    match
        The curve that was found for ``curve="match"``.
    """

    tagsets: TagSets
    ranking: Ranking
    wanted: int | None
    problem: Problem | None = None
    gains: NDArray[np.float64] | None = None
    match: Match | None = None

    @property
    def rows(self) -> NDArray[np.uint32]:
        """The rows in order of selection."""
        return self.ranking.rows

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
            return explain(self.tagsets, self.ranking)
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


def select(
    data: F,
    budget: float | str,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    details: bool = False,
    progress: Callable[[Progress], None] | None = None,
    **gain: Unpack[Gain],
) -> F:
    """Choose a subset that is diverse and complex by its tags.

    The rows come back in order of selection, so that a smaller budget is a prefix of a larger one (for ``"gain"`` see
    :func:`rank`). Samples without tags are never chosen; fewer rows than `budget` come back, with a warning, where not
    enough samples have tags.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream. Of a LazyFrame only the columns that are needed are collected, and the rows come back lazily.
    budget
        How many samples to choose: a whole number is a count, a float up to 1 or a text such as ``"10%"`` a share of
        all samples, rounded to the nearest count. With `cost`, how much they may cost together, or which share of
        what all that may be chosen cost.
    tags
        The column that holds each sample's tags: a list of strings, categoricals, enums or integers, or a list of such
        lists, one a query.
    method
        - ``"complexity-first"``: complexity-first diverse sampling, Algorithm 1 of the InsTag paper. In each round,
          walk the samples from most tags to fewest and take each that has a tag not yet covered in this round.
        - ``"coverage"``: greedy maximum coverage. Take the sample with the most tags not yet covered, ties by more
          tags; once all are covered, begin the next round.
        - ``"complexity"``: most tags first.
        - ``"random"``: in random order, the baseline.
        - ``"gain"``: greedy on Σ_t w_t·φ(n_t), where n_t is how often the selection holds tag t and φ grows ever more
          slowly: the next holder of a tag is worth less than the one before. All that follows is for this method.
    seed
        Orders ties at random instead of by row. For ``"random"`` no seed means seed 0: the same call always gives
        the same rows.
    details
        Add the columns `rank` (from 1), `round` (from 1: coverage begins anew with each), `row` (the index in `data`,
        from 0) and `new_tags` (the tags that the sample was the first of its round to cover). For ``"gain"``: `rank`,
        `row`, `gain` (what the row added to the objective), `new_tags`, with a cost `cost_so_far`, with groups
        `group`.
    progress
        Called with where the work stands, at the beginning of each stage.
    curve
        φ: a number a above 0 and up to 1 for x^a (default 0.5), ``"log"`` for ln(1 + x), or ``"match"``. The nearer to
        0, the more tags are covered; the nearer to 1, the more tags a sample has. ``"match"`` takes the curve with
        which the samples have as many tags as those of complexity-first, and cover more: never worse by either
        measure, and not nested.
    quality
        A column of numbers of 0 or more: a sample counts as much as its quality. Scores that can be negative have to be
        mapped first.
    quality_missing
        What samples count whose quality is null; otherwise these are an error.
    cost
        A column of numbers above 0, or ``"characters"`` or ``"words"`` of the whole conversation, or ``"tokens"`` as
        :func:`count_tokens` adds them. Samples are taken by gain / cost.
    cost_exponent
        Take them by gain / cost^e instead, with e from 0 (gain alone, within the budget) to 1.
    min_cost, max_cost
        Leave out samples that cost less, or more.
    group
        The column that says which group a sample is of.
    at_least, at_most
        What each group is to have, and may have: a mapping from group to amount, or one amount for all. A whole number
        is a count of samples, or of units of `cost`; a float up to 1 or a text such as ``"30%"`` is a share of the
        budget. In `at_least`, the key ``"tag:proof"`` asks for so many samples with that tag: they are taken before all
        else, as far as the quotas of groups and the budget allow.
    start
        What was chosen before: a column of booleans, row numbers, or another frame with tags. It counts, it fills
        quotas, its rows do not come back, and `budget` is for new rows.
    weights
        What a tag is worth, 1 where nothing is said, 0 for a tag that is not to count: a mapping, a frame with the
        columns `tag` and `weight`, or a file of one.
    target
        Choose data like these: a frame with tags, or a mapping from tag to share.
    tree
        A vocabulary that was made with a judge, or its file: the broader tags of each row's tags count as further tags.
        Not with `target`. docs/normalizing.md says what that was measured to do.

    Returns
    -------
    The same kind of frame as `data`, with all its columns.

    Raises
    ------
    InputError
        Where a column is missing or holds what it must not, or an option is out of range; where nothing can be chosen,
        or quotas cannot be kept.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({
    ...     "id": ["a", "b", "c", "d"],
    ...     "tags": [["math"], ["math", "proof", "latex"], ["math", "proof"], ["poetry"]],
    ...     "tokens": [10, 400, 20, 15],
    ... })
    >>> instag.select(df, 2)["id"].to_list()
    ['b', 'd']
    >>> instag.select(df, 0.75, details=True).select("id", "round", "new_tags").rows()
    [('b', 1, ['math', 'proof', 'latex']), ('d', 1, ['poetry']), ('c', 2, ['math', 'proof'])]
    >>> instag.select(df, 50, cost="tokens", method="gain", details=True).select("id", "new_tags", "cost_so_far").rows()
    [('a', ['math'], 10.0), ('c', ['proof'], 30.0), ('d', ['poetry'], 45.0)]

    References
    ----------
    Lu et al., "#InsTag: Instruction Tagging for Analyzing Supervised Fine-tuning of Large Language Models", 2023,
    Algorithm 1. For ``"gain"``: Nemhauser, Wolsey, Fisher, "An analysis of approximations for maximizing submodular set
    functions", 1978; Yaroslavtsev, Zhou, Avdiukhin, "Bring Your Own Greedy"+Max, 2020, for costs.
    """
    options = read_options(method, **gain)
    frame = wrap(data)
    if budget is None:
        raise InputError("budget: expected a count of 0 or more, or a share up to 1.0; found None")
    chosen = choose(frame, budget, tags=tags, method=method, seed=seed, options=options, progress=progress)
    warn_of_missing(chosen, tags)
    added = chosen.details(frame, options) if details else pl.DataFrame()
    picked: F = frame.take(chosen.rows, added)
    return picked


def rank(
    data: F,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    **gain: Unpack[Gain],
) -> F:
    """Rank all samples that have tags: every selection, for any budget, is a prefix.

    Parameters and errors are those of :func:`select`; the columns of ``details=True`` are always added. Where the
    selection for a smaller budget need not be a prefix, there is no ranking: with lower quotas, with a cost, whose last
    sample is whichever still fits, and with ``curve="match"``.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["math"], ["math", "proof"], [], ["proof"]]})
    >>> instag.rank(df).select("rank", "round", "row").rows()
    [(1, 1, 1), (2, 2, 0), (3, 2, 3)]
    """
    options = read_options(method, **gain)
    for name, why in (
        ("cost", "the last sample is whichever still fits into the budget"),
        ("at_least", "what a group is to have at least is set aside from the budget"),
    ):
        if getattr(options, name) is not None:
            raise InputError(
                f"{name}: with it a smaller budget is no prefix of a larger one, for {why}: select with a budget"
            )
    if options.curve == "match":
        raise InputError(
            "curve: 'match' finds another curve for each budget, so that there is no ranking: select with a budget"
        )
    frame = wrap(data)
    chosen = choose(frame, None, tags=tags, method=method, seed=seed, options=options, progress=progress)
    warn_of_missing(chosen, tags)
    ranked: F = frame.take(chosen.rows, chosen.details(frame, options))
    return ranked


def certify(
    data: Any,
    rows: Sequence[int] | NDArray[Any] | pl.Series,
    *,
    tags: str = "tags",
    method: Method = "gain",
    budget: float | str | None = None,
    steps: int = 200,
    **gain: Unpack[Gain],
) -> Certificate:
    """Tell how good a selection is, whoever made it: its value, and a bound on what is possible.

    Parameters
    ----------
    data
        The data that it was chosen from.
    rows
        The numbers of the rows, from 0: `row` of ``details=True``.
    tags
        As for :func:`select`.
    method
        Only ``"gain"`` has an objective.
    budget
        As for :func:`select`; None is what the rows have: their number, or with `cost` what they cost.
    steps
        The most steps that the bound is improved by; it stops where it is within 0.1 %.
    **gain
        The options of ``method="gain"`` in :func:`select`: they say what is good, and what is allowed.

    Returns
    -------
    Certificate
        With `value`, `bound` and `share`; as text "at least 99.6 % of the best possible".

    Raises
    ------
    InputError
        Where the rows are none of the data, come twice, or are not allowed by the budget and quotas.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["math"], ["math", "proof"], ["art"], ["proof"]]})
    >>> print(instag.certify(df, [1, 2]))
    at least 100.0 % of the best possible
    >>> round(instag.certify(df, [0, 3]).share, 2)
    0.67
    """
    if method != "gain":
        raise InputError(f"method: only 'gain' has an objective to certify by; found {method!r}")
    options = read_options(method, **gain)
    if options.curve == "match":
        raise InputError("curve: 'match' is no curve of its own: certify by a number or 'log'")
    check_count("steps", steps, 0)
    frame = wrap(data)
    tagsets = with_broader(encode(frame.chunks(tags)), options.tree)
    wanted = _row_numbers(rows, tagsets.samples)
    if budget is None:
        cost = cost_of(frame, options)
        budget = len(wanted) if cost is None else Units(cost.values[wanted].sum())
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=None)
    _check_allowed(problem, wanted)
    tagged = np.diff(tagsets.offsets)[wanted] > 0
    return certificate_of(problem, wanted[tagged], steps)


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
    tagsets = with_broader(encode(frame.chunks(tags)), options.tree)
    if method != "gain":
        wanted = tagsets.samples if budget is None else count(budget, tagsets.samples)
        tell(Stage("selecting"))
        return Chosen(tagsets, rank_tags(tagsets, method, wanted, seed), None if budget is None else wanted)
    problem = problem_of(frame, tagsets, options, tags=tags, budget=budget, seed=seed)
    tell(Stage("selecting"))
    match = matched(problem) if options.curve == "match" else None
    if match is not None:
        rows, gains = match.rows, match.gains
    else:
        rows, gains, _ = _core.choose(problem.core(), problem.constraint.core())
    ranking = Ranking(rows, np.ones(len(rows), np.uint32))
    counted = budget is not None and problem.constraint.cost is None
    return Chosen(tagsets, ranking, int(problem.constraint.budget) if counted else None, problem, gains, match)


def warn_of_missing(chosen: Chosen, column: str) -> None:
    """Say which samples could not be chosen, and whether the budget was missed for it."""
    tagsets, wanted = chosen.tagsets, chosen.wanted
    if tagsets.null:
        warn(f"column {column!r}: {tagsets.null:,} of {tagsets.samples:,} samples have null tags; they are not chosen")
    taken = len(chosen.rows)
    if wanted is not None and wanted > tagsets.tagged:
        rest = "all of those were taken" if taken == tagsets.tagged else f"{taken:,} were taken"
        warn(f"budget: {wanted:,} samples were asked for, and {tagsets.tagged:,} have tags; {rest}")
    elif wanted is not None and wanted > taken and chosen.problem is not None:
        warn(f"budget: {wanted:,} samples were asked for, and {taken:,} could be taken: {_why_fewer(chosen.problem)}")
    if chosen.problem is not None:
        warn_of_quotas(chosen.problem, chosen.rows)


def _why_fewer(problem: Problem) -> str:
    reasons = []
    if problem.start is not None and len(problem.start.rows):
        reasons.append(f"{len(problem.start.rows):,} were chosen before")
    if problem.constraint.quotas is not None and np.isfinite(problem.constraint.quotas.at_most).any():
        reasons.append("the groups may have no more")
    if problem.quality is not None or problem.worth is not None:
        reasons.append("others add nothing, for their quality is 0 or none of their tags counts")
    return "; ".join(reasons) or "the others have no tags"


def warn_of_quotas(problem: Problem, rows: NDArray[np.uint32]) -> None:
    """Say which lower quotas were not reached."""
    for name, asked, reached in reached_quotas(problem, rows):
        if reached < asked:
            warn(
                f"at_least: {name}: {asked:,g} were asked for, and {reached:,g} could be taken within the budget and the other quotas"
            )


def reached_quotas(problem: Problem, rows: NDArray[np.uint32]) -> list[tuple[str, float, float]]:
    """For each group and tag with a lower quota, what was asked for and what there is, earlier rows included."""
    constraint = problem.constraint
    found = []
    if (quotas := constraint.quotas) is not None:
        values = None if constraint.cost is None else constraint.cost.values[rows]
        held = quotas.before + np.bincount(quotas.of[rows], values, minlength=len(quotas.names))
        found = [
            (name, float(least), float(has))
            for name, least, has in zip(quotas.names, quotas.at_least, held, strict=True)
            if least > 0
        ]
    if constraint.wanted:
        taken = np.zeros(problem.tagsets.samples, np.bool_)
        taken[rows] = True
        codes = problem.tagsets.codes[np.repeat(taken, np.diff(problem.tagsets.offsets))]
        holders = np.bincount(codes, minlength=problem.tagsets.n_tags)
        names = problem.tagsets.tags.cast(pl.String)
        found += [(f"tag:{names[tag]}", float(least), float(holders[tag])) for tag, least in constraint.wanted.items()]
    return found


def _row_numbers(rows: Any, samples: int) -> NDArray[np.uint32]:
    numbers = rows.to_list() if isinstance(rows, pl.Series) else np.asarray(rows).tolist()
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < samples:
            raise InputError(f"rows: expected numbers of rows, from 0 to {samples - 1:,}; found {number!r}")
    wanted = np.array(numbers, np.uint32)
    if len(np.unique(wanted)) < len(wanted):
        values, counts = np.unique(wanted, return_counts=True)
        raise InputError(f"rows: expected each row once; found row {values[counts > 1][0]:,} {counts.max():,} times")
    return wanted


def _check_allowed(problem: Problem, rows: NDArray[np.uint32]) -> None:
    constraint = problem.constraint
    amount = constraint.amount(rows)
    unit = "samples" if constraint.cost is None else constraint.cost.name
    if amount > constraint.budget * (1 + 1e-12):
        raise InputError(f"rows: they have {amount:,g} {unit}, above the budget of {constraint.budget:,g}")
    untagged = np.diff(problem.tagsets.offsets)[rows] == 0
    left_out = ~problem.available[rows] & ~untagged
    if left_out.any():
        raise InputError(
            f"rows: {int(left_out.sum()):,} may not be chosen, by start, min_cost or max_cost: row {rows[left_out][0]:,} is one"
        )
    if (quotas := constraint.quotas) is not None:
        values = None if constraint.cost is None else constraint.cost.values[rows]
        held = quotas.before + np.bincount(quotas.of[rows], values, minlength=len(quotas.names))
        for name, has, most in zip(quotas.names, held, quotas.at_most, strict=True):
            if has > most * (1 + 1e-12):
                raise InputError(f"rows: group {name!r} has {has:,g} {unit}, above at_most of {most:,g}")

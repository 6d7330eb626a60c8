"""`select`, `rank` and `choose`: the rows to fine-tune on, in order of selection."""

from collections.abc import Callable, Mapping
from typing import TypeVar, Unpack

from instag.checks import check_name
from instag.choices import Method
from instag.errors import InputError
from instag.frame import wrap
from instag.progress import Progress, Stage
from instag.selection.amounts import is_share
from instag.selection.choice import Selection, selection_of
from instag.selection.options import Gain, Options, read_options

__all__ = ["choose", "rank", "select"]

F = TypeVar("F")


def select(
    data: F,
    budget: float | str,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    key: str | None = None,
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
        Arrow C stream. Of a LazyFrame only the columns that are needed are collected, and the rows come back lazily. Of
        a Ray Dataset only the tags come here, as integers; for ``"complexity-first"`` without a seed only those of rows
        that could be chosen.
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
    key
        A column of texts or whole numbers that tells the rows apart: ties go by it instead of by row, so that the same
        rows are chosen in whatever order they come. A Ray Dataset, whose rows have no order, needs one.
    details
        Add the columns `rank` (from 1), `round` (from 1: coverage begins anew with each), `row` (the index in `data`,
        from 0) and `new_tags` (the tags that the sample was the first of its round to cover). For ``"gain"``: `rank`,
        `row`, `gain` (what the row added to the objective), `new_tags`, with a cost `cost_so_far`, with groups
        `group`.
    progress
        Called with where the work stands, at the beginning of each stage; with ``"gain"`` at last with how good the
        selection is, as :func:`certify` says it. ``progress=print`` prints both.
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
    similarity
        A cosine above 0 and below 1: a row counts for tags that are as near to its own, too, in part (the label graph
        of MIG). By default tags count for themselves alone. docs/selecting.md says what it was measured to do.
    embedder
        What tells which tags are near, for `similarity`; see :func:`normalize`.

    Returns
    -------
    The same kind of frame as `data`, with all its columns.

    Raises
    ------
    InputError
        If a column is missing or holds what it must not, or an option is out of range; where nothing can be chosen,
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
    if budget is None:
        raise InputError(
            "budget: expected a count of 0 or more, or a share up to 1.0; found None: instag.rank needs no budget"
        )
    selection = choose(data, budget, tags=tags, method=method, seed=seed, key=key, progress=progress, **gain)
    if progress is not None and (certificate := selection.certificate()) is not None:
        progress(Stage(f"{method}: {certificate.line}"))
    return selection.data(details=details)


def rank(
    data: F,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    key: str | None = None,
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
    selection = choose(data, None, tags=tags, method=method, seed=seed, key=key, progress=progress, **gain)
    return selection.data(details=True)


def choose(
    data: F,
    budget: float | str | None = None,
    *,
    tags: str = "tags",
    method: Method = "complexity-first",
    seed: int | None = None,
    key: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    **gain: Unpack[Gain],
) -> Selection[F]:
    """Choose as :func:`select` does, and keep all that is known of the selection: what it is, how good, what it lacks.

    Parameters
    ----------
    data, tags, method, seed, key, progress, **gain
        As for :func:`select`.
    budget
        As for :func:`select`; None takes all samples that have tags, as :func:`rank` does.

    Returns
    -------
    Selection
        With `data(details=…)`, the numbers of its `rows`, `details` of each, its `certificate()`, and for `quotas` what
        was asked for and what was reached. Printed, it says what `instag select` says.

    Raises
    ------
    InputError
        As :func:`select` and :func:`rank` do.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"source": ["a", "a", "b", "b"], "tags": [["math"], ["math", "proof"], ["art"], ["art"]]})
    >>> selection = instag.choose(df, 2, method="gain", group="source", at_most=1)
    >>> selection.rows.tolist(), round(selection.certificate().share, 3)
    ([1, 2], 1.0)
    >>> selection.quotas.rows()
    [('a', None, 1.0, 1.0), ('b', None, 1.0, 1.0)]
    >>> print(selection)
    a: 1, of at most 1
    b: 1, of at most 1
    2 of 4 samples by gain: at least 100.0 % of the best possible (value 3, bound 3)
    """
    options = read_options(method, **gain)
    if budget is None:
        _check_rankable(options)
    if key is not None:
        check_name("key", key)
    selection: Selection[F] = selection_of(
        wrap(data, key), budget, tags=tags, method=method, seed=seed, options=options, progress=progress
    )
    selection.warn_of_missing()
    return selection


def _check_rankable(options: Options) -> None:
    """See that the selection for every smaller budget is a prefix."""
    amounts = options.at_most.values() if isinstance(options.at_most, Mapping) else [options.at_most]
    if any(is_share(amount) for amount in amounts):
        raise InputError(
            "at_most: a share is of the budget, and a ranking has none: give counts, or select with a budget"
        )
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

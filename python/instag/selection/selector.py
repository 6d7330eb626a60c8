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

    The rows are returned in order of selection, so that the selection for a smaller budget is a prefix of the one for a
    larger budget (for ``"gain"`` see :func:`rank`). Samples without tags are never chosen; if too few samples have
    tags, fewer rows than `budget` are returned, with a warning.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas or pyarrow frame, a Hugging Face `Dataset`, or any object with the
        Arrow C stream. For a LazyFrame, only the columns that are needed are collected, and the result is lazy. For a
        Ray Dataset, only the tags are collected, as integers, and for ``"complexity-first"`` without a seed only those
        of rows that could be chosen.
    budget
        How many samples to choose: a whole number is a count, a float up to 1 or a text such as ``"10%"`` a share of
        all samples, rounded to the nearest count. With `cost`, it is what the samples may cost together, or a share of
        the total cost of all that may be chosen.
    tags
        The column that holds each sample's tags: a list of strings, categoricals, enums or integers, or a list of such
        lists, one for each query.
    method
        - ``"complexity-first"``: complexity-first diverse sampling, Algorithm 1 of the InsTag paper. In each round,
          walk the samples from most tags to fewest and take each that has a tag not yet covered in this round.
        - ``"coverage"``: greedy maximum coverage. Take the sample with the most tags not yet covered, and among these
          the one with the most tags; once all tags are covered, begin the next round.
        - ``"complexity"``: most tags first.
        - ``"random"``: in random order, the baseline.
        - ``"gain"``: greedy on Σ_t w_t·φ(n_t), where n_t is the number of chosen samples with tag t and φ grows ever
          more slowly: each further sample with a tag is worth less than the one before. The options from `curve` on are
          for this method.
    seed
        Breaks ties at random instead of by row number. For ``"random"``, None is seed 0: the same call always gives the
        same rows.
    key
        A column of strings or integers that identifies the rows. Ties are broken by it instead of by row number, so
        that the same rows are chosen whatever their order. A Ray Dataset, whose rows have no order, needs one.
    details
        Add the columns `rank` (from 1), `round` (from 1: coverage begins anew with each), `row` (the index in `data`,
        from 0) and `new_tags` (the tags that the sample was the first of its round to cover). For ``"gain"``: `rank`,
        `row`, `gain` (what the row added to the objective), `new_tags`, with a cost `cost_so_far`, with groups
        `group`.
    progress
        Called with an :class:`instag.Progress` at the beginning of each stage and, with ``"gain"``, at the end with how
        good the selection is, as :func:`certify` says. ``progress=print`` prints them.
    curve
        φ: a number a above 0 and up to 1 for x^a (default 0.5), ``"log"`` for ln(1 + x), or ``"match"``. The nearer to
        0, the more tags are covered; the nearer to 1, the more tags a sample has. ``"match"`` finds the curve whose
        samples have as many tags as those of complexity-first and cover more: it is never worse by either measure, but
        a smaller selection need not be a prefix of a larger one.
    quality
        A column of numbers of 0 or more, by which the samples are weighted. Scores that can be negative have to be
        mapped to such numbers first.
    quality_missing
        The quality of samples that have none; without it, a null is an error.
    cost
        A column of numbers above 0, or ``"characters"`` or ``"words"`` of the whole conversation, or ``"tokens"`` as
        :func:`count_tokens` adds them. Samples are taken by gain / cost.
    cost_exponent
        Take them by gain / cost^e instead, with e from 0 (gain alone, within the budget) to 1.
    min_cost, max_cost
        Leave out samples that cost less, or more.
    group
        The column with the group of each sample.
    at_least, at_most
        The minimum and maximum of each group: a mapping from group to amount, or one amount for all groups. A whole
        number is a count of samples, or of units of `cost`; a float up to 1 or a text such as ``"30%"`` is a share of
        the budget. In `at_least`, the key ``"tag:proof"`` asks for that many samples with the tag `proof`; they are
        taken first, as far as the quotas of groups and the budget allow.
    start
        An earlier selection: a column of booleans, row numbers, or another frame with tags. It counts towards the
        objective and the quotas, its rows are not returned again, and `budget` is for new rows.
    weights
        The weights of tags: a mapping, a frame with the columns `tag` and `weight`, or a file with such a frame. A tag
        that is not in it has weight 1; with weight 0 a tag does not count.
    target
        Choose data like these: a frame with tags, or a mapping from tag to share.
    tree
        A vocabulary that was made with a judge, or its file: the broader tags of a row's tags count as further tags of
        the row. It cannot be combined with `target`. docs/normalizing.md has measurements.
    similarity
        A cosine similarity above 0 and below 1: a row also counts, in part, for tags that are at least this similar to
        its own (the label graph of MIG). By default, tags count only for themselves. docs/selecting.md has measurements.
    embedder
        The embedder that decides which tags are similar, for `similarity`; see :func:`normalize`.

    Returns
    -------
    The same kind of frame as `data`, with all its columns.

    Raises
    ------
    InputError
        If a column is missing or has the wrong type or values, an option is out of range, nothing can be chosen, or the
        quotas cannot be met.

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
    """Rank all samples that have tags; the selection for any budget is a prefix.

    Parameters and errors are those of :func:`select`; the columns of ``details=True`` are always added. There is no
    ranking with options for which a smaller selection need not be a prefix of a larger one: lower quotas, a cost (the
    last sample is whichever still fits into the budget), and ``curve="match"``.

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
    """Choose as :func:`select` does, and return the rows together with their certificate, quotas and reasons.

    Parameters
    ----------
    data, tags, method, seed, key, progress, **gain
        As for :func:`select`.
    budget
        As for :func:`select`; None takes all samples that have tags, as :func:`rank` does.

    Returns
    -------
    Selection
        It has `data(details=…)`, the numbers of the `rows` and the `details` of each, the `certificate()`, and `quotas`
        with what was asked for and what was reached. Printed, it reads as the output of `instag select`.

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
    """Check that the selection for every smaller budget is a prefix."""
    amounts = options.at_most.values() if isinstance(options.at_most, Mapping) else [options.at_most]
    if any(is_share(amount) for amount in amounts):
        raise InputError(
            "at_most: a share is one of the budget, and a ranking has no budget: give counts, or use select with a budget"
        )
    for name, why in (
        ("cost", "the last sample is whichever still fits into the budget"),
        ("at_least", "lower quotas are set aside from the budget"),
    ):
        if getattr(options, name) is not None:
            raise InputError(
                f"{name}: with it, a smaller selection is not a prefix of a larger one, because {why}: use select with a budget"
            )
    if options.curve == "match":
        raise InputError(
            "curve: 'match' finds a different curve for each budget, so there is no ranking: use select with a budget"
        )

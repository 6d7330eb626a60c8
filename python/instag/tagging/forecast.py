"""The forecast: what tagging some data would take, and nothing is asked."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from instag.asking import Limits
from instag.asking.price import Price
from instag.chat.truncate import Cut, tokens_of
from instag.tagging.examples import Examples, Hint
from instag.tagging.options import check_limit, sampling_of
from instag.tagging.outlay import Estimate, estimate_of, mean_answer
from instag.tagging.plan import Plan, priced
from instag.tagging.prompt import Prompt

__all__ = ["estimate", "foreseen"]


def estimate(  # noqa: PLR0913 - those of tag that matter here
    data: Any,
    *,
    model: str,
    base_url: str | None = None,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    queries: str | None = None,
    cut: int | Cut = 6000,
    journal: str | Path | None = None,
    retry_unread: bool = False,
    limit: int | None = None,
    concurrency: int | Literal["auto"] = "auto",
    rpm: float | None = None,
    tpm: float | None = None,
    price: Price | tuple[float, float] | None = None,
    max_tokens: int | None = 1024,
    batch: bool = False,
) -> Estimate:
    """Estimate what :func:`instag.tag` would ask, pay and take; nothing is asked, and no file is made.

    Parameters
    ----------
    data, model, base_url, prompt, examples, vocabulary, queries, cut, journal, retry_unread, limit, max_tokens
        Those of :func:`instag.tag`. Where there is a journal, what it holds is not asked again, and its answers tell
        how long an answer is; it may be one that another run is writing.
    concurrency, rpm, tpm, price
        Those of :func:`instag.tag`: they tell the time and the cost.
    batch
        Whether it would be done in batches, at half the price.

    Returns
    -------
    Estimate
        See :class:`instag.Estimate`.

    Raises
    ------
    InputError
        Where an option or the data are not what was expected, or the journal is of another model or prompt.

    Examples
    --------
    >>> import polars as pl
    >>> df = pl.DataFrame({"question": ["Why?", "How?", "Why?"], "answer": ["So.", "Thus.", "So."]})
    >>> found = estimate(df, model="gpt-4o-mini", price=(0.15, 0.6))
    >>> found.queries, found.distinct, found.completion_tokens
    (3, 2, 240)
    """
    check_limit(limit)
    sampling_of(max_tokens, None, None)
    limits = Limits(concurrency, rpm, tpm, price=priced(price, model, base_url))
    plan = Plan.of(
        data,
        model=model,
        prompt=prompt,
        examples=examples,
        vocabulary=vocabulary,
        queries=queries,
        cut=cut,
        journal=journal,
    )
    held = plan.peek()
    unanswered = plan.unanswered(held, max_tokens, retry_unread=retry_unread)
    turns = plan.turns(held, unanswered, limit)
    return foreseen(
        plan, turns, kept=int((~unanswered).sum()), answer=mean_answer(held.replies()), limits=limits, batch=batch
    )


def foreseen(
    plan: Plan,
    turns: tuple[NDArray[np.uint32], ...],
    *,
    kept: int,
    answer: float | None,
    limits: Limits,
    batch: bool,
) -> Estimate:
    """Estimate what it takes to ask with some queries of a plan.

    Parameters
    ----------
    plan, turns
        The plan, and its :meth:`Plan.turns`.
    kept
        The questions that have an answer.
    answer, limits, batch
        Those of :func:`instag.tagging.outlay.estimate_of`.
    """
    samples = plan.samples
    lengths = (tokens_of(plan.cut(text)[0]) for queries in turns for _, text in samples.texts(queries))
    return estimate_of(
        np.fromiter(lengths, np.int64, sum(map(len, turns))),
        prompt=plan.prompt,
        samples=len(samples),
        queries=len(samples.question),
        distinct=len(samples.keys),
        kept=kept,
        cuts=len(np.unique(samples.question[samples.cut])),
        answer=answer,
        limits=limits,
        batch=batch,
    )

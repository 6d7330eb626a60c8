"""The forecast: what tagging some data would take, and nothing is asked."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from instag.asking import Limits
from instag.asking.price import Price
from instag.tagging.cut import Cut
from instag.tagging.examples import Examples, Hint
from instag.tagging.outlay import Estimate, estimate_of, mean_answer
from instag.tagging.plan import Plan, priced
from instag.tagging.prompt import Prompt
from instag.tagging.tokens import tokens_of

__all__ = ["estimate"]


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
        how long an answer is.
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
        Where an option or the data are not what was expected, or another process has the journal open.

    Examples
    --------
    >>> import polars as pl
    >>> df = pl.DataFrame({"question": ["Why?", "How?", "Why?"], "answer": ["So.", "Thus.", "So."]})
    >>> found = estimate(df, model="gpt-4o-mini", price=(0.15, 0.6))
    >>> found.queries, found.distinct, found.completion_tokens
    (3, 2, 240)
    """
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
    samples = plan.samples
    unanswered, answer = np.ones(len(samples.keys), np.bool_), None
    if plan.path.exists():
        with plan.open() as opened:
            unanswered = plan.unanswered(opened, max_tokens, retry_unread=retry_unread)
            answer = mean_answer(opened.replies())
    asked = samples.asked(unanswered, limit)
    lengths = np.fromiter((tokens_of(plan.cut(text)[0]) for _, text in samples.texts(asked)), np.int64, len(asked))
    return estimate_of(
        lengths,
        prompt=plan.prompt,
        samples=len(samples),
        queries=len(samples.question),
        kept=int((~unanswered).sum()),
        cuts=len(np.unique(samples.question[samples.cut])),
        answer=answer,
        limits=limits,
        batch=batch,
    )

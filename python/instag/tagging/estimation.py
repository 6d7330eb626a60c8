"""Estimates of what tagging some data would cost and how long it would take, without asking anything."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import orjson
from numpy.typing import NDArray

from instag.chat.options import Limits, Settings, check_limit
from instag.chat.question import Reply
from instag.chat.task import wanted
from instag.chat.truncate import Cut, tokens_of
from instag.model_options import ModelOptions, with_model_options
from instag.tagging.answers import AnswerTable
from instag.tagging.examples import Examples, Hint
from instag.tagging.model import Model, known_as
from instag.tagging.plan import Plan, Tagging
from instag.tagging.prompt import Prompt

__all__ = ["ANSWER", "Estimate", "estimate", "estimate_of", "foreseen", "mean_answer", "tokens_used"]

# Tokens of an answer: four tags with a sentence each; and the least number of answers whose mean is used instead.
ANSWER, ENOUGH = 120.0, 20
# About how many tokens a chat adds to each message, and before the answer.
WRAPPING, OPENING = 4, 3
# Seconds until a server begins to answer, its tokens a second, and the requests in flight that "auto" is assumed to reach.
WAIT, SPEED, IN_FLIGHT = 0.5, 60.0, 64
# The cost of a batch as a share of that of single requests.
BATCH = 0.5


@dataclass(frozen=True)
class Estimate:
    """What tagging would cost, and how long it would take.

    Attributes
    ----------
    samples, queries
        Rows, and the queries in them.
    distinct
        The distinct queries: each is asked once.
    kept
        The distinct queries that have an answer already.
    asked
        The requests: the distinct queries without an answer, up to the limit.
    cuts
        The distinct queries that are too long and would be cut.
    prompt_tokens, completion_tokens
        The tokens of the requests and of the answers.
    answer
        The tokens of an answer, as assumed.
    measured
        Whether that is the mean of the answers so far; otherwise it is 120, four tags with a sentence each.
    cost
        US dollars; None if the price is not known.
    seconds
        At the pace of the journal's last answers, or without any at the limits that are set; None for batches, which are
        answered within 24 hours.
    paced
        Whether `seconds` follows the journal's pace.
    spent
        US dollars that the journal's answers have cost; None if the price is not known.
    """

    samples: int
    queries: int
    distinct: int
    kept: int
    asked: int
    cuts: int
    prompt_tokens: int
    completion_tokens: int
    answer: float
    measured: bool
    cost: float | None
    seconds: float | None
    paced: bool = False
    spent: float | None = None


def estimate_of(  # noqa: PLR0913 - each is a number of its own
    lengths: NDArray[Any],
    *,
    prompt: Prompt,
    samples: int,
    queries: int,
    distinct: int | None = None,
    kept: int = 0,
    cuts: int = 0,
    answer: float | None = None,
    pace: float | None = None,
    limits: Limits | None = None,
    batch: bool = False,
) -> Estimate:
    """Estimate what tagging would cost, and how long it would take.

    A request has the tokens of its query, of the prompt around it, of the schema if there is one, and for the format of a
    chat 4 a message and 3 more; all are estimated by :func:`instag.chat.truncate.tokens_of`. Prefix caches are not
    taken into account. The time follows from the pace so far. Without one, it is the longest of three: what the limits of
    requests a minute and of tokens a minute allow, and what the requests in flight (64 for ``"auto"``) take at half a
    second and 60 tokens a second each.

    Parameters
    ----------
    lengths
        The tokens of each query that would be asked: distinct, cut, and without an answer.
    prompt
        The prompt.
    samples, queries, distinct, kept, cuts
        As in :class:`Estimate`; by default all queries are without an answer.
    answer
        Tokens an answer, from :func:`mean_answer`; None assumes 120.
    pace
        Answers a second so far, from :meth:`instag.chat.journal.JournalReader.pace`; None if that is not known.
    limits
        The limits, of which the price, the concurrency, and the requests and tokens a minute are used.
    batch
        Whether batches are sent, at half the price.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> from instag.chat import Price
    >>> from instag.tagging.prompt import prompt_of
    >>> limits = Limits(rpm=500, price=Price(0.15, 0.6))
    >>> found = estimate_of(np.full(10_000, 40), prompt=prompt_of("instag"), samples=8_000, queries=12_000, limits=limits)
    >>> found.asked, found.prompt_tokens, found.completion_tokens, round(found.cost, 2), found.seconds
    (10000, 2730000, 1200000, 1.13, 1200.0)
    """
    limits = limits or Limits()
    asked = len(lengths)
    each = ANSWER if answer is None else answer
    asking = int(np.sum(lengths, dtype=np.int64)) + asked * _around(prompt)
    answering = round(asked * each)
    cost = None if limits.price is None else limits.price.of(asking, answering) * (BATCH if batch else 1)
    usual = asked / pace if pace else _seconds(asked, asking + answering, each, limits)
    return Estimate(
        samples,
        queries,
        asked + kept if distinct is None else distinct,
        kept,
        asked,
        cuts,
        asking,
        answering,
        each,
        answer is not None,
        cost,
        None if batch else usual,
        bool(pace) and not batch,
    )


def tokens_used(replies: Iterable[Reply]) -> NDArray[np.int64]:
    """The tokens of the request and of the answer for each reply, as the server counted them."""
    counts = (tokens for reply in replies for tokens in (reply.prompt_tokens, reply.completion_tokens))
    return np.fromiter(counts, np.int64).reshape(-1, 2)


def mean_answer(used: NDArray[np.int64]) -> float | None:
    """The mean number of tokens of answers, from :func:`tokens_used`; None if fewer than 20 were counted."""
    counted = used[used[:, 1] > 0, 1]
    return float(counted.mean()) if len(counted) >= ENOUGH else None


def _around(prompt: Prompt) -> int:
    """The tokens of a request without its query."""
    messages = prompt.messages("")
    schema = 0 if prompt.schema is None else tokens_of(orjson.dumps(prompt.schema).decode())
    return OPENING + schema + sum(WRAPPING + tokens_of(message["content"]) for message in messages)


def _seconds(asked: int, tokens: int, answer: float, limits: Limits) -> float:
    in_flight = IN_FLIGHT if limits.concurrency == "auto" else limits.concurrency
    needed = asked * (WAIT + answer / SPEED) / in_flight
    by_requests = asked * 60 / limits.rpm if limits.rpm else 0.0
    by_tokens = tokens * 60 / limits.tpm if limits.tpm else 0.0
    return max(needed, by_requests, by_tokens)


@with_model_options()
def estimate(  # noqa: PLR0913 - those of tag
    data: Any,
    *,
    model: Model,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    tags_in: str = "English",
    query: str | None = None,
    cut: int | Cut = 6000,
    batch: bool = False,
    **options: Unpack[ModelOptions],
) -> Estimate:
    """Estimate the requests, tokens, cost and time of :func:`instag.tag`; nothing is asked, and no file is written.

    Parameters
    ----------
    data, model, prompt, examples, vocabulary, tags_in, query, cut
        As for :func:`instag.tag`. If there is a journal, its questions are not asked again, and its answers show how long
        answers are and how fast they come; another run may be writing it.
    batch
        Whether batches would be sent, at half the price.
    **options

    Returns
    -------
    Estimate
        See :class:`instag.Estimate`.

    Raises
    ------
    InputError
        If an option or the data are not as expected, or the journal belongs to another model or prompt.

    Examples
    --------
    >>> import polars as pl
    >>> df = pl.DataFrame({"question": ["Why?", "How?", "Why?"], "answer": ["So.", "Thus.", "So."]})
    >>> found = estimate(df, model="gpt-4o-mini", price=(0.15, 0.6))
    >>> found.queries, found.distinct, found.completion_tokens
    (3, 2, 240)
    """
    # Nothing is asked, so no key is needed; the price depends on the endpoint.
    name = known_as(model, options.get("base_url"))
    priced_at = Settings.of(name, {"limit": 0} | {name: given for name, given in options.items() if name != "limit"})
    settings = replace(priced_at, limit=options.get("limit"))
    check_limit(settings.limit)
    plan = Plan.of(
        data,
        model=name,
        prompt=prompt,
        examples=examples,
        vocabulary=vocabulary,
        tags_in=tags_in,
        query=query,
        cut=cut,
        journal=settings.journal,
    )
    held = plan.task.peek()
    table = AnswerTable(plan.samples.keys)
    if settings.retry_unread:
        table.read(held.replies(), plan.task.read)
    found = wanted(Tagging(plan, table), held, settings)
    used, price = tokens_used(held.replies()), settings.limits.price
    left = foreseen(
        plan,
        found.turns,
        kept=found.kept,
        answer=mean_answer(used),
        pace=held.pace(),
        limits=settings.limits,
        batch=batch,
    )
    return replace(left, spent=None if price is None else price.of(*map(int, used.sum(axis=0))))


def foreseen(
    plan: Plan,
    turns: tuple[NDArray[np.uint32], ...],
    *,
    kept: int,
    answer: float | None,
    limits: Limits,
    pace: float | None = None,
    batch: bool,
) -> Estimate:
    """Estimate what it takes to ask some queries of a plan.

    Parameters
    ----------
    plan, turns
        The plan, and its :meth:`Plan.turns`.
    kept
        The questions that have an answer.
    answer, limits, pace, batch
        Those of :func:`instag.tagging.estimation.estimate_of`.
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
        pace=pace,
        limits=limits,
        batch=batch,
    )

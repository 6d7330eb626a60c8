"""Estimates of the number of pairs that a judge of paraphrases would be asked about, and of the cost and time."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl

from instag.chat.options import Settings
from instag.chat.task import Task, wanted
from instag.chat.truncate import tokens_of
from instag.cleaning.benchmarks import items_of
from instag.cleaning.decontamination import FROM, hits_of, turns_of
from instag.cleaning.judge import IDENTITY, SCHEMA, PairQuestions, journal_of, read_judgements, read_verdict
from instag.cleaning.paraphrases import nearest
from instag.frame import wrap
from instag.io.conversation.samples import sample_queries

__all__ = ["PairEstimate", "estimate_pairs"]

# About the number of rows that are examined, evenly spaced; the result is scaled up to all rows.
SAMPLE = 300
# Tokens of an answer. Then, if the journal has no pace: seconds to the first token, tokens per second, and
# concurrent requests.
ANSWER = 30
WAIT, SPEED, IN_FLIGHT = 0.5, 60.0, 32


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """The estimated effort of asking a model about pairs.

    Attributes
    ----------
    asked
        The number of pairs that have no answer yet.
    cost
        Their cost in US dollars; None if the price is unknown.
    seconds
        The time they take.
    exact
        Whether all rows were examined, and not only a sample.
    """

    asked: int
    cost: float | None
    seconds: float
    exact: bool


def estimate_pairs(  # noqa: PLR0913 - the options of decontaminate
    data: Any,
    against: Any,
    *,
    judge: str,
    query: str | None = None,
    numbers: str = "same",
    judge_from: float | None = None,
    judgments: Any = None,
    embedder: Any = "minilm",
    sample: int = SAMPLE,
    **options: Any,
) -> PairEstimate:
    """Estimate what :func:`instag.decontaminate` would ask a model, from a sample of rows; nothing is asked."""
    queries = sample_queries(wrap(data), query)
    (turns, _), items = turns_of([queries]), items_of(against)
    step = max(1, len(queries) // sample)
    others = turns.join(hits_of(turns, items, numbers).select("row"), on="row", how="anti", maintain_order="left")
    some = others.filter(pl.col("row") % step == 0)
    near = nearest(some, items.texts, embedder, FROM if judge_from is None else judge_from, None)
    asked = items.texts.gather(near.get_column("nth"))
    known = {} if judgments is None else read_judgements(judgments)
    pairs = dict.fromkeys(zip(near.get_column("text").to_list(), asked.to_list(), strict=True))
    settings = Settings.of(judge, options, remote=False)
    path = journal_of(judge) if settings.journal is None else settings.journal
    task = Task(judge, IDENTITY, SCHEMA, partial(read_verdict, judge=judge), path)
    questions, journal = PairQuestions([pair for pair in pairs if pair not in known], task), task.peek()
    if settings.retry_unread:
        questions.read(journal.replies(), task.read)
    found = wanted(questions, journal, settings)
    asking = questions.questions(*found.turns)
    prompt = sum(tokens_of(message["content"]) for each in asking for message in each.messages)
    price, count, pace = settings.limits.price, found.count * step, journal.pace()
    at_once = IN_FLIGHT if settings.limits.concurrency == "auto" else settings.limits.concurrency
    usual = count * (WAIT + ANSWER / SPEED) / max(min(at_once, count), 1)
    cost = None if price is None else price.of(prompt * step, count * ANSWER)
    return PairEstimate(count, cost, count / pace if pace else usual, step == 1)

"""Estimates: about how many pairs a judge of paraphrases would be asked, and what that takes; nothing is asked."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl

from instag.chat.options import Settings
from instag.chat.task import Task, wanted
from instag.chat.truncate import tokens_of
from instag.cleaning.benchmarks import items_of
from instag.cleaning.decontamination import FROM, hits_of, turns_of
from instag.cleaning.judge import IDENTITY, SCHEMA, Docket, journal_of, read_judgements, read_verdict
from instag.cleaning.paraphrases import nearest
from instag.frame import wrap
from instag.io.conversation.samples import sample_queries

__all__ = ["PairEstimate", "estimate_pairs"]

# How many rows are read; of more, a sample of this many evenly spaced rows stands for all.
SAMPLE = 300
# Tokens of an answer; seconds to its first word, tokens a second, answers at a time, where the journal has no pace.
ANSWER = 30
WAIT, SPEED, IN_FLIGHT = 0.5, 60.0, 32


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """What it takes to ask a model about pairs.

    Attributes
    ----------
    asked
        Pairs that have no answer yet.
    cost
        US dollars for them; None if the price is not known.
    seconds
        How long they take.
    exact
        Whether all rows were looked at; else some stand for all.
    """

    asked: int
    cost: float | None
    seconds: float
    exact: bool


def estimate_pairs(  # noqa: PLR0913 - those of decontaminate
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
    """Estimate what :func:`instag.decontaminate` would ask a model; its parameters, and how many rows are looked at."""
    queries = sample_queries(wrap(data), query)
    turns, items = turns_of(queries), items_of(against)
    every = max(1, len(queries) // sample)
    others = turns.join(hits_of(turns, items, numbers).select("row"), on="row", how="anti", maintain_order="left")
    some = others.filter(pl.col("row") % every == 0)
    met = nearest(some, items.texts, embedder, FROM if judge_from is None else judge_from, None)
    asked = items.texts.gather(met.get_column("nth"))
    known = {} if judgments is None else read_judgements(judgments)
    pairs = dict.fromkeys(zip(met.get_column("text").to_list(), asked.to_list(), strict=True))
    settings = Settings.of(judge, options, remote=False)
    path = journal_of(judge) if settings.journal is None else settings.journal
    task = Task(judge, IDENTITY, SCHEMA, partial(read_verdict, judge=judge), path)
    docket, held = Docket([pair for pair in pairs if pair not in known], task), task.peek()
    if settings.retry_unread:
        docket.read(held.replies(), task.read)
    found = wanted(docket, held, settings)
    prompt = sum(tokens_of(message["content"]) for each in docket.questions(*found.turns) for message in each.messages)
    price, count, pace = settings.limits.price, found.count * every, held.pace()
    at_once = IN_FLIGHT if settings.limits.concurrency == "auto" else settings.limits.concurrency
    usual = count * (WAIT + ANSWER / SPEED) / max(min(at_once, count), 1)
    cost = None if price is None else price.of(prompt * every, count * ANSWER)
    return PairEstimate(count, cost, count / pace if pace else usual, every == 1)

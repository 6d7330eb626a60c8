"""Batching: the same questions sent to the Batch API, which answers within a day at half the price."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Any, Unpack

import polars as pl
from numpy.typing import NDArray

from instag.chat import batches
from instag.chat.batches import BatchState
from instag.chat.journal import JournalReader
from instag.chat.options import Settings, check_limit
from instag.chat.sync import waiting
from instag.chat.task import wanted
from instag.chat.truncate import Cut
from instag.checks import check_choice
from instag.choices import BATCH, Action
from instag.errors import InputError
from instag.model_options import ModelOptions, with_model_options
from instag.tagging.answers import AnswerTable
from instag.tagging.estimation import foreseen
from instag.tagging.examples import Examples, Hint
from instag.tagging.plan import Plan, Tagging
from instag.tagging.prompt import Prompt
from instag.tagging.result import check_columns
from instag.warning import keep_caller

__all__ = ["Action", "abatch", "batch"]

NOTHING = pl.DataFrame(schema={"queries": pl.List(pl.String)})


@with_model_options()
async def abatch(  # noqa: PLR0913 - those of tag that matter here
    action: Action,
    data: Any,
    *,
    model: str,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    tags_in: str = "English",
    query: str | None = None,
    cut: int | Cut = 6000,
    explanations: bool = False,
    replace: bool = False,
    requests: int = BATCH,
    **options: Unpack[ModelOptions],
) -> list[BatchState]:
    """Tag in batches: `batch` waits for the server, `await abatch` does not.

    Submit, look at the status as often as you like, and collect when the batches have ended. The answers are then in
    the journal, and :func:`instag.tag` with the same options and ``limit=0`` makes the frame from them. Questions that
    failed or expired are sent by the next submit, or by :func:`instag.tag`. All three actions can be repeated after
    a crash, also on another machine: no question is sent twice.

    Parameters
    ----------
    action
        ``"submit"`` sends the questions that have no answer and are not in a batch; ``"status"`` looks up the state of all
        batches; ``"collect"`` writes the answers to the journal.
    data, model, prompt, examples, vocabulary, tags_in, query, cut
        As for :func:`instag.tag`. The data are read only to submit, and may be None otherwise. Of the options below,
        `max_cost` limits the cost of the batches that are sent: the tokens asked are estimated, and all answers are taken
        to be as long as `max_tokens` allows; `price` is that of single requests, of which batches cost half. Options of
        single requests, such as `concurrency`, have no effect.
    explanations, replace
        As you will give them to :func:`instag.tag` for the frame: nothing is sent for data that it would refuse.
    requests
        The most questions in a batch. Smaller batches stay below an account's limit of enqueued tokens.

    **options

    Returns
    -------
    list of BatchState
        The batches that were sent, or all of them.

    Raises
    ------
    InputError
        If an option or the data are not as expected, the batches may cost more than `max_cost`, or another process has
        the journal open.
    EndpointError
        If the server does not answer, or refuses a batch.
    """
    check_choice("batch", action, ("submit", "status", "collect"))
    if data is None and action == "submit":
        raise InputError("data: expected the data that are to be tagged; found None")
    limit = options.pop("limit", None)
    check_limit(limit)
    settings = dataclasses.replace(Settings.of(model, options), limit=limit)
    if len(settings.endpoints) > 1:
        raise InputError("base_url / --base-url: batches go to one address")
    endpoint = settings.endpoints[0]
    with keep_caller():
        plan = await asyncio.to_thread(
            Plan.of,
            data if action == "submit" else NOTHING,
            model=model,
            prompt=prompt,
            examples=examples,
            vocabulary=vocabulary,
            tags_in=tags_in,
            query=query if action == "submit" else None,
            cut=cut,
            journal=settings.journal,
        )
        check_columns(plan.frame.columns, explanations=explanations, replace=replace)
        task = plan.task
        with task.open() as opened:
            if action != "submit":
                ask = batches.status if action == "status" else batches.collect
                return await ask(endpoint=endpoint, journal=opened, identity=task.identity)
            turns = await asyncio.to_thread(_affordable, plan, opened, settings)
            return await batches.submit(
                plan.questions(*turns),
                endpoint=endpoint,
                journal=opened,
                identity=task.identity,
                schema=task.schema,
                structured=settings.structured,
                sampling=settings.sampling,
                read=task.read,
                requests=requests,
            )


batch = waiting(abatch)


def _affordable(plan: Plan, journal: JournalReader, settings: Settings) -> tuple[NDArray[Any], ...]:
    """The queries to ask, if their cost is within the limit."""
    settings = dataclasses.replace(settings, retry_unread=False)
    turns = wanted(Tagging(plan, AnswerTable(plan.samples.keys)), journal, settings).turns
    limits, max_tokens = settings.limits, settings.max_tokens
    if limits.max_cost is None:
        return turns
    if max_tokens is None:
        raise InputError(
            "max_cost / --max-cost: what batches cost depends on how long their answers may be: set max_tokens / --max-tokens"
        )
    most = foreseen(plan, turns, kept=0, answer=float(max_tokens), limits=limits, batch=True)
    # One question is asked by itself, at the full price.
    cost = (most.cost or 0.0) * (1 + 1 / max(most.asked, 1))
    if cost > limits.max_cost:
        raise InputError(
            f"max_cost / --max-cost: {most.asked:,} queries in batches may cost ${cost:,.4g}, with answers of "
            f"{max_tokens:,} tokens, more than ${limits.max_cost:,.4g}: nothing was sent; allow more, or lower limit / "
            "--limit or max_tokens / --max-tokens"
        )
    return turns

"""Batching: the same questions by the Batch API, answered within a day at half the price."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.chat import Endpoint, Journal, Limits, Structured, batches
from instag.chat.batches import BatchState
from instag.chat.options import check_cost, check_limit, priced, sampling_of
from instag.chat.spending import Price
from instag.chat.sync import waiting
from instag.chat.truncate import Cut
from instag.checks import check_choice
from instag.choices import Action
from instag.errors import InputError
from instag.tagging.estimation import foreseen
from instag.tagging.examples import Examples, Hint
from instag.tagging.parsing import read_answer
from instag.tagging.plan import Plan
from instag.tagging.prompt import Prompt
from instag.tagging.result import check_columns
from instag.warning import keep_caller

__all__ = ["Action", "abatch", "batch"]

NOTHING = pl.DataFrame(schema={"queries": pl.List(pl.String)})


async def abatch(  # noqa: PLR0913 - those of tag that matter here
    action: Action,
    data: Any,
    *,
    model: str,
    base_url: str | None = None,
    api_key: str | None = None,
    client: Any = None,
    headers: Mapping[str, str] | None = None,
    prompt: str | Path | Prompt = "instag",
    examples: Examples = (),
    vocabulary: Hint = None,
    tags_in: str = "English",
    query: str | None = None,
    cut: int | Cut = 6000,
    journal: str | Path | None = None,
    limit: int | None = None,
    max_cost: float | None = None,
    price: Price | tuple[float, float] | None = None,
    max_tokens: int | None = 1024,
    temperature: float | None = 0.0,
    structured: Structured = "auto",
    extra_body: Mapping[str, Any] | None = None,
    explanations: bool = False,
    replace: bool = False,
    requests: int = 50_000,
) -> list[BatchState]:
    """Tag in batches: `batch` waits for the server, `await abatch` does not.

    Submit, look at the status as often as you like, and collect when the batches have ended: the answers are then in
    the journal, and :func:`instag.tag` with the same options and ``limit=0`` makes the frame of them. Questions that
    failed or expired are free for the next submit, or for :func:`instag.tag`. All three actions can be repeated after
    a crash, on another machine too: nothing that was sent is sent again.

    Parameters
    ----------
    action
        ``"submit"`` sends the questions that have no answer and are not under way; ``"status"`` says where all batches
        stand; ``"collect"`` puts what was answered into the journal.
    data, model, base_url, api_key, client, headers, prompt, examples, vocabulary, tags_in, query, cut, journal, limit
        Those of :func:`instag.tag`. Only to submit are the data read; else they may be None.
    max_cost, price
        US dollars that the batches to be sent may cost, by an estimate of what is asked, and with all answers as long
        as `max_tokens` lets them be; and the price of single requests, of which batches cost half.
    max_tokens, temperature, structured, extra_body
        Those of :func:`instag.tag`, to submit.
    explanations, replace
        Those of :func:`instag.tag` that will make the frame: nothing is sent for data that it would refuse.
    requests
        Questions in a batch, at most. Smaller batches come in below an account's limit of enqueued tokens.

    Returns
    -------
    list of BatchState
        The batches that were sent, or all of them.

    Raises
    ------
    InputError
        Where an option or the data are not what was expected, more would be spent than `max_cost`, or another process
        has the journal open.
    EndpointError
        Where the server does not answer or does not take a batch.
    """
    check_choice("batch", action, ("submit", "status", "collect"))
    if data is None and action == "submit":
        raise InputError("data: expected the data that are to be tagged; found None")
    check_limit(limit)
    sampling = sampling_of(max_tokens, temperature, extra_body)
    endpoint = Endpoint.of(model, base_url, api_key, client, headers)
    known = priced(price, model, endpoint.base_url)
    check_cost(max_cost, known)
    limits = Limits(max_cost=max_cost, price=known)
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
            journal=journal,
        )
        check_columns(plan.frame.columns, explanations=explanations, replace=replace)
        with plan.open() as opened:
            if action != "submit":
                ask = batches.status if action == "status" else batches.collect
                return await ask(endpoint=endpoint, journal=opened, identity=plan.identity)
            turns = await asyncio.to_thread(_affordable, plan, opened, limits, max_tokens, limit)
            return await batches.submit(
                plan.questions(*turns),
                endpoint=endpoint,
                journal=opened,
                identity=plan.identity,
                schema=plan.prompt.schema,
                structured=structured,
                sampling=sampling,
                read=read_answer,
                requests=requests,
            )


batch = waiting(abatch)


def _affordable(
    plan: Plan, journal: Journal, limits: Limits, max_tokens: int | None, limit: int | None
) -> tuple[NDArray[np.uint32], ...]:
    """The queries to ask with, where they can be paid for."""
    unanswered = plan.unanswered(journal, max_tokens, retry_unread=False)
    turns = plan.turns(journal, unanswered, limit)
    if limits.max_cost is None:
        return turns
    if max_tokens is None:
        raise InputError(
            "max_cost / --max-cost: batches cost what their answers are long: set max_tokens / --max-tokens"
        )
    most = foreseen(plan, turns, kept=0, answer=float(max_tokens), limits=limits, batch=True)
    # One question is asked at the full price.
    cost = (most.cost or 0.0) * (1 + 1 / max(most.asked, 1))
    if cost > limits.max_cost:
        raise InputError(
            f"max_cost / --max-cost: {most.asked:,} queries in batches may cost ${cost:,.4g}, with answers of "
            f"{max_tokens:,} tokens; allowed are ${limits.max_cost:,.4g}: nothing was sent; allow more, or lower limit / "
            "--limit or max_tokens / --max-tokens"
        )
    return turns

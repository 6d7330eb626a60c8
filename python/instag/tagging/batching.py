"""Batching: the same questions by the Batch API, answered within a day at half the price."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import polars as pl

from instag.asking import Endpoint, Structured
from instag.errors import InputError
from instag.normalization.options import check_choice
from instag.tagging import batches
from instag.tagging.answer import read_answer
from instag.tagging.batches import BatchState
from instag.tagging.cut import Cut
from instag.tagging.examples import Examples, Hint
from instag.tagging.plan import Plan
from instag.tagging.prompt import Prompt
from instag.tagging.waiting import waiting

__all__ = ["Action", "abatch", "batch"]

Action = Literal["submit", "status", "collect"]

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
    queries: str | None = None,
    cut: int | Cut = 6000,
    journal: str | Path | None = None,
    limit: int | None = None,
    max_tokens: int | None = 1024,
    temperature: float | None = 0.0,
    structured: Structured = "auto",
    extra_body: Mapping[str, Any] | None = None,
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
    data, model, base_url, api_key, client, headers, prompt, examples, vocabulary, queries, cut, journal, limit
        Those of :func:`instag.tag`. Only to submit are the data read; else they may be None.
    max_tokens, temperature, structured, extra_body
        Those of :func:`instag.tag`, to submit.
    requests
        Questions in a batch, at most. Smaller batches come in below an account's limit of enqueued tokens.

    Returns
    -------
    list of BatchState
        The batches that were sent, or all of them.

    Raises
    ------
    InputError
        Where an option or the data are not what was expected, or another process has the journal open.
    EndpointError
        Where the server does not answer or does not take a batch.
    """
    check_choice("batch", action, ("submit", "status", "collect"))
    if data is None and action == "submit":
        raise InputError("data: expected the data that are to be tagged; found None")
    endpoint = Endpoint.of(model, base_url, api_key, client, headers)
    plan = await asyncio.to_thread(
        Plan.of,
        data if action == "submit" else NOTHING,
        model=model,
        prompt=prompt,
        examples=examples,
        vocabulary=vocabulary,
        queries=queries if action == "submit" else None,
        cut=cut,
        journal=journal,
    )
    with plan.open() as opened:
        if action != "submit":
            ask = batches.status if action == "status" else batches.collect
            return await ask(endpoint=endpoint, journal=opened, identity=plan.identity)
        sampling = {"temperature": temperature, "max_tokens": max_tokens, **(extra_body or {})}
        unanswered = await asyncio.to_thread(plan.unanswered, opened, max_tokens, retry_unread=False)
        return await batches.submit(
            plan.questions(plan.samples.asked(unanswered, limit)),
            endpoint=endpoint,
            journal=opened,
            identity=plan.identity,
            schema=plan.prompt.schema,
            structured=structured,
            sampling={name: value for name, value in sampling.items() if value is not None},
            read=read_answer,
            requests=requests,
        )


batch = waiting(abatch)

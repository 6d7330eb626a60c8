"""Asking: many questions to one endpoint, every reply and fault in a journal.

It knows nothing of tags: whoever asks makes the questions, and reads the replies from the journal.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from instag.asking.endpoint import Endpoint
from instag.asking.form import Form, Structured
from instag.asking.journal import Journal
from instag.asking.keys import KeySet
from instag.asking.limits import Limits
from instag.asking.price import Price, price_of
from instag.asking.question import Question, identity_of, key_of
from instag.asking.reply import EndpointError, Fault, Reply, Unreadable
from instag.asking.run import Run
from instag.asking.tally import Tally

__all__ = [
    "Endpoint",
    "EndpointError",
    "Fault",
    "Journal",
    "KeySet",
    "Limits",
    "Price",
    "Question",
    "Reply",
    "Structured",
    "Tally",
    "Unreadable",
    "ask",
    "identity_of",
    "key_of",
    "price_of",
]


async def ask(  # noqa: PLR0913 - what is asked, of whom, how, and how much
    questions: Iterable[Question],
    *,
    endpoint: Endpoint,
    journal: Journal,
    schema: Mapping[str, Any] | None,
    limits: Limits,
    read: Callable[[Reply], object],
    structured: Structured = "auto",
    sampling: Mapping[str, Any] | None = None,
    total: int | None = None,
    stop: asyncio.Event | None = None,
    watch: Callable[[Tally], None] | None = None,
) -> Tally:
    """Ask questions, many at a time, and write every reply and fault to a journal.

    Questions are taken from the iterable as they are needed, and forgotten once they are in the journal: memory does
    not grow with their number.

    Every question ends in one of three ways. It is answered: a :class:`Reply` is in the journal. It failed: after all
    attempts a :class:`Fault` is in the journal, with the reason. Or, where the asking ended early, it was not tried:
    the journal has nothing of it.

    Parameters
    ----------
    questions
        What to ask, in this order: keys that are distinct, and not yet answered; see :meth:`Journal.answered`. Those
        that failed before (:meth:`Journal.failed`) had better come last.
    endpoint
        Whom to ask.
    journal
        An open journal.
    schema
        The JSON schema of an answer, or None.
    limits
        How much at a time, in a minute, and at all.
    read
        Called with each reply; it raises :class:`Unreadable` for one that cannot be read, and what it returns is
        thrown away.
    structured
        How to ask the server for JSON: `"json_schema"` (OpenAI's, with a strict schema), `"structured_outputs"`
        (vLLM's), `"json_object"` (any JSON), `"none"` (by the messages alone). `"auto"` puts the first question in
        these ways, in this order, until one is not refused and its answer can be read. Each answer is paid for: all
        are in the journal, the one that counts as the last.
    sampling
        What else goes into a request: `temperature`, `max_tokens` and whatever the server knows. Where the server
        wants `max_completion_tokens`, or no temperature, the request is adapted, and the tally's notes say so.
    total
        How many questions there are, for the tally.
    stop
        Once it is set, nothing new is asked; what is in flight is waited for.
    watch
        Called with the tally four times a second, and at the end.

    Returns
    -------
    Tally
        Where it stands; `stopped` says whether it ended early.

    Raises
    ------
    EndpointError
        Where asking on makes no sense: the server refuses the key (401, 403), the address (404) or further payment,
        says nothing but "too many requests" for too long, cannot be reached by the first question, or too much goes
        wrong: more unreadable answers than `limits.max_unread`, 20 questions in a row that fail, the first 5 of all, or
        the first 20 that the server refuses. Questions that the journal has a reply or a fault of do not count. The
        message has the server's own words, and the error a `tally`.
    InputError
        Where an option makes no sense, a library is missing, or the journal cannot be written.
    asyncio.CancelledError
        Where the task is cancelled; what was answered is in the journal.
    """
    run = Run(
        questions,
        endpoint=endpoint,
        journal=journal,
        form=Form(endpoint.model, schema, structured, sampling or {}),
        limits=limits,
        read=read,
        stop=stop or asyncio.Event(),
        watch=watch,
        total=total,
    )
    return await run.go()

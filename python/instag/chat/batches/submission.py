"""Submission: one question is tried, and the others become files of requests, which become batches."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

import numpy as np
import orjson

from instag.chat.batches.ledger import BatchState
from instag.chat.batches.reconciliation import SETTLING, Desk, opened
from instag.chat.batches.service import Service, Unclear
from instag.chat.endpoint import Endpoint, Redaction
from instag.chat.journal import Journal
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import KEY, KeySet, Question, Reply, Unreadable
from instag.chat.request_format import RequestFormat, Structured
from instag.chat.response import read_response
from instag.choices import BATCH
from instag.errors import InputError

__all__ = ["SIZE", "submit", "tried"]


async def tried(
    service: Service,
    journal: Journal,
    form: RequestFormat,
    questions: Iterator[Question],
    hide: Redaction,
    read: Callable[[Reply], object] | None,
) -> Question | None:
    """Ask the first question, adapting the format until the server accepts it.

    If the server is busy or refuses this question because of its content, the format stays as it is.

    Returns
    -------
    Question or None
        The first question that still has no answer.

    Raises
    ------
    EndpointError
        If the server would accept no question at all.
    """
    question = next(questions, None)
    if question is None or service.azure:
        return question
    messages = orjson.dumps(question.messages)
    # Each round changes the format, and the number of changes is limited.
    while True:
        verdict = read_response(await service.ask(form.body(messages)), question.key, form.limit, hide)
        if isinstance(verdict, Reply):
            journal.append(verdict)
            if not _again(form, verdict, read):
                return next(questions, None)
        elif verdict.kind in {"stop", "barred"}:
            raise EndpointError(
                f"batch: tried with one question, the server says {verdict.reason}: {verdict.detail}", Tally()
            )
        elif verdict.kind != "refused" or not form.refused(verdict.words, verdict.detail):
            return question


def _again(form: RequestFormat, reply: Reply, read: Callable[[Reply], object] | None) -> bool:
    """Whether an answer cannot be read, and another format may help."""
    try:
        if read is not None:
            read(reply)
    except Unreadable as error:
        return form.unread(error.reason)
    form.settle()
    return False


# The most bytes that OpenAI accepts in one batch.
SIZE = 200_000_000


async def submit(  # noqa: PLR0913 - as `ask` has them
    questions: Iterable[Question],
    *,
    endpoint: Endpoint,
    journal: Journal,
    identity: bytes,
    schema: Mapping[str, Any] | None,
    structured: Structured = "auto",
    sampling: Mapping[str, Any] | None = None,
    read: Callable[[Reply], object] | None = None,
    requests: int = BATCH,
    size: int = SIZE,
    settling: float = SETTLING,
) -> list[BatchState]:
    """Send questions in batches.

    Questions with answers in the journal are left out, and so are those in batches that are not collected yet, from
    whichever machine they were sent. The questions of a batch are in the ledger before it is sent, so that after a crash
    at any moment the next call finds out whether it was sent.

    A batch in a format that a model does not accept would fail only at its end. So one question is first asked at once,
    at the full price, and the format is adapted to the server; its answer goes into the journal. This is not done at
    Azure, where models for batches take no single requests: there the format is the first that `structured` allows, and
    a limit is called `max_completion_tokens`.

    Parameters
    ----------
    questions
        The questions; read one after another.
    endpoint
        The endpoint to send them to.
    journal
        The journal, open; the ledger is beside it.
    identity
        What :func:`instag.chat.identity_of` gives.
    schema, structured, sampling, read
        As for :func:`instag.chat.ask`; None reads any answer.
    requests, size
        The most questions and bytes in a batch. Smaller batches stay below an account's limit of enqueued tokens.
    settling
        Seconds that the server's list may lag behind.

    Returns
    -------
    list of BatchState
        The batches sent by this call, in order.

    Raises
    ------
    EndpointError
        If the server does not answer or refuses a batch; the message has its words. Batches sent before are kept, and
        the same call goes on after them.
    InputError
        If an option is out of range, the ledger cannot be read or written, or the openai SDK is not installed.
    """
    if not 1 <= requests <= BATCH:
        raise InputError(f"requests: expected 1 to {BATCH:,} questions a batch; found {requests!r}")
    sent = []
    async with opened(endpoint, journal, identity) as desk:
        await desk.settle(settling)
        if desk.unknown:
            raise InputError(
                f"batch: {', '.join(desk.unknown)}: in progress with questions of this model and prompt, and it "
                "cannot be found out which: collect before more are sent"
            )
        form = RequestFormat(endpoint.model, schema, structured, _named(sampling or {}, azure=desk.service.azure))
        left = _left(questions, desk, form.limit)
        with tempfile.TemporaryDirectory(prefix="instag-") as folder:
            path = Path(folder) / "requests.jsonl"
            question = await tried(desk.service, journal, form, left, endpoint.hide, read)
            while question is not None:
                with path.open("wb") as file:
                    keys, question = _write(file, question, left, form, desk.service.path, requests, size)
                sent.append(await _send(desk, path, keys, form.limit))
    return sent


def _left(questions: Iterable[Question], desk: Desk, limit: int | None) -> Iterator[Question]:
    """The questions that are neither answered nor in a batch."""
    answered = desk.journal.answered(limit)
    under_way = KeySet(np.concatenate([np.empty(0, f"V{KEY}"), *(entry.keys for entry in desk.ledger.open)]))
    return (each for each in questions if each.key not in answered and each.key not in under_way)


def _write(
    file: IO[bytes], first: Question, left: Iterator[Question], form: RequestFormat, path: str, requests: int, size: int
) -> tuple[bytes, Question | None]:
    """Fill a file; returns the keys in it, and the first question that does not fit."""
    keys: dict[bytes, None] = {}
    question: Question | None = first
    while question is not None:
        # A batch that has a question twice never ends.
        body = orjson.Fragment(form.body(orjson.dumps(question.messages)))
        request = {"custom_id": question.key.hex(), "method": "POST", "url": path, "body": body}
        line = orjson.dumps(request) + b"\n"
        if len(keys) == requests or (keys and file.tell() + len(line) > size):
            break
        if question.key not in keys:
            file.write(line)
            keys[question.key] = None
        question = next(left, None)
    return b"".join(keys), question


def _named(sampling: Mapping[str, Any], *, azure: bool) -> dict[str, Any]:
    return {
        "max_completion_tokens" if azure and name == "max_tokens" else name: value for name, value in sampling.items()
    }


async def _send(desk: Desk, path: Path, keys: bytes, limit: int | None) -> BatchState:
    """Send a file as a batch; every step is in the ledger before it is taken."""
    intent, count = token_hex(16), len(keys) // KEY
    desk.ledger.intend(intent, np.frombuffer(keys, f"V{KEY}"), limit)
    try:
        file = await desk.service.upload(path, f"instag-{intent}.jsonl")
    except EndpointError:
        desk.ledger.close(intent, BatchState(None, "never sent", count))
        raise
    desk.ledger.attempt(intent)
    try:
        found = await desk.service.create(file, intent, limit)
    except EndpointError as error:
        desk.ledger.close(intent, BatchState(None, "refused", count, detail=str(error)))
        raise
    except Unclear as error:
        raise EndpointError(
            f"{error}; it is not known whether it was made: run the same command to find out and go on", Tally()
        ) from None
    desk.ledger.name(intent, found.batch)
    return BatchState(found.batch, found.status, count)

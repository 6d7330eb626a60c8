"""Collection: the answers of batches are written to the journal."""

import time
from collections.abc import AsyncIterator
from typing import Any

import orjson

from instag.chat.batches.ledger import BatchState, Entry
from instag.chat.batches.reconciliation import ENDED, SETTLING, Desk, opened
from instag.chat.batches.service import Found
from instag.chat.endpoint import Endpoint, Redaction
from instag.chat.journal import Journal
from instag.chat.progress import EndpointError
from instag.chat.question import KEY, Fault, KeySet, Reply
from instag.chat.response import read_response
from instag.chat.transport import Answer

__all__ = ["LATE", "collect"]

# How often a file is requested if the transfer breaks off.
ATTEMPTS = 3
# Seconds after a batch's end within which its files may still come.
LATE = 3_600.0


async def collect(
    *, endpoint: Endpoint, journal: Journal, identity: bytes, settling: float = SETTLING, late: float = LATE
) -> list[BatchState]:
    """Write the answers of batches to the journal.

    A batch may end without its files, which come later: it is collected once there is a line for each of its questions,
    or an hour after its end, and then questions without a line count as failed. Answers that the journal has are not
    written again. A batch that failed as a whole, as those do that are beyond the limit of enqueued tokens, frees its
    questions for the next :func:`submit`, and so do questions that failed or expired.

    Parameters
    ----------
    endpoint
        The endpoint they were sent to.
    journal
        The journal, open; the ledger is beside it.
    identity
        What :func:`instag.chat.identity_of` gives.
    settling
        Seconds that the server's list may lag behind.
    late
        Seconds that a batch's files may lag behind its end.

    Returns
    -------
    list of BatchState
        All batches of the ledger, in the order they were sent.

    Raises
    ------
    EndpointError
        If the server does not answer or breaks off; the answers until then are in the journal, and the same call goes on
        from there.
    InputError
        If the ledger or the journal cannot be read or written, or the openai SDK is not installed.
    """
    async with opened(endpoint, journal, identity) as desk:
        listed = await desk.settle(settling)
        return [
            entry.end or await _close(desk, entry, await desk.look(entry, listed), endpoint.hide, late)
            for entry in desk.ledger.entries
        ]


async def _close(desk: Desk, entry: Entry, found: Found, hide: Redaction, late: float) -> BatchState:
    """Collect a batch if it has ended, and note it in the ledger."""
    if found.status not in ENDED:
        return BatchState(found.batch, found.status, entry.requests, detail=found.problem)
    taken = desk.journal.answered(entry.limit)
    read = await _read(desk, entry, found, taken, hide)
    answered = sum(read.values())
    if len(read) < entry.requests and time.time() - found.ended < late:
        return BatchState(found.batch, "waiting for its files", entry.requests, answered)
    for key in map(bytes, entry.keys):
        if key not in read and key not in taken:
            desk.journal.append(Fault(key, found.status, "the batch ended without a result for this question", 1))
    desk.journal.sync()
    end = BatchState(found.batch, "collected", entry.requests, answered, entry.requests - answered, found.problem)
    desk.ledger.close(entry.intent, end)
    return end


async def _read(desk: Desk, entry: Entry, found: Found, taken: KeySet, hide: Redaction) -> dict[bytes, bool]:
    """Write the results of the files to the journal; returns for each question with a line whether it has an answer."""
    read: dict[bytes, bool] = {}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async for record in _records(desk, entry, found, hide):
                # A question is answered once, whatever a file repeats.
                if read.get(record.key) or (record.key in read and isinstance(record, Fault)):
                    continue
                read[record.key] = isinstance(record, Reply) or record.key in taken
                if record.key not in taken:
                    desk.journal.append(record)
        except EndpointError:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return read


async def _records(desk: Desk, entry: Entry, found: Found, hide: Redaction) -> AsyncIterator[Reply | Fault]:
    """The results of a batch's questions in its files; other lines are skipped."""
    keys = KeySet(entry.keys)
    for file in (found.output, found.errors):
        if file is not None:
            async for line in desk.service.lines(file):
                record = _record(line, keys, entry.limit, hide)
                if record is not None:
                    yield record


def _record(line: bytes, keys: KeySet, limit: int | None, hide: Redaction) -> Reply | Fault | None:
    try:
        found = orjson.loads(line)
        key = bytes.fromhex(found["custom_id"])
    except (ValueError, KeyError, TypeError):
        return None
    if len(key) != KEY or key not in keys:
        return None
    response, error = _part(found, "response"), _part(found, "error")
    if error or not response:
        words = error.get("message") or "neither an answer nor an error"
        return Fault(key, str(error.get("code") or "no answer"), hide(str(words)), 1)
    status = response.get("status_code")
    answer = Answer(status if isinstance(status, int) else 0, {}, orjson.dumps(response.get("body")))
    verdict = read_response(answer, key, limit, hide)
    return verdict if isinstance(verdict, Reply) else Fault(key, verdict.reason, verdict.detail, 1)


def _part(found: Any, name: str) -> dict[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}

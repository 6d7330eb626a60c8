"""Reconciliation: the ledger is brought up to date with the server."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import orjson

from instag.chat.batches.ledger import BatchState, Entry, Ledger
from instag.chat.batches.service import Found, Service
from instag.chat.endpoint import Endpoint
from instag.chat.journal import Journal
from instag.chat.question import KEY

__all__ = ["ENDED", "SETTLING", "Desk", "opened", "status"]

# Seconds after which a batch that was asked for is in the server's list, if it was made.
SETTLING = 60.0
# Between two looks at the list.
LOOK = 5.0
# Batches at their end that may have answers; those that failed have none.
ENDED = frozenset({"completed", "expired", "cancelled"})


@dataclass(frozen=True)
class Desk:
    """What all work on batches needs: the ledger, the service, the journal, and the batches that remain unknown."""

    ledger: Ledger
    service: Service
    journal: Journal
    unknown: list[str] = field(default_factory=list)
    """Batches in progress whose questions cannot be found out."""

    async def settle(self, settling: float) -> dict[str, Found]:
        """Bring the ledger up to date with the server's list.

        A crash may have come between any two steps. A batch with our mark that the ledger does not know was sent from
        elsewhere, and is taken in with the questions in its file. Where the ledger has no name for a batch, because the
        server's answer was never seen, the batch may have been made after all: then the server's list shows it within
        some time. If the list does not, the batch was never made.

        Parameters
        ----------
        settling
            Seconds that the server's list may lag behind.

        Returns
        -------
        dict
            The server's description of each batch in its list, by the batch's name.
        """
        while True:
            found = {each.batch: each for each in await self.service.listed(time.time())}
            for each in found.values():
                await self._take(each)
            for entry in self.ledger.open:
                if entry.batch is None and (entry.tried is None or time.time() - entry.tried > settling):
                    self.ledger.close(entry.intent, BatchState(None, "never sent", entry.requests))
                elif entry.batch in found and found[entry.batch].status == "failed":
                    # Its questions are free again. The list does not say what went wrong, the batch itself does.
                    failed = await self.service.retrieve(entry.batch)
                    end = BatchState(entry.batch, "failed", entry.requests, detail=failed.problem)
                    self.ledger.close(entry.intent, end)
            if all(entry.batch is not None for entry in self.ledger.open):
                return found
            await asyncio.sleep(min(LOOK, settling / 4))

    async def look(self, entry: Entry, listed: dict[str, Found]) -> Found:
        """The server's description of an open batch."""
        assert entry.batch is not None  # noqa: S101 - or it would not be settled
        return listed.get(entry.batch) or await self.service.retrieve(entry.batch)

    async def _take(self, found: Found) -> None:
        """Add a batch of the server to the ledger, unless it is there."""
        entry = self.ledger.known(found.intent)
        if entry is not None and entry.batch in {None, found.batch}:
            if entry.batch is None and (entry.end is None or entry.end.status == "never sent"):
                self.ledger.name(found.intent, found.batch)
            return
        # Another of the same intent, or one from elsewhere.
        intent = found.intent if entry is None else found.batch
        if self.ledger.known(intent) is not None or found.status == "failed":
            return
        keys = b"".join([_key(line) async for line in self.service.lines(found.input)])
        if keys:
            self.ledger.intend(intent, np.frombuffer(keys, f"V{KEY}"), found.limit)
            self.ledger.name(intent, found.batch)
        elif found.status not in ENDED and found.batch not in self.unknown:
            self.unknown.append(found.batch)


@asynccontextmanager
async def opened(endpoint: Endpoint, journal: Journal, identity: bytes) -> AsyncIterator[Desk]:
    """Open the ledger beside a journal, and the service.

    Parameters
    ----------
    endpoint
        The endpoint that batches are sent to.
    journal
        The journal, open.
    identity
        The bytes that are hashed before each text; a hash of them is written on each batch.
    """
    mark = blake2b(identity, digest_size=KEY).hexdigest()
    async with Service(endpoint, mark) as service:
        yield Desk(Ledger(Path(f"{journal.path}.batches"), mark), service, journal)


async def status(
    *, endpoint: Endpoint, journal: Journal, identity: bytes, settling: float = SETTLING
) -> list[BatchState]:
    """Look up the state of all batches of a journal.

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

    Returns
    -------
    list of BatchState
        In the order they were sent.

    Raises
    ------
    EndpointError
        If the server does not answer; the message has its words.
    InputError
        If the ledger cannot be read or written, or the openai SDK is not installed.
    """
    async with opened(endpoint, journal, identity) as desk:
        listed = await desk.settle(settling)
        return [await _state(desk, entry, listed) for entry in desk.ledger.entries]


async def _state(desk: Desk, entry: Entry, listed: dict[str, Found]) -> BatchState:
    if entry.end is not None:
        return entry.end
    found = await desk.look(entry, listed)
    return BatchState(found.batch, found.status, entry.requests, detail=found.problem)


def _key(line: bytes) -> bytes:
    """The key in a line of requests."""
    try:
        key = bytes.fromhex(orjson.loads(line)["custom_id"])
    except (ValueError, KeyError, TypeError):
        return b""
    return key if len(key) == KEY else b""

"""A machine with a journal, and what it asks a Batch API."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from batch_server import SECRET, BatchServer
from instag.chat import Endpoint, Journal, Question, Reply, identity_of, key_of
from instag.chat.batches import BatchState, collect, status, submit
from instag.tagging.parsing import read_answer
from instag.tagging.prompt import prompt_of

MODEL = "gpt-4o-mini"
PROMPT = prompt_of("instag")
IDENTITY = identity_of(MODEL, PROMPT.identity, PROMPT.schema)
SAMPLING = {"temperature": 0, "max_tokens": 100}


def questions(number: int) -> list[Question]:
    texts = [f"What is {n} + {n}?" for n in range(number)]
    return [Question(key_of(IDENTITY, text), PROMPT.messages(text)) for text in texts]


class Bench:
    """A machine with a journal, and the server."""

    def __init__(self, server: BatchServer, folder: Path) -> None:
        self.server, self.path = server, folder / "tags.journal"

    def journal(self) -> Journal:
        return Journal.open(self.path, model=MODEL, prompt=PROMPT.identity, schema=PROMPT.schema)

    def submit(self, asked: list[Question], **options: Any) -> list[BatchState]:
        return self._run(submit, asked, schema=PROMPT.schema, sampling=SAMPLING, read=read_answer, **options)

    def status(self, **options: Any) -> list[BatchState]:
        return self._run(status, **options)

    def collect(self) -> list[BatchState]:
        return self._run(collect)

    def replies(self) -> dict[bytes, Reply]:
        with self.journal() as journal:
            replies = list(journal.replies())
        assert len({reply.key for reply in replies}) == len(replies)
        return {reply.key: reply for reply in replies}

    def reasons(self) -> Counter[str]:
        with self.journal() as journal:
            return Counter(fault.reason for fault in journal.faults())

    def _run(self, work: Callable[..., Any], *asked: Any, **options: Any) -> list[BatchState]:
        endpoint = Endpoint.of(MODEL, self.server.url, SECRET)
        with self.journal() as journal:
            options = {"settling": 0.1, **options, "endpoint": endpoint, "journal": journal, "identity": IDENTITY}
            made = asyncio.run(work(*asked, **options))
        assert isinstance(made, list)
        return made


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    """The server; no certificates are needed for it, and reading them takes longer than all else."""
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with BatchServer() as server:
        yield server


def sent(server: BatchServer) -> list[str]:
    """The questions in batches that were not refused."""
    live = [batch for batch, made in server.batches.items() if made.status != "failed"]
    return [request["custom_id"] for batch in live for request in server.requests(batch)]


def names(asked: list[Question]) -> list[str]:
    return [question.key.hex() for question in asked]

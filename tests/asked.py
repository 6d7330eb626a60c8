"""Asking in tests: questions, a reader, and one call for a whole run."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from instag.chat import (
    Endpoint,
    EndpointError,
    Fault,
    Journal,
    Limits,
    Question,
    Reply,
    Tally,
    Unreadable,
    ask,
    identity_of,
    key_of,
)

SCHEMA = {"type": "object", "properties": {"tags": {"type": "array"}}}
IDENTITY = identity_of("chaos", "test", SCHEMA)
SAMPLING = {"temperature": 0, "max_tokens": 64}


def key(text: str) -> bytes:
    return key_of(IDENTITY, text)


def questions(texts: Iterable[str]) -> Iterator[Question]:
    for text in texts:
        yield Question(key(text), [{"role": "system", "content": "Tag it."}, {"role": "user", "content": text}])


def texts(count: int) -> list[str]:
    return [f"question {number}" for number in range(count)]


def read(reply: Reply) -> Any:
    """Read an answer as strictly as can be."""
    if reply.refusal:
        raise Unreadable("refused", reply.refusal)
    if reply.finish_reason in {"length", "too large"}:
        raise Unreadable(reply.finish_reason)
    try:
        return orjson.loads(reply.content or "")["tags"]
    except (ValueError, KeyError, TypeError):
        raise Unreadable("not JSON", (reply.content or "")[:50]) from None


def opened(path: Path) -> Journal:
    return Journal.open(path, model="chaos", prompt="test", schema=SCHEMA)


async def asking(journal: Journal, url: str, wanted: Iterable[str], **options: Any) -> Tally:
    """Ask of a server on this machine; limits are given by name, and retries come soon."""
    limits: dict[str, Any] = {"concurrency": 64, "backoff": 0.005, "timeout": 20.0, "patience": 2.0}
    limits |= {name: options.pop(name) for name in list(options) if name in Limits.__dataclass_fields__}
    kept = journal.answered(None)
    new = (text for text in wanted if key(text) not in kept)
    given: dict[str, Any] = {
        "endpoint": Endpoint.of("chaos", url, "sk-secret-123456"),
        "schema": SCHEMA,
        "sampling": SAMPLING,
        "read": read,
    }
    return await ask(questions(new), journal=journal, limits=Limits(**limits), **(given | options))


def run(path: Path, url: str, wanted: Iterable[str], **options: Any) -> tuple[Tally, list[Reply], list[Fault]]:
    """Ask, from the journal's opening to its closing; the tally, and what the journal holds."""
    with opened(path) as journal:
        tally = asyncio.run(asking(journal, url, wanted, **options))
        return tally, list(journal.replies()), list(journal.faults())


def stopped(path: Path, url: str, wanted: Iterable[str], **options: Any) -> EndpointError:
    """Ask, and be stopped by the endpoint."""
    try:
        tally, _, _ = run(path, url, wanted, **options)
    except EndpointError as error:
        return error
    raise AssertionError(f"it was not stopped: {tally}")

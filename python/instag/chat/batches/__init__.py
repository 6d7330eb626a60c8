"""Batches: many questions in a file, answered within a day at half the price, by OpenAI's Batch API.

There are three coroutines, and each returns a `list[BatchState]`. Each may be called any number of times, on any
machine with the same data, and first repairs what a crash has left:

    await submit(questions, endpoint=…, journal=…, identity=…, schema=…, structured="auto", sampling={…})
    await status(endpoint=…, journal=…, identity=…)
    await collect(endpoint=…, journal=…, identity=…)

`questions` are those of :func:`instag.chat.ask`, `journal` is open, and `identity` is what
:func:`instag.chat.identity_of` gives. The answers go into the journal; beside it lies a ledger of the batches, a file
with its name and `.batches`.
"""

from instag.chat.batches.collection import collect
from instag.chat.batches.ledger import BatchState
from instag.chat.batches.reconciliation import status
from instag.chat.batches.submission import submit

__all__ = ["BatchState", "collect", "status", "submit"]

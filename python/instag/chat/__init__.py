"""Chat: questions to a model behind a chat endpoint, and every reply and fault in a journal.

It knows nothing of tags: its callers make the questions, and read the replies from the journal.

===============  ===================================================================
question         a question, its key, and what comes of it: a reply or a fault
endpoint         where questions go, and in whose name; secrets kept out of sight
models           the models that it lists
capture          the same, of a client of the openai SDK
local            weights in a file, run in this process
function         a function in the place of an endpoint
request_format   how a question is put to this server; request_body: what is sent
transport        bodies go out, answers come back
response         what an answer means; refusal: one that is none
quirks           the words, statuses and fields in which servers differ
json_values      the JSON in what a model wrote
repair           JSON that is wrong within
truncate         texts cleaned, cut, and their tokens estimated
journal          all replies and faults
journal_file     its file and lock; journal_lines: its lines; journal_index: the keys in it
pace_notes       notes in it of how fast the questions are answered
state            the state of a run
lane             one of the endpoints that it asks, and how it fares
reading          what is done about an answer
trouble          what is done where something else comes; lost: answers lost on the way
gate             closes when the server has too many requests; pauses: how long it asks to wait
outage           an endpoint that is away, and when it is tried again
advice           what to change where there are no answers
circuit_breaker  says when so much is wrong that asking on makes no sense
concurrency      how many requests in flight, how many a minute
spending         prices, and money spent and set aside
options          what a user may set, checked once
scheduler        which question is next, and when
run              the workers that ask
task             a run that can be stopped
progress         where it stands
batches          the same questions by OpenAI's Batch API
sync             waiting for all this from code that is not asynchronous
===============  ===================================================================
"""

from instag.chat.endpoint import Endpoint
from instag.chat.journal import Journal
from instag.chat.options import Limits
from instag.chat.progress import EndpointError, Tally
from instag.chat.question import Fault, KeySet, Question, Reply, Unreadable, identity_of, key_of
from instag.chat.request_format import Structured
from instag.chat.run import ask
from instag.chat.spending import Price, price_of

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

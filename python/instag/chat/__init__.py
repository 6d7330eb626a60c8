"""Chat: questions to a model at a chat endpoint, with every reply and fault in a journal.

It knows nothing of tags: callers make the questions, and read the replies from the journal.

===============  ===================================================================
question         a question, its key, and its reply or fault
endpoint         address, credentials and headers; how secrets are hidden
credentials      keys and headers from files
models           the models that an endpoint lists
capture          address and headers of a client of the openai SDK
local            weights in a file, run in this process
function         a function that answers instead of an endpoint
request_format   how requests are adapted to a server; request_body: their JSON
transport        sending requests and receiving answers
response         what an answer means; refusal: what an error means; stream: an answer in pieces
quirks           the words, statuses and fields in which servers differ
json_values      the JSON in a model's answer
repair           invalid JSON, repaired
truncate         texts cleaned, cut, and their tokens estimated
journal          all replies and faults
journal_file     its file and lock; journal_lines: its lines; journal_index: the keys in it
pace_notes       notes in it of how fast the questions are answered
state            the state of a run
lane             one endpoint of a run, with its limits and failures
reading          what to do with an answer
trouble          what to do after an error; lost: connections that failed
gate             pauses after "too many requests"; pauses: how long a server asks to wait
outage           an endpoint that does not answer, and when it is tried again
advice           what to change if there are no answers
circuit_breaker  ends a run in which too much goes wrong
concurrency      how many requests in flight, how many a minute
spending         prices, and money spent and set aside
options          the options of a run, checked once
scheduler        which question is next, and when
run              the workers that ask
task             a run that can be stopped
progress         the progress of a run
batches          the same questions by OpenAI's Batch API
sync             waiting for a run from code that is not asynchronous
===============  ===================================================================
"""

from instag.chat.credentials import read_headers, read_key
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
    "read_headers",
    "read_key",
]

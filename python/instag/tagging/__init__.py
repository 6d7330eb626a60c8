"""Tagging queries with a language model.

==========  ===========================================================
samples     the queries of each sample, and the questions about them
examples    queries with tags, and tags to prefer
prompt      the text that a model gets about a query
presets     prompts for code, the use of tools and images
images      images in queries
model       the model that answers: an endpoint, weights or a function
parsing     the tags in a model's answer
plan        the questions about some data, before any is asked
answers     the answers as columns of a frame
tagger      from a frame to a frame with tags
result      that frame, with counts, failures and notes
estimation  requests, tokens, cost and time in advance
batching    the same questions in batches
workers     the same on a Ray cluster
==========  ===========================================================

Requests to the endpoint and its answers are the work of :mod:`instag.chat`.
"""

from instag.chat import EndpointError, Tally
from instag.chat.batches import BatchState
from instag.chat.truncate import Cut
from instag.tagging.batching import abatch, batch
from instag.tagging.estimation import Estimate, estimate
from instag.tagging.prompt import Prompt
from instag.tagging.result import Tagged, check_columns
from instag.tagging.tagger import atag, tag

__all__ = [
    "BatchState",
    "Cut",
    "EndpointError",
    "Estimate",
    "Prompt",
    "Tagged",
    "Tally",
    "abatch",
    "atag",
    "batch",
    "check_columns",
    "estimate",
    "tag",
]

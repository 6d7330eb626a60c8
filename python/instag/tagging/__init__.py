"""Tagging queries with a language model.

==========  ===========================================================
samples     what users said in each sample, and what is asked about it
examples    queries with tags, and tags to prefer
prompt      what a model is asked about a query
presets     prompts for code, the use of tools and images
images      images in what users said
model       what answers: an endpoint, weights or a function
parsing     the tags in what it answers
plan        all of this together
answers     all answers as columns of a frame
tagger      from a frame to a frame with tags
result      that frame, and what there is to say of it
estimation  what it would take
batching    the same questions in batches
workers     the same on a Ray cluster
==========  ===========================================================

What happens on the way to an endpoint and back is in :mod:`instag.chat`.
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

"""Tagging queries with a language model.

=========  ===========================================================
samples    what users said in each sample, and what is asked about it
prompt     what a model is told about a query
plan       all of this together
parsing    the tags in what it answers
sheet      answers as columns of a frame
run        asking what has no answer yet, and reading all answers
tagged     the frame with its tags, and what there is to say of them
tagger     from a frame to a frame with tags
forecast   what that would take; outlay: in numbers
batches    OpenAI's Batch API
batching   the same questions in batches
waiting    the same from code that is not asynchronous
=========  ===========================================================

What happens on the way to an endpoint and back is in :mod:`instag.asking`.
"""

from instag.asking import EndpointError, Tally
from instag.chat.truncate import Cut
from instag.tagging.batches import BatchState
from instag.tagging.batching import abatch, batch
from instag.tagging.forecast import estimate
from instag.tagging.outlay import Estimate
from instag.tagging.prompt import Prompt
from instag.tagging.tagged import Tagged
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
    "estimate",
    "tag",
]

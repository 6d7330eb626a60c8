"""Advice for an endpoint that gives no answers: what may be wrong, and what to change."""

import re

from instag.chat.lane import Lane
from instag.chat.refusal import Trouble

__all__ = ["advice", "hint"]

VERSION = re.compile(r"/v\d[^/]*$|/openai$")


def hint(lane: Lane) -> str:
    """What may be wrong with an address."""
    base = lane.endpoint.base_url
    return "" if VERSION.search(base) or lane.ever else f"; is the version missing? try {base}/v1"


def advice(lane: Lane, trouble: Trouble) -> str:
    """What a user can change if the endpoint has never answered."""
    if trouble.reason == "timeout":
        return "; give it more time (timeout / --timeout)"
    if trouble.reason == "broken packing":
        return "; the server, or a proxy before it, compresses answers wrongly: have it send them uncompressed"
    if lane.ever or trouble.kind != "refused":
        return hint(lane)
    return (
        f"{hint(lane)}; if the server does not take a part of the request, leave it out: structured='none' / --structured "
        "none, temperature=None / --temperature -1, max_tokens=None / --max-tokens 0"
    )

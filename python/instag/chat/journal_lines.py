"""The lines of a journal: model and prompt, replies and faults, how requests are adapted, and the pace."""

from collections.abc import Mapping
from typing import Any

import orjson

from instag.chat.question import KEY, Fault, Reply
from instag.surrogates import drop_lone

__all__ = ["MAGIC", "PACE", "SETUP", "header_of", "line_of", "pace_line", "record_of", "setup_line"]

MAGIC = "instag journal"
VERSION = 1
SETUP = "asked as"
PACE = "pace"


def header_of(model: str, prompt: str, schema: Mapping[str, Any] | None) -> bytes:
    """The first line of a journal: the model, prompt and schema."""
    return orjson.dumps(
        {MAGIC: VERSION, "model": model, "prompt": prompt, "schema": schema},
        option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS,
    )


def line_of(record: Reply | Fault) -> bytes:
    r"""A record as a line, without values that are None.

    Examples
    --------
    >>> line_of(Fault(b"sixteen bytes 01", "timeout", "120 s", 6))
    b'{"key":"7369787465656e206279746573203031","fault":"timeout","detail":"120 s","attempts":6}\n'
    """
    line: dict[str, Any] = {"key": record.key.hex()}
    if isinstance(record, Fault):
        line |= {"fault": record.reason, "detail": record.detail, "attempts": record.attempts}
        if record.final:
            line["final"] = True
    else:
        words = {"content": record.content, "finish": record.finish_reason, "refusal": record.refusal}
        line |= {name: value for name, value in words.items() if value is not None}
        line["tokens"] = [record.prompt_tokens, record.completion_tokens]
        more = {"limit": record.limit, "unread": record.unread, "temperature": record.temperature}
        line |= {name: value for name, value in more.items() if value is not None}
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a surrogate pair, which UTF-8 cannot encode
        return orjson.dumps(drop_lone(line), option=orjson.OPT_APPEND_NEWLINE)


def setup_line(base_url: str, setup: Mapping[str, Any]) -> bytes:
    """A line with how requests are adapted to an endpoint, as was found out."""
    return orjson.dumps({SETUP: base_url} | dict(setup), option=orjson.OPT_APPEND_NEWLINE)


def pace_line(answers: int, seconds: float) -> bytes:
    r"""A line with how long a number of answers took.

    Examples
    --------
    >>> pace_line(240, 60.0)
    b'{"pace":[240,60.0]}\n'
    """
    return orjson.dumps({PACE: [answers, round(seconds, 3)]}, option=orjson.OPT_APPEND_NEWLINE)


def record_of(line: bytes) -> Reply | Fault | None:
    """The record in a line; None if it is not a record.

    Examples
    --------
    >>> record_of(line_of(Reply(b"sixteen bytes 01", "Because.", "stop", limit=64))).content
    'Because.'
    """
    try:
        found = orjson.loads(line)
        key = bytes.fromhex(found["key"])
        if len(key) != KEY:
            return None
        if "fault" in found:
            return Fault(key, found["fault"], found["detail"], found["attempts"], bool(found.get("final")))
        said = (found.get("content"), found.get("finish"), found.get("refusal"))
        prompt_tokens, completion_tokens = found["tokens"]
        more = (found.get("limit"), found.get("unread"), found.get("temperature"))
        return Reply(key, *said, prompt_tokens, completion_tokens, *more)
    except (ValueError, TypeError, KeyError):
        return None

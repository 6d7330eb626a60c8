"""Records: the lines of a journal."""

from collections.abc import Mapping
from typing import Any

import orjson

from instag.asking.question import KEY
from instag.asking.reply import Fault, Reply

__all__ = ["MAGIC", "encode", "header", "parse"]

MAGIC = "instag journal"
VERSION = 1


def header(model: str, prompt: str, schema: Mapping[str, Any] | None) -> bytes:
    """The first line of a journal: whose answers it holds."""
    return orjson.dumps(
        {MAGIC: VERSION, "model": model, "prompt": prompt, "schema": schema},
        option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS,
    )


def encode(record: Reply | Fault) -> bytes:
    r"""A record as a line, what is None left out.

    Examples
    --------
    >>> encode(Fault(b"sixteen bytes 01", "timeout", "120 s", 6))
    b'{"key":"7369787465656e206279746573203031","fault":"timeout","detail":"120 s","attempts":6}\n'
    """
    line: dict[str, Any] = {"key": record.key.hex()}
    if isinstance(record, Fault):
        line |= {"fault": record.reason, "detail": record.detail, "attempts": record.attempts}
    else:
        words = {"content": record.content, "finish": record.finish_reason, "refusal": record.refusal}
        line |= {name: value for name, value in words.items() if value is not None}
        line["tokens"] = [record.prompt_tokens, record.completion_tokens]
        if record.limit is not None:
            line["limit"] = record.limit
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a surrogate pair, which UTF-8 has no place for
        sound = {name: _sound(value) if isinstance(value, str) else value for name, value in line.items()}
        return orjson.dumps(sound, option=orjson.OPT_APPEND_NEWLINE)


def parse(line: bytes) -> Reply | Fault | None:
    """The record of a line; None where it is none.

    Examples
    --------
    >>> parse(encode(Reply(b"sixteen bytes 01", "Because.", "stop", limit=64))).content
    'Because.'
    """
    try:
        found = orjson.loads(line)
        key = bytes.fromhex(found["key"])
        if len(key) != KEY:
            return None
        if "fault" in found:
            return Fault(key, found["fault"], found["detail"], found["attempts"])
        said = (found.get("content"), found.get("finish"), found.get("refusal"))
        prompt_tokens, completion_tokens = found["tokens"]
        return Reply(key, *said, prompt_tokens, completion_tokens, found.get("limit"))
    except (ValueError, TypeError, KeyError):
        return None


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

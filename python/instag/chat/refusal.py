"""Refusals: the kind of trouble that a server's words and status mean, in any language."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from instag.chat.endpoint import Redaction
from instag.chat.quirks import OK, REDIRECTS, REFUSALS, WAITS, Kind
from instag.chat.stream import joined
from instag.chat.transport import Answer

__all__ = ["Trouble", "loaded", "refusal_of", "words_of"]

WAITING = re.compile(
    r"(?:try|retry|wait|available|reset)[^.]{0,40}?\s((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\b\s*)+"
    r"|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)",
    re.IGNORECASE,
)
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|mil|s|m|h|d)", re.IGNORECASE)
UNITS = {"ms": 0.001, "mil": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

# Keep-alive lines before an answer.
COMMENT = re.compile(rb"\A(?:\s|:[^\n]*\n|\xef\xbb\xbf)+")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Anything other than a reply.

    Attributes
    ----------
    kind
        `busy`: the server has too many requests. `away`: it does not work now. `odd`: it answers something else, such as
        a web page. `refused`: it does not accept this request. `barred`: it refuses with a status such as 403 or 404,
        which may be about this question or about all. `own`: it refuses this question because of its content.
        `unwritten`: it rejected the JSON that the model wrote. `stop`: it will not answer any question.
    reason, detail
        A short name, and the server's words.
    wait
        Seconds that the server asks to wait, if its body says so.
    words
        The whole body, to find the names of fields in; it is never shown.
    """

    kind: Kind
    reason: str
    detail: str
    wait: float | None = None
    words: str = ""


def refusal_of(status: int, answer: Answer, hide: Redaction) -> Trouble:
    """What an error of the server means.

    Parameters
    ----------
    status
        The status of the answer, or of the error in it.
    answer, hide
        The server's answer, and the function that takes secrets out of its words.
    """
    said, codes = words_of(answer.body)
    words = hide(said)
    if status in REDIRECTS:
        place = hide(answer.headers.get("location", "nowhere"))
        return Trouble("stop", f"http {status}", f"moved to {place}: give that as the base_url")
    wait = _wait(answer.body, said)
    hinted = wait is not None or not answer.headers.keys().isdisjoint({"retry-after", "retry-after-ms"})
    everything = answer.body.decode("utf-8", "replace")
    meant = next(each for each in REFUSALS if each.holds(status, f"{codes} {said}", everything, waits=hinted))
    reason = meant.reason or (f"http {status}" if status != OK else "error")
    return Trouble(meant.kind, reason, words, wait, everything)


def words_of(body: bytes) -> tuple[str, str]:
    """A server's error message, and its codes."""
    found = loaded(body)
    if isinstance(found, list) and found and isinstance(found[0], dict):
        found = found[0]
    error = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(error, dict) and error:
        codes = " ".join(str(error[name]) for name in ("code", "type", "status") if error.get(name))
        message = error.get("message") or error.get("detail") or error.get("msg") or error
        return (message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)), codes
    return (error if isinstance(error, str) else body.decode("utf-8", "replace")), ""


def _wait(body: bytes, words: str) -> float | None:
    """Seconds that a server asks to wait, in a field of its body or in its words.

    Examples
    --------
    >>> _wait(b"", "Limit reached. Please try again in 7m12s."), _wait(b'{"estimated_time": 20.0}', "loading")
    (432.0, 20.0)
    """
    for name, value in _fields(loaded(body)):
        if (unit := WAITS.get(name.lower())) is not None:
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
                return float(value) * unit
            if isinstance(value, str) and (parts := PART.findall(value)):
                return sum(float(number) * UNITS[name.lower()] for number, name in parts)
    found = WAITING.search(words)
    return sum(float(number) * UNITS[name.lower()] for number, name in PART.findall(found[1])) if found else None


def _fields(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > 8:  # noqa: PLR2004 - no error is nested as deep
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from _fields(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:20]:
            yield from _fields(inner, depth + 1)


def loaded(body: bytes) -> Any:
    """The JSON of a body, also after a byte-order mark or keep-alive lines, in Latin-1, or in pieces; None without any."""
    for text in (body, COMMENT.sub(b"", body)):
        try:
            return orjson.loads(text)
        except ValueError:
            pass
        try:
            # orjson refuses half a surrogate pair, which models do write.
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    if (found := joined(body)) is not None:
        return found
    try:
        return json.loads(body.decode("latin-1"))
    except (ValueError, RecursionError):
        return None

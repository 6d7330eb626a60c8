"""Responses: what a server's answer means."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from instag.chat.endpoint import Redaction
from instag.chat.question import TOO_LARGE, Reply
from instag.chat.transport import Answer

__all__ = ["Trouble", "judge"]

OK = 200
REDIRECTS = range(300, 400)
BUSY = 429
# Another question would fare no better.
HOPELESS = frozenset({401, 402, 403, 404, 405})
# It may work the next time.
PASSING = frozenset({408, 409, 425})
BROKEN = 500
# No money is left: waiting does not help.
SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"})
# Where the request itself is what the server does not like.
REQUEST = frozenset({400, 415, 422, 500, 501})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Anything but a reply.

    Attributes
    ----------
    kind
        `busy`: ask again when the gate opens. `again`: ask again, so many times. `failed`: do not ask this again in
        this run. `stop`: ask nothing any more.
    reason, detail
        A short name, and the server's words.
    about_request
        Whether the words may be about how the question is put.
    """

    kind: Literal["busy", "again", "failed", "stop"]
    reason: str
    detail: str
    about_request: bool = False


def judge(answer: Answer, key: bytes, limit: int | None, hide: Redaction) -> Reply | Trouble:
    """Find out what an answer means.

    Parameters
    ----------
    answer
        The server's.
    key, limit
        The question's key, and the `max_tokens` that it was asked with.
    hide
        Takes secrets out of the server's words.
    """
    if answer.status != OK:
        return _refusal(answer, hide)
    if not answer.whole:
        # It is paid for, and would be as large again.
        return Reply(key, None, TOO_LARGE, limit=limit)
    found = _loaded(answer.body)
    if not isinstance(found, dict):
        kind = answer.headers.get("content-type", "no content type")
        return Trouble("again", "not JSON", hide(f"{kind}: {answer.body.decode('utf-8', 'replace')}"))
    choice = _first(found.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        words, codes = _words(answer.body)
        if codes & SPENT:
            return Trouble("stop", "quota", hide(words))
        return Trouble("again", "error" if found.get("error") else "no choices", hide(words))
    usage = found.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Reply(
        key,
        _text(message.get("content"), hide),
        _text(choice.get("finish_reason"), hide),
        _text(message.get("refusal"), hide),
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        limit,
    )


def _refusal(answer: Answer, hide: Redaction) -> Trouble:
    status = answer.status
    said, codes = _words(answer.body)
    words, reason = hide(said), f"http {status}"
    if status == BUSY:
        return Trouble("stop" if codes & SPENT else "busy", reason, words)
    if status in REDIRECTS:
        place = hide(answer.headers.get("location", "nowhere"))
        return Trouble("stop", reason, f"moved to {place}: give that as the base_url")
    if status in HOPELESS:
        return Trouble("stop", reason, words)
    passing = status in PASSING or status >= BROKEN
    return Trouble("again" if passing else "failed", reason, words, status in REQUEST)


def _words(body: bytes) -> tuple[str, set[str]]:
    """What a server says went wrong, and its codes for it."""
    found = _loaded(body)
    error = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(error, dict):
        codes = {str(error[name]) for name in ("code", "type") if error.get(name)}
        message = error.get("message") or error.get("detail") or error
        return (message if isinstance(message, str) else json.dumps(message)), codes
    return (error if isinstance(error, str) else body.decode("utf-8", "replace")), set()


def _loaded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        # Half a surrogate pair is no JSON to orjson; models do write it.
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _first(choices: Any) -> dict[str, Any]:
    """The first choice; one is asked for, whatever comes."""
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(value: Any, hide: Redaction) -> str | None:
    """A text, or the texts of the parts that some servers make of one; a key that the server repeats is not kept."""
    if isinstance(value, list):
        value = "".join(part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str))
    return hide.blot(value.encode("utf-8", "replace").decode()) if isinstance(value, str) else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 31 else 0

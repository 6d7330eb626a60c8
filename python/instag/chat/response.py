"""Responses: what a server's answer means, whatever words it is put in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from instag.chat.endpoint import Redaction
from instag.chat.question import TOO_LARGE, Reply
from instag.chat.transport import Answer

__all__ = ["Trouble", "read_response"]

Kind = Literal["busy", "away", "odd", "refused", "barred", "own", "unwritten", "stop"]

OK, UNAUTHORIZED, UNPAID, BUSY, BROKEN = 200, 401, 402, 429, 500
STATUSES = range(400, 600)
REDIRECTS = range(300, 400)
# Not a fault of the question: the next time it may work. 498 and 499 are said by proxies.
PASSING = frozenset({408, 409, 425, 498, 499})
# About one question, or about where all of them go; and about how they are put, or what is in this one.
BARRED = frozenset({403, 404, 405, 406, 407, 410})
OWN = frozenset({413, 451})

# A server's words, or its codes, in any of the languages that they come in.
MONEY = re.compile(
    r"quota|billing|balance|\bcredits?\b|payment|insufficient.{0,20}funds|arrears|额度|余额|欠费|残高|クレジット|"
    r"guthaben|solde|saldo|crédit|баланс|средств",
    re.IGNORECASE,
)
SPENT = re.compile(
    r"insufficient|exhausted|billing|exceeded your current quota|plan and billing|not.active", re.IGNORECASE
)
NO_MODEL = re.compile(
    r"model[ _]not[ _]found|not a valid model|invalid model|unknown model|no such model|"
    r"model\b.{0,80}(?:not found|does not exist|doesn't exist|not exist|no access|not available)|模型.{0,20}不存在",
    re.IGNORECASE | re.DOTALL,
)
FILTERED = re.compile(
    r"content.?(?:filter|management|policy)|responsible.?ai|moderation|inappropriate|data_inspection|flagged|safety|"
    r"sensitive|内容.{0,4}(?:安全|审核|违规)|敏感",
    re.IGNORECASE,
)
TOO_LONG = re.compile(
    r"context.{0,3}(?:length|window|size)|maximum.{0,20}(?:context|tokens)|too (?:long|large|many tokens)|"
    r"reduce the length|must be reduced|exceeds?.{0,40}(?:token|length|context)|string_above_max_length|上下文|超出.{0,6}长度",
    re.IGNORECASE,
)
# The server checked the model's JSON itself, and did not like it: the model may do better next time.
GENERATION = re.compile(
    r"failed_generation|json_validate|failed to (?:generate|parse).{0,20}(?:json|output)", re.IGNORECASE
)
WAITING = re.compile(
    r"(?:try|retry|wait|available|reset)[^.]{0,40}?\s((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\b\s*)+"
    r"|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)",
    re.IGNORECASE,
)
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|mil|s|m|h|d)", re.IGNORECASE)
UNITS = {"ms": 0.001, "mil": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# Fields of a body that say how long to wait, in seconds.
WAITS = {"retrydelay": 1.0, "retry_after": 1.0, "retryafter": 1.0, "retry_after_ms": 0.001, "estimated_time": 1.0}

# How servers say that the model came to its end, or to the limit.
ENDS = {
    **dict.fromkeys(
        ("stop", "end_turn", "eos", "eos_token", "end", "stop_sequence", "complete", "completed", "finished", "finish",
         "tool_calls", "tool_use", "function_call", "stop_token", "normal"), "stop",
    ),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length", "token_limit"), "length"),
    **dict.fromkeys(("content_filter", "content_filtered", "safety", "prohibited_content", "blocklist"), "content_filter"),
}  # fmt: skip
# Keep-alive lines that stand before an answer, and what opens a value in JSON.
COMMENT = re.compile(rb"\A(?:\s|:[^\n]*\n|\xef\xbb\xbf)+")
WHOLE = ("{", "[", "```")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Anything but a reply.

    Attributes
    ----------
    kind
        `busy`: the server has too many requests. `away`: it does not work now. `odd`: it speaks of something else, such
        as a page for people. `refused`: it does not take this request. `barred`: it refuses by 403, 404 or 405, which
        may be about this question or about all. `own`: it refuses this very question, for what is in it. `unwritten`:
        it did not like the JSON that the model wrote. `stop`: it will not answer any question.
    reason, detail
        A short name, and the server's words.
    wait
        Seconds that the server asks to wait, where it says so in its body.
    words
        All of its words, to find the names of fields in; never shown.
    """

    kind: Kind
    reason: str
    detail: str
    wait: float | None = None
    words: str = ""


def read_response(answer: Answer, key: bytes, limit: int | None, hide: Redaction) -> Reply | Trouble:
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
        return _refusal(answer.status, answer, hide)
    if not answer.whole:
        # It is paid for, and would be as large again.
        return Reply(key, None, TOO_LARGE, limit=limit)
    found = _loaded(answer.body)
    if not isinstance(found, dict):
        kind = answer.headers.get("content-type", "no content type")
        return Trouble("odd", "not JSON", hide(f"{kind}: {answer.body.decode('utf-8', 'replace')}"))
    choice = _first(found.get("choices"))
    message = _object(choice.get("message"))
    said = _said(message, choice, hide)
    if choice.get("error") or (found.get("error") and said is None):
        return _refusal(_status(choice.get("error") or found["error"]), answer, hide)
    if not message and said is None:
        return Trouble("odd", "no choices", hide(_words(answer.body)[0]))
    usage = found.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    finish = _text(choice.get("finish_reason"), hide)
    return Reply(
        key,
        said,
        None if finish is None else ENDS.get(finish.lower(), finish),
        _text(message.get("refusal"), hide),
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        limit,
    )


def _refusal(status: int, answer: Answer, hide: Redaction) -> Trouble:
    said, codes = _words(answer.body)
    words = hide(said)
    if status in REDIRECTS:
        place = hide(answer.headers.get("location", "nowhere"))
        return Trouble("stop", f"http {status}", f"moved to {place}: give that as the base_url")
    wait = _wait(answer.body, said)
    hinted = wait is not None or not answer.headers.keys().isdisjoint({"retry-after", "retry-after-ms"})
    everything = answer.body.decode("utf-8", "replace")
    kind, reason = _kind(status, f"{codes} {said}", everything, hinted=hinted)
    return Trouble(kind, reason or (f"http {status}" if status != OK else "error"), words, wait, everything)


def _kind(status: int, said: str, everything: str, *, hinted: bool) -> tuple[Kind, str | None]:
    """What kind of trouble it is, and its name where that is not the status.

    Parameters
    ----------
    status
        That of the answer, or of the error in it.
    said
        The server's codes and words.
    everything
        The whole body.
    hinted
        Whether the server says how long to wait.
    """
    rules: tuple[tuple[bool, Kind, str | None], ...] = (
        (status == BUSY and not hinted and _matches(said, MONEY, SPENT), "stop", "no credit is left"),
        (status == BUSY and "must be reduced" in said, "own", None),
        (status == BUSY, "busy", None),
        (status == UNAUTHORIZED, "stop", "the key is refused (http 401)"),
        (status == UNPAID, "stop", "no credit is left (http 402)"),
        (_matches(everything, GENERATION), "unwritten", None),
        (status >= BROKEN or status in PASSING or status == OK, "away", None),
        (_matches(said, FILTERED), "own", None if status in BARRED else "filtered"),
        (_matches(said, MONEY), "stop", "no credit is left"),
        (_matches(said, NO_MODEL), "stop", "the model is not known there"),
        (status in OWN or _matches(said, TOO_LONG), "own", None),
        (status in BARRED, "barred", None),
    )
    return next(((kind, reason) for holds, kind, reason in rules if holds), ("refused", None))


def _matches(text: str, *patterns: re.Pattern[str]) -> bool:
    return all(pattern.search(text) for pattern in patterns)


def _status(error: Any) -> int:
    """The status that an error within a good answer names; 200 where it names none."""
    codes = [str(_object(error).get(name)) for name in ("code", "status", "status_code")]
    return next((int(code) for code in codes if code.isdigit() and int(code) in STATUSES), OK)


def _said(message: Mapping[str, Any], choice: Mapping[str, Any], hide: Redaction) -> str | None:
    """The text of an answer, wherever it stands."""
    content = _text(message.get("content"), hide)
    if content is not None and content.strip():
        return content
    for call in [*_list(message.get("tool_calls")), {"function": message.get("function_call")}]:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and (found := _text(function.get("arguments"), hide)):
            return found
    for name in ("reasoning_content", "reasoning"):
        # Only where the whole of it is an answer: thoughts hold drafts.
        thought = _text(message.get(name), hide)
        if thought is not None and thought.strip().startswith(WHOLE):
            return thought
    return _text(choice.get("text"), hide) if content is None else content


def _text(value: Any, hide: Redaction) -> str | None:
    """A text, the texts of the parts that some servers make of one, or JSON that is no text yet.

    A key that the server repeats is not kept.
    """
    if isinstance(value, list):
        value = "".join(part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str))
    elif isinstance(value, dict):
        value = orjson.dumps(value).decode()
    return hide.blot(value.encode("utf-8", "replace").decode()) if isinstance(value, str) else None


def _words(body: bytes) -> tuple[str, str]:
    """What a server says went wrong, and its codes for it."""
    found = _loaded(body)
    if isinstance(found, list) and found and isinstance(found[0], dict):
        found = found[0]
    error = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(error, dict):
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
    for name, value in _fields(_loaded(body)):
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


def _loaded(body: bytes) -> Any:
    for text in (body, COMMENT.sub(b"", body)):
        try:
            return orjson.loads(text)
        except ValueError:
            pass
        try:
            # Half a surrogate pair is no JSON to orjson; models do write it.
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    try:
        return json.loads(body.decode("latin-1"))
    except (ValueError, RecursionError):
        return None


def _first(choices: Any) -> dict[str, Any]:
    """The first choice; one is asked for, whatever comes."""
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else 0

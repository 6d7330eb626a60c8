"""Responses: what a server's answer means, whatever words it uses."""

from collections.abc import Mapping
from typing import Any

import orjson

from instag.chat.endpoint import Redaction
from instag.chat.question import TOO_LARGE, Reply
from instag.chat.quirks import ENDS, OK, THOUGHTS
from instag.chat.refusal import Trouble, loaded, refusal_of, words_of
from instag.chat.transport import Answer
from instag.surrogates import drop_lone

__all__ = ["read_response"]

STATUSES = range(400, 600)

WHOLE = ("{", "[", "```")


def read_response(answer: Answer, key: bytes, limit: int | None, hide: Redaction) -> Reply | Trouble:
    """Find out what an answer means.

    Parameters
    ----------
    answer
        The server's answer.
    key, limit
        The question's key, and the `max_tokens` that it was asked with.
    hide
        Takes secrets out of the server's words.
    """
    if answer.status != OK:
        return refusal_of(answer.status, answer, hide)
    if not answer.whole:
        # It is paid for, and would be as large again.
        return Reply(key, None, TOO_LARGE, limit=limit)
    found = loaded(answer.body)
    if not isinstance(found, dict):
        kind = answer.headers.get("content-type", "no content type")
        return Trouble("odd", "not JSON", hide(f"{kind}: {answer.body.decode('utf-8', 'replace')}"))
    choice = _first(found.get("choices"))
    message = _object(choice.get("message"))
    said = _said(message, choice, hide)
    if choice.get("error") or (found.get("error") and said is None):
        return refusal_of(_status(choice.get("error") or found["error"]), answer, hide)
    if not message and said is None:
        return Trouble("odd", "no choices", hide(words_of(answer.body)[0]))
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
    for name in THOUGHTS:
        # Only where the whole of it is an answer: thoughts hold drafts.
        thought = _text(message.get(name), hide)
        if thought is not None and thought.strip().startswith(WHOLE):
            return thought
    return _text(choice.get("text"), hide) if content is None else content


def _text(value: Any, hide: Redaction) -> str | None:
    """A text, the texts of the parts that some servers make of one, or JSON that is not text yet.

    A key that the server repeats is not kept.
    """
    if isinstance(value, list):
        value = "".join(part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str))
    elif isinstance(value, dict):
        value = orjson.dumps(value).decode()
    return hide.blot(drop_lone(value)) if isinstance(value, str) else None


def _first(choices: Any) -> dict[str, Any]:
    """The first choice; one is asked for, whatever comes."""
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else 0

"""Event streams: an answer that a server sends in pieces, though nobody asked for that, put together again."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

__all__ = ["joined"]

# How a stream of events begins: with a field, perhaps after comments that keep the connection open.
BEGINNING = re.compile(rb"\A(?:\xef\xbb\xbf|\s|:[^\r\n]*[\r\n])*(?:data|event|id|retry):")
LINES = re.compile(rb"\r\n|\n|\r")
FIELD = b"data:"
# What the last event holds.
DONE = b"[DONE]"
# Texts of a message that grow from piece to piece.
GROWING = ("content", "reasoning_content", "reasoning", "refusal")
# The end of an answer whose stream broke off; unlike `stop`, it is not an end.
BROKEN = "disconnected"


def joined(body: bytes) -> dict[str, Any] | None:
    r"""Put the pieces of an event stream together.

    Some servers and proxies stream their answers whether that is asked for or not.

    Parameters
    ----------
    body
        A server's answer.

    Returns
    -------
    dict or None
        The chat completion that the server would have sent in one piece, or its error if there is one in the stream;
        None if the body is not an event stream. If the stream broke off, `finish_reason` is `disconnected`.

    Examples
    --------
    >>> pieces = [b'{"delta": {"content": "ma"}}', b'{"delta": {"content": "th"}, "finish_reason": "stop"}']
    >>> joined(b"".join(b'data: {"choices": [' + piece + b"]}\n\n" for piece in pieces))
    {'choices': [{'message': {'content': 'math'}, 'finish_reason': 'stop'}]}
    """
    if not BEGINNING.match(body):
        return None
    answer = _Answer()
    for event in _events(body):
        answer.add(event)
    return answer.completion


class _Answer:
    """The answer, as far as its pieces have come."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[Any, list[str]] = {}
        self._message: dict[str, Any] = {}
        self._finish: Any = None
        self._begun = self._done = False
        self._others: dict[str, Any] = {}

    def add(self, event: Any) -> None:
        """Add an event: a value in JSON, or `[DONE]`."""
        self._done |= event == DONE
        if not isinstance(event, dict):
            return
        self._others |= {name: event[name] for name in ("error", "usage") if event.get(name)}
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            # One answer is asked for, whatever comes.
            if isinstance(choice, dict) and not choice.get("index"):
                self._grow(choice)

    def _grow(self, choice: dict[str, Any]) -> None:
        self._begun = True
        self._finish = choice.get("finish_reason") or self._finish
        self._others |= {"error": choice["error"]} if choice.get("error") else {}
        if isinstance(message := choice.get("message"), dict):
            # Whole, as in an answer without a stream.
            self._message |= message
        delta = choice.get("delta")
        piece: dict[str, Any] = delta if isinstance(delta, dict) else {"content": choice.get("text")}
        for name in GROWING:
            if text := _text(piece.get(name)):
                self._texts.setdefault(name, []).append(text)
        calls = piece.get("tool_calls")
        for call in [*(calls if isinstance(calls, list) else []), piece]:
            function = (call.get("function") or call.get("function_call")) if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                self._calls.setdefault(str(call.get("index")), []).append(function["arguments"])

    @property
    def completion(self) -> dict[str, Any]:
        """A chat completion, or an error."""
        if self._others.get("error"):
            return {"error": self._others["error"]}
        if not self._begun:
            return self._others
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message: dict[str, Any] = {"content": None} | texts | self._message
        if self._calls:
            message["tool_calls"] = [{"function": {"arguments": "".join(each)}} for each in self._calls.values()]
        finish = self._finish or (None if self._done else BROKEN)
        return {"choices": [{"message": message, "finish_reason": finish}]} | self._others


def _events(body: bytes) -> Iterator[Any]:
    """The data of each event; one that is not JSON is left out, except for `[DONE]`."""
    lines: list[bytes] = []
    for line in [*LINES.split(body.removeprefix(b"\xef\xbb\xbf")), b""]:
        if line.startswith(FIELD):
            lines.append(line.removeprefix(FIELD).strip())
            # Most events are a line each, and some servers leave out the empty line after it.
            if (found := _loaded(lines[-1])) is not None:
                yield found
                lines.clear()
        elif not line.strip() and lines:
            if (found := _loaded(b"\n".join(lines))) is not None:
                yield found
            lines.clear()


def _loaded(data: bytes) -> Any:
    if data == DONE:
        return DONE
    try:
        return orjson.loads(data)
    except ValueError:
        return None


def _text(value: Any) -> str:
    """A text, or those of its parts."""
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""

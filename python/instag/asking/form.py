"""The form: how a question is put to this server, found out with the first one."""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

import orjson

from instag.errors import InputError

__all__ = ["Form", "Structured"]

Structured = Literal["auto", "json_schema", "structured_outputs", "json_object", "none"]
"""How JSON is asked for; `"auto"` goes down this list until the server understands."""

ABOUT_JSON = re.compile(
    r"response_format|json_schema|json_object|structured|guided|grammar|schema|\bjson\b", re.IGNORECASE
)
REFUSED = re.compile(r"unsupported|not support|not allowed|does not allow|only the default", re.IGNORECASE)
# These say nothing about whether the form was understood.
NEUTRAL = frozenset({"length", "refused", "filtered"})


class Form:
    """Builds the bodies of requests, and adapts them to what a server understands.

    Until the first answer that can be read, it is being probed: one question at a time. A server that refuses a way to
    ask for JSON, or gives an answer that cannot be read, is asked the same question in the next way; where no way
    gives a readable answer, it stays with the first that the server did not refuse.

    Attributes
    ----------
    probing
        Whether the way to ask for JSON is still to be found.
    version
        Counts the changes; what was asked in an older version may be asked again at no charge.
    notes
        What was changed, and why.

    Raises
    ------
    InputError
        Where a schema is wanted in the request and there is none, or there is no such way.

    Examples
    --------
    >>> form = Form("m", None, "none", {"temperature": 0})
    >>> form.body(b'[{"role":"user","content":"Why?"}]')
    b'{"model":"m","messages":[{"role":"user","content":"Why?"}],"temperature":0}'
    """

    def __init__(
        self, model: str, schema: Mapping[str, Any] | None, structured: Structured, sampling: Mapping[str, Any]
    ) -> None:
        if structured not in get_args(Structured):
            raise InputError(f"structured: expected one of {', '.join(get_args(Structured))}; found {structured!r}")
        if schema is None and structured in {"json_schema", "structured_outputs"}:
            raise InputError(f"structured: {structured!r} needs a schema, and this prompt has none")
        if taken := {"model", "messages", "stream"} & sampling.keys():
            raise InputError(f"sampling: {', '.join(sorted(taken))} cannot be set here")
        self._model, self._schema = model, schema
        self._sampling = dict(sampling)
        ways = [structured] if structured != "auto" else get_args(Structured)[1:] if schema is not None else ["none"]
        self._ways: list[str] = list(ways)
        self._way = 0
        self._answered: int | None = None
        self.probing = True
        self.version = 0
        self.notes: list[str] = []
        self._build()

    @property
    def structured(self) -> str:
        """How JSON is asked for now."""
        return self._ways[self._way]

    @property
    def limit(self) -> int | None:
        """The most tokens an answer may have."""
        return self._sampling.get("max_tokens", self._sampling.get("max_completion_tokens"))

    def body(self, messages: bytes) -> bytes:
        """The body of a request with these messages, which are JSON already."""
        return b"".join((self._before, messages, self._after))

    def understood(self) -> None:
        """The server gave an answer that can be read, or one that says nothing about the form."""
        self.probing = False

    def unread(self, reason: str) -> bool:
        """The server gave an answer that cannot be read; whether to put the question in another way."""
        if not self.probing:
            return False
        if self._answered is None:
            self._answered = self._way
        if reason in NEUTRAL:
            self.probing = False
        elif not self._down(f"the answer cannot be read: {reason}"):
            self._way = self._answered
            self._build()
            self.probing = False
            return False
        return self.probing

    def refused(self, words: str) -> bool:
        """The server refuses the request; whether it was changed, and may be asked again."""
        if "max_completion_tokens" in words and "max_tokens" in self._sampling:
            self._sampling["max_completion_tokens"] = self._sampling.pop("max_tokens")
            return self._changed("max_tokens is called max_completion_tokens", words)
        if "temperature" in words and "temperature" in self._sampling and REFUSED.search(words):
            del self._sampling["temperature"]
            return self._changed("without a temperature", words)
        if self.probing and self.structured != "none" and ABOUT_JSON.search(words):
            if self._down(words):
                return True
            if self._answered is not None:
                self._way, self.probing = self._answered, False
                self._build()
                return True
        return False

    def _down(self, why: str) -> bool:
        if self._way + 1 == len(self._ways):
            return False
        self._way += 1
        return self._changed(f"{self._ways[self._way - 1]} does not work here", why)

    def _changed(self, what: str, why: str) -> bool:
        self.version += 1
        self.notes.append(f"{what}: {why}")
        self._build()
        return True

    def _build(self) -> None:
        rest = self._sampling | self._wanted()
        self._before = orjson.dumps({"model": self._model})[:-1] + b',"messages":'
        try:
            self._after = b"," + orjson.dumps(rest)[1:] if rest else b"}"
        except TypeError as error:
            raise InputError(f"sampling: expected what JSON has a place for; found {rest!r} ({error})") from None

    def _wanted(self) -> dict[str, Any]:
        match self.structured:
            case "json_schema":
                named = {"name": "answer", "strict": True, "schema": self._schema}
                return {"response_format": {"type": "json_schema", "json_schema": named}}
            case "structured_outputs":
                return {"structured_outputs": {"json": self._schema}}
            case "json_object":
                return {"response_format": {"type": "json_object"}}
        return {}

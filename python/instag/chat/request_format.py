"""The format of requests: how a question is put to this server, found out with the first one."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import orjson

from instag.checks import is_number, is_whole
from instag.choices import Structured
from instag.errors import InputError

__all__ = ["RequestFormat", "Structured"]

ABOUT_JSON = re.compile(
    r"response_format|json_schema|json_object|structured|guided|grammar|schema|\bjson\b", re.IGNORECASE
)
REFUSED = re.compile(
    r"unsupported|not support|not allowed|does not allow|only the default|unrecognized|unknown|instead", re.IGNORECASE
)
# These say nothing about whether the form was understood.
NEUTRAL = frozenset({"length", "refused", "filtered", "too large"})


class RequestFormat:
    """Builds the bodies of requests, and adapts them to what a server understands.

    Until the first answer that can be read, it is being probed: one question at a time. A server that refuses a way to
    ask for JSON, or gives an answer that cannot be read, is asked the same question in the next way; where no way
    gives a readable answer, it stays with the first that the server did not refuse. Where it refuses every way, the
    question is at fault, and the next one begins with the first way again.

    Attributes
    ----------
    probing
        Whether the way to ask for JSON is still to be found.
    version
        Counts the changes; what was asked in an older version may be asked again at no charge.

    Raises
    ------
    InputError
        Where a schema is wanted in the request and there is none, or there is no such way.

    Examples
    --------
    >>> form = RequestFormat("m", None, "none", {"temperature": 0})
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
        _check(sampling)
        self._model, self._schema = model, schema
        self._sampling = dict(sampling)
        ways = [structured] if structured != "auto" else get_args(Structured)[1:] if schema is not None else ["none"]
        self._ways: list[str] = list(ways)
        self._way = 0
        self._answered: int | None = None
        self.probing = True
        self.version = 0
        self._adapted: list[str] = []
        self._steps: list[str] = []  # one for each way that was left behind
        self._doubted: str | None = None
        self._build()

    @property
    def notes(self) -> list[str]:
        """What was changed, and why."""
        return self._adapted + self._steps

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
            self._back(self._answered)
            self.probing = False
        return self.probing

    def refused(self, words: str, *, passing: bool = False) -> bool:
        """The server refuses the request; whether it was changed, and may be asked again.

        Parameters
        ----------
        words
            The server's.
        passing
            Whether it may be over the next time, as with 5xx: then only the same words again are about the request.
        """
        if passing and words != self._doubted:
            self._doubted = words
            return False
        if "max_completion_tokens" in words and "max_tokens" in self._sampling and REFUSED.search(words):
            self._sampling["max_completion_tokens"] = self._sampling.pop("max_tokens")
            return self._adapt("max_tokens is called max_completion_tokens", words)
        if "temperature" in words and "temperature" in self._sampling and REFUSED.search(words):
            del self._sampling["temperature"]
            return self._adapt("without a temperature", words)
        if not self.probing:
            return False
        if self._way + 1 < len(self._ways):
            return bool(ABOUT_JSON.search(words)) and self._down(words)
        answered = self._answered is not None
        # No way is left, so it was never about the way.
        self._back(self._answered or 0)
        self.probing = not answered
        return answered

    def _down(self, why: str) -> bool:
        if self._way + 1 == len(self._ways):
            return False
        self._steps.append(f"{self.structured} does not work here: {why}")
        self._way += 1
        self._changed()
        return True

    def _back(self, way: int) -> None:
        if way != self._way:
            self._way = way
            del self._steps[way:]
            self._changed()

    def _adapt(self, what: str, why: str) -> bool:
        self._adapted.append(f"{what}: {why}")
        self._changed()
        return True

    def _changed(self) -> None:
        self.version += 1
        self._build()

    def _build(self) -> None:
        rest = self._sampling | self._wanted()
        self._before = orjson.dumps({"model": self._model})[:-1] + b',"messages":'
        try:
            self._after = b"," + orjson.dumps(rest)[1:] if rest else b"}"
        except TypeError as error:
            raise InputError(f"extra_body: expected what JSON has a place for; found {rest!r} ({error})") from None

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


def _check(sampling: Mapping[str, Any]) -> None:
    if taken := {"model", "messages", "stream"} & sampling.keys():
        raise InputError(f"extra_body: {', '.join(sorted(taken))} cannot be set here")
    for name in ("max_tokens", "max_completion_tokens"):
        if not is_whole(limit := sampling.get(name, 1)):
            raise InputError(f"{name}: expected a whole number of 1 or more; found {limit!r}")
    if not (is_number(heat := sampling.get("temperature", 0)) and heat >= 0):
        raise InputError(f"temperature: expected a number of 0 or more; found {heat!r}")

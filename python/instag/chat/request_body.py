"""The body of a request: the messages, the fields of all requests, and how JSON is asked for."""

from collections.abc import Mapping
from typing import Any

import orjson

from instag.chat.quirks import ADAPTATIONS, LIMITS
from instag.checks import is_number, is_whole
from instag.errors import InputError

__all__ = ["RequestBody"]


class RequestBody:
    """Builds the bodies of requests.

    Raises
    ------
    InputError
        If a sampling field cannot be set here, or is out of range.

    Examples
    --------
    >>> body = RequestBody("m", None, {"temperature": 0})
    >>> body.build(b'[{"role":"user","content":"Why?"}]', "json_object")
    b'{"model":"m","messages":[{"role":"user","content":"Why?"}],"temperature":0,"response_format":{"type":"json_object"}}'
    """

    def __init__(self, model: str, schema: Mapping[str, Any] | None, sampling: Mapping[str, Any]) -> None:
        _check(sampling)
        self._schema, self._sampling = schema, dict(sampling)
        self._renamed = False
        self._before = orjson.dumps({"model": model})[:-1] + b',"messages":'
        # The JSON after the messages, for each way to ask for JSON, temperature and limit that was used.
        self._built: dict[tuple[str, float | None, int | None], bytes] = {}

    @property
    def limit(self) -> int | None:
        """The most tokens an answer may have."""
        return next((self._sampling[name] for name in LIMITS if name in self._sampling), None)

    @property
    def temperature(self) -> float | None:
        """The temperature, None if none is sent."""
        return self._sampling.get("temperature")

    def build(self, messages: bytes, way: str, temperature: float | None = None, limit: int | None = None) -> bytes:
        """The body of a request.

        Parameters
        ----------
        messages
            The messages, as JSON.
        way
            How JSON is asked for.
        temperature, limit
            Instead of those of all questions, if the server takes one.
        """
        own = (way, temperature, limit)
        if (after := self._built.get(own)) is None:
            after = self._built[own] = self._after(*own)
        return b"".join((self._before, messages, after))

    def change(self, what: str) -> bool:
        """Make a change of :data:`instag.chat.quirks.ADAPTATIONS` by its name; returns whether it changed anything."""
        self._built.clear()
        made = next((each for each in ADAPTATIONS if each.name == what), None)
        if made is None or made.field not in self._sampling or (made.renamed and self._renamed):
            return False
        value = self._sampling.pop(made.field)
        if made.renamed is not None:
            self._sampling[made.renamed], self._renamed = value, True
        return True

    def _after(self, way: str, temperature: float | None, limit: int | None) -> bytes:
        """The JSON after the messages."""
        sampling = dict(self._sampling)
        if temperature is not None and "temperature" in sampling:
            sampling["temperature"] = temperature
        if limit is not None:
            sampling |= {name: limit for name in LIMITS if name in sampling}
        rest = sampling | self._wanted(way)
        return b"," + orjson.dumps(rest)[1:] if rest else b"}"

    def _wanted(self, way: str) -> dict[str, Any]:
        match way:
            case "json_schema":
                schema = {"name": "answer", "strict": True, "schema": self._schema}
                return {"response_format": {"type": "json_schema", "json_schema": schema}}
            case "structured_outputs":
                return {"structured_outputs": {"json": self._schema}}
            case "json_object":
                return {"response_format": {"type": "json_object"}}
        return {}


def _check(sampling: Mapping[str, Any]) -> None:
    if taken := {"model", "messages", "stream"} & sampling.keys():
        raise InputError(f"extra_body: {', '.join(sorted(taken))} cannot be set here")
    for name in LIMITS:
        if not is_whole(limit := sampling.get(name, 1)):
            raise InputError(f"{name}: expected a whole number of 1 or more; found {limit!r}")
    if not (is_number(heat := sampling.get("temperature", 0)) and heat >= 0):
        raise InputError(f"temperature: expected a number of 0 or more; found {heat!r}")
    try:
        orjson.dumps(dict(sampling))
    except TypeError as error:
        raise InputError(f"extra_body: expected what JSON has a place for; found {sampling!r} ({error})") from None

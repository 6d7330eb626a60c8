"""The format of requests: what a server accepts, found out with the first questions."""

from collections.abc import Mapping
from typing import Any, get_args

from instag.chat.quirks import ABOUT_JSON, ADAPTATIONS
from instag.chat.request_body import RequestBody
from instag.choices import Structured
from instag.errors import InputError

__all__ = ["RequestFormat", "Structured"]

# Reasons why an answer cannot be read that have nothing to do with the format of the request.
NEUTRAL = frozenset({"length", "refused", "filtered", "too large"})
# How many answers in a row cannot be read before another way to ask is tried: one may be bad luck.
STRIKES = 2


class RequestFormat:
    """Builds the bodies of requests, and adapts them to the server.

    Until the first answer that can be read, it is probing, with one question at a time. If the server refuses a way to ask
    for JSON, or twice gives an answer that cannot be read, the same question is asked in the next way. If the reason did
    not mention the way, the next question is asked in the first way once more, so that bad luck with one question has no
    consequences. If no way gives a readable answer, it stays with the first that the server did not refuse.

    Attributes
    ----------
    probing
        Whether the way to ask for JSON is still being found out.
    version
        Counts the changes; a question of an older version may be asked again without counting as an attempt.

    Raises
    ------
    InputError
        If the way needs a schema and there is none, or there is no such way.

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
        self._body = RequestBody(model, schema, sampling)
        ways = [structured] if structured != "auto" else get_args(Structured)[1:] if schema is not None else ["none"]
        self._ways: list[str] = list(ways)
        self._way = 0
        self._candidate: int | None = None  # a way that works, while the first is tried once more
        self._answered: int | None = None  # the first way that was not refused
        self._strikes, self._doubtful = 0, False
        self.probing = True
        self.version = 0
        self._adapted: dict[str, str] = {}
        self._steps: list[str] = []  # one for each way that was given up

    @property
    def notes(self) -> list[str]:
        """The changes, and the reasons."""
        return [f"{what}: {why}" for what, why in self._adapted.items()] + self._steps

    @property
    def structured(self) -> str:
        """How JSON is asked for now."""
        return self._ways[self._way]

    @property
    def lower(self) -> range:
        """The ways after the present one, which may be tried with a single question."""
        return range(self._way + 1, len(self._ways))

    @property
    def limit(self) -> int | None:
        """The most tokens an answer may have."""
        return self._body.limit

    @property
    def temperature(self) -> float | None:
        """The temperature, None if none is sent."""
        return self._body.temperature

    def body(
        self,
        messages: bytes,
        *,
        way: int | None = None,
        temperature: float | None = None,
        limit: int | None = None,
    ) -> bytes:
        """The body of a request.

        Parameters
        ----------
        messages
            The messages, as JSON.
        way
            How to ask for JSON, from :attr:`lower`; None for the present way.
        temperature, limit
            Instead of those of all questions, if the server takes one.
        """
        taken = self._way if way is None else max(way, self._way)
        return self._body.build(messages, self._ways[taken], temperature, limit)

    def understood(self) -> None:
        """Record an answer that can be read, or that has nothing to do with the format."""
        if not self.probing:
            return
        if self._candidate is None and self._way and self._doubtful:
            self._candidate = self._way
            self._go(0)
            return
        if self._candidate is not None:
            self._steps.clear()  # it was bad luck
        self._candidate, self.probing = None, False

    def unread(self, reason: str) -> bool:
        """Record an answer that cannot be read; returns whether to ask the question again, in this or another way."""
        if not self.probing:
            return False
        if reason in NEUTRAL:
            self.understood()
            return False
        if self._candidate is not None:
            return self._settle(self._candidate)
        self._answered = self._way if self._answered is None else self._answered
        self._strikes += 1
        if self._strikes < STRIKES or self._down(f"the answer cannot be read: {reason}", doubtful=True):
            return True
        self._settle(self._answered)
        return False

    def refused(self, words: str, shown: str | None = None) -> bool:
        """Record a refusal of the request; returns whether the format was changed, so that it may be asked again.

        Parameters
        ----------
        words
            The server's whole message.
        shown
            The part of it that may be shown.
        """
        shown = words if shown is None else shown
        if self._adapt(words, shown):
            return True
        if not self.probing:
            return False
        if self._candidate is not None:
            return self._settle(self._candidate)
        if self._down(shown, doubtful=ABOUT_JSON.search(words) is None):
            return True
        if self._answered is not None:
            return self._settle(self._answered)
        # Every way was refused: the question may be the cause, and the next one begins with the first way again.
        self._restart()
        return False

    def settle(self) -> None:
        """Stay with the way that worked, without trying the first again."""
        if self.probing:
            self._settle(self._way if self._candidate is None else self._candidate)

    def cycle(self) -> None:
        """Go to the next way, and from the last to the first, while it is not known whether the server runs at all."""
        if self.probing and len(self._ways) > 1 and not self._down("it was not answered", doubtful=True):
            self._restart()

    def step_down(self, way: int, why: str) -> None:
        """Give up the ways before one, after several questions that were answered only in it."""
        while self._way < way:
            self._down(why, doubtful=False)

    @property
    def found(self) -> bool:
        """Whether anything was found out about the server."""
        return len(self._ways) > 1 or bool(self._adapted)

    @property
    def setup(self) -> dict[str, Any]:
        """The result, for the journal."""
        found: dict[str, Any] = {"structured": self.structured}
        if self._adapted:
            found["changed"] = dict(self._adapted)
        if self._steps:
            found["left"] = list(self._steps)
        return found

    def restore(self, setup: Mapping[str, Any]) -> None:
        """Begin with the :attr:`setup` that an earlier run wrote to the journal."""
        if setup.get("structured") not in self._ways:
            return
        changed, left = setup.get("changed"), setup.get("left")
        for what, why in (changed if isinstance(changed, dict) else {}).items():
            if self._body.change(str(what)):
                self._adapted[what] = str(why)
        self._steps = [str(why) for why in left] if isinstance(left, list) else []
        self._way, self.probing = self._ways.index(setup["structured"]), False
        self.version += 1

    def _adapt(self, words: str, shown: str) -> bool:
        """Make the change that the words ask for, if it applies and was not made before."""
        for each in ADAPTATIONS:
            if each.name not in self._adapted and each.about.search(words) and self._body.change(each.name):
                self._adapted[each.name] = shown
                self.version += 1
                return True
        return False

    def _down(self, why: str, *, doubtful: bool) -> bool:
        if self._way + 1 == len(self._ways):
            return False
        self._steps.append(f"{self.structured} does not work here: {why}")
        self._doubtful = self._doubtful or doubtful
        self._go(self._way + 1)
        return True

    def _settle(self, way: int) -> bool:
        """End the probing; returns whether the way has changed, so that the question may be asked again."""
        changed = way != self._way
        self._go(way)
        del self._steps[way:]
        self._candidate, self.probing = None, False
        return changed

    def _restart(self) -> None:
        self._steps.clear()
        self._doubtful = False
        self._go(0)

    def _go(self, way: int) -> None:
        self._strikes, self._way = 0, way
        self.version += 1

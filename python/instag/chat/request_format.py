"""The format of requests: how a question is put to a server, found out with the first ones."""

from collections.abc import Mapping
from typing import Any, get_args

from instag.chat.quirks import ABOUT_JSON, ADAPTATIONS
from instag.chat.request_body import RequestBody
from instag.choices import Structured
from instag.errors import InputError

__all__ = ["RequestFormat", "Structured"]

# What an answer that cannot be read says nothing about how it was asked for.
NEUTRAL = frozenset({"length", "refused", "filtered", "too large"})
# Answers in a row that cannot be read before the question is put in another way: one may be bad luck.
STRIKES = 2


class RequestFormat:
    """Builds the bodies of requests, and adapts them to what a server understands.

    Until the first answer that can be read, it is probing: one question at a time. Where the server refuses a way to
    ask for JSON, or twice gives an answer that cannot be read, the same question is put in the next way. If it was not
    for a reason that names that way, the next question is asked in the first way once more: bad luck with one question
    costs nothing. Where no way gives a readable answer, it stays with the first that the server did not refuse.

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
        self._body = RequestBody(model, schema, sampling)
        ways = [structured] if structured != "auto" else get_args(Structured)[1:] if schema is not None else ["none"]
        self._ways: list[str] = list(ways)
        self._way = 0
        self._candidate: int | None = None  # works, while the first way is looked at once more
        self._answered: int | None = None  # the first way that was not refused
        self._strikes, self._doubtful = 0, False
        self.probing = True
        self.version = 0
        self._adapted: dict[str, str] = {}
        self._steps: list[str] = []  # one for each way that was left behind

    @property
    def notes(self) -> list[str]:
        """What was changed, and why."""
        return [f"{what}: {why}" for what, why in self._adapted.items()] + self._steps

    @property
    def structured(self) -> str:
        """How JSON is asked for now."""
        return self._ways[self._way]

    @property
    def lower(self) -> range:
        """The ways below the present one, to be tried with a single question."""
        return range(self._way + 1, len(self._ways))

    @property
    def limit(self) -> int | None:
        """The most tokens an answer may have."""
        return self._body.limit

    @property
    def temperature(self) -> float | None:
        """The temperature, None where none is sent."""
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
            The messages, which are JSON already.
        way
            How JSON is asked for, from :attr:`lower`; None for the present way.
        temperature, limit
            In the place of those of all questions, where the server takes one.
        """
        taken = self._way if way is None else max(way, self._way)
        return self._body.build(messages, self._ways[taken], temperature, limit)

    def understood(self) -> None:
        """The server gave an answer that can be read, or one that says nothing about the form."""
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
        """The server gave an answer that cannot be read; whether to put the question again, in this or another way."""
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
        """The server refuses the request; whether it was changed, and may be asked again.

        Parameters
        ----------
        words
            All of the server's.
        shown
            As much of them as may be shown.
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
        # Every way is refused: the question may be at fault, and the next one begins with the first way again.
        self._restart()
        return False

    def settle(self) -> None:
        """Stay with the way that was understood, without a second look at the first."""
        if self.probing:
            self._settle(self._way if self._candidate is None else self._candidate)

    def cycle(self) -> None:
        """Take the next way, after the last the first again, while it is not known whether the server is there."""
        if self.probing and len(self._ways) > 1 and not self._down("it was not answered", doubtful=True):
            self._restart()

    def step_down(self, way: int, why: str) -> None:
        """Leave the ways above one behind, after several questions that were only answered in it."""
        while self._way < way:
            self._down(why, doubtful=False)

    @property
    def found(self) -> bool:
        """Whether there was anything to find out."""
        return len(self._ways) > 1 or bool(self._adapted)

    @property
    def setup(self) -> dict[str, Any]:
        """What was found out, for the journal."""
        found: dict[str, Any] = {"structured": self.structured}
        if self._adapted:
            found["changed"] = dict(self._adapted)
        if self._steps:
            found["left"] = list(self._steps)
        return found

    def restore(self, setup: Mapping[str, Any]) -> None:
        """Begin where an earlier run came to, by the :attr:`setup` that its journal holds."""
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
        """Change what the words name, if it is in the request and was not changed for the same before."""
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
        """Look no further; whether the question may be asked again, because the way is another now."""
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

"""Quirks of servers: the words, statuses and fields in which they differ, one table for each kind of difference.

What a table means for a question is decided elsewhere: :mod:`instag.chat.response` reads answers,
:mod:`instag.chat.refusal` reads what is not an answer, :mod:`instag.chat.request_format` changes requests.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ABOUT_JSON",
    "ADAPTATIONS",
    "ENDS",
    "LIMITS",
    "OK",
    "REDIRECTS",
    "REFUSALS",
    "THOUGHTS",
    "WAITS",
    "Adaptation",
    "Kind",
    "Refusal",
]

Kind = Literal["busy", "away", "odd", "refused", "barred", "own", "unwritten", "stop"]
"""Kinds of trouble, as :class:`instag.chat.refusal.Trouble` describes them."""

OK, UNAUTHORIZED, UNPAID, BUSY = 200, 401, 402, 429
REDIRECTS = range(300, 400)
# Not a fault of the question: the next time it may work. 498 and 499 come from proxies.
PASSING = frozenset({OK, 408, 409, 425, 498, 499, *range(500, 1000)})
# The first may be about this question or about the address, and so about all; the second are about this question.
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
# The request alone is over what a minute allows, so waiting does not help.
OVER_A_MINUTE = re.compile("must be reduced")
# The server checked the model's JSON itself, and rejected it: the model may do better next time.
GENERATION = re.compile(
    r"failed_generation|json_validate|failed to (?:generate|parse).{0,20}(?:json|output)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server's status and words mean, where all conditions hold.

    Attributes
    ----------
    kind, reason
        The kind of trouble, and its short name; None names it by the status.
    statuses
        Of the answer, or of the error in it; None is any.
    words
        Patterns that its words and codes have to match, all of them.
    body
        What its whole body has to match; None is anything.
    waits
        Whether this holds also where the server gives a time to wait.
    """

    kind: Kind
    reason: str | None = None
    statuses: Container[int] | None = None
    words: tuple[re.Pattern[str], ...] = ()
    body: re.Pattern[str] | None = None
    waits: bool = True

    def holds(self, status: int, words: str, body: str, *, waits: bool) -> bool:
        """Whether a server's answer is of this kind."""
        return (
            (self.statuses is None or status in self.statuses)
            and (self.waits or not waits)
            and all(pattern.search(words) for pattern in self.words)
            and (self.body is None or self.body.search(body) is not None)
        )


REFUSALS = (
    Refusal("stop", "no credit is left", {BUSY}, (MONEY, SPENT), waits=False),
    Refusal("own", None, {BUSY}, (OVER_A_MINUTE,)),
    Refusal("busy", None, {BUSY}),
    Refusal("stop", "the key is refused (http 401)", {UNAUTHORIZED}),
    Refusal("stop", "no credit is left (http 402)", {UNPAID}),
    Refusal("unwritten", body=GENERATION),
    Refusal("away", None, PASSING),
    Refusal("own", None, BARRED, (FILTERED,)),
    Refusal("own", "filtered", words=(FILTERED,)),
    Refusal("stop", "no credit is left", words=(MONEY,)),
    Refusal("stop", "the model is not known there", words=(NO_MODEL,)),
    Refusal("own", None, OWN),
    Refusal("own", words=(TOO_LONG,)),
    Refusal("barred", None, BARRED),
    Refusal("refused"),
)
"""The first that holds counts."""

WAITS = {"retrydelay": 1.0, "retry_after": 1.0, "retryafter": 1.0, "retry_after_ms": 0.001, "estimated_time": 1.0}
"""Fields of a body, in small letters, that give a time to wait, and the seconds in one of their units."""

ENDS = {
    **dict.fromkeys(
        ("stop", "end_turn", "eos", "eos_token", "end", "stop_sequence", "complete", "completed", "finished", "finish",
         "tool_calls", "tool_use", "function_call", "stop_token", "normal"), "stop",
    ),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length", "token_limit"), "length"),
    **dict.fromkeys(("content_filter", "content_filtered", "safety", "prohibited_content", "blocklist"), "content_filter"),
}  # fmt: skip
"""Names for the end of an answer, and the one of OpenAI's that they stand for."""

THOUGHTS = ("reasoning_content", "reasoning")
"""Fields of a message that hold what a model thought, and at times its whole answer."""

# What a refusal says about the way in which JSON is asked for.
ABOUT_JSON = re.compile(
    r"response_?format|json_?schema|json_?object|structured|guided|grammar|\bschema|\bjson\b", re.IGNORECASE
)
ABOUT_TEMPERATURE = re.compile(r"temp[eé]ratur|температур|温度|溫度|온도|حرارة|तापमान|nhiệt độ", re.IGNORECASE)
ABOUT_LENGTH = re.compile(r"max_?(?:completion_?|output_?|new_?)?tokens", re.IGNORECASE)

LIMITS = SHORTER, LONGER = "max_tokens", "max_completion_tokens"
"""The names of the field that limits an answer's tokens."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """A change to requests that a refusal asks for; it is made once.

    Attributes
    ----------
    about
        What the refusal's words match.
    field
        The field that is dropped, or renamed.
    renamed
        Its new name; None drops it. What was renamed is not renamed again.
    """

    about: re.Pattern[str]
    field: str
    renamed: str | None = None

    @property
    def name(self) -> str:
        """The change, as messages and journals name it."""
        return f"without a {self.field}" if self.renamed is None else f"{self.field} is called {self.renamed}"


ADAPTATIONS = (
    Adaptation(ABOUT_TEMPERATURE, "temperature"),
    Adaptation(ABOUT_LENGTH, SHORTER, LONGER),
    Adaptation(ABOUT_LENGTH, LONGER, SHORTER),
)
"""The first that the words match, and that changes the request, is made."""

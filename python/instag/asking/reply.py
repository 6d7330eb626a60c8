"""What comes of a question: a reply, a fault, or an end to all asking."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instag.errors import InstagError

if TYPE_CHECKING:
    from instag.asking.tally import Tally

__all__ = ["TOO_LARGE", "EndpointError", "Fault", "Reply", "Unreadable"]

TOO_LARGE = "too large"
"""The finish reason of an answer that had so many bytes that it was not read to its end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer of the server, and paid for; whether it can be read is another matter.

    Attributes
    ----------
    key
        The question's.
    content
        The text, None where the server sent none.
    finish_reason
        Why the model stopped, in the server's word: `stop`, `length`, `content_filter`; None where it does not say. Or
        `too large`: the answer was beyond 8 MiB, and has no content because it was not read to its end.
    refusal
        The model's words for why it does not answer, if it does not.
    prompt_tokens, completion_tokens
        As the server counted them; 0 where it does not say.
    limit
        The `max_tokens` that it was asked with, if any.
    """

    key: bytes
    content: str | None
    finish_reason: str | None = None
    refusal: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer, and nothing paid: the next run asks again.

    Attributes
    ----------
    key
        The question's.
    reason
        A short name: `timeout`, `disconnected`, `no connection`, `http 500`, `not JSON`, `no choices`.
    detail
        The server's own words, at most 300 characters, secrets hidden.
    attempts
        How often it was asked.
    """

    key: bytes
    reason: str
    detail: str
    attempts: int


class Unreadable(Exception):  # noqa: N818 - it says what the answer is
    """An answer that cannot be read; raised by whoever reads answers.

    Parameters
    ----------
    reason
        A short name: `length`, `refused`, `filtered`, `empty`, `too large`, `not JSON`.
    detail
        More, for a person.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class EndpointError(InstagError):
    """The endpoint ends all asking: it said so itself, or nothing that it says is of use.

    What was answered until then is in the journal.

    Attributes
    ----------
    tally
        Where it stood then.
    """

    def __init__(self, message: str, tally: "Tally") -> None:
        super().__init__(message)
        self.tally = tally

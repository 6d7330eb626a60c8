"""Questions with their keys, and their replies and faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from instag.chat.truncate import shown

__all__ = [
    "KEY",
    "LONGEST_ANSWER",
    "TOO_LARGE",
    "Fault",
    "KeySet",
    "Question",
    "Reply",
    "Unreadable",
    "content_of",
    "identity_of",
    "key_of",
]

KEY = 16
"""Bytes in a key: enough that two of a thousand million questions do not share one."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a server.

    Attributes
    ----------
    key
        16 bytes, from :func:`key_of`.
    messages
        The chat's messages, each with a `role` and its `content`: text, or a list of parts.
    """

    key: bytes
    messages: list[dict[str, Any]]


def identity_of(model: str, prompt: str, schema: Mapping[str, Any] | None) -> bytes:
    """What an answer depends on other than the text that is asked about.

    Sampling settings are not part of it: answers stay valid when a limit is raised or the temperature changes.

    Parameters
    ----------
    model
        The model's name.
    prompt
        The prompt's identity.
    schema
        The JSON schema of the answers, if there is one.

    Returns
    -------
    bytes
        The bytes that are hashed before each text.

    Examples
    --------
    >>> identity_of("m", "p", None) == identity_of("m", "p", {"type": "object"})
    False
    """
    # A list in JSON, in which no two different triples are the same text.
    return orjson.dumps([model, prompt, schema], option=orjson.OPT_SORT_KEYS) + b"\n"


def key_of(identity: bytes, text: str) -> bytes:
    """Hash a question: the same question has the same key on every machine.

    Parameters
    ----------
    identity
        The result of :func:`identity_of`.
    text
        The text that is asked about.

    Returns
    -------
    bytes
        16 bytes, BLAKE2b of both.

    Examples
    --------
    >>> identity = identity_of("m", "p", None)
    >>> len(key_of(identity, "Why?")), key_of(identity, "Why?") == key_of(identity, "How?")
    (16, False)
    """
    return blake2b(identity + text.encode("utf-8", "surrogatepass"), digest_size=KEY).digest()


# Compared as bytes of one length, 16 bytes each.
BYTES = np.dtype(f"S{KEY}")


class KeySet:
    """An immutable set of keys of 16 bytes each, with lookup by bisection.

    Parameters
    ----------
    keys
        An array of `n` keys: `V16`, or `n` rows of 16 `uint8`.

    Examples
    --------
    >>> keys = KeySet(np.frombuffer(b"first key, first" + b"second key, 2nd.", "V16"))
    >>> b"first key, first" in keys, b"another key, 3rd" in keys, len(keys)
    (True, False, 2)
    """

    def __init__(self, keys: NDArray[Any]) -> None:
        self._sorted = np.unique(_flat(keys))

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, key: bytes) -> bool:
        return bool(self.isin(np.frombuffer(key, BYTES))[0])

    def isin(self, keys: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the keys are in the set.

        Parameters
        ----------
        keys
            An array of `n` keys, as above.

        Returns
        -------
        numpy.ndarray
            `n` times True or False.
        """
        wanted = _flat(keys)
        if not len(self._sorted):
            return np.zeros(len(wanted), np.bool_)
        places = np.searchsorted(self._sorted, wanted)
        return np.asarray(self._sorted[np.minimum(places, len(self._sorted) - 1)] == wanted)


def _flat(keys: NDArray[Any]) -> NDArray[np.bytes_]:
    return np.ascontiguousarray(keys).reshape(-1).view(BYTES)


LONGEST_ANSWER = 1_000_000
"""The most characters of an answer that is parsed."""

TOO_LARGE = "too large"
"""The finish reason of an answer that was too large to be read to its end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer of the server, which was paid for; it may or may not be readable.

    Attributes
    ----------
    key
        The question's.
    content
        The text, None if the server sent none.
    finish_reason
        Why the model stopped: `stop`, `length` or `content_filter`, whatever the server calls it, or the server's own
        word; None if it gives no reason. Or `too large`: the answer was beyond 8 MiB, and has no content because it was
        not read to its end.
    refusal
        The model's reason why it does not answer, if it refuses.
    prompt_tokens, completion_tokens
        As the server counted them; 0 if it did not.
    limit
        The `max_tokens` that it was asked with, if any.
    unread
        If it cannot be read and the question is to be asked again: how many answers could not be read so far.
    temperature
        The temperature that it was asked with, if that differs from other questions.
    """

    key: bytes
    content: str | None
    finish_reason: str | None = None
    refusal: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    limit: int | None = None
    unread: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A question without an answer; nothing was paid.

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
    final
        Whether the server refuses this particular question, so that it is asked again only on demand. Other faults may be
        over by the next run, which asks again.
    """

    key: bytes
    reason: str
    detail: str
    attempts: int
    final: bool = False


class Unreadable(Exception):  # noqa: N818 - it says what the answer is
    """An answer that cannot be read; raised by the function that reads answers.

    Parameters
    ----------
    reason
        A short name: `length`, `refused`, `filtered`, `empty`, `too large`, `not JSON`.
    detail
        An explanation for people.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def content_of(reply: Reply) -> str:
    """The text of an answer that the model ended itself, and that was not refused.

    Raises
    ------
    Unreadable
        With one of the reasons `refused`, `filtered`, `length`, `empty` and `too large`.
    """
    if reply.refusal:
        raise Unreadable("refused", shown(reply.refusal))
    if reply.finish_reason == "content_filter":
        raise Unreadable("filtered", "the server's content filter held the answer back")
    if reply.finish_reason == TOO_LARGE:
        raise Unreadable(TOO_LARGE, "the body has more than 8 MiB")
    if reply.finish_reason == "length":
        raise Unreadable("length", f"cut off after {reply.completion_tokens} tokens; a higher max_tokens lets it end")
    if reply.content is None or not reply.content.strip():
        raise Unreadable("empty", "the answer has no text")
    if len(reply.content) > LONGEST_ANSWER:
        raise Unreadable(TOO_LARGE, f"{len(reply.content):,} characters")
    return reply.content

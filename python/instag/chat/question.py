"""Questions, and what comes of them: the key that an answer is known by, replies and faults."""

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
    """What a server is asked.

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
    """What shapes an answer beside the text that is asked about.

    Settings of the sampling are not in it: answers stay good when a limit grows or a temperature changes.

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
        What stands before each text in its key.

    Examples
    --------
    >>> identity_of("m", "p", None) == identity_of("m", "p", {"type": "object"})
    False
    """
    # A list in JSON: no two different triples are written alike.
    return orjson.dumps([model, prompt, schema], option=orjson.OPT_SORT_KEYS) + b"\n"


def key_of(identity: bytes, text: str) -> bytes:
    """Hash what is asked: the same question has the same key on every machine.

    Parameters
    ----------
    identity
        What :func:`identity_of` gives.
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
    """A set of keys that does not change: 16 bytes each, and found by halving.

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
"""Characters of an answer that is read."""

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
        Why the model stopped: `stop`, `length`, `content_filter`, by whatever word a server says so, or the server's own
        word; None where it does not say. Or `too large`: the answer was beyond 8 MiB, and has no content because it was
        not read to its end.
    refusal
        The model's words for why it does not answer, if it does not.
    prompt_tokens, completion_tokens
        As the server counted them; 0 where it does not say.
    limit
        The `max_tokens` that it was asked with, if any.
    unread
        Where it cannot be read and the question is to be asked again: how many answers to it could not be read by now.
    temperature
        The temperature that it was asked with, where that is another than for all questions.
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
    """No answer, and nothing paid.

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
        Whether the server refuses this very question, so that it is asked again only on demand. All other
        faults may be over by the next run, which asks again.
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
        More, for a person.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def content_of(reply: Reply) -> str:
    """The text of an answer that the model ended itself, and that nobody refused.

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

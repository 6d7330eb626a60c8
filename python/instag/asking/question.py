"""Questions: what is asked, and the key that an answer is known by."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

__all__ = ["KEY", "Question", "identity_of", "key_of"]

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
        The chat's messages, each with a `role` and its `content`.
    """

    key: bytes
    messages: list[dict[str, str]]


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

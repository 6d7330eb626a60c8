"""Trees of messages, each with its replies, as OpenAssistant has them."""

from collections.abc import Iterator
from typing import Any

from instag.io.conversation.roles import role_of
from instag.io.conversation.utterance import Turn


def prompted(message: Any) -> Iterator[str]:
    """Find the user's texts in a tree, depth first.

    Parameters
    ----------
    message
        A message with its ``replies``.
    """
    if not isinstance(message, dict):
        return
    if role_of(message.get("role")) == "user" and message.get("text") is not None:
        yield str(message["text"])
    for reply in message.get("replies") or []:
        yield from prompted(reply)


def branches(message: Any) -> Iterator[list[Turn]]:
    """Walk a tree: a conversation for each message without a reply.

    Parameters
    ----------
    message
        A message with its ``replies``.

    Examples
    --------
    >>> reply = {"role": "assistant", "text": "So.", "replies": []}
    >>> list(branches({"role": "prompter", "text": "Why?", "replies": [reply]}))
    [[{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]]
    """
    if not isinstance(message, dict):
        return
    here = {"role": role_of(message.get("role")) or str(message.get("role")), "content": message.get("text")}
    replies = [reply for reply in message.get("replies") or [] if isinstance(reply, dict)]
    if not replies:
        yield [here]
    for reply in replies:
        for rest in branches(reply):
            yield [here, *rest]

"""Turns as chat programs save them: in several versions, in steps, each within the one that it replies to."""

from collections.abc import Iterator, Mapping
from typing import Any

from instag.io.conversation.content import text_of, words_of
from instag.io.conversation.roles import FLAGS, REPLIES, VERSIONS, is_turn

__all__ = ["branch", "flagged_speaker", "is_saved", "stepped"]


def is_saved(turn: Mapping[str, Any]) -> bool:
    """Tell whether a turn has versions, or holds the turns that reply to it.

    Parameters
    ----------
    turn
        What stands for a turn.

    Examples
    --------
    >>> is_saved({"versions": []}), is_saved({"role": "user", "content": "Why?"})
    (True, False)
    """
    replies = turn.get(REPLIES)
    return isinstance(turn.get(VERSIONS), list) or (isinstance(replies, list) and all(map(is_turn, replies)))


def branch(turn: Any) -> Iterator[Mapping[str, Any]]:
    """Follow the turns that a chat shows: the version that is selected, and the last reply to each.

    Parameters
    ----------
    turn
        A turn as it was saved.

    Examples
    --------
    >>> again = [{"role": "assistant", "content": "So."}, {"role": "assistant", "content": "Thus."}]
    >>> list(branch({"versions": again, "currentlySelected": 0}))
    [{'role': 'assistant', 'content': 'So.'}]
    """
    while isinstance(turn, dict):
        if isinstance(versions := turn.get(VERSIONS), list):
            at = turn.get("currentlySelected")
            turn = versions[at if isinstance(at, int) and 0 <= at < len(versions) else -1] if versions else None
            continue
        replies = turn.get(REPLIES)
        yield {key: member for key, member in turn.items() if key != REPLIES}
        turn = replies[-1] if replies else None


def flagged_speaker(turn: Mapping[str, Any]) -> tuple[str, str] | None:
    """Find the field that says whether the user spoke, and who did.

    Parameters
    ----------
    turn
        A turn.

    Examples
    --------
    >>> flagged_speaker({"is_user": False, "text": "So."})
    ('is_user', 'assistant')
    """
    for key, member in turn.items():
        if isinstance(member, bool) and (role := FLAGS.get(key.lower())) is not None:
            other = "assistant" if role == "user" else "user"
            return key, role if member else other
    return None


def stepped(steps: Any) -> tuple[Any, str]:
    """Read the steps that an answer was made in: its parts, and what was thought.

    Parameters
    ----------
    steps
        Records, of which those with a ``content`` are what was said.

    Examples
    --------
    >>> think = {"style": {"type": "thinking"}, "content": [{"type": "text", "text": "Hm."}]}
    >>> stepped([think, {"content": [{"type": "text", "text": "So."}]}, {"debugInfo": "x"}])
    ('So.', 'Hm.')
    """
    parts: list[Any] = []
    thought: list[Any] = []
    for step in steps if isinstance(steps, list) else []:
        content = step.get("content") if isinstance(step, dict) else None
        style = step.get("style") if isinstance(step, dict) else None
        into = thought if isinstance(style, dict) and style.get("type") == "thinking" else parts
        into += content if isinstance(content, list) else [] if content is None else [content]
    words = words_of(parts)
    return (parts if words is None else words) or None, text_of(thought)

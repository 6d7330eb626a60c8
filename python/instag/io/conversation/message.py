"""One row of a table of messages as turns."""

from collections.abc import Mapping
from typing import Any

from instag.frame.path import pick
from instag.io.conversation.chat import pass_over
from instag.io.conversation.layout import Layout
from instag.io.conversation.saved import flagged_speaker
from instag.io.conversation.utterance import ITEMS, Turn, utterances

__all__ = ["CALLS", "message_of"]

# Columns of a table that belong to a message as much as its words.
CALLS = ("tool_calls", "function_call", "tool_call_id")


def message_of(row: Mapping[str, Any], layout: Layout) -> list[Turn]:
    """Read the message in a row of a table.

    Parameters
    ----------
    row
        The values of the row.
    layout
        The columns, or paths into one, of who spoke and of what was said.

    Returns
    -------
    list of dict
        Its turn, or several if it holds several results of tools; none if the row is not a message.

    Examples
    --------
    >>> layout = Layout("thread", {"query": "text", "role": "speaker"})
    >>> message_of({"speaker": "customer", "text": "Why?"}, layout)
    [{'role': 'user', 'content': 'Why?'}]
    """
    above = layout.columns["query"].rpartition(".")[0]
    role = pick(row, layout.columns["role"])
    if isinstance(role, bool):
        flag = flagged_speaker({layout.columns["role"].rpartition(".")[2]: role})
        role = flag[1] if flag else None
    whole = pick(row, above) if above else None
    content = pick(row, layout.columns["query"])
    if isinstance(whole, dict):
        # Calls of tools, and what stands beside the words, are in the same record.
        whole = {key: member for key, member in whole.items() if member is not None}
        return list(utterances(whole, pass_over))
    if role is None and row.get("type") in ITEMS:
        return list(utterances({key: member for key, member in row.items() if member is not None}, pass_over))
    called = {name: row[name] for name in CALLS if row.get(name) not in (None, "", [])}
    if role is None or (content is None and not called):
        return []
    return list(utterances({"role": str(role), "content": content, **called}, pass_over))

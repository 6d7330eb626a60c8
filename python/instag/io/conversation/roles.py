"""Roles: who speaks, and the fields that say so, by all the names in use."""

from typing import Any

__all__ = [
    "CALLER",
    "CERTAIN_CONTENTS",
    "CERTAIN_SPEAKERS",
    "CONTENTS",
    "EXCHANGES",
    "FLAGS",
    "NAMES",
    "REPLIES",
    "ROLES",
    "SPEAKERS",
    "TYPE",
    "USERS",
    "VERSIONS",
    "is_turn",
    "role_of",
]

NAMES: dict[str, tuple[str, ...]] = {
    "user": (
        "user",
        "human",
        "prompter",
        "usr",
        "customer",
        "questioner",
        "student",
        "instruction",
        "question",
        "query",
    ),
    "assistant": (
        "assistant",
        "gpt",
        "model",
        "bot",
        "chatbot",
        "ai",
        "chatgpt",
        "gpt4",
        "llm",
        "bing",
        "bard",
        "claude",
        "moss",
        "agent",
        "tutor",
        "teacher",
        "response",
        "answer",
    ),
    "system": ("system", "developer", "sys"),
    "tool": (
        "tool",
        "function",
        "observation",
        "ipython",
        "environment",
        "tool_response",
        "tool_result",
        "tool_output",
        "function_response",
        "function_result",
        "function_output",
    ),
}
# A turn of this speaker is the assistant's, and holds the JSON of its calls.
CALLER = "function_call"
CALLERS = (CALLER, "tool_call", "tool_calls", "function_calls")

ROLES: dict[str, str] = {name: role for role, names in NAMES.items() for name in names} | dict.fromkeys(CALLERS, CALLER)
USERS = NAMES["user"]

# Fields that say who spoke, and what.
SPEAKERS = ("role", "from", "author", "sender", "speaker", "actor", "actor_type", "sender_name")
# The field in which LangChain says who spoke; in a part of a turn it is the kind of part.
TYPE = "type"
CONTENTS = (
    "content",
    "value",
    "parts",
    "text",
    "message",
    "utterance",
    "body",
    "mes",
    "contentparts",
    "steps",
    "prompt",
    "response",
)
# Those of these names that mean the same outside of conversations, too.
CERTAIN_SPEAKERS = ("role", "from")
CERTAIN_CONTENTS = ("content", "value")
# Fields that say whether it was the user who spoke, or the assistant.
FLAGS = {
    "is_user": "user",
    "isuser": "user",
    "from_user": "user",
    "is_human": "user",
    "iscreatedbyuser": "user",
    "is_bot": "assistant",
    "isbot": "assistant",
    "is_assistant": "assistant",
}
# The versions of one turn, as chat programs keep those that were generated again.
VERSIONS = "versions"
# The turns that reply to a turn, in the turn itself.
REPLIES = "children"
# Names for what is asked and what is answered in one element of a conversation.
EXCHANGES: tuple[tuple[str, str], ...] = (
    *(("human", answer) for answer in ("assistant", "bot", "gpt", "ai", "moss", "model", "chatbot")),
    *(("user", answer) for answer in ("assistant", "bot", "ai", "model", "chatbot")),
    *(("question", answer) for answer in ("answer", "response")),
    *(("query", answer) for answer in ("response", "answer")),
    *(("prompt", answer) for answer in ("response", "completion", "answer")),
    *(("instruction", answer) for answer in ("output", "response")),
    ("input", "output"),
)


def role_of(name: object) -> str | None:
    """Name a speaker as messages do.

    Parameters
    ----------
    name
        The speaker as a file has it.

    Returns
    -------
    str or None
        ``"user"``, ``"assistant"``, ``"system"``, ``"tool"``, or :data:`CALLER`; None for an unknown name.

    Examples
    --------
    >>> [role_of(name) for name in ("Human", "tool-response", "developer", "critic", None)]
    ['user', 'tool', 'system', None, None]
    """
    if not isinstance(name, str):
        return None
    return ROLES.get(name) or ROLES.get(name.strip().lower().replace("-", "_").replace(" ", "_"))


def is_turn(value: Any, *, exchanges: bool = True) -> bool:
    """Tell whether a parsed value looks like a turn, or like a question with its answer.

    Parameters
    ----------
    value
        The value.
    exchanges
        Whether a question with its answer will do.

    Returns
    -------
    bool
        True for a dict that says who spoke and what.
    """
    if not isinstance(value, dict):
        return False
    versions = value.get(VERSIONS)
    if isinstance(versions, list) and versions:
        return is_turn(versions[0], exchanges=False)
    names = {key.lower() for key in value}
    said = any(name in names for name in CONTENTS) or not names.isdisjoint({"tool_calls", "function_call"})
    typed = role_of(value.get(TYPE)) is not None and (said or isinstance(value.get("data"), dict))
    spoken = typed or (said and any(name in names for name in (*SPEAKERS, *FLAGS)))
    return spoken or (exchanges and any(asked in names and answer in names for asked, answer in EXCHANGES))

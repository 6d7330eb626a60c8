"""Read the answer of a model that judges tags."""

from typing import Any

from instag.chat import Reply, Unreadable
from instag.chat.json_values import Object, values_of
from instag.chat.question import content_of
from instag.normalization.judging.question import Judgement

__all__ = ["Answer", "read_judgements"]

# How many characters of an unreadable answer are shown, and how many of a reason are kept.
SHOWN, LONGEST = 200, 200

Answer = dict[str, Judgement]
"""The judgements of a model, by the names of the tags."""


def read_judgements(reply: Reply) -> Answer:
    """Read the judgements in a model's answer, by the names of the tags.

    Raises
    ------
    Unreadable
        With one of the reasons `refused`, `filtered`, `length`, `empty`, `too large`, `not JSON` and `no judgements`.

    Examples
    --------
    >>> text = '{"tags": [{"tag": "haiku", "same": [], "broader": [{"name": "poetry", "reason": "a form of it"}]}]}'
    >>> read_judgements(Reply(bytes(16), text, "stop"))
    {'haiku': Judgement(same=(), broader=('poetry',), reasons={'poetry': 'a form of it'})}
    """
    content = content_of(reply)
    found = False
    for values, _ in values_of(content, whole=reply.finish_reason in {"stop", None}):
        found = found or bool(values)
        for value in reversed(values):
            answer = _tags(value)
            if answer is not None:
                return answer
    raise Unreadable("no judgements" if found else "not JSON", content[:SHOWN])


def _tags(value: Any) -> Answer | None:
    """The judgements in a value: an object with `tags`, a list of judgements, or a single one."""
    if isinstance(value, Object):
        members = dict(value)
        if isinstance(members.get("tags"), list):
            value = members["tags"]
        elif isinstance(members.get("tag"), str):
            value = [value]
    if not isinstance(value, list) or not all(isinstance(each, Object) for each in value):
        return None
    answer = {}
    for each in map(dict, value):
        if not isinstance(each.get("tag"), str):
            return None
        same, broader = _names(each.get("same")), _names(each.get("broader"))
        reasons = {name: reason for name, reason in (same | broader).items() if reason}
        answer[each["tag"]] = Judgement(tuple(same), tuple(broader), reasons or None)
    return answer


def _names(value: Any) -> dict[str, str]:
    """Names with their reasons; a name may come without one."""
    found = {}
    for each in value if isinstance(value, list) else []:
        if isinstance(each, str):
            found[each] = ""
        elif isinstance(each, Object):
            members = dict(each)
            name, reason = members.get("name"), members.get("reason")
            if isinstance(name, str):
                found[name] = reason.strip()[:LONGEST] if isinstance(reason, str) else ""
    return found

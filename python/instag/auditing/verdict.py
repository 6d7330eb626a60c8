"""The verdict: what the judge answers."""

from dataclasses import dataclass
from typing import Any

from instag.asking.reply import Reply, Unreadable
from instag.auditing.labels import NO, YES
from instag.chat.json_values import Object, values_of
from instag.tagging.parsing import content_of

__all__ = ["Verdict", "read_verdict"]

# Characters of a reason that are kept.
LONGEST = 1_000

# Characters of an answer that cannot be read that are shown.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a case.

    Attributes
    ----------
    right
        Whether the tag is right, or means the same in all queries.
    reason
        Why; empty where the judge gave no reason.
    """

    right: bool
    reason: str


def read_verdict(reply: Reply) -> Verdict:
    """Read the verdict in an answer.

    By the rules of :func:`instag.tagging.parsing.read_answer` thinking, fences and text around the JSON are taken away,
    and only an answer that is complete is repaired. `right` may be a word for yes or no as well, and of several
    verdicts the last counts: a judge that thinks again has its last word.

    Parameters
    ----------
    reply
        The server's answer.

    Raises
    ------
    Unreadable
        With one of the reasons `refused`, `filtered`, `length`, `empty`, `too large`, `not JSON`, and `no verdict`.

    Examples
    --------
    >>> read_verdict(Reply(bytes(16), 'Well: {"reason": "It is a haiku.", "right": true}', "stop"))
    Verdict(right=True, reason='It is a haiku.')
    """
    content = content_of(reply)
    found = False
    for values, _ in values_of(content, whole=reply.finish_reason in {"stop", None}):
        found = found or bool(values)
        verdicts = [verdict for value in values if (verdict := _verdict(value)) is not None]
        if verdicts:
            return verdicts[-1]
    raise Unreadable("no verdict" if found else "not JSON", content[:SHOWN])


def _verdict(value: Any) -> Verdict | None:
    if not isinstance(value, Object):
        return None
    members = [(key.strip().casefold(), member) for key, member in value]
    said = {_truth(member) for key, member in members if key == "right"}
    # One that says both says nothing.
    if len(said) != 1 or (right := said.pop()) is None:
        return None
    reasons = [member.strip() for key, member in members if key == "reason" and isinstance(member, str)]
    return Verdict(right, " ".join(reasons)[:LONGEST])


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    return word in YES if word in YES | NO else None

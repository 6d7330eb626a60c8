"""Answers: the tags that a model has written, in whatever form it wrote them."""

import re
from dataclasses import dataclass, field
from typing import Any

from instag.asking.reply import Reply, Unreadable
from instag.tagging.cut import clean
from instag.tagging.forms import Form, form_of
from instag.tagging.values import values_of

__all__ = ["MOST_TAGS", "TagList", "content_of", "read_answer"]

# What a query with more tags than this, or a tag with more characters, would say is not what was asked for.
MOST_TAGS = 100
LONGEST_TAG = 200
LONGEST_EXPLANATION = 1_000
LONGEST_ANSWER = 1_000_000
# Characters of an answer that cannot be read that are told.
SHOWN = 200
# All of these but white space: they would move the cursor of whoever reads them, and worse.
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# Forms that need no note.
PLAIN = frozenset({"tags", "list"})


@dataclass(frozen=True, slots=True)
class TagList:
    """The tags of a query, as a model gave them.

    Attributes
    ----------
    tags
        At least one, without repeats.
    explanations
        One a tag; None where the model gave none.
    notes
        What had to be done to read them.
    """

    tags: list[str]
    explanations: list[str | None]
    notes: list[str] = field(default_factory=list)


def read_answer(reply: Reply) -> TagList:
    r"""Read the tags in an answer.

    The answer has to be JSON, once thinking, code fences and text around it are taken away: `{"tags": [{"tag": …,
    "explanation": …}]}`, a list of such objects or of strings, such objects one after another, or an object with the
    tags numbered; :mod:`instag.tagging.forms` lists what is known. An answer that ends as JSON should and is wrong only
    within (single quotes, commas) is repaired, so long as that adds, loses and changes nothing. One that was cut off is
    never repaired.

    White space in tags and explanations is folded, and control characters are dropped. Of a tag that comes twice the first counts. What is no text, has neither a letter nor a digit, or
    is longer than 200 characters is dropped, and so is what comes after 100 tags; explanations end after 1,000
    characters. The notes say which of this was done.

    Parameters
    ----------
    reply
        The server's answer.

    Raises
    ------
    Unreadable
        With one of the reasons `refused`, `filtered`, `length` (cut off by the limit), `empty`, `too large` (more than
        1,000,000 characters), `not JSON`, `no list of tags`, and `no tags`: every query has an intention, so an empty
        list is no answer.

    Examples
    --------
    >>> read_answer(Reply(bytes(16), '```json\n["math", "math", 7]\n```', "stop"))
    TagList(tags=['math'], explanations=[None], notes=['fenced', 'repeated tags', 'dropped what is no text'])
    """
    content = content_of(reply)
    # Some servers never say why a model stopped.
    form, notes = _form(content, whole=reply.finish_reason in {"stop", None})
    return _tidied(form, notes, content)


def content_of(reply: Reply) -> str:
    """The text of an answer that the model ended itself, and that nobody refused.

    Raises
    ------
    Unreadable
        With one of the reasons `refused`, `filtered`, `length`, `empty` and `too large`.
    """
    if reply.refusal:
        raise Unreadable("refused", _shown(reply.refusal))
    if reply.finish_reason == "content_filter":
        raise Unreadable("filtered", "the server's content filter held the answer back")
    if reply.finish_reason == "too large":
        raise Unreadable("too large", "the body has more than 8 MiB")
    if reply.finish_reason == "length":
        raise Unreadable("length", f"cut off after {reply.completion_tokens} tokens; a higher max_tokens lets it end")
    if reply.content is None or not reply.content.strip():
        raise Unreadable("empty", "the answer has no text")
    if len(reply.content) > LONGEST_ANSWER:
        raise Unreadable("too large", f"{len(reply.content):,} characters")
    return reply.content


def _form(content: str, *, whole: bool) -> tuple[Form, list[str]]:
    """The last that reads as tags: a model that thinks again has its last word; but objects in a row are one list."""
    found = None
    for values, notes in values_of(content, whole=whole):
        forms = [form for value in values if (form := form_of(value)) is not None]
        usable = [form for form in forms if form.usable]
        if usable:
            return _joined(usable) if len(usable) > 1 else usable[0], notes
        found = "no tags" if forms else found or ("no list of tags" if values else None)
    raise Unreadable(found or "not JSON", _shown(content))


def _joined(forms: list[Form]) -> Form:
    if any(form.name != "object" for form in forms):
        return forms[-1]
    return Form("objects", [form.tags[0] for form in forms], [form.explanations[0] for form in forms])


def _tidied(form: Form, notes: list[str], content: str) -> TagList:
    tags: dict[str, str | None] = {}
    done = dict.fromkeys(notes if form.name in PLAIN else [*notes, form.name])
    for tag, explanation in zip(form.tags, form.explanations, strict=True):
        text = _folded(tag, done) if isinstance(tag, str) else ""
        if note := _problem(tag, text):
            done[note] = None
        elif text in tags:
            done["repeated tags"] = None
        elif len(tags) == MOST_TAGS:
            done["more than 100 tags"] = None
            break
        else:
            tags[text] = _explanation(explanation, done)
    if not tags:
        raise Unreadable("no tags", _shown(content))
    return TagList(list(tags), list(tags.values()), list(done))


def _problem(tag: Any, text: str) -> str | None:
    if not isinstance(tag, str):
        return "dropped what is no text"
    if not any(map(str.isalnum, text)):
        return "dropped what has no letter"
    return "dropped what is too long for a tag" if len(text) > LONGEST_TAG else None


def _explanation(explanation: Any, done: dict[str, None]) -> str | None:
    text = _folded(explanation, done) if isinstance(explanation, str) else ""
    if len(text) > LONGEST_EXPLANATION:
        done["shortened explanations"] = None
    return text[:LONGEST_EXPLANATION] or None


def _folded(text: str, done: dict[str, None]) -> str:
    """A text on one line, without control characters."""
    text = clean(text)
    if CONTROL.search(text):
        text = CONTROL.sub("", text)
        done["dropped control characters"] = None
    return " ".join(text.split())


def _shown(content: str) -> str:
    return _folded(content[: 2 * SHOWN], {})[:SHOWN]

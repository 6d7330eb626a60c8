"""Parsing: the tags in a model's answer, in whatever form they are written."""

from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

from instag.chat.json_values import decoded, unthought, values_of
from instag.chat.question import Reply, Unreadable, content_of
from instag.chat.truncate import folded, shown
from instag.tagging.parsing.form import Form
from instag.tagging.parsing.forms import form_of
from instag.tagging.parsing.lists import list_of
from instag.tagging.parsing.words import is_apology, is_placeholder

__all__ = ["MOST_TAGS", "TagList", "read_answer"]

# More tags for a query, or more characters in one, are a mistake of the model.
MOST_TAGS = 100
LONGEST_TAG = 200
LONGEST_EXPLANATION = 1_000
# A model may repeat the template; an answer with more tags than this is not compared with it.
ECHOED = 5
# The likely reason if an answer has no end, although the server does not report that it was cut off.
CUT = "a list without an end, as if it were cut; if this comes often, the server may have a limit of tokens of its own"
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
        One a tag; None if the model gave none.
    notes
        How the answer had to be repaired to be read.
    """

    tags: list[str]
    explanations: list[str | None]
    notes: list[str] = field(default_factory=list)


def read_answer(reply: Reply) -> TagList:
    r"""Read the tags in an answer.

    Every form that a person could read is read. The answer may be JSON, after thoughts, code fences and text around it are
    removed: `{"tags": [{"tag": …, "explanation": …}]}`, and all that :func:`form_of
    <instag.tagging.parsing.forms.form_of>` lists. Invalid JSON (quotation marks, commas, comments, escapes) is
    repaired by :mod:`instag.chat.repair`, if that adds, loses and splits nothing. An answer without JSON may be a list in
    plain text: :func:`list_of <instag.tagging.parsing.lists.list_of>`. If there are several, the last counts. Thoughts,
    drafts, apologies, and a repeated template or schema hold no tags; an answer that was cut off is neither repaired
    nor read as text. The time grows linearly with the length of the answer.

    White space in tags and explanations is folded, and control characters are dropped. If a tag comes twice, the first
    counts. Items that are not text, have neither a letter nor a digit, or are longer than 200 characters are dropped, and
    so are tags after the first 100; explanations end after 1,000 characters. The notes list what was done.

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
    # Some servers never report why a model stopped.
    form, notes = _form(content, whole=reply.finish_reason in {"stop", None})
    return _tidied(form, notes, content)


def _form(content: str, *, whole: bool) -> tuple[Form, list[str]]:
    """The last value that reads as tags, since a model may correct itself; but objects in a row are one list."""
    found = None
    for values, notes in values_of(content, whole=whole):
        forms = [form for value in values if (form := _safely(value)) is not None]
        usable = [form for form in forms if form.usable]
        if usable:
            return _joined(usable) if len(usable) > 1 else usable[0], notes
        found = "no tags" if forms else found or ("no list of tags" if values else None)
    if whole and not decoded(content.strip()) and (form := list_of(unthought(content))):
        return form, []
    cut = whole and found is None and content.count("[") > content.count("]")
    raise Unreadable(found or "not JSON", f"{CUT}: {shown(content)}" if cut else shown(content))


def _safely(value: Any) -> Form | None:
    try:
        return form_of(value)
    except RecursionError:
        return None


def _joined(forms: list[Form]) -> Form:
    if any(form.name != "object" for form in forms):
        return forms[-1]
    return Form("objects", [form.tags[0] for form in forms], [form.explanations[0] for form in forms])


def _tidied(form: Form, notes: list[str], content: str) -> TagList:
    tags: dict[str, str | None] = {}
    done = dict.fromkeys(notes if form.name in PLAIN else [*notes, form.name])
    for tag, explanation in zip(form.tags, form.explanations, strict=True):
        text = folded(tag, done) if isinstance(tag, str) else ""
        if note := _problem(tag, text):
            done[note] = None
        elif text in tags:
            done["repeated tags"] = None
        elif len(tags) == MOST_TAGS:
            done["more than 100 tags"] = None
            break
        else:
            tags[text] = _explanation(explanation, done)
    # Alone, "explanation" can be a tag; in a template a tag stands before it.
    alone = {name.casefold(): why for name, why in tags.items()} == {"explanation": None}
    if len(tags) <= ECHOED and not alone and all(starmap(is_placeholder, tags.items())):
        raise Unreadable("no tags", shown(content))
    return TagList(list(tags), list(tags.values()), list(done))


def _problem(tag: Any, text: str) -> str | None:
    if not isinstance(tag, str):
        return "dropped what is no text"
    if not any(map(str.isalnum, text)):
        return "dropped what has no letter"
    if is_apology(text):
        return "dropped an apology"
    return "dropped what is too long for a tag" if len(text) > LONGEST_TAG else None


def _explanation(explanation: Any, done: dict[str, None]) -> str | None:
    text = folded(explanation, done) if isinstance(explanation, str) else ""
    if len(text) > LONGEST_EXPLANATION:
        done["shortened explanations"] = None
    return text[:LONGEST_EXPLANATION] or None

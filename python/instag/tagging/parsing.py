"""Parsing: the tags that a model has written, in whatever form it wrote them."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from instag.chat.json_values import Object, decoded, values_of
from instag.chat.question import Reply, Unreadable
from instag.chat.truncate import folded, shown

__all__ = ["MOST_TAGS", "TagList", "content_of", "read_answer"]

# What a query with more tags than this, or a tag with more characters, would say is not what was asked for.
MOST_TAGS = 100
LONGEST_TAG = 200
LONGEST_EXPLANATION = 1_000
LONGEST_ANSWER = 1_000_000
# Forms that need no note.
PLAIN = frozenset({"tags", "list"})
WANTED = ("tag", "explanation")
EXPLANATION = ("explanation", "description", "reason")
# Names for a tag only where an explanation stands beside it.
TITLES = ("title", "name", "label")
NUMBERED = re.compile(r"(tag|explanation)[ _-]?(\d+)", re.IGNORECASE)


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


class Form(NamedTuple):
    """Tags as a model gave them: whatever stood in the place of each, and its explanation."""

    name: str
    tags: list[Any]
    explanations: list[Any]

    @property
    def usable(self) -> bool:
        """Whether any of the tags is a text."""
        return any(isinstance(tag, str) for tag in self.tags)


def read_answer(reply: Reply) -> TagList:
    r"""Read the tags in an answer.

    The answer has to be JSON, once thinking, code fences and text around it are taken away: `{"tags": [{"tag": …,
    "explanation": …}]}`, a list of such objects or of strings, such objects one after another, or an object with the
    tags numbered; :func:`form_of` lists what is known. An answer that ends as JSON should and is wrong only
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
        raise Unreadable("refused", shown(reply.refusal))
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
    raise Unreadable(found or "not JSON", shown(content))


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
    if not tags:
        raise Unreadable("no tags", shown(content))
    return TagList(list(tags), list(tags.values()), list(done))


def _problem(tag: Any, text: str) -> str | None:
    if not isinstance(tag, str):
        return "dropped what is no text"
    if not any(map(str.isalnum, text)):
        return "dropped what has no letter"
    return "dropped what is too long for a tag" if len(text) > LONGEST_TAG else None


def _explanation(explanation: Any, done: dict[str, None]) -> str | None:
    text = folded(explanation, done) if isinstance(explanation, str) else ""
    if len(text) > LONGEST_EXPLANATION:
        done["shortened explanations"] = None
    return text[:LONGEST_EXPLANATION] or None


def form_of(value: Any) -> Form | None:
    """Read tags in whatever form they are.

    Parameters
    ----------
    value
        A value in JSON, its objects as :class:`instag.chat.json_values.Object`.

    Returns
    -------
    Form or None
        With one of the names `tags` (`{"tags": […]}`), `list`, `object` (`{"tag": …, "explanation": …}`), `duplicated
        keys` (the same with several of each), `parallel lists` (`{"tags": […], "explanations": […]}`), `mapping`
        (`{"tags": {tag: explanation}}`), `numbered` (`{"tag1": …, "tag2": …}`), `only list` (the one list of an object
        with another name), and `text` (JSON in a string). None where it is none of these.

    Examples
    --------
    >>> form_of(["math", "poetry"])
    Form(name='list', tags=['math', 'poetry'], explanations=[None, None])
    """
    if isinstance(value, Object):
        return _object(value)
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, str):
        inner = [form_of(each) for each in decoded(value) if not isinstance(each, str)]
        return inner[0]._replace(name="text") if inner and inner[0] else None
    return None


def _object(pairs: Object) -> Form | None:
    """An object of many tags, or of one."""
    if lists := [value for key, value in pairs if _name(key) == "tags"]:
        return _tags(lists, [value for key, value in pairs if _name(key) == "explanations"])
    if single := _single(pairs):
        return single
    if numbered := _numbered(pairs):
        return numbered
    if len(pairs) == 1 and isinstance(pairs[0][1], list):
        form = _list(pairs[0][1])
        return form._replace(name="only list") if form.usable else None
    return None


def _tags(lists: list[Any], explanations: list[Any]) -> Form | None:
    """What stands under `tags`."""
    if len(lists) > 1:
        forms = [form for value in lists if (form := _tags([value], [])) is not None]
        joined = Form("duplicated keys", [], [])
        for form in forms:
            joined.tags.extend(form.tags)
            joined.explanations.extend(form.explanations)
        return joined if len(forms) == len(lists) else None
    value = lists[0]
    if isinstance(value, Object):
        if form := _object(value):
            return form
        if all(isinstance(why, str | None) for _, why in value):
            return Form("mapping", [tag for tag, _ in value], [why for _, why in value])
        return None
    if not isinstance(value, list):
        return None
    form = _list(value)
    form = form._replace(name="tags") if form.name == "list" else form
    beside = explanations[0] if len(explanations) == 1 and isinstance(explanations[0], list) else []
    return Form("parallel lists", form.tags, beside) if len(beside) == len(form.tags) > 0 else form


def _list(values: list[Any]) -> Form:
    if len(values) == 1 and type(values[0]) is list:
        return _list(values[0])
    form = Form("list", [], [])
    for value in values:
        single = _single(value) if isinstance(value, Object) else None
        if single is None:
            form.tags.append(value)
            form.explanations.append(None)
            continue
        form.tags.extend(single.tags)
        form.explanations.extend(single.explanations)
        if single.name != "object":
            form = form._replace(name=single.name)
    return form


def _single(pairs: Object) -> Form | None:
    """An object with a tag, and its explanation if it has one."""
    if tuple(key for key, _ in pairs) == WANTED:  # as almost all are
        return Form("object", [pairs[0][1]], [pairs[1][1]])
    explanations = [value for key, value in pairs if _name(key) in EXPLANATION]
    tags = [value for key, value in pairs if _name(key) == "tag"]
    tags = tags or [value for key, value in pairs if explanations and _name(key) in TITLES]
    if not tags or any(isinstance(tag, list) for tag in tags):
        return None
    if len(tags) == 1:
        return Form("object", tags, [explanations[0] if explanations else None])
    beside = explanations if len(explanations) == len(tags) else [None] * len(tags)
    return Form("duplicated keys", tags, beside)


def _numbered(pairs: Object) -> Form | None:
    form = Form("numbered", [], [])
    parts = [(found[1].lower(), found[2], value) for key, value in pairs if (found := NUMBERED.fullmatch(key.strip()))]
    explanations = {number: value for part, number, value in parts if part == "explanation"}
    for part, number, value in parts:
        if part == "tag":
            single = _single(value) if isinstance(value, Object) else None
            form.tags.extend(single.tags if single else [value])
            form.explanations.extend(single.explanations if single else [explanations.get(number)])
    return form if form.tags else None


def _name(key: str) -> str:
    return key.strip().lower()

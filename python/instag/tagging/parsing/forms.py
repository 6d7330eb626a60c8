"""Tags in a JSON value: there is a function for each form that models use, and the first that recognises it reads it."""

import re
from typing import Any

from instag.chat.json_values import Object, decoded
from instag.chat.repair import repairs
from instag.tagging.parsing.entries import alike, entry, nested, renamed_tag, single_tag
from instag.tagging.parsing.form import Form
from instag.tagging.parsing.lists import list_of
from instag.tagging.parsing.words import (
    FIELDS,
    NAMES,
    WHY,
    WRAPPERS,
    is_apology,
    is_name,
    is_schema,
    is_tag,
    key_of,
    lowered,
)

__all__ = ["form_of"]

NUMBERED = re.compile(r"(tag|label|intention|explanation)[ _-]?(\d+)", re.IGNORECASE)
DIGITS = re.compile(r"\d{1,3}")
# The deepest nesting that is unwrapped; no answer has more.
DEEPEST = 6


def form_of(value: Any, depth: int = 0) -> Form | None:
    """Read tags in whatever form they are.

    Parameters
    ----------
    value
        A value in JSON, its objects as :class:`instag.chat.json_values.Object`.
    depth
        How deep it was nested.

    Returns
    -------
    Form or None
        With one of the names `tags` (`{"tags": […]}`), `list`, `object` (`{"tag": …, "explanation": …}`), `duplicated
        keys` (the same with several of each), `parallel lists` (`{"tags": […], "explanations": […]}`), `mapping`
        (`{"tags": {tag: explanation}}`, or the inner object alone), `numbered` (`{"tag1": …, "tag2": …}`), `only list`
        (the one list of an object with another name), `other names` (`{"labels": …}`, in other languages too), `one text`
        (`{"tags": "a, b"}`), `chosen` (`{"tags": {tag: true}}`), `groups` (`{"tags": {group: […]}}`), `nested lists`,
        `pairs` (`[[tag, explanation]]`), `wrapped` (`{"answer": …}`), and `text` (JSON in a string). None if it is
        none of these, or a schema.

    Examples
    --------
    >>> form_of(["math", "poetry"])
    Form(name='list', tags=['math', 'poetry'], explanations=[None, None])
    """
    if depth > DEEPEST:
        return None
    if isinstance(value, Object):
        return _object(value, depth)
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, str):
        inner = [form_of(each, depth + 1) for each in _inner(value) if not isinstance(each, str)]
        return inner[0]._replace(name="text") if inner and inner[0] else None
    return None


def _object(pairs: Object, depth: int) -> Form | None:
    """An object of many tags, or of one."""
    if lists := [value for key, value in pairs if lowered(key) == "tags"]:
        return _tags(lists, [value for key, value in pairs if lowered(key) == "explanations"], depth)
    found = None
    for recognise in RECOGNISERS:
        form = recognise(pairs, depth)
        if form is NOTHING:
            return None
        if form and form.usable:
            return form
        found = found or form
    return found


NOTHING = Form("nothing", [], [])
"""Values that are known to hold no tags."""


def _tags(lists: list[Any], explanations: list[Any], depth: int) -> Form | None:
    """The value under `tags`."""
    if len(lists) > 1:
        forms = [form for value in lists if (form := _tags([value], [], depth)) is not None]
        joined = Form("duplicated keys", [], [])
        for form in forms:
            joined.tags.extend(form.tags)
            joined.explanations.extend(form.explanations)
        return joined if len(forms) == len(lists) else None
    value = lists[0]
    if isinstance(value, Object):
        return _under_tags(value, depth)
    if isinstance(value, str):
        return form_of(value, depth + 1) or _one_text(value)
    if not isinstance(value, list):
        return None
    form = _list(value)
    form = form._replace(name="tags") if form.name == "list" else form
    beside = explanations[0] if len(explanations) == 1 and isinstance(explanations[0], list) else []
    return Form("parallel lists", form.tags, beside) if len(beside) == len(form.tags) > 0 else form


def _under_tags(pairs: Object, depth: int) -> Form | None:
    """An object in place of the list: in most cases its keys are the tags."""
    if _schema(pairs, depth):
        return None
    if not all(key_of(key) in FIELDS for key, _ in pairs):
        for recognise in (_numbered, _mapping, _chosen, _groups):
            if form := recognise(pairs, depth):
                return form
    return _object(pairs, depth + 1)


def _one_text(text: str) -> Form | None:
    """A list in plain text, or one tag, where a list was expected."""
    form = list_of(text)
    if form is None and is_tag(text.strip()):
        form = Form("one text", [text], [None])
    return form._replace(name="one text") if form else None


def _inner(text: str) -> list[Any]:
    """The JSON value in a text."""
    if found := decoded(text):
        return found
    if text.strip()[:1] not in {"[", "{"}:
        return []
    return next((found for repaired in repairs(text.strip()) if (found := decoded(repaired))), [])


def _mapping(pairs: Object, _: int) -> Form | None:
    """`{tag: explanation}`; an explanation may be in an object of its own."""
    explained = [_explanation_in(why) for _, why in pairs]
    if not all(isinstance(why, str | None) for why in explained):
        return None
    return Form("mapping", [tag for tag, _ in pairs], explained)


def _explanation_in(value: Any) -> Any:
    """The explanation in an object that has one, or the value in its place."""
    if not isinstance(value, Object):
        return value
    found = [member for key, member in value if key_of(key) in WHY]
    return found[0] if len(found) == 1 else value


def _chosen(pairs: Object, _: int) -> Form | None:
    """`{tag: true}`, or the model's confidence in each."""
    if not all(isinstance(weight, bool | int | float) for _, weight in pairs):
        return None
    tags = [tag for tag, weight in pairs if weight > 0]
    return Form("chosen", tags, [None] * len(tags)) if tags else None


def _groups(pairs: Object, _: int) -> Form | None:
    """`{group: [tag, …]}`, of more than one group."""
    if len(pairs) == 1 or not all(isinstance(group, list) for _, group in pairs):
        return None
    return _joined("groups", [_list(group) for _, group in pairs])


def _joined(name: str, forms: list[Form]) -> Form:
    return Form(
        name, [tag for form in forms for tag in form.tags], [why for form in forms for why in form.explanations]
    )


def _list(values: list[Any]) -> Form:
    if len(values) == 1 and type(values[0]) is list:
        return _list(values[0])
    form = Form("list", [], [])
    for value in values:
        single = entry(value)
        if single is None:
            form.tags.append(value)
            form.explanations.append(None)
            continue
        form.tags.extend(single.tags)
        form.explanations.extend(single.explanations)
        if single.name != "object":
            form = form._replace(name=single.name)
    if form.usable or not values:
        return form
    return nested(values) or _calls(values) or alike(values) or form


def _calls(values: list[Any]) -> Form | None:
    """Tool calls, each with the answer or a tag as its arguments."""
    forms = [_wrapped(value, DEEPEST - 2) for value in values if isinstance(value, Object)]
    found = [form for form in forms if form]
    if not found or len(found) < len(values):
        return None
    return _joined("wrapped", found)


def _numbered(pairs: Object, _: int) -> Form | None:
    form = Form("numbered", [], [])
    parts = [(found[1].lower(), found[2], value) for key, value in pairs if (found := NUMBERED.fullmatch(key.strip()))]
    if pairs and all(DIGITS.fullmatch(key.strip()) for key, _ in pairs):
        parts = [("tag", key, value) for key, value in pairs]
    explanations = {number: value for part, number, value in parts if part == "explanation"}
    for part, number, value in parts:
        if part != "explanation":
            single = entry(value)
            form.tags.extend(single.tags if single else [value])
            form.explanations.extend(single.explanations if single else [explanations.get(number)])
    return form if form.usable else None


def _only_list(pairs: Object, _: int) -> Form | None:
    """The one list of an object, under any key."""
    if len(pairs) != 1 or not isinstance(pairs[0][1], list) or is_schema([key_of(pairs[0][0]), "items"], None):
        return None
    form = _list(pairs[0][1])
    return form._replace(name="only list") if form.usable else None


def _schema(pairs: Object, _: int) -> Form | None:
    names = [key_of(key) for key, _ in pairs]
    kinds = [value for key, value in pairs if key == "type"]
    return NOTHING if "tag" not in names and is_schema(names, kinds[0] if kinds else None) else None


def _renamed(pairs: Object, depth: int) -> Form | None:
    """The list or the tag under another key."""
    lists = [value for key, value in pairs if is_name(key) and isinstance(value, list | Object)]
    found = [form for value in lists if (form := form_of(Object([("tags", value)]), depth + 1)) and form.usable]
    if found:
        return _joined("other names", found)
    texts = [value for key, value in pairs if key_of(key) in NAMES and isinstance(value, str)]
    explained = any(key_of(key) in WHY for key, _ in pairs)
    several = list_of(texts[0]) if len(texts) == 1 and not explained else None
    single = several or renamed_tag(pairs)
    return single._replace(name="other names") if single else None


def _parallel(pairs: Object, _: int) -> Form | None:
    """`{"tag": […], "explanation": […]}`."""
    tags = [value for key, value in pairs if lowered(key) == "tag" and isinstance(value, list)]
    if len(tags) != 1:
        return None
    form = _list(tags[0])
    beside = [value for key, value in pairs if key_of(key) in WHY and isinstance(value, list)]
    paired = len(beside) == 1 and len(beside[0]) == len(form.tags)
    return Form("parallel lists", form.tags, beside[0] if paired else form.explanations) if form.usable else None


def _wrapped(pairs: Object, depth: int) -> Form | None:
    """The answer within another object: under a key that suggests it, or the one object that has a key for tags."""
    for key, value in pairs:
        if key_of(key) in WRAPPERS:
            form = form_of(value, depth + 1)
            if form and form.usable:
                return form._replace(name="wrapped")
    inner = [value for _, value in pairs if isinstance(value, Object) and any(key_of(key) in NAMES for key, _ in value)]
    form = form_of(inner[0], depth + 1) if len(inner) == 1 else None
    return form._replace(name="wrapped") if form and form.usable else None


def _mapping_alone(pairs: Object, depth: int) -> Form | None:
    """Tags and explanations without keys, if nothing suggests that they are anything else."""
    if len(pairs) == 1 or not all(isinstance(why, str) and why.strip() and not is_apology(why) for _, why in pairs):
        return None
    known = any(key_of(key) in FIELDS or not is_tag(key) for key, _ in pairs)
    sentences = all(len(why) > len(key) for key, why in pairs)
    return _mapping(pairs, depth) if sentences and not known else None


# First the form that is asked for, then forms that need more and more guessing.
RECOGNISERS = (_schema, single_tag, _numbered, _only_list, _renamed, _parallel, _wrapped, _mapping_alone)

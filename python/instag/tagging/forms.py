"""The forms that models give tags in."""

import re
from typing import Any, NamedTuple

from instag.tagging.values import Object, decoded

__all__ = ["Form", "form_of"]

WANTED = ("tag", "explanation")
EXPLANATION = ("explanation", "description", "reason")
# Names for a tag only where an explanation stands beside it.
TITLES = ("title", "name", "label")
NUMBERED = re.compile(r"(tag|explanation)[ _-]?(\d+)", re.IGNORECASE)


class Form(NamedTuple):
    """Tags as a model gave them: whatever stood in the place of each, and its explanation."""

    name: str
    tags: list[Any]
    explanations: list[Any]

    @property
    def usable(self) -> bool:
        """Whether any of the tags is a text."""
        return any(isinstance(tag, str) for tag in self.tags)


def form_of(value: Any) -> Form | None:
    """Read tags in whatever form they are.

    Parameters
    ----------
    value
        A value in JSON, its objects as :class:`instag.tagging.values.Object`.

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

"""Items of lists of tags in JSON that are not plain texts: objects with a tag and its explanation, or lists."""

from typing import Any

from instag.chat.json_values import Object, decoded
from instag.tagging.parsing.form import Form
from instag.tagging.parsing.words import FIELDS, NAMES, TITLES, WHY, is_tag, key_of, lowered

__all__ = ["alike", "entry", "nested", "renamed_tag", "single_tag"]

WANTED = ("tag", "explanation")
EXPLANATION = ("explanation", "description", "reason")
# Keys that name a tag only if there is an explanation too.
BESIDE = ("title", "name", "label")
# Pairs of a tag and its explanation, in a list.
PAIR = 2


def entry(value: Any) -> Form | None:
    """Read the tag in an object of a list, or in a text that is such an object; None for any other value."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = next(iter(decoded(value)), value)
    if not isinstance(value, Object):
        return None
    return single_tag(value) or renamed_tag(value)


def single_tag(pairs: Object, _: int = 0) -> Form | None:
    """An object with a tag, and its explanation if it has one."""
    if tuple(key for key, _ in pairs) == WANTED and not isinstance(pairs[0][1], list):  # as almost all are
        return Form("object", [pairs[0][1]], [pairs[1][1]])
    explanations = [value for key, value in pairs if lowered(key) in EXPLANATION or key_of(key) in WHY]
    tags = [value for key, value in pairs if lowered(key) == "tag"]
    tags = tags or [value for key, value in pairs if explanations and lowered(key) in BESIDE]
    if not tags or any(isinstance(tag, list) for tag in tags):
        return None
    if len(tags) == 1:
        return Form("object", tags, [explanations[0] if explanations else None])
    beside = explanations if len(explanations) == len(tags) else [None] * len(tags)
    return Form("duplicated keys", tags, beside)


def renamed_tag(pairs: Object) -> Form | None:
    """A tag under another key; the other values are its explanation, or no texts."""
    for names in (NAMES, TITLES):
        tags = [value for key, value in pairs if key_of(key) in names and isinstance(value, str)]
        if len(tags) == 1 and is_tag(tags[0]):
            others = [(key_of(key), value) for key, value in pairs if value is not tags[0]]
            why = [value for key, value in others if key in WHY]
            if len(why) <= 1 and all(key in WHY or not isinstance(value, str | list | Object) for key, value in others):
                return Form("object", tags, why or [None])
    return None


def nested(values: list[Any]) -> Form | None:
    """Lists in a list: each of tags, or of a tag and its explanation."""
    if not all(type(value) is list and value and all(isinstance(each, str) for each in value) for value in values):
        return None
    if any(len(value) != PAIR for value in values):
        tags = [tag for value in values for tag in value]
        return Form("nested lists", tags, [None] * len(tags))
    if all(is_tag(tag) and not is_tag(why) for tag, why in values):
        return Form("pairs", [tag for tag, _ in values], [why for _, why in values])
    # They may be two tags each, or a tag and a short explanation: which cannot be known.
    return None


def alike(values: list[Any]) -> Form | None:
    """Objects with one key each, the tag, or with the same two keys, whatever they are: a tag and its explanation."""
    if not all(
        isinstance(value, Object) and value and all(isinstance(text, str) for _, text in value) for value in values
    ):
        return None
    if all(len(value) == 1 for value in values):
        pairs = [value[0] for value in values]
        keys = {key_of(key) for key, _ in pairs}
        known = bool(keys & FIELDS) or not all(is_tag(key) for key, _ in pairs)
        return (
            None
            if known or len(keys) < len(pairs)
            else Form("mapping", [tag for tag, _ in pairs], [why for _, why in pairs])
        )
    names = {tuple(key for key, _ in value) for value in values}
    if (
        len(names) != 1
        or len(values[0]) != PAIR
        or any(key_of(key) in FIELDS - NAMES - WHY - TITLES for key in names.pop())
    ):
        return None
    tags, why = [value[0][1] for value in values], [value[1][1] for value in values]
    return Form("other names", tags, why) if all(map(is_tag, tags)) else None

"""Checks that the values of a recipe have the types of its options, and the messages if they do not."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from instag.recipe.options import ALIKE, COLUMNS, STEPS, TOP, Option, keys, options
from instag.recipe.toml import shown, unquoted

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["misplaced", "problems", "schema_of", "unknown"]

# Pydantic's names of errors, and our words for them.
EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "a table",
    "finite_number": "a finite number",
}


def problems(step: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys of a table whose values have the wrong type, each with the error.

    Examples
    --------
    >>> list(problems("dedup", {"threshold": "high", "keep": "best", "method": "exact"}))
    [('threshold', "expected a number; found 'high'"), ('keep', "expected one of 'first', 'longest' or 'quality'; found 'best'")]
    """
    known = options(step)
    for key, value in table.items():
        if key in known and (wrong := _problem(known[key], value)) is not None:
            yield key, wrong


def unknown(step: str, key: str, inner: str = "") -> str:
    """A message about an unknown key, perhaps of an inner table, with the nearest known key, or the table that has it.

    Examples
    --------
    >>> unknown("dedup", "treshold")
    'no such option; did you mean threshold? (query, method, threshold, keep, quality, action)'
    >>> unknown("dedup", "budget").partition(" (")[0]
    'no such option; it is an option of [select]'
    """
    known = list(COLUMNS) if inner == "columns" else keys(step)
    elsewhere = misplaced(key)
    near = difflib.get_close_matches(key, known, 1)
    if inner == "columns":
        hint = f"; did you mean {near[0]}?" if near else ""
    elif key in STEPS:
        hint = f"; [{key}] is a table of its own"
    elif key in TOP:
        hint = f"; {key} stands above the first table"
    elif elsewhere:
        hint = f"; it is an option of [{elsewhere}]"
    else:
        hint = f"; did you mean {near[0]}?" if near else ""
    return f"no such option{hint} ({', '.join(known)})"


def misplaced(key: str) -> str | None:
    """The first table that has an option of this name; None if there is none.

    Examples
    --------
    >>> misplaced("budget"), misplaced("bugdet")
    ('select', None)
    """
    return next((step for step in STEPS if key in keys(step) or (step, key) in ALIKE), None)


def schema_of(option: Option) -> dict[str, Any]:
    """The JSON Schema of an option's values."""
    found = _adapter(option.kind).json_schema()
    default = option.default
    return found | {"description": option.help} | ({} if default is None or default == () else {"default": default})


def _problem(option: Option, value: Any) -> str | None:
    from pydantic import ValidationError  # noqa: PLC0415 - only where a recipe is read

    try:
        _adapter(option.kind).validate_python(value, strict=True)
    except ValidationError as error:
        # A type with several forms gives an error for each; an error deeper in a list is the most specific.
        faults = error.errors(include_url=False, include_input=True)
        deepest = max(len(each["loc"]) for each in faults)
        inner = [each for each in faults if len(each["loc"]) == deepest and each["input"] is not value]
        expected = dict.fromkeys(_expected(each) for each in inner or faults)
        if "a number" in expected:
            expected.pop("a whole number", None)
        found = inner[0]["input"] if inner else value
        plain = {"a number", "a whole number", "true or false"} & expected.keys()
        hint = unquoted(found, share="a number" in expected) if plain else ""
        return f"expected {' or '.join(expected)}; found {shown(found)}{hint}"
    return None


def _expected(fault: Any) -> str:
    if fault["type"] == "literal_error":
        choices = fault["ctx"]["expected"]
        return f"one of {choices}" if " or " in choices else str(choices)
    return EXPECTED.get(fault["type"], str(fault["msg"]).removeprefix("Input should be "))


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where a recipe is read

    return TypeAdapter(kind)

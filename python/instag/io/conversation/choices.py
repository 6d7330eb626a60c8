"""Questions with several answers to choose from: what is asked has them all, and the answer is the one that is right."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

import polars as pl

from instag.io.conversation.columns import CHOICES
from instag.io.json.text import dump

__all__ = ["Choice", "choices_of", "chosen", "find_choices"]

Choice = tuple[str, str]
"""The letter of a choice, and its words."""

# The beginning of the names of a layout's parts that are columns with one choice each.
EACH = "choice "
FEWEST = 2


def find_choices(types: Mapping[str, Any]) -> dict[str, str]:
    """Find the columns of the choices: one column with all of them, or one for each, named by its letter.

    Parameters
    ----------
    types
        The columns in lower case, and their types.

    Returns
    -------
    dict
        The parts that they play in a layout; none if there are no choices.

    Examples
    --------
    >>> find_choices({"question": pl.String(), "choices": pl.List(pl.String)})
    {'choices': 'choices'}
    >>> find_choices({"question": pl.String(), "a": pl.String(), "b": pl.String(), "c": pl.String()})
    {'choice A': 'a', 'choice B': 'b', 'choice C': 'c'}
    """
    name = next((name for name in CHOICES if _holds_choices(types.get(name))), None)
    if name is not None:
        return {"choices": name}
    letters = []
    for letter in ascii_uppercase:
        if types.get(letter.lower()) != pl.String:
            break
        letters.append(letter)
    # Two columns need not be choices: they may be answers A and B that are compared.
    return {f"{EACH}{letter}": letter.lower() for letter in letters} if len(letters) > FEWEST else {}


def _holds_choices(dtype: Any) -> bool:
    if not isinstance(dtype, pl.Struct):
        return bool(dtype == pl.List(pl.String))
    fields = {field.name.lower(): field.dtype for field in dtype.fields}
    return fields.get("text") == pl.List(pl.String) or (
        len(fields) >= FEWEST and all(len(name) == 1 and kind == pl.String for name, kind in fields.items())
    )


def choices_of(part: Mapping[str, Any]) -> list[Choice]:
    """The choices of a row.

    Parameters
    ----------
    part
        The value of each part of a layout.

    Examples
    --------
    >>> choices_of({"choices": {"text": ["wet", "dry"], "label": ["1", "2"]}})
    [('1', 'wet'), ('2', 'dry')]
    """
    each = [(name.removeprefix(EACH), value) for name, value in part.items() if name.startswith(EACH)]
    held = part.get("choices")
    if isinstance(held, list):
        each = list(zip(ascii_uppercase, held, strict=False))
    elif isinstance(held, dict):
        names = {key.lower(): key for key in held}
        texts = held[names["text"]] if "text" in names else None
        labels = held.get(names.get("label", "")) or ascii_uppercase
        each = list(zip(labels, texts, strict=False)) if isinstance(texts, list) else list(held.items())
    return [(str(label), text if isinstance(text, str) else dump(text)) for label, text in each if text is not None]


def chosen(answer: Any, choices: Sequence[Choice]) -> Any:
    """The choice that an answer stands for, by its number from 0, its letter or its words; otherwise the answer.

    Examples
    --------
    >>> chosen(1, [("A", "wet"), ("B", "dry")]), chosen("A", [("A", "wet"), ("B", "dry")])
    ('B. dry', 'A. wet')
    """
    if isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < len(choices):
        return ". ".join(choices[answer])
    if isinstance(answer, str):
        for matches in (lambda choice: choice[0] == answer.strip(), lambda choice: choice[1] == answer):
            found = next(filter(matches, choices), None)
            if found is not None:
                return ". ".join(found)
    return answer

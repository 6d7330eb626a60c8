"""Rows that stand deeper in a file: the questions about each paragraph, and the instances of a task."""

from collections.abc import Mapping
from typing import Any

from instag.warning import warn

__all__ = ["DEFINITION", "INSTANCES", "instances", "questions"]

PARAGRAPHS, QUESTIONS = "paragraphs", "qas"
DEFINITION, INSTANCES = "Definition", "Instances"


def questions(rows: list[Any], name: object) -> list[Any]:
    """Give each question about a paragraph a row, with whatever else its paragraph and its article hold.

    Parameters
    ----------
    rows
        The rows of a file. If they are not all articles with paragraphs and questions about these, they stay as they are.
    name
        What to call the file in the warning.

    Examples
    --------
    >>> import warnings
    >>> article = {"title": "Sky", "paragraphs": [{"context": "It is blue.", "qas": [{"question": "Why?"}]}]}
    >>> with warnings.catch_warnings(action="ignore"):
    ...     questions([article], "data.json")
    [{'title': 'Sky', 'context': 'It is blue.', 'question': 'Why?'}]
    """
    held = all(_holds(row, PARAGRAPHS) and all(_holds(each, QUESTIONS) for each in row[PARAGRAPHS]) for row in rows)
    found = [
        _row(row, paragraph, question)
        for row in (rows if held else ())
        for paragraph in row[PARAGRAPHS]
        for question in paragraph[QUESTIONS]
    ]
    if not found:
        return rows
    asked = sum(bool(paragraph[QUESTIONS]) for row in rows for paragraph in row[PARAGRAPHS])
    paragraphs = sum(len(row[PARAGRAPHS]) for row in rows)
    without = f"; {paragraphs - asked:,} paragraphs without a question are left out" if paragraphs > asked else ""
    warn(f"{name}: {len(found):,} questions about {asked:,} paragraphs became rows{without}")
    return found


def instances(value: Mapping[str, Any]) -> list[Any] | None:
    """The instances of a task, each with the definition of the task; None if an object is not such a task.

    Examples
    --------
    >>> instances({"Definition": ["Add the numbers."], "Instances": [{"input": "1 2", "output": ["3"]}]})
    [{'Definition': 'Add the numbers.', 'input': '1 2', 'output': ['3']}]
    """
    said, held = value.get(DEFINITION), value.get(INSTANCES)
    texts = [said] if isinstance(said, str) else said
    if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
        return None
    if not (isinstance(held, list) and held and all(isinstance(each, dict) and "input" in each for each in held)):
        return None
    return [{DEFINITION: "\n".join(texts), **each} for each in held]


def _holds(value: Any, key: str) -> bool:
    """Whether this is an object with a list of objects under a key."""
    return (
        isinstance(value, dict)
        and isinstance(value.get(key), list)
        and all(isinstance(each, dict) for each in value[key])
    )


def _row(article: Mapping[str, Any], paragraph: Mapping[str, Any], question: Mapping[str, Any]) -> dict[str, Any]:
    """A question with the other fields of its paragraph and article; if two have one name, the outer gets its place as well."""
    row = dict(question)
    for place, outer, within in (("paragraph", paragraph, QUESTIONS), ("article", article, PARAGRAPHS)):
        beside = {name: member for name, member in outer.items() if name != within}
        row = {(f"{place}_{name}" if name in row else name): member for name, member in beside.items()} | row
    return row

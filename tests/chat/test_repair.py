"""Repairs of JSON: what each of the two libraries gains, and that neither adds, loses or tears anything."""

import json

import fast_json_repair
import json_repair
import pytest

from instag.chat.repair import repairs


def repaired(text: str) -> object:
    """The first repair that is JSON, or nothing."""
    for each in repairs(text):
        try:
            return json.loads(each)
        except ValueError:
            continue
    return None


def test_the_fast_library_gains_apostrophes_in_single_quotes() -> None:
    text = "[{'tag': 'rights', 'explanation': 'It is the user's right.'}]"
    wanted = [{"tag": "rights", "explanation": "It is the user's right."}]
    assert json.loads(fast_json_repair.repair_json(text)) == repaired(text) == wanted
    assert json_repair.loads(text) != wanted


def test_the_thorough_library_gains_quotation_marks_within_double_ones() -> None:
    text = '[{"tag": "grammar", "explanation": "The word "be", in all forms"}]'
    wanted = [{"tag": "grammar", "explanation": 'The word "be", in all forms'}]
    assert json_repair.loads(text) == repaired(text) == wanted
    assert json.loads(fast_json_repair.repair_json(text)) != wanted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{tags: ["a"]}', {"tags": ["a"]}),
        ('["a", // first\n "b"]', ["a", "b"]),
        ('["a" /* first */, "b",]', ["a", "b"]),
        ('["http://a.b/c", "b",]', ["http://a.b/c", "b"]),
        ('["\\alpha \\(x\\)"]', ["\\alpha \\(x\\)"]),
        ('{“a”： “b”， "c"：[1，2]}', {"a": "b", "c": [1, 2]}),
        ('["says “hi”, twice",]', ["says “hi”, twice"]),
        ("{'a': None, 'b': True}", {"a": None, "b": True}),
        ('{"a": ["b"]', {"a": ["b"]}),
        ('["a" "b"]', ["a", "b"]),
        ('["a"; "b"]', ["a", "b"]),
    ],
)
def test_what_is_put_right(text: str, value: object) -> None:
    assert repaired(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '["a", "b", ...]',
        '[{"a": "b"}, {"c":, "d": "e"}]',
        '["a, "b"]',
        r'["a\x1b[2J", "b",]',
        '["a", "b"',
        '[{"a": "b"}, {"c": "d"}',
        "[" * 5_000 + "]" * 5_000,
    ],
)
def test_what_would_change_is_left_alone(text: str) -> None:
    assert repaired(text) is None

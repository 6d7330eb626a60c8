"""Answers, in the shapes that models give them."""

import orjson
import pytest

from instag.chat.question import LONGEST_ANSWER, Reply, Unreadable
from instag.tagging.parsing import LONGEST_EXPLANATION, LONGEST_TAG, MOST_TAGS, TagList, read_answer

KEY = bytes(16)


def read(content: str | None, finish_reason: str | None = "stop", refusal: str | None = None) -> TagList:
    return read_answer(Reply(KEY, content, finish_reason, refusal))


def reason(content: str | None, finish_reason: str | None = "stop", refusal: str | None = None) -> str:
    with pytest.raises(Unreadable) as found:
        read(content, finish_reason, refusal)
    return found.value.reason


SHAPES: dict[str, tuple[str, list[str], list[str | None], list[str]]] = {
    # What is asked for.
    "wanted": (
        '{"tags": [{"tag": "math", "explanation": "It asks for a sum."}, {"tag": "poetry", "explanation": "In verse."}]}',
        ["math", "poetry"],
        ["It asks for a sum.", "In verse."],
        [],
    ),
    # The paper's form, and InsTagger's.
    "bare list": (
        '[{"tag": "information request", "explanation": "The user wants facts."}, {"tag": "history", "explanation": "x"}]',
        ["information request", "history"],
        ["The user wants facts.", "x"],
        [],
    ),
    "strings": ('["math", "poetry"]', ["math", "poetry"], [None, None], []),
    "strings under tags": ('{"tags": ["math", "poetry"]}', ["math", "poetry"], [None, None], []),
    "parallel lists": (
        '{"tags": ["math", "poetry"], "explanations": ["a sum", "in verse"]}',
        ["math", "poetry"],
        ["a sum", "in verse"],
        ["parallel lists"],
    ),
    "one object": ('{"tag": "math", "explanation": "a sum"}', ["math"], ["a sum"], ["object"]),
    "objects in a row": (
        '{"tag": "math", "explanation": "a sum"}\n{"tag": "poetry", "explanation": "in verse"}',
        ["math", "poetry"],
        ["a sum", "in verse"],
        ["text around", "objects"],
    ),
    "duplicated keys": (
        '{"tag": "math", "explanation": "a sum", "tag": "poetry", "explanation": "in verse"}',
        ["math", "poetry"],
        ["a sum", "in verse"],
        ["duplicated keys"],
    ),
    "duplicated keys in a list": (
        '{"tags": [{"tag": "math", "tag": "poetry"}, {"tag": "law", "explanation": "why"}]}',
        ["math", "poetry", "law"],
        [None, None, "why"],
        ["duplicated keys"],
    ),
    "duplicated tags": (
        '{"tags": [{"tag": "math"}], "tags": ["poetry"]}',
        ["math", "poetry"],
        [None, None],
        ["duplicated keys"],
    ),
    "numbered": (
        '{"tag1": "math", "tag2": "poetry", "explanation2": "verse"}',
        ["math", "poetry"],
        [None, "verse"],
        ["numbered"],
    ),
    "numbered objects": (
        '{"tag_1": {"tag": "math", "explanation": "a sum"}, "tag_2": {"tag": "poetry"}}',
        ["math", "poetry"],
        ["a sum", None],
        ["numbered"],
    ),
    "numbered under tags": (
        '{"tags": {"tag 1": "math", "tag 2": "poetry"}}',
        ["math", "poetry"],
        [None, None],
        ["numbered"],
    ),
    "mapping": ('{"tags": {"math": "a sum", "poetry": null}}', ["math", "poetry"], ["a sum", None], ["mapping"]),
    "another name": ('{"intentions": [{"tag": "math"}]}', ["math"], [None], ["only list"]),
    "titles": ('[{"title": "math", "description": "a sum"}]', ["math"], ["a sum"], []),
    "capitals": ('{"Tags": [{"Tag": "math", "Explanation": "a sum"}]}', ["math"], ["a sum"], []),
    "list in a list": ('[["math", "poetry"]]', ["math", "poetry"], [None, None], []),
    "JSON in a string": ('"[{\\"tag\\": \\"math\\", \\"explanation\\": \\"a sum\\"}]"', ["math"], ["a sum"], ["text"]),
    "more fields": ('{"query": "Add.", "tags": ["math"], "language": "en"}', ["math"], [None], []),
    "fenced": ('```json\n{"tags": ["math"]}\n```', ["math"], [None], ["fenced"]),
    "fenced without language": ('```\n["math"]\n```', ["math"], [None], ["fenced"]),
    "text around a fence": ('Here are the tags:\n```JSON\n["math"]\n```\nAnything else?', ["math"], [None], ["fenced"]),
    "text around": (
        'Sure! [{"tag": "math", "explanation": "a sum"}] I hope it helps.',
        ["math"],
        ["a sum"],
        ["text around"],
    ),
    "brackets in the text": ('As {asked} [1], the tags: ["math"]', ["math"], [None], ["text around"]),
    "thinking": ('<think>\nIs it ["law"]? No.\n</think>\n\n{"tags": ["math"]}', ["math"], [None], ["thinking"]),
    "thinking twice": ('<think>a</think> <thinking>["law"]</thinking> ["math"]', ["math"], [None], ["thinking"]),
    "thinking without its start": ('Is it ["law"]? No.\n</think>\n["math"]', ["math"], [None], ["thinking"]),
    "thinking and fenced": ('<think>hm</think>\n```json\n["math"]\n```', ["math"], [None], ["thinking", "fenced"]),
    "channels": (
        '<|channel|>analysis<|message|>Maybe ["law"].<|end|><|start|>assistant<|channel|>final<|message|>["math"]',
        ["math"],
        [None],
        ["thinking"],
    ),
    "thinking as a tag": (
        '[{"tag": "html", "explanation": "about </think> tags"}]',
        ["html"],
        ["about </think> tags"],
        [],
    ),
    "second thoughts": ('["law"]\nNo, better:\n["math", "poetry"]', ["math", "poetry"], [None, None], ["text around"]),
    "line breaks in a string": ('[{"tag": "math", "explanation": "a\nsum"}]', ["math"], ["a sum"], []),
    "byte-order mark": ('\ufeff["math"]', ["math"], [None], []),
    "half a character": ('["ma\\ud83dth"]', ["ma\ufffdth"], [None], []),
    "single quotes": (
        "[{'tag': 'math', 'explanation': \"it's a sum\"}]",
        ["math"],
        ["it's a sum"],
        ["repaired"],
    ),
    "trailing commas": ('{"tags": [{"tag": "math",}, ],}', ["math"], [None], ["repaired"]),
    "missing comma": ('{"tags": [{"tag": "math" "explanation": "x"}]}', ["math"], ["x"], ["repaired"]),
    "fenced and broken": (
        "```json\n['math', 'poetry',]\n```\nDone.",
        ["math", "poetry"],
        [None, None],
        ["fenced", "repaired"],
    ),
    "Python": ("{'tags': [{'tag': 'math', 'explanation': None}]}", ["math"], [None], ["repaired"]),
    "single quotes within a text": (
        "The tags: {'tags': ['math', 'law']}. Anything else?",
        ["math", "law"],
        [None, None],
        ["text around", "repaired"],
    ),
    "control characters": (
        '[{"tag": "\\u001b[2Jma\\u0007th\\u009b", "explanation": "a\\u001b]0;x\\u0007sum"}]',
        ["[2Jmath"],
        ["a]0;xsum"],
        ["dropped control characters"],
    ),
    "white space": ('["  data \\n analysis "]', ["data analysis"], [None], []),
    "repeats": ('[{"tag": "a", "explanation": "1"}, {"tag": " a"}]', ["a"], ["1"], ["repeated tags"]),
    "no text": ('["math", 7, null, true, {"x": 1}, ["y"]]', ["math"], [None], ["dropped what is no text"]),
    "no letter": (
        '{"tags": [{"tag": "…"}, {"tag": ""}, {"tag": "C++"}]}',
        ["C++"],
        [None],
        ["dropped what has no letter"],
    ),
    "other languages": ('["数学", "физика"]', ["数学", "физика"], [None, None], []),
    # What once could not be read.
    "quotes within": (
        '[{"tag": "say "hi" now", "explanation": "b"}]',
        ['say "hi" now'],
        ["b"],
        ["repaired"],
    ),
    "quotes in explanations": (
        '[{"tag": "a b", "explanation": "He "says" a."}, {"tag": "c", "explanation": "It "says" c."}]',
        ["a b", "c"],
        ['He "says" a.', 'It "says" c.'],
        ["repaired"],
    ),
    "a comment": ('["math", "poetry" // and more\n]', ["math", "poetry"], [None, None], ["repaired"]),
    "broken with duplicates": (
        '{"tag": "math", "tag": "poetry",}',
        ["math", "poetry"],
        [None, None],
        ["repaired", "duplicated keys"],
    ),
    "pairs": (
        '[["math", "a sum"], ["poetry", "in verse"]]',
        ["math", "poetry"],
        ["a sum", "in verse"],
        ["pairs"],
    ),
    "tags in a string": ('{"tags": "math, poetry"}', ["math", "poetry"], [None, None], ["one text"]),
    "numbered lines": (
        "1. math: a sum\n2. poetry: in verse",
        ["math", "poetry"],
        ["a sum", "in verse"],
        ["bullets"],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    content, tags, explanations, notes = SHAPES[shape]
    assert read(content) == TagList(tags, explanations, notes)


def test_duplicated_keys_in_a_list_are_noted() -> None:
    assert read('[{"tag": "math", "tag": "poetry"}]').notes == ["duplicated keys"]


UNREADABLE: dict[str, tuple[str, dict[str, str | None]]] = {
    "refused": ("refused", {"content": None, "refusal": "I can't help with that."}),
    "refused beside content": ("refused", {"content": '["math"]', "refusal": "No."}),
    "filtered": ("filtered", {"content": '["math"]', "finish_reason": "content_filter"}),
    "cut off": ("length", {"content": '{"tags": [{"tag": "ma', "finish_reason": "length"}),
    "cut off after its end": ("length", {"content": '["math"]', "finish_reason": "length"}),
    "nothing before the limit": ("length", {"content": None, "finish_reason": "length"}),
    "none": ("empty", {"content": None}),
    "blank": ("empty", {"content": " \n "}),
    "only thinking": ("empty", {"content": '<think>["law"]</think>\n'}),
    "thinking without end": ("empty", {"content": '<think>\nIs it ["law"]? Perhaps '}),
    "too large": ("too large", {"content": '["' + "a" * LONGEST_ANSWER + '"]'}),
    "prose": ("not JSON", {"content": "The tags are math and poetry."}),
    "an empty list": ("no tags", {"content": "[]"}),
    "no tags": ("no tags", {"content": '{"tags": []}'}),
    "the form itself": ("no tags", {"content": '{"tags": [{"tag": "…", "explanation": "…"}]}'}),
    "two tags each, or a tag and why": ("no tags", {"content": '[["math", "law"], ["poetry", "art"]]'}),
    "only long": ("no tags", {"content": '["' + "a" * (LONGEST_TAG + 1) + '"]'}),
    "a number": ("no list of tags", {"content": "4"}),
    "a word": ("no list of tags", {"content": '"math"'}),
    "an error": ("no list of tags", {"content": '{"error": "I cannot tag this."}'}),
    "deep": ("not JSON", {"content": "[" * 100_000}),
    # Without a word of the limit, the brackets tell that the end is missing.
    "cut in a tag": ("not JSON", {"content": '[{"tag": "math"}, {"tag": "poe'}),
    "cut between tags": ("not JSON", {"content": '[{"tag": "math"}, {"tag": "poetry"}'}),
    "cut within tags": ("not JSON", {"content": '{"tags": [{"tag": "math"}, {"tag": "poetry"}'}),
    "cut in a fence": ("not JSON", {"content": '```json\n["math", "poe'}),
    "cut after a draft": ("not JSON", {"content": '["law"] or rather ["math", "po'}),
    # A repair would change or lose a tag.
    "a misplaced comma": (
        "not JSON",
        {"content": '[{"tag": "math", "explanation": "a"}, {"tag":, "poetry", "explanation": "b"}]'},
    ),
    "and so on": ("not JSON", {"content": '["math", "poetry", ...]'}),
}


@pytest.mark.parametrize("shape", UNREADABLE)
@pytest.mark.parametrize("finish_reason", ["stop", None])
def test_unreadable(shape: str, finish_reason: str | None) -> None:
    expected, fields = UNREADABLE[shape]
    assert reason(**{"content": None, "finish_reason": finish_reason, **fields}) == expected


def test_a_list_without_an_end_is_called_so() -> None:
    for content in ('{"tags": ["math", "poe', '```json\n["math", "poetry"'):
        with pytest.raises(Unreadable, match="as if it were cut; if this comes often, the server may have a limit"):
            read(content)
    with pytest.raises(Unreadable, match="not JSON: The tags are math") as prose:
        read("The tags are math and poetry.")
    assert "cut" not in str(prose.value)


def test_only_what_ended_is_repaired() -> None:
    broken = "['math', 'poetry',]"
    assert read(broken, "stop").tags == read(broken, None).tags == ["math", "poetry"]
    assert reason(broken, "tool_calls") == "not JSON"


def test_bounds() -> None:
    many = orjson.dumps({"tags": [{"tag": f"tag {n}"} for n in range(10_000)]}).decode()
    answer = read(many)
    assert answer.tags == [f"tag {n}" for n in range(MOST_TAGS)]
    assert answer.notes == ["more than 100 tags"]
    answer = read(orjson.dumps(["a" * (LONGEST_TAG + 1), "b" * LONGEST_TAG]).decode())
    assert (answer.tags, answer.notes) == (["b" * LONGEST_TAG], ["dropped what is too long for a tag"])
    answer = read(orjson.dumps([{"tag": "a", "explanation": "x" * 5_000}]).decode())
    assert (answer.explanations, answer.notes) == (["x" * LONGEST_EXPLANATION], ["shortened explanations"])


def test_the_message_about_an_unreadable_answer_is_short() -> None:
    with pytest.raises(Unreadable, match="not JSON: no JSON here") as found:
        read("no JSON\nhere " + "x" * 10_000)
    assert len(found.value.detail) == 200

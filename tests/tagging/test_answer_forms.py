"""Answers in the many forms that models write: which hold tags, and which hold none."""

import contextlib
import json
from pathlib import Path

import pytest

from instag.chat.question import Reply, Unreadable
from instag.tagging.parsing import TagList, read_answer

GOLDEN = Path(__file__).parents[1] / "golden" / "answers.jsonl"


def read(content: str) -> TagList:
    return read_answer(Reply(bytes(16), content, "stop"))


READABLE: list[tuple[str, list[str], list[str | None]]] = [
    ("math | poetry | writing", ["math", "poetry", "writing"], [None, None, None]),
    ("math; poetry", ["math", "poetry"], [None, None]),
    ("Math, Poetry, and Writing.", ["Math", "Poetry", "Writing"], [None, None, None]),
    ("Tags: math, poetry", ["math", "poetry"], [None, None]),
    ("**Tags:** math, poetry", ["math", "poetry"], [None, None]),
    ("Math\nPoetry\nCreative Writing", ["Math", "Poetry", "Creative Writing"], [None, None, None]),
    ("Here are the tags:\nMath\nPoetry", ["Math", "Poetry"], [None, None]),
    (
        "* **Math**: It asks for a sum.\n* **Poetry**: In verse.",
        ["Math", "Poetry"],
        ["It asks for a sum.", "In verse."],
    ),
    ("- Math - It asks for a sum.\n- Poetry – in verse", ["Math", "Poetry"], ["It asks for a sum.", "in verse"]),
    ("1) Math\n2) Poetry", ["Math", "Poetry"], [None, None]),
    ("• Math\n• Poetry", ["Math", "Poetry"], [None, None]),
    ("Sure! Here are the tags:\n\n- Math\n- Poetry\n\nLet me know if you need more!", ["Math", "Poetry"], [None, None]),
    (
        "- Math\n  - It asks for a sum.\n- Poetry\n  - In verse.",
        ["Math", "Poetry"],
        ["It asks for a sum.", "In verse."],
    ),
    ("Tag: math\nExplanation: a sum\n\nTag: poetry\nExplanation: verse", ["math", "poetry"], ["a sum", "verse"]),
    ("Tag 1: math\nTag 2: poetry", ["math", "poetry"], [None, None]),
    ("tags:\n- math\n- poetry", ["math", "poetry"], [None, None]),
    ("tags: [math, poetry]", ["math", "poetry"], [None, None]),
    ('tags: ["math", "poetry"]', ["math", "poetry"], [None, None]),
    ("| Tag | Explanation |\n|---|---|\n| math | a sum |\n| poetry | verse |", ["math", "poetry"], ["a sum", "verse"]),
    (
        "<tags><tag>math</tag><explanation>a sum</explanation><tag>poetry</tag></tags>",
        ["math", "poetry"],
        ["a sum", None],
    ),
    ("#math #poetry", ["math", "poetry"], [None, None]),
    ("数学、诗歌、写作", ["数学", "诗歌", "写作"], [None, None, None]),
    ("标签：数学，诗歌", ["数学", "诗歌"], [None, None]),
    ("- 数学\n- 詩", ["数学", "詩"], [None, None]),
    ('answer(tags=["math", "poetry"])', ["math", "poetry"], [None, None]),
    ('tags = ["math", "poetry"]', ["math", "poetry"], [None, None]),
    ('{\\"tags\\": [\\"math\\"]}', ["math"], [None]),
    ('"{\\"tags\\": [\\"math\\"]}"', ["math"], [None]),
    (
        '[{"math": "It asks for a sum."}, {"poetry": "It wants a poem."}]',
        ["math", "poetry"],
        ["It asks for a sum.", "It wants a poem."],
    ),
    ('{"tags": {"math": 0.9, "poetry": 0.4}}', ["math", "poetry"], [None, None]),
    ('{"tags": [{"label": "math", "score": 0.9}]}', ["math"], [None]),
    ('{"tags": {"primary": ["math"], "secondary": ["poetry"]}}', ["math", "poetry"], [None, None]),
    ('{"response": {"tags": ["math"]}}', ["math"], [None]),
    ('{"result": "{\\"tags\\": [\\"math\\"]}"}', ["math"], [None]),
    ('{"タグ": [{"タグ": "数学", "説明": "計算です。"}]}', ["数学"], ["計算です。"]),
    ('{"étiquettes": [{"étiquette": "maths", "explication": "Une somme."}]}', ["maths"], ["Une somme."]),
    ('{"etiquetas": ["mates"], "idioma": "es"}', ["mates"], [None]),
    ('{"теги": [{"тег": "математика", "объяснение": "Сумма."}]}', ["математика"], ["Сумма."]),
    ('[{"nome": "mat", "descrição": "x y."}]', ["mat"], ["x y."]),
    ('{"tags": [{"标签": "数学", "解释": "求和。"}]}', ["数学"], ["求和。"]),
    ('{"tags": [{"märke": "Mathe", "varför": "Handlar om tal."}]}', ["Mathe"], ["Handlar om tal."]),
    ('<think>It is about sums.\n{"tags": ["math"]}', ["math"], [None]),
    ('<think>Sums.\n\n```json\n{"tags": ["math"]}\n```', ["math"], [None]),
    ('[THINK]Is it ["law"]?[/THINK]{"tags": ["math"]}', ["math"], [None]),
    ('◁think▷hm ["law"]◁/think▷{"tags": ["math"]}', ["math"], [None]),
    ('[/INST] {"tags": ["math"]}</s>', ["math"], [None]),
    ('<|im_start|>assistant\n{"tags": ["math"]}<|im_end|>', ["math"], [None]),
    ("<start_of_turn>model\n- Math\n- Poetry<end_of_turn>", ["Math", "Poetry"], [None, None]),
    ("{‘tags’: [‘math’]}", ["math"], [None]),
    ('{"tags": [{"tag": "the "be" verb", "explanation": "x"}]}', ['the "be" verb'], ["x"]),
    (
        '{"tags": [{"tag": "math", "explanation": "Uses \\(x^2\\) and \\sqrt{2}"}]}',
        ["math"],
        ["Uses \\(x^2\\) and \\sqrt{2}"],
    ),
    ('{"tags": [{"tag": "files", "explanation": "C:\\Windows\\x"}]}', ["files"], ["C:\\Windows\\x"]),
    ('{tags: [{tag: "math", explanation: "a sum"}]}', ["math"], ["a sum"]),
    ("{tags: ['math', 'poetry']}", ["math", "poetry"], [None, None]),
    ("('math', 'poetry')", ["math", "poetry"], [None, None]),
    ('{"tags": ["math"; "poetry"]}', ["math", "poetry"], [None, None]),
    ('{"tags": ["math" "poetry"]}', ["math", "poetry"], [None, None]),
    ('{"tags": ["math"]}}', ["math"], [None]),
    ('{"tags": ["math" /* main */, "poetry"]}', ["math", "poetry"], [None, None]),
    ('{"tags": ["math", # main\n "poetry"]}', ["math", "poetry"], [None, None]),
    ('{"tags": {"1": "math", "2": "poetry"}}', ["math", "poetry"], [None, None]),
    ('{"1": "math", "2": "poetry"}', ["math", "poetry"], [None, None]),
    ('{"intention1": "math", "intention2": "poetry"}', ["math", "poetry"], [None, None]),
    (
        "The intentions are:\n1. **Math** – It asks for a sum.\n2. **Poetry** – It wants verse.\n",
        ["Math", "Poetry"],
        ["It asks for a sum.", "It wants verse."],
    ),
    ("```\nmath, poetry\n```", ["math", "poetry"], [None, None]),
    ("```yaml\ntags:\n  - tag: math\n    explanation: a sum\n```", ["math"], ["a sum"]),
    ('{"tag": "math"}\n{"tag": "poetry"}', ["math", "poetry"], [None, None]),
    ('{"tags": ["math", {"tag": "poetry", "explanation": "x"}]}', ["math", "poetry"], [None, "x"]),
    ("- Math", ["Math"], [None]),
    ("1、数学\n2、诗歌", ["数学", "诗歌"], [None, None]),
    ("1．数学：求和\n2．诗歌：写诗", ["数学", "诗歌"], ["求和", "写诗"]),
    ('"math", "poetry"', ["math", "poetry"], [None, None]),
    ('{"function": {"name": "tag", "arguments": "{\\"tags\\": [\\"math\\"]}"}}', ["math"], [None]),
    ('{"tool_calls": [{"function": {"name": "t", "arguments": {"tags": ["math"]}}}]}', ["math"], [None]),
    ('Thoughts: it is a sum.\nFinal answer: {"tags": ["math"]}', ["math"], [None]),
    (
        'tags: {"math": "a sum it asks for", "poetry": "it wants a poem"}',
        ["math", "poetry"],
        ["a sum it asks for", "it wants a poem"],
    ),
    (
        '[["math", "It asks for a sum."], ["poetry", "It wants a poem."]]',
        ["math", "poetry"],
        ["It asks for a sum.", "It wants a poem."],
    ),
    ('[{"tag_name": "math", "tag_explanation": "It asks for a sum."}]', ["math"], ["It asks for a sum."]),
    ('{"tags": [{"text": "math"}]}', ["math"], [None]),
    ('{"category": "math", "explanation": "It asks."}', ["math"], ["It asks."]),
    ('{"keywords": "math, poetry"}', ["math", "poetry"], [None, None]),
    ('{"intent": "math"}', ["math"], [None]),
    ('{"tags"：["math"]}', ["math"], [None]),
    ('｛"tags"：［"math"，"poetry"］｝', ["math", "poetry"], [None, None]),
    ("<ul><li>Math</li><li>Poetry</li></ul>", ["Math", "Poetry"], [None, None]),
    ('{"tags": "math\\npoetry"}', ["math", "poetry"], [None, None]),
    ("Math / Poetry / Writing", ["Math", "Poetry", "Writing"], [None, None, None]),
    ("Math\tPoetry", ["Math", "Poetry"], [None, None]),
    ("Math -> It asks for a sum\nPoetry -> In verse", ["Math", "Poetry"], ["It asks for a sum", "In verse"]),
    (
        "Math: It asks for a sum.\nPoetry: It wants a poem.",
        ["Math", "Poetry"],
        ["It asks for a sum.", "It wants a poem."],
    ),
    ("`math`, `poetry`", ["math", "poetry"], [None, None]),
    ("- [x] Math\n- [x] Poetry", ["Math", "Poetry"], [None, None]),
    ("a) Math\nb) Poetry", ["Math", "Poetry"], [None, None]),
    ('{"tags":\r\n["math"]}\r\n', ["math"], [None]),
    ('\u200b{"tags": ["math"]}', ["math"], [None]),
    ('{\xa0"tags":\xa0["math"]}', ["math"], [None]),
    ('{"tags": [“math”, "poetry"]}', ["math", "poetry"], [None, None]),
    ('{"tags": ["math"]}.', ["math"], [None]),
    ('[{"tag": "math", "explanation": "x"},]', ["math"], ["x"]),
]

HOLDING_NONE = [
    '{"tags": "I cannot tag this, sorry"}',
    '["I\'m sorry, but I cannot help with that."]',
    '{"tag": "I\'m sorry, I can\'t", "explanation": "It is against policy"}',
    '{"errors": ["I cannot do that."]}',
    "- I'm sorry\n- I can't help",
    "Es tut mir leid, ich kann das nicht.",
    "抱歉，我无法回答。",
    "申し訳ありませんが、できません。",
    "Let me think step by step:\n1. Read the query\n2. Find intentions\n3. Write JSON",
    "Draft tags:\n- law\n- math\nWait, no, that is wrong.",
    "Autumn moonlight\nA worm digs silently\nInto the chestnut",
    "I think it is about physics.",
    "The tags are math and poetry.",
    "Hello, how can I help you?",
    '{"tag": str, "explanation": str}',
    '[{"tag": "<tag>", "explanation": "<explanation>"}]',
    '{"tags": [{"tag": "string", "explanation": "string"}]}',
    '{"tags": [{"tag": "tag1", "explanation": "explanation1"}, {"tag": "tag2", "explanation": "explanation2"}]}',
    '{"tags": ["...", "..."]}',
    '{"$schema": "x", "type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}, "required": ["tags"]}',
    '{"tags": {"type": "array", "items": {"type": "object", "properties": {"tag": {"type": "string"}, "explanation": {"type": "string"}}, "required": ["tag", "explanation"]}}}',
    '{"required": ["tags"]}',
    '{"properties": {"tags": {"type": "array"}}, "required": ["tags", "explanation"]}',
    '{"tags": [{"type": "string"}]}',
    '{"title": "Tags", "description": "Tags of a query", "type": "object"}',
    '{"error": "I cannot tag this."}',
    '{"error": {"message": "bad", "code": 5}}',
    "<html><head><title>502 Bad Gateway</title></head></html>",
    '<think>Maybe {"tags": ["law"]}? Or {"tags": ["math"]}?',
    "<think>1. law\n2. math",
    '<|channel|>analysis<|message|>Is it {"tags": ["law"]}?<|end|>',
    '{"tags": ["math", "poe',
    '[{"tag": "math", "explanation": "x"}, {"tag": "po',
    "{'tags': ['math', 'po",
    "def f(x):\n    return x",
    "42",
    "Yes",
    "Sorry, no.",
    "Paris is the capital of France.",
    "Steps:\n1. Boil water\n2. Add pasta",
    "Here is how to cook pasta:\n1. Boil water.\n2. Add the pasta.",
    "None",
    '{"tags": ["N/A"]}',
    "Hmm, maybe math, or poetry?",
    "SELECT a, b FROM t",
    "https://example.com/a,b",
    "Tag: <tag>\nExplanation: <explanation>",
    '{"message": "Hello there friend", "status": "everything is ok"}',
    '{"tags": [], "reason": "I cannot tag this."}',
    '{"role": "assistant", "content": "I cannot tag this query."}',
]


@pytest.mark.parametrize(("content", "tags", "explanations"), READABLE)
def test_what_a_person_can_read_is_read(content: str, tags: list[str], explanations: list[str | None]) -> None:
    answer = read(content)
    assert (answer.tags, answer.explanations) == (tags, explanations)


@pytest.mark.parametrize("content", HOLDING_NONE)
def test_no_tag_comes_from_echoes_drafts_apologies_and_prose(content: str) -> None:
    with pytest.raises(Unreadable):
        read(content)


def test_answers_are_read_as_they_always_were() -> None:
    """What was paid for and read once stays read, word for word: journals are read anew in every run."""
    lines = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    assert len(lines) > 400
    for line in lines:
        assert read(line["text"]) == TagList(line["tags"], line["explanations"], line["notes"]), line["text"]


@pytest.mark.parametrize(
    "part",
    ["[", "{", '"', "'", '\\"', "\\", "[1] ", "[[a],", '{"a":', "“", "‘", "「", "/*", "//\n", "#", "<think>", "<think></think>", "</think>",
     "[THINK]", "```\n", "<|", "<tag>", "- a\n", "a, ", "a: b\n", " ", "\n", ".{", '["a" "b"],', "tag: a\n", "| a ", "a b", "**", "…", "\t"],
)  # fmt: skip
def test_long_answers_of_anything_end(part: str) -> None:
    """What takes time that grows as the square of the length would take minutes here."""
    content = (part * 400_000)[:400_000]
    for text in (content, f"[{content}]", f'{{"tags": ["{content}"]}}'):
        with contextlib.suppress(Unreadable):
            assert read(text).tags

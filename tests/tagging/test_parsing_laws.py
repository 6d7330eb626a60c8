"""Answers: what holds of all of them."""

import contextlib
import json
from unicodedata import category

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instag.chat.question import Reply, Unreadable
from instag.tagging.parsing import LONGEST_TAG, MOST_TAGS, TagList, read_answer
from instag.tagging.parsing.words import is_placeholder


def read(content: str | None, finish_reason: str | None = "stop") -> TagList:
    return read_answer(Reply(bytes(16), content, finish_reason))


PIECES = st.one_of(
    st.sampled_from("[]{}\"':,\\\n7\ud83d\x00\x1b\x9b"),
    st.sampled_from(
        ["tag", "tags", '"tag":', "explanation", "null", "math", '["a"]', '{"tag": "b"}', "```", "```json\n"]
    ),
    st.sampled_from(["<think>", "</think>", "<|channel|>final<|message|>"]),
)


@given(
    st.one_of(st.none(), st.text(), st.lists(PIECES, max_size=40).map("".join)),
    st.sampled_from(["stop", "length", "content_filter", "tool_calls", None]),
)
def test_any_text_is_read_or_unreadable(content: str | None, finish_reason: str | None) -> None:
    try:
        answer = read(content, finish_reason)
    except Unreadable:
        return
    assert 1 <= len(answer.tags) == len(set(answer.tags)) == len(answer.explanations) <= MOST_TAGS
    assert all(tag == tag.strip() and len(tag) <= LONGEST_TAG and any(map(str.isalnum, tag)) for tag in answer.tags)
    orjson.dumps([answer.tags, answer.explanations])  # neither holds half a character
    texts = [*answer.tags, *(why for why in answer.explanations if why is not None)]
    assert not any(category(letter) == "Cc" for text in texts for letter in text)


TAGS = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: any(map(str.isalnum, text))),
    min_size=1,
    max_size=12,
    unique=True,
    # What only says what was to stand there is no tag.
).filter(lambda tags: not all(is_placeholder(tag, None) for tag in tags))


@given(TAGS)
def test_tags_come_back_from_every_shape(tags: list[str]) -> None:
    objects = [{"tag": tag, "explanation": f"It is about {tag}."} for tag in tags]
    strings, wanted = orjson.dumps(tags).decode(), orjson.dumps({"tags": objects}).decode()
    shapes = [
        strings,
        wanted,
        orjson.dumps({"tags": tags}).decode(),
        orjson.dumps(objects).decode(),
        "{" + ", ".join(f'"tag": {orjson.dumps(tag).decode()}' for tag in tags) + "}",
        orjson.dumps({f"tag{n}": tag for n, tag in enumerate(tags)}).decode(),
        orjson.dumps(strings).decode(),
        f"```json\n{wanted}\n```",
        f"Here you are: {strings}",
        f"<think>What is it? {strings}?</think>\n{wanted}",
    ]
    for shape in shapes:
        assert read(shape).tags == tags, shape
    assert read(wanted).explanations == [f"It is about {tag}." for tag in tags]


@given(TAGS, st.sampled_from(["That's it.", 'It is "it".', "", "It's {a} [list]: x, y\\", "Zeile\nzwei, né None"]))
def test_a_repair_gives_the_same_or_nothing(tags: list[str], why: str) -> None:
    objects = [{"tag": tag, "explanation": f"{why} {tag}"} for tag in tags]
    wanted = json.dumps(objects)
    for broken in (
        repr(objects),
        repr(tags),
        wanted[:-1] + ",]",
        wanted.replace("}, {", "} {"),
        wanted.replace('", "', '" "'),
        wanted.replace('\\"', '"'),
        wanted.replace("explanation", 'expla"na"tion'),
    ):
        with contextlib.suppress(Unreadable):
            assert read(broken).tags == tags, broken


def test_repairs_are_made() -> None:
    """The same with nothing odd in it, so that giving nothing is no way out."""
    objects = [{"tag": "math", "explanation": "It's a sum."}, {"tag": "poetry", "explanation": "né"}]
    wanted = json.dumps(objects)
    for broken in (repr(objects), wanted[:-1] + ",]", wanted.replace("}, {", "} {"), wanted.replace('", "', '" "')):
        assert read(broken) == TagList(["math", "poetry"], ["It's a sum.", "né"], ["repaired"]), broken


@given(TAGS, st.data())
def test_no_tag_is_lost_where_an_answer_is_cut(tags: list[str], data: st.DataObject) -> None:
    """Wherever an answer ends too early, with no word of it from the server: it is unreadable, or lacks nothing."""
    whole = orjson.dumps({"tags": [{"tag": tag, "explanation": "why"} for tag in tags]}).decode()
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    for content in (cut, f"Sure: {cut}", f"```json\n{cut}", cut.replace('"', "'")):
        for finish_reason in ("stop", None):
            with pytest.raises(Unreadable):
                read(content, finish_reason)

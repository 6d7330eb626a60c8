"""Prompts for code, tools and images, and tags in another language."""

import json
from pathlib import Path
from typing import Any

import httpx2
import polars as pl
import pytest

import instag
from instag.chat.question import Reply
from instag.frame import wrap
from instag.tagging.examples import Example
from instag.tagging.images import beside_images, parts_of, pictured
from instag.tagging.parsing import read_answer
from instag.tagging.prompt import TEMPLATES, prompt_of

ADDRESS = "https://example.org/a(1).png"
DATA = "data:image/png;base64,iVBORw0KGgo="
SAID = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": ADDRESS}},
    {"type": "text", "text": "And this?"},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
    {"type": "image", "image": "/home/me/local.png"},
]
IMAGES = pl.DataFrame(
    {
        "messages": [
            [{"role": "user", "content": SAID}, {"role": "assistant", "content": [{"type": "text", "text": "A"}]}]
        ]
    }
)
SENT = "What is this?\n[image 1]\nAnd this?\n[image 2]"


@pytest.mark.parametrize("name", ["code", "tools", "images"])
def test_presets_show_examples_of_their_own(name: str) -> None:
    prompt = prompt_of(name)
    assert len(prompt.examples) == 2
    text = prompt.messages("Sort a list.")[-1]["content"]
    for example in prompt.examples:
        assert example.query in text
        # What is shown is what can be read.
        shown = example.shown("b", "e").splitlines()[-1]
        answer = read_answer(Reply(bytes(16), shown, "stop"))
        assert (tuple(answer.tags), tuple(answer.explanations)) == (example.tags, example.explanations)
    assert text.count("[begin query]") == 3
    assert "Sort a list." in text
    assert not any(place in text for place in ("{query}", "{begin}", "{examples}", "{vocabulary}", "{images}", "{{"))


def test_examples_that_are_given_take_their_place() -> None:
    prompt = prompt_of("code", examples=[{"query": "Why?", "tags": ["debugging"]}])
    assert prompt.examples == (Example("Why?", ("debugging",)),)
    assert prompt.identity != prompt_of("code").identity


def test_a_file_of_that_name_shows_none(tmp_path: Path) -> None:
    path = tmp_path / "code.txt"
    path.write_text("{query}{examples}")
    assert prompt_of(path).examples == ()


@pytest.mark.parametrize("name", ["instag", "instag-cached", "code", "tools", "images"])
def test_the_language_of_tags(name: str) -> None:
    english = prompt_of(name).messages("x")[0]["content"]
    assert prompt_of(name, tags_in="English").messages("x")[0]["content"] == english
    assert prompt_of(name, tags_in="English").identity == prompt_of(name).identity
    german = prompt_of(name, tags_in="German").messages("x")[0]["content"]
    assert german == english.replace("Answer in English", "Answer in German") != english
    same = prompt_of(name, tags_in="same").messages("x")[0]["content"]
    assert "Answer in the language of the request" in same
    assert len({prompt_of(name, tags_in=each).identity for each in ("English", "German", "same")}) == 3


@pytest.mark.parametrize("name", ["instagger", "instagger-vicuna"])
def test_a_prompt_without_a_place_for_the_language_says_so(name: str) -> None:
    with pytest.raises(instag.InputError, match=r"tags_in: the prompt 'instagger.*' has no place for it"):
        prompt_of(name, tags_in="German")


@pytest.mark.parametrize("language", ["", "{query}", 7, "a\nb"])
def test_a_language_is_expected(language: Any) -> None:
    with pytest.raises(instag.InputError, match="tags_in / --tags-in: expected the English name of a language"):
        prompt_of("instag", tags_in=language)


def test_a_file_names_the_place_of_the_language(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("Tag this in {language}: {query}")
    assert prompt_of(path, tags_in="Greek").messages("x") == [{"role": "user", "content": "Tag this in Greek: x"}]
    assert prompt_of(path).messages("x") == [{"role": "user", "content": "Tag this in English: x"}]


def test_images_become_parts_in_their_order() -> None:
    (query,) = next(iter(pictured(wrap(IMAGES), None))).to_list()[0]
    assert query == f"{SENT}\n![](https://example.org/a%281%29.png)\n![]({DATA})"
    (message,) = prompt_of("images").messages(query)
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["text", "image_url", "image_url"]
    assert SENT in message["content"][0]["text"]
    assert "![" not in message["content"][0]["text"]
    assert [part["image_url"]["url"] for part in message["content"][1:]] == ["https://example.org/a%281%29.png", DATA]


def test_without_images_the_message_is_text() -> None:
    assert isinstance(prompt_of("images").messages("Why?")[0]["content"], str)


def test_other_prompts_send_no_images() -> None:
    query = "Why?\n![](https://example.org/a.png)"
    assert query in prompt_of("instag").messages(query)[0]["content"]


def test_images_in_the_middle_of_a_text_stay_text() -> None:
    query = "Look at ![a](https://example.org/a.png) and ![b](javascript:x)"
    assert parts_of(query) == (query, [])


def test_a_cut_leaves_images_whole() -> None:
    shorten = beside_images(instag.tagging.Cut(100))
    address = "data:image/png;base64," + "A" * 10_000
    text, left_out = shorten("x" * 500 + f"\n![]({address})")
    assert left_out > 400
    assert parts_of(text)[1] == [{"type": "image_url", "image_url": {"url": address}}]
    # Cutting again changes nothing: what is asked with has a key.
    assert shorten(text) == (text, 0)


def test_images_reach_the_server_and_the_key(tmp_path: Path) -> None:
    asked: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content)["messages"][0]["content"])
        said = {"content": '{"tags": ["object recognition"]}'}
        return httpx2.Response(200, json={"choices": [{"message": said, "finish_reason": "stop"}]})

    def tag(data: pl.DataFrame) -> pl.DataFrame:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
        journal = tmp_path / "journal"
        address = "http://localhost/v1"
        return instag.tag(data, model="m", base_url=address, client=client, journal=journal, prompt="images").data

    assert tag(IMAGES)["tags"].to_list() == [["object recognition"]]
    assert [part["type"] for part in asked[0]] == ["text", "image_url", "image_url"]
    # What `read` makes beside the conversation has no images: the conversation is asked about.
    tag(IMAGES.with_columns(queries=pl.Series([["What is this?"]])))
    assert len(asked) == 1
    other = json.loads(json.dumps(SAID).replace("a(1).png", "b.png"))
    tag(pl.DataFrame({"messages": [[{"role": "user", "content": other}]]}))
    assert len(asked) == 2


def test_the_prompts_that_were_there_are_as_they_were() -> None:
    """Their identities are in the keys of answers that were paid for."""
    known = {
        "instag": "53b9a6863242083fc96e9f625c7732ab",
        "instag-cached": "35bef658b955bb42a40eacdf1212f6ad",
        "instagger": "ce91c87c4161a6d200fb7e7fa182c985",
        "instagger-vicuna": "fa74a2d1ad9ecd3507e7746263729ed7",
    }
    assert {name: prompt_of(name).identity for name in known} == known
    assert set(known) < set(TEMPLATES)

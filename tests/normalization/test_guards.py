"""What guards and distances make of two tags: limits, reasons, and the short way for plain tags."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instag.normalization.matching import guards
from instag.normalization.matching.decision import compare, reach, spelling
from instag.normalization.matching.guards import refusal
from instag.normalization.matching.words import joined

# A row of the table in docs/normalizing.md: two tags that differ so, the likeness of what they exchange, and the
# distance allowed for a `distance` of 0.05, 0.10 and 0.20.
LIMITS = [
    ("email writing", "writing emails", 0.0, (0.10, 0.10, 0.20)),
    ("basic python data", "data python basic", 0.0, (0.05, 0.10, 0.20)),
    ("summarization of texts", "summarize texts", 0.0, (0.10, 0.10, 0.20)),
    ("social network", "social networking", 0.0, (0.04, 0.08, 0.16)),
    ("math puzzle", "maths riddle", 0.60, (0.15, 0.15, 0.20)),
    ("math puzzle", "math riddle", 0.59, (0.10, 0.10, 0.20)),
    ("puzzle", "riddle", 0.99, (0.10, 0.10, 0.20)),
    ("math puzzle", "math riddle", 0.42, (0.10, 0.10, 0.20)),
    ("math puzzle", "math riddle", 0.41, (0.04, 0.08, 0.16)),
    ("data", "database", 0.9, (0.05, 0.10, 0.20)),
    ("game", "videogame", 0.9, (0.05, 0.10, 0.20)),
    ("writing tips", "writing", 0.0, (0.075, 0.10, 0.20)),
    ("writing poems", "writing", 0.0, (0.04, 0.08, 0.16)),
    ("zoom in", "zoom", 0.0, (0.04, 0.08, 0.16)),
    ("safe", "not safe", 1.0, (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("one", "other", "likeness", "limits"), LIMITS)
def test_the_distance_allowed_goes_by_how_tags_differ(
    one: str, other: str, likeness: float, limits: tuple[float, ...]
) -> None:
    for distance, limit in zip((0.05, 0.10, 0.20), limits, strict=True):
        said = compare(one, other, 1 - limit, distance, lambda *_: likeness)
        assert said.limit == pytest.approx(limit)
        assert said.joins == (limit > 0)
        assert not compare(one, other, 1 - limit - 1e-4, distance, lambda *_: likeness).joins
        assert compare(other, one, 1 - limit, distance, lambda *_: likeness) == said
        assert limit <= reach(distance, guards=True)


def test_the_farthest_that_tags_may_be() -> None:
    assert [reach(distance, guards=True) for distance in (0.05, 0.10, 0.20)] == pytest.approx([0.15, 0.15, 0.20])
    assert reach(0.05, guards=False) == 0.05


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("code review", "review code", "the same words in another order"),
        ("email writing", "writing emails", "inflections of the same words in another order"),
        ("programming basics", "basic programming", "inflections of the same words in another order"),
        ("data analysis", "analysis of data", "the same words in another order; without: of"),
        ("analysis of the data", "analysis of data", "without: the"),
        ("hack and slash", "hack n slash", "without: and n"),
        ("ease out", "ease in out", "particles differ: in out/out"),
        ("zoom in", "zoom", "particles differ: in"),
        ("sign in", "sign on", "particles differ: in/on"),
        ("reviews code", "review codes", "inflection"),
        ("summarization of texts", "summarize texts", "one word derived from the other: summarization/summarize"),
        ("math puzzle", "maths riddle", "alike: puzzle/riddle"),
        ("data", "database", "data in database"),
        ("writing poems", "writing", "added: poems"),
    ],
)
def test_why(one: str, other: str, why: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert compare(first, second, 1.0, 0.05, lambda *_: 0.5).why == why


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("role play", "roleplay", "differ only by spaces"),
        ("node.js", "nodejs", "differ only by spaces or full stops"),
        ("node.js", "node js", "differ only by spaces or full stops"),
        ("role plays", "roleplay", "differ only by spaces and inflection"),
    ],
)
def test_why_by_spelling(one: str, other: str, why: str) -> None:
    for first, second in ((one, other), (other, one)):
        said = spelling(first, second)
        assert said is not None
        assert (said.joins, said.why) == (True, why)


@pytest.mark.parametrize("word", ["act", "ark", "set", "art"])
def test_a_prefix_before_a_few_letters_is_a_part_of_the_word(word: str) -> None:
    assert refusal(f"re{word}", word) is None
    assert refusal(f"re{word}ion", f"{word}ion") == f"prefix: re{word}ion/{word}ion"


KNOWN = """a an of in on to from and or not no without data code codes coding review reviews market marketing english
french python java c c++ .net node.js 2 3.5 ii two first translation generation conversion import export safe unsafe
overfit underfitting overwork reset set setting act react list lists out up self selfstudy study é 数 zoom login before between"""
tag = st.lists(st.sampled_from(KNOWN.split()), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(tag, tag)
def test_the_short_way_says_what_the_guards_say(one: str, other: str) -> None:
    if joined(one) != joined(other):
        assert refusal(one, other) == guards._by_guards(one, other)


def test_the_short_way_for_every_two_words() -> None:
    for one, other in product(KNOWN.split(), repeat=2):
        if joined(one) != joined(other):
            assert refusal(one, other) == guards._by_guards(one, other)


@settings(max_examples=300, deadline=None)
@example("an of a", "a an of an")
@given(tag, tag)
def test_the_order_of_two_tags_changes_nothing(one: str, other: str) -> None:
    assert (refusal(one, other) is None) == (refusal(other, one) is None)
    assert spelling(one, other) == spelling(other, one)
    assert compare(one, other, 0.93, 0.05, lambda *_: 0.5) == compare(other, one, 0.93, 0.05, lambda *_: 0.5)

"""Tags that look alike and are not one, and tags that look different and are."""

import polars as pl
import pytest

import instag
from instag import _core
from instag.embedding.minilm import MiniLM
from instag.normalization.matching.decision import compare, spelling
from instag.normalization.matching.guards import refusal

# What must stay apart at any distance, with the guard that says so where the spelling alone can tell.
APART = """
english to french translation | french to english translation | direction: to
translation from german | german from translation | direction: from
text to image | image to text | direction: to
text-to-SQL | SQL to text | direction: to
translation to german | german translation | direction: to
safe | not safe | negation
safe content | unsafe content | opposites: safe/unsafe
with code | without code | negation
fiction | non-fiction | negation
legal | illegal | opposites: illegal/legal
supervised learning | unsupervised learning | opposites: supervised/unsupervised
understanding | misunderstanding | prefix: misunderstanding/understanding
C | C++ | symbols differ
C++ | C# | symbols differ
C | C# | symbols differ
C programming | C++ programming | symbols differ
C++ programming | C# programming | symbols differ
R programming | C programming | single letters differ
.NET | net | symbols differ
.net | dot net | symbols differ
A* search | a search | symbols differ
R&D department | department | symbols differ
python 2 | python 3 | numbers differ
GPT-3 | GPT-4 | numbers differ
world war i | world war ii | numbers differ
3D modeling | 2D modeling | numbers differ
two sentence limit | three sentence limit | numbers differ
sentence limit | two sentence limit | numbers differ
spanish translation | french translation | names differ: french/spanish
translation | french translation | names differ: french
ascending order | descending order | opposites: ascending/descending
encryption | decryption | opposites: decryption/encryption
import data | data export | opposites: export/import
positive feedback | negative feedback | opposites: negative/positive
front-end | back-end | opposites: back/front
addition | subtraction | opposites: addition/subtraction
list of tuples | tuple of lists | direction: of
research and development | research | one is a part of a list
development and research | research development | a list against a compound
English-French translation | French-English translation | direction: translation
translate English French | French English translation | direction: english/french
EN-DE translation | DE-EN translation | direction: translation
Java-Python conversion | Python-Java conversion | direction: conversion
binary-decimal conversion | decimal-binary conversion | direction: conversion
Celsius-Fahrenheit converter | Fahrenheit-Celsius converter | direction: converter
USD-EUR conversion | EUR-USD conversion | direction: conversion
text-image generation | image-text generation | direction: generation
English-French dictionary | French-English dictionary | direction: english/french
lithuanian | latvian | names differ: latvian/lithuanian
swiss history | austrian history | names differ: austrian/swiss
peru travel | chile travel | names differ: chile/peru
inbound marketing | outbound marketing | opposites: inbound/outbound
vegan cooking | vegetarian cooking | opposites: vegan/vegetarian
historian role play | historical role play | opposites: historian/historical
overestimation | underestimation | opposites: overestimation/underestimation
overfit models | underfitting models | opposites: overfit/underfitting
hyperthyroidism | hypothyroidism | opposites: hyperthyroidism/hypothyroidism
upstream | downstream | opposites: downstream/upstream
pretraining | posttraining | opposites: posttraining/pretraining
homework before sport | sport before homework | direction: before
log in | log out | opposites: in/out
turning on lights | turning off lights | opposites: off/on
resetting rights | setting rights | prefix: resetting/setting
"""
# What a stem alone would join.
STEM = [
    ("organ", "organization"),
    ("university", "universe"),
    ("general", "generation"),
    ("policy", "police"),
    ("new", "news"),
    ("united states", "unit state"),
    ("past", "paste"),
    ("physics", "physic"),
    ("market", "marketing"),
    ("stock marketing", "stock market"),
    ("stock marketing", "stockmarket"),
    ("social networking", "social network"),
    ("bank accounting", "bank account"),
    ("software engineering", "software engineer"),
    ("fake new", "fakenews"),
    ("color custom", "colorcustoms"),
    ("color custom", "color customs"),
    ("word mean", "wordmeaning"),
    ("unit code", "coding"),
    ("income", "incoming"),
    ("angle", "angling"),
    ("letter", "lettering"),
    ("head", "heading"),
    ("condition", "conditioning"),
]
ONE = [
    ("node.js", "nodejs"),
    ("node.js", "Node JS"),
    ("JavaScript", "Java Script"),
    ("role-play", "roleplay"),
    ("unit tests", "unit test"),
    ("code debugging", "code debugs"),
    ("stories", "story"),
    ("bar charts", "barchart"),
    ("bar chart", "barcharts"),
    ("open source codes", "opensource coding"),
    ("emails writing", "email writing"),
]
# The same words, where the order or a small word says nothing.
SAME = [
    ("email writing", "writing emails"),
    ("python code generation", "code generation python"),
    ("python code generation", "generation of python code"),
    ("html css website", "css html website"),
    ("english and french", "french and english"),
    ("French translation", "translation french"),
    ("research and development", "research development"),
    ("hack and slash", "hack n slash"),
    ("text generation model", "text generation models"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_guards_let_pass(one: str, other: str) -> None:
    assert refusal(one.lower(), other.lower()) is refusal(other.lower(), one.lower()) is None


def clean(tag: str) -> str:
    return _core.clean([tag])[0]


@pytest.mark.parametrize("line", APART.strip().splitlines())
def test_guards(line: str) -> None:
    one, other, why = (part.strip() for part in line.split(" | "))
    assert refusal(clean(one), clean(other)) == why
    assert refusal(clean(other), clean(one)) == why
    assert not compare(clean(one), clean(other), 1.0, 2.0, lambda *_: 1.0).joins


@pytest.mark.parametrize(("one", "other"), STEM)
def test_stems_alone_join_nothing(one: str, other: str) -> None:
    said = spelling(one, other)
    assert said is None or not said.joins


def kept(*tags: str, **options: object) -> list[str]:
    frame = pl.DataFrame({"tags": [[tag] for tag in tags]})
    return sorted(instag.normalize(frame, min_count=None, **options).vocabulary.tags["tag"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_spelling_joins(one: str, other: str) -> None:
    assert len(kept(one, other, embedder=None)) == 1


def test_traps_stay_apart_at_a_great_distance() -> None:
    embedder = MiniLM()
    for line in APART.strip().splitlines():
        one, other = line.split(" | ")[:2]
        assert kept(one, other, distance=0.2, embedder=embedder) == sorted((one, other))


@pytest.mark.filterwarnings("ignore:embedder minilm")
def test_other_scripts_survive() -> None:
    tags = [
        "自然语言处理",
        "自然语言理解",
        "математика",
        "физика",
        "🚀",
        "🔥",
        "معالجة اللغة",
        "हिन्दी",
        "한국어",
        "日本語",
    ]
    assert kept(*tags) == sorted(tags)
    assert kept(*tags, distance=0.2) == sorted(tags)


def test_programming_languages_survive() -> None:
    tags = ["C", "C++", "C#", "F#", ".NET", "node.js", "R", "R&D", "Go", "A*"]
    assert kept(*tags, distance=0.2) == sorted(tags)


def test_the_paper_stems_at_any_price() -> None:
    assert kept("organ", "organization", stem="paper", embedder=None) == ["organ"]
    assert kept("organ", "organization", guards=False, embedder=None) == ["organ"]
    assert kept("organs", "organ", stem=False, embedder=None) == ["organ", "organs"]
    assert kept("organs", "organ", rules=False, embedder=None) == ["organ", "organs"]


def test_what_a_stem_would_have_joined_is_listed() -> None:
    frame = pl.DataFrame({"tags": [["organ", "organization", "policy", "police"]]})
    apart = instag.normalize(frame, embedder=None).apart
    assert apart.rows() == [("organ", "organization", "kept apart: same stem only")]


def test_what_became_one_later_is_not_listed_as_apart() -> None:
    frame = pl.DataFrame({"tags": [["organ", "organization"]] * 2})
    assert instag.normalize(frame, embedder=None, min_support=2).apart.is_empty()

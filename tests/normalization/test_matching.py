"""Unseen tags are matched as they would have been normalised."""

from typing import Any

import numpy as np
import polars as pl
import pytest

import instag
from instag.normalization.matching.acronyms import LEAST, Acronyms, acronyms


def frame(*rows: Any) -> pl.DataFrame:
    return pl.DataFrame({"tags": list(rows)}, schema={"tags": pl.List(pl.String)})


def towards(**likeness: float) -> Any:
    """An embedder by which texts have a likeness to all others, which are one."""

    def embed(texts: list[str]) -> Any:
        near = np.array([likeness.get(text, 1.0) for text in texts])
        return np.stack([near, np.sqrt(1 - near**2)], axis=1)

    return embed


def applied(vocabulary: instag.Vocabulary, tag: str, **options: Any) -> tuple[list[str], list[tuple[str, str]]]:
    done = vocabulary.apply(frame([tag]), **options)
    return done.data["tags"][0].to_list(), done.merges.select("step", "why").rows()


def test_an_unseen_acronym_is_what_it_stands_for() -> None:
    embed = towards(nlp=0.4, NLP=0.4)
    made = instag.normalize(frame(["natural language processing"]), distance=0.01, embedder=embed).vocabulary
    assert applied(made, "NLP", embedder=embed) == (
        ["natural language processing"],
        [("semantic", "nlp / natural language processing: similarity 0.40; acronym: nlp")],
    )
    # Neither beyond the meaning, nor without guards, nor without an embedder.
    assert applied(made, "NLP", embedder=towards(nlp=LEAST - 0.01))[0] == []
    assert applied(made, "NLP", embedder=None)[0] == []
    free = instag.normalize(frame(["natural language processing"]), distance=0.01, embedder=embed, guards=False)
    assert applied(free.vocabulary, "NLP", embedder=embed)[0] == []


def test_what_an_acronym_of_the_vocabulary_stands_for() -> None:
    embed = towards(nlp=0.4)
    made = instag.normalize(frame(["nlp"]), distance=0.01, embedder=embed).vocabulary
    assert applied(made, "Natural Language Processing", embedder=embed) == (
        ["nlp"],
        [("semantic", "natural language processing / nlp: similarity 0.40; acronym: nlp")],
    )


def test_an_unseen_acronym_of_two_tags_is_new() -> None:
    embed = towards(cs=0.7, **{"customer service": 0.4})
    made = instag.normalize(frame(["computer science", "customer service"]), distance=0.01, embedder=embed).vocabulary
    assert len(made) == 2
    assert made.apply(frame(["CS"]), embedder=embed).new["tag"].to_list() == ["CS"]
    assert Acronyms(["computer science", "customer service"]).partner("cs") is None
    assert Acronyms(["cs", "computer science"]).partner("customer service") is None
    assert Acronyms(["cs", "computer science"]).partner("computer sciences") == 0
    assert Acronyms(["computer science", "computer sciences"]).partner("cs") == 0


def test_initials_alone_are_chance() -> None:
    texts = ["cat", "computer aided testing"]
    for similarity, expected in ((LEAST + 0.01, 1), (LEAST - 0.01, 0)):
        found = np.array([[1, 0], [similarity, np.sqrt(1 - similarity**2)]], np.float32)
        assert len(list(acronyms(texts, found))) == expected


@pytest.mark.parametrize("new", ["drop", "keep"])
def test_spellings_of_a_dropped_tag_are_dropped(new: Any) -> None:
    rows = frame(["common thing", "Rare Thing"], ["common thing"])
    made = instag.normalize(rows, min_count=2, embedder=None).vocabulary
    assert made.dropped == ["Rare Thing"]
    why = "a spelling of a dropped tag; the same once cleaned: rare thing"
    assert applied(made, "rare_thing", new=new) == ([], [("rules", why)])
    why = "a spelling of a dropped tag; plural: rare things / rare thing"
    assert applied(made, "rare things", new=new) == ([], [("rules", why)])
    assert made.apply(frame(["rare things"]), new=new).new.is_empty()


def test_a_tag_comes_before_a_dropped_one() -> None:
    rows = frame(["unit-test", "unit_tests"], ["unit-test"])
    made = instag.normalize(rows, min_count=2, embedder=None).vocabulary
    assert made.dropped == ["unit_tests"]
    assert applied(made, "unit test")[0] == ["unit-test"]
    # The dropped one is as near, or nearer.
    assert applied(made, "Unit Tests")[0] == []
    assert applied(made, "unittests")[0] == ["unit-test"]


def test_without_rules_a_dropped_spelling_says_nothing() -> None:
    rows = frame(["common thing", "Rare Thing"], ["common thing"])
    made = instag.normalize(rows, min_count=2, embedder=None, rules=False).vocabulary
    assert made.apply(frame(["rare_thing"])).new["tag"].to_list() == ["rare_thing"]


def test_of_two_tags_with_one_cleaned_form_the_more_frequent_counts() -> None:
    # "a_b" goes into "x" before rules could make it one with "a-b".
    rows = frame(*[["a_b", "x"]] * 3, ["x"], ["a-b"])
    steps = ["association", "rules"]
    made = instag.normalize(rows, steps=steps, min_support=2, embedder=None).vocabulary
    assert made.tags.select("tag", "members").rows() == [("x", ["x", "a_b"]), ("a-b", ["a-b"])]
    assert applied(made, "a b")[0] == ["x"]

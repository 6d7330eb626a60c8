"""Tags in other languages: accents, and the inflections of English, which are for English alone."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import instag
from instag.normalization.matching.decision import spelling
from instag.normalization.matching.guards import refusal
from instag.normalization.matching.languages import accents, unaccented

LETTERS = st.text("aeinouc éèêëñöüçñãåłżй日ga", min_size=1, max_size=12).map(lambda text: " ".join(text.split()))


def normal(*tags: str) -> list[str]:
    done = instag.normalize(pl.DataFrame({"tags": [[tag] for tag in tags]}), min_count=1, embedder=None)
    return [tag for row in done.data["tags"].to_list() for tag in row]


@pytest.mark.parametrize(
    "pair",
    [
        ("résumé writing", "resume writing"),
        ("français", "francais"),
        ("naïve bayes", "naive bayes"),
        ("leçon de piano", unicodedata.normalize("NFD", "leçon de piano")),
        ("Éducation", "EDUCATION"),
        ("\uff27\uff30\uff34", "gpt"),
        ("机器 翻译", "机器翻译"),
    ],
)
def test_writings_of_one_tag_are_one(pair: tuple[str, str]) -> None:
    assert len(set(normal(*pair))) == 1
    assert len(set(normal(*reversed(pair)))) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("año", "ano"),
        ("montaña", "montana"),
        ("schön", "schon"),
        ("Zug fällt", "Zug fallt"),
        ("pêcheur", "pécheur"),
        ("côté", "cote"),
        ("ガス", "カス"),
        ("мой", "мои"),
        ("niño", "niños"),
        ("leçon", "leçons"),
        ("recetas de cocina", "receta de cocina"),
        ("cours de danse", "cour de danse"),
        ("Kind und Autos", "Kind und Auto"),
        ("Übersetzungs", "Übersetzung"),
    ],
)
def test_other_words_and_other_plurals_stay_apart(pair: tuple[str, str]) -> None:
    assert set(normal(*pair)) == set(pair)


def test_what_could_be_several_words_without_accents_joins_none() -> None:
    assert normal("relèvement", "relévement", "relevement") == ["relèvement", "relévement", "relevement"]


def test_accents_that_make_another_letter_hold_against_likeness() -> None:
    def alike(texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] if text.startswith("m") else [0.0, 1.0] for text in texts]

    data = pl.DataFrame({"tags": [["montaña"], ["montana"], ["café"], ["cafe"]]})
    done = instag.normalize(data, min_count=1, embedder=alike, steps=("rules", "semantic"))
    assert refusal("montaña", "montana") == "accents differ"
    tags = [row[0] for row in done.data["tags"].to_list()]
    assert tags[0] != tags[1]
    assert tags[2] == tags[3]


@given(one=LETTERS, other=LETTERS)
def test_accents_are_looked_at_alike_from_both_sides(one: str, other: str) -> None:
    assert accents(one, other) == accents(other, one)
    assert spelling(one, other) == spelling(other, one)
    if accents(one, other) is not None:
        assert unaccented(one) == unaccented(other)
        assert unaccented(unaccented(one)) == unaccented(one)

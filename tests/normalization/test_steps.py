"""Each step on a case small enough to check by hand, and all together."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import DBSCAN

import instag
from instag.normalization.matching.acronyms import acronyms
from instag.normalization.steps.frequency import automatic

# Angles in degrees; two tags are as far apart as 1 - cos of the difference.
ANGLES = {
    "cat": 0,
    "feline": 10,
    "kitty": 20,
    "dog": 90,
    "hound": 97,
    "fish": 180,
    "sql": 210,
    "databases": 240,
    "rare": 300,
}


def angles(texts: list[str]) -> Any:
    turned = np.radians([ANGLES.get(text, 270) for text in texts])
    return np.stack([np.cos(turned), np.sin(turned)], axis=1)


def frame(*rows: Any) -> pl.DataFrame:
    return pl.DataFrame({"tags": list(rows)}, schema={"tags": pl.List(pl.String)})


def fates(done: instag.Normalized[Any]) -> list[tuple[str, str | None]]:
    return sorted(done.merges.select("from", "to").rows())


def test_frequency() -> None:
    done = instag.normalize(frame(["a", "b"], ["a", "b"], ["a", "c", "c"]), steps=["frequency"], min_count=2)
    assert done.data["tags"].to_list() == [["a", "b"], ["a", "b"], ["a"]]
    assert done.data["raw_tags"].to_list() == [["a", "b"], ["a", "b"], ["a", "c", "c"]]
    assert done.merges.select("from", "to", "step", "why", "count").rows() == [
        ("c", None, "frequency", "in 1 row, fewer than min_count 2", 2)
    ]
    assert done.steps.rows() == [("raw", 3, 3, 7, 6, 0, 0, 1), ("frequency", 3, 2, 6, 5, 0, 1, 0)]


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [(0, 1), (2_240, 1), (4_109, 1), (12_700, 2), (52_426, 4), (109_889, 6), (1_370_000, 20), (44_800_000, 114)],
)
def test_automatic_counts(assignments: int, expected: int) -> None:
    assert automatic(assignments) == expected


def test_a_great_loss_is_said() -> None:
    message = (
        "^the step 'frequency' removes 75% of all assignments of tags; for small data a lower min_count keeps more$"
    )
    with pytest.warns(instag.InstagWarning, match=message):
        instag.normalize(frame(["a", "b"], ["c", "a"], ["d", "e"], ["f", "g"]), steps=["frequency"], min_count=2)


def test_rules() -> None:
    done = instag.normalize(
        frame(
            ["Data_Analysis", "C++"],
            ["data-analysis"],
            ["data-analysis", "C"],
            ["unit tests"],
            ["unit test"] * 2,
            [" "],
        ),
        steps=["rules"],
    )
    assert done.data["tags"].to_list() == [
        ["data-analysis", "C++"],
        ["data-analysis"],
        ["data-analysis", "C"],
        ["unit test"],
        ["unit test"],
        [],
    ]
    assert sorted(done.merges.select("from", "to", "why").rows()) == [
        (" ", None, "blank: nothing but white space"),
        ("Data_Analysis", "data-analysis", "the same once cleaned: data analysis"),
        ("unit tests", "unit test", "plural: unit tests / unit test"),
    ]


def test_semantic_star() -> None:
    # kitty is near feline alone, which is near cat: a star does not chain.
    rows = frame(["cat"], ["cat"], ["cat"], ["feline"], ["feline"], ["kitty"], ["dog"], ["hound"], ["fish"])
    done = instag.normalize(rows, steps=["semantic"], distance=0.02, guards=False, embedder=angles)
    assert fates(done) == [("feline", "cat"), ("hound", "dog")]
    assert done.merges["similarity"].to_list() == pytest.approx([np.cos(np.radians(10)), np.cos(np.radians(7))])


def test_a_tag_is_shown_as_the_most_frequent_spelling_of_all_that_it_is() -> None:
    # "cat" is in more rows than "feline" once its spellings are one, none of which is as frequent.
    rows = frame(*[["cat"]] * 3, *[["Cat"]] * 3, *[["CAT"]] * 2, *[["feline"]] * 4)
    options: Any = {"min_count": None, "distance": 0.02, "embedder": angles, "min_support": None}
    for linkage in ("star", "dbscan"):
        for guards in (True, False):
            done = instag.normalize(rows, linkage=linkage, guards=guards, **options)
            assert done.vocabulary.tags.rows() == [("feline", 12, ["feline", "Cat", "cat", "CAT"])]
            assert done.merges.select("from", "to", "via").rows() == [
                ("cat", "feline", "Cat"),
                ("CAT", "feline", "Cat"),
                ("Cat", "feline", None),
            ]


def test_what_is_absorbed_lends_no_name() -> None:
    # No spelling of "programming" is as frequent as "cpp", which is another tag.
    rows = [*[["cpp", "Programming"]] * 3, *[["cpp", "programming"]] * 3, *[["PROGRAMMING"]] * 2]
    done = instag.normalize(frame(*rows), min_count=None, embedder=None, min_support=6)
    assert done.vocabulary.tags.rows() == [("Programming", 8, ["Programming", "cpp", "programming", "PROGRAMMING"])]


def test_semantic_dbscan_says_by_which_way() -> None:
    rows = frame(["cat"], ["cat"], ["feline"], ["kitty"], ["dog"], ["hound"], ["fish"])
    done = instag.normalize(rows, steps=["semantic"], distance=0.02, guards=False, linkage="dbscan", embedder=angles)
    assert sorted(done.merges.select("from", "to", "via", "why").rows()) == [
        ("feline", "cat", None, "feline / cat: similarity 0.98; in a cluster"),
        ("hound", "dog", None, "hound / dog: similarity 0.99; in a cluster"),
        ("kitty", "cat", "feline", "kitty / feline: similarity 0.98; in a cluster"),
    ]


def test_dbscan_splits_by_diameter() -> None:
    rows = frame(["cat"], ["cat"], ["feline"], ["kitty"])
    options: Any = {"steps": ["semantic"], "distance": 0.02, "linkage": "dbscan", "embedder": angles}
    for guards in (True, False):
        done = instag.normalize(rows, guards=guards, max_diameter=0.03, **options)
        assert len(done.vocabulary) == 2


def test_long_chains_are_said() -> None:
    tags = [f"word{letter}" for letter in "abcdefghij"]
    line = dict(zip(tags, range(0, 100, 10), strict=True))

    def embed(texts: list[str]) -> Any:
        turned = np.radians([line.get(text, 200) for text in texts])
        return np.stack([np.cos(turned), np.sin(turned)], axis=1)

    options: Any = {"steps": ["semantic"], "distance": 0.02, "linkage": "dbscan", "embedder": embed}
    with pytest.warns(instag.InstagWarning, match="1 clusters are chains"):
        done = instag.normalize(frame(*([tag] for tag in tags)), guards=False, **options)
    assert len(done.vocabulary) == 1
    assert sorted(done.merges.select("from", "via").rows())[:2] == [("wordb", None), ("wordc", "wordb")]
    with pytest.warns(instag.InstagWarning, match="1 clusters hold tags more than 3 links away"):
        done = instag.normalize(frame(*([tag] for tag in tags)), **options)
    assert len(done.vocabulary) == 1
    ways = dict(done.merges.select("from", "via").rows())
    assert ways["wordc"] == "wordb"
    assert ways["wordj"] == "wordi"


@pytest.mark.filterwarnings("ignore:linkage 'dbscan'")
@pytest.mark.parametrize("min_samples", [1, 2, 3, 4])
def test_without_guards_dbscan_is_that_of_scikit_learn(min_samples: int) -> None:
    vectors = np.random.default_rng(min_samples).normal(size=(200, 3)).astype(np.float32)
    names = [f"tag {nth:03}" for nth in range(200)]
    place = dict(zip(names, vectors, strict=True))
    done = instag.normalize(
        frame(*([name] for name in names)),
        steps=["semantic"],
        distance=0.01,
        guards=False,
        linkage="dbscan",
        min_samples=min_samples,
        embedder=lambda texts: [place[text] for text in texts],
    )
    labels = DBSCAN(eps=0.01, min_samples=min_samples, metric="cosine").fit(vectors).labels_
    clusters: dict[Any, list[str]] = {}
    for name, label in zip(names, labels.tolist(), strict=True):
        clusters.setdefault(label if label >= 0 else name, []).append(name)
    assert sorted(map(sorted, done.vocabulary.tags["members"].to_list())) == sorted(clusters.values())


def test_association() -> None:
    # sql is never without databases; x and y are a circle, and of the same count: the name decides.
    rows = [["sql", "databases"]] * 3 + [["databases"]] * 2 + [["x", "y"]] * 3
    done = instag.normalize(frame(*rows, None), steps=["association"], min_support=2)
    assert sorted(done.merges.select("from", "to", "why", "n_a", "n_ab", "support", "confidence").rows()) == [
        ("sql", "databases", "3 of 3 rows with 'sql' have 'databases' too", 3, 3, 3 / 8, 1.0),
        ("y", "x", "3 of 3 rows with 'y' have 'x' too", 3, 3, 3 / 8, 1.0),
    ]
    assert done.data["tags"].to_list() == [*[["databases"]] * 5, *[["x"]] * 3, None]
    assert done.steps.rows()[1] == ("association", 4, 2, 14, 8, 0, 0, 6)


def test_a_circle_becomes_its_most_frequent_tag() -> None:
    rows = [["x", "y"]] * 9 + [["y"]]
    done = instag.normalize(frame(*rows), steps=["association"], min_support=2, min_confidence=0.9)
    assert done.merges.select("from", "to").rows() == [("x", "y")]
    named = [[{"x": "b", "y": "a"}[tag] for tag in row] for row in rows] + [["b"]] * 2
    done = instag.normalize(frame(*named), steps=["association"], min_support=2, min_confidence=0.8)
    assert done.merges.select("from", "to").rows() == [("a", "b")]


def test_association_takes_the_closest_and_goes_on() -> None:
    # a implies b and c; b is rarer than c, so closer. b then implies c.
    rows = [["a", "b", "c"]] * 4 + [["b", "c"]] * 2 + [["c"]] * 4
    done = instag.normalize(frame(*rows), steps=["association"], min_support=2)
    assert sorted(done.merges.select("from", "to", "via").rows()) == [("a", "c", "b"), ("b", "c", None)]


def test_association_leaves_no_rule() -> None:
    rows = [["x", "p"]] * 50 + [["p", "q"]] * 50 + [["q"]] * 50
    done = instag.normalize(frame(*rows), steps=["association"], min_support=40, min_confidence=0.5)
    again = instag.normalize(done.data, steps=["association"], min_support=40, min_confidence=0.5)
    assert again.merges.is_empty()


def test_all_together() -> None:
    rows = frame(
        ["Cat", "sql", "databases"],
        ["cat", "SQL", "databases"],
        ["cats", "databases"],
        ["feline", "rare"],
        ["feline", "cat", None],
        None,
        [],
        ["databases"],
    )
    done = instag.normalize(rows, min_count=1, distance=0.02, embedder=angles, min_support=2)
    assert done.data["tags"].to_list() == [
        ["cat", "databases"],
        ["cat", "databases"],
        ["cat", "databases"],
        ["cat", "rare"],
        ["cat"],
        None,
        [],
        ["databases"],
    ]
    assert done.merges.select("from", "to", "step", "via").rows() == [
        ("Cat", "cat", "rules", None),
        ("cats", "cat", "rules", None),
        ("sql", "databases", "rules", "SQL"),
        ("feline", "cat", "semantic", None),
        ("SQL", "databases", "association", None),
    ]
    assert done.vocabulary.tags.rows() == [
        ("cat", 5, ["cat", "feline", "Cat", "cats"]),
        ("databases", 4, ["databases", "SQL", "sql"]),
        ("rare", 1, ["rare"]),
    ]


def test_steps_in_another_order_and_left_out() -> None:
    rows = frame(["A b"], ["a_b"], ["c"])
    first = instag.normalize(rows, steps=["rules", "frequency"], min_count=2)
    assert first.vocabulary.tags["tag"].to_list() == ["A b"]
    assert first.steps["step"].to_list() == ["raw", "rules", "frequency"]
    nothing = instag.normalize(rows, min_count=None, rules=False, distance=None, min_support=None)
    assert nothing.steps["step"].to_list() == ["raw"]
    assert nothing.merges.is_empty()


def test_an_acronym_joins_once_its_other_expansion_is_gone() -> None:
    # "ml" stands for two tags until one of them is absorbed by the other.
    rows = [["machine learning", "markov logic"]] * 3 + [["machine learning"]] * 3 + [["ml"]]
    same = lambda texts: [[1.0, 0.5] if text == "ml" else [1.0, -0.5] for text in texts]  # noqa: E731
    options: Any = {"min_count": None, "distance": 0.0001, "embedder": same, "min_support": 2}
    done = instag.normalize(frame(*rows), guards=True, **options)
    assert len(done.vocabulary) == 1


@pytest.mark.parametrize("texts", [["nlp", "natural language processing"], ["natural language processing", "nlp"]])
def test_an_acronym_joins_its_expansion_whichever_is_more_frequent(texts: list[str]) -> None:
    assert list(acronyms(texts, np.ones((2, 1), np.float32))) == [(0, 1, 1.0)]
    rows = [[texts[0]], [texts[0]], [texts[1]]]
    alike = lambda texts: [[1.0, 0.5] if text == "nlp" else [1.0, -0.5] for text in texts]  # noqa: E731
    done = instag.normalize(frame(*rows), distance=0.0001, embedder=alike)
    assert done.merges.select("from", "to").rows() == [(texts[1], texts[0])]
    assert done.merges["why"].to_list() == [f"{texts[1]} / {texts[0]}: similarity 0.60; acronym: nlp"]


def test_progress_says_how_far_it_has_come() -> None:
    rows = [[f"tag {nth}", "tag 1"] for nth in range(600)]
    seen: list[str] = []
    instag.normalize(
        frame(*rows),
        rules=False,
        min_count=1,
        min_support=2,
        guards=False,
        embedder=lambda texts: np.eye(len(texts), 600),
        distance=0.1,
        progress=lambda progress: seen.append(str(progress)),
    )
    assert seen[:4] == ["frequency: 600 tags", "semantic: 600 tags", "embedding: 0 of 600", "embedding: 512 of 600"]
    assert seen[4].startswith("association: round 1, ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 3}, "steps: expected a list, such as ['rules', 'semantic']; found 3"),
        ({"steps": "rules"}, "steps: expected a list, such as ['rules', 'semantic']; found 'rules'"),
        ({"steps": ["rules", "rules"]}, "steps: expected each step once; found 'rules' twice"),
        ({"steps": [1]}, "steps: expected one of frequency, rules, semantic, association, judge; found 1"),
        ({"rules": "no"}, "rules: expected one of True, False; found 'no'"),
        ({"guards": "no"}, "guards: expected one of True, False; found 'no'"),
        ({"stem": 1}, "stem: expected one of True, False, paper; found 1"),
        ({"steps": ["rule"]}, "steps: expected one of frequency, rules, semantic, association, judge; found 'rule'"),
        ({"min_count": 0}, "min_count: expected a count of 1 or more; found 0"),
        ({"min_count": 2.5}, "min_count: expected a count of 1 or more; found 2.5"),
        ({"distance": 0}, "distance: expected a cosine distance above 0 and at most 2; found 0"),
        ({"stem": "snowball"}, "stem: expected one of True, False, paper; found 'snowball'"),
        ({"linkage": "single"}, "linkage: expected one of star, dbscan; found 'single'"),
        ({"min_samples": 0}, "min_samples: expected a count of 1 or more; found 0"),
        ({"max_diameter": -1}, "max_diameter: expected a cosine distance above 0 and at most 2; found -1"),
        ({"min_support": 0.5}, "min_support: expected a count of 1 or more; found 0.5"),
        ({"min_confidence": 99}, "min_confidence: expected a share from 0 to 1; found 99"),
        ({"tags": "tag"}, "no column 'tag'; the columns are: tags"),
    ],
)
def test_bad_options(options: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.normalize(frame(["a"]), **options)
    assert str(error.value) == message


@pytest.mark.parametrize("options", [{"min_samples": 3}, {"max_diameter": 0.1}], ids=str)
def test_options_that_do_nothing_are_said(options: Any) -> None:
    message = "^linkage 'star': min_samples and max_diameter are for linkage 'dbscan', and do nothing here$"
    with pytest.warns(instag.InstagWarning, match=message):
        instag.normalize(frame(["a"]), embedder=None, **options)
    instag.normalize(frame(["a"]), embedder=None, linkage="dbscan", **options)


def test_tags_of_the_same_words_join_from_farther_than_others() -> None:
    turned = np.array([[1.0, 0.0], [0.91, np.sqrt(1 - 0.91**2)]], np.float32)
    vectors = {"email writing": turned[0], "writing emails": turned[1]}

    def embed(texts: list[str]) -> Any:
        return np.stack([vectors.get(text, -turned[0]) for text in texts])

    data = pl.DataFrame({"tags": [["email writing"]] * 4 + [["writing emails"]] * 3})

    normalized = instag.normalize(data, steps=("semantic",), embedder=embed, distance=0.05)

    assert normalized.data["tags"].unique().to_list() == [["email writing"]]

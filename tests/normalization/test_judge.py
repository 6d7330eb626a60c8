"""The judge: who is asked what, what comes of the answers, and rare tags that broader ones replace."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import instag
from instag.normalization.judging.candidates import FREQUENT, MOST, candidates
from instag.normalization.matching.guards import contrary
from instag.normalization.tree import acyclic, nearest

Answers = Mapping[str, tuple[Sequence[str], Sequence[str]]]
ROWS = [
    *[["baking"]] * 4,
    *[["bread", "baking"]] * 3,
    *[["sourdough"]] * 2,
    ["rye bread"],
    ["making bread"],
    ["spelt loaf"],
    ["kayak"],
]


def frame(*rows: Any) -> pl.DataFrame:
    return pl.DataFrame({"tags": list(rows)}, schema={"tags": pl.List(pl.String)})


def judge(answers: Answers) -> Callable[[list[instag.Question]], list[instag.Judgement]]:
    """A judge that knows some answers by heart."""

    def judge_of_bread(questions: list[instag.Question]) -> list[instag.Judgement]:
        return [
            instag.Judgement(
                same=[name for name in said[0] if name in each.candidates],
                broader=[name for name in said[1] if name in each.candidates],
            )
            for each in questions
            for said in (answers.get(each.tag, ((), ())),)
        ]

    return judge_of_bread


def lines(path: Path, *judgments: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in judgments))
    return path


BREAD: Answers = {
    "making bread": (["bread"], []),
    "bread": ([], ["baking"]),
    "sourdough": ([], ["bread"]),
    "rye bread": ([], ["bread"]),
    "spelt loaf": ([], ["rye bread"]),
}


def test_a_judge_joins_and_rare_tags_speak_through_broader_ones() -> None:
    asked: list[instag.Question] = []

    def listening(questions: list[instag.Question]) -> list[instag.Judgement]:
        asked.extend(questions)
        return judge(BREAD)(questions)

    done = instag.normalize(frame(*ROWS), judge=listening, embedder=None, min_count=3)
    assert [question.tag for question in asked] == ["bread", "making bread", "rye bread"]
    assert (asked[0].count, asked[0].candidates) == (3, ("baking",))
    assert done.steps["step"].to_list() == ["raw", "rules", "judge", "broader", "frequency", "association"]
    assert done.data["tags"].to_list()[7:] == [[], [], ["bread"], ["bread"], [], []]
    merges = {line["from"]: line for line in done.merges.iter_rows(named=True)}
    assert merges["making bread"]["why"] == "making bread / bread: the same, says listening"
    assert merges["rye bread"]["step"] == "broader"
    assert merges["rye bread"]["why"] == "in 1 row, fewer than min_count 3; a kind or part of bread, says listening"
    assert merges["kayak"]["to"] is None


def test_what_was_said_before_counts_and_is_not_asked(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "said.jsonl",
        *({"tag": tag, "same": same, "broader": broader} for tag, (same, broader) in BREAD.items()),
    )

    def nobody(questions: list[instag.Question]) -> list[instag.Judgement]:
        asked = [question.tag for question in questions]
        assert not {*asked} & {*BREAD}
        return [instag.Judgement() for _ in questions]

    every: list[dict[str, Any]] = [{"judgments": path}, {"judgments": [path], "judge": nobody}]
    for options in every:
        done = instag.normalize(frame(*ROWS), embedder=None, min_count=3, **options)
        # "spelt loaf" comes to bread by "rye bread", which is too rare itself.
        assert done.data["tags"].to_list()[7:] == [["bread"], ["bread"], ["bread"], ["bread"], ["bread"], []]
        merges = {line["from"]: line for line in done.merges.iter_rows(named=True)}
        assert (merges["spelt loaf"]["to"], merges["spelt loaf"]["via"]) == ("bread", "rye bread")
        assert done.vocabulary.dropped == ["kayak"]
    assert done.judgments is not None
    again = tmp_path / "again.jsonl"
    instag.write_judgments(done.judgments, again)
    assert (
        instag.normalize(frame(*ROWS), embedder=None, min_count=3, judgments=again)
        .merges.drop("why")
        .equals(done.merges.drop("why"))
    )


def test_several_broader_tags_and_none() -> None:
    data = frame(*[["math", "poetry"]] * 3, ["math poem"], ["odd"])
    said = {"math poem": ((), ("math", "poetry"))}
    done = instag.normalize(data, judgments=judged(said), embedder=None, min_count=3)
    assert done.data["tags"].to_list()[3:] == [["math", "poetry"], []]
    rows = done.merges.select("from", "to", "step").rows()
    assert rows == [("math poem", "math", "broader"), ("math poem", "poetry", "broader"), ("odd", None, "frequency")]
    step = done.steps.filter(pl.col("step") == "broader").row(0, named=True)
    assert (step["assignments_before"], step["assignments_after"], step["merged"]) == (8, 9, 1)
    assert done.vocabulary.hierarchy is not None
    assert done.vocabulary.hierarchy["narrower"].to_list() == [["math poem"], ["math poem"]]


def test_what_many_rare_tags_have_in_common_stands() -> None:
    data = frame(["limerick"], ["ballad"], ["sonnet"], ["poem"])
    said = dict.fromkeys(("limerick", "ballad", "sonnet"), ((), ("poem",)))
    done = instag.normalize(data, judgments=judged(said), embedder=None, min_count=3)
    assert done.data["tags"].to_list() == [["poem"]] * 4
    assert done.vocabulary.tags.rows() == [("poem", 4, ["poem"])]


def test_raw_tags_that_became_a_rare_one_speak_with_it() -> None:
    data = frame(*[["poem"]] * 3, ["limericks"], ["limerick"])
    done = instag.normalize(data, judgments=judged({"limerick": ((), ("poem",))}), embedder=None, min_count=3)
    merges = {line["from"]: (line["to"], line["step"], line["via"]) for line in done.merges.iter_rows(named=True)}
    assert merges == {"limericks": ("poem", "rules", "limerick"), "limerick": ("poem", "broader", None)}
    assert done.vocabulary.dropped == []


def judged(answers: Answers) -> pl.DataFrame:
    rows = [
        {"tag": tag, "count": 1, "candidates": [], "same": [*same], "broader": [*broader], "reasons": [], "judge": "me"}
        for tag, (same, broader) in answers.items()
    ]
    kinds = {"candidates": pl.List(pl.String), "same": pl.List(pl.String), "broader": pl.List(pl.String)}
    return pl.DataFrame(rows, schema_overrides=kinds)


# Guards


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("import data", "export data", "opposites: export/import"),
        ("latin to greek", "greek to latin", "direction: to"),
        ("two player game", "three player game", "numbers differ"),
        ("c", "c++", "symbols differ"),
        ("a11y", "accessibility", None),
        ("lms", "learning management system", None),
        ("swing", "java swing", None),
        ("salt n pepper", "salt and pepper", None),
    ],
)
def test_guards_hold_even_against_the_judge(one: str, other: str, why: str | None) -> None:
    assert contrary(one, other) == contrary(other, one) == why
    said = judged({one: ((other,), ())})
    options: dict[str, Any] = {"judgments": said, "embedder": None, "min_count": None}
    done = instag.normalize(frame([one], [other]), **options)
    assert len(done.vocabulary) == (1 if why is None else 2)
    assert done.apart["why"].to_list() == ([] if why is None else [f"the same, says me; kept apart: {why}"])
    assert len(instag.normalize(frame([one], [other]), **options, guards=False).vocabulary) == 1


# Contradictions

TAGS = ["ant", "bee", "cat", "dog", "elk", "fox"]
PAIRS = st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS), st.booleans()), max_size=12)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_contradictions_come_out_alike_in_any_order(pairs: list[tuple[str, str, bool]], rng: random.Random) -> None:
    said: dict[str, dict[str, bool]] = {}
    for one, other, whether in pairs:
        if one != other:
            said.setdefault(one, {})[other] = whether
    rows = [
        {
            "tag": tag,
            "count": 1,
            "candidates": list(others),
            "same": [other for other, whether in others.items() if whether],
            "broader": [],
            "reasons": [],
            "judge": "me",
        }
        for tag, others in said.items()
    ]
    kinds = {name: pl.List(pl.String) for name in ("candidates", "same", "broader", "reasons")}
    kinds["reasons"] = pl.List(pl.Struct({"tag": pl.String, "reason": pl.String}))
    data = frame(*([tag] for tag in TAGS for _ in range(len(TAGS) - TAGS.index(tag))))
    outcomes = []
    for _ in range(3):
        done = instag.normalize(
            data,
            judgments=pl.DataFrame(rows, schema={"tag": pl.String, "count": pl.Int64, **kinds, "judge": pl.String}),
            embedder=None,
            min_count=None,
            min_support=None,
        )
        outcomes.append((done.vocabulary.tags.rows(), sorted(done.apart.rows())))
        rng.shuffle(rows)
        for row in rows:
            rng.shuffle(row["candidates"])  # type: ignore[arg-type]
            rng.shuffle(row["same"])  # type: ignore[arg-type]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    # No two tags that were looked at and kept apart are one, but for those that somebody calls the same outright.
    fate = {raw: tag for tag, _, members in outcomes[0][0] for raw in members}
    same = {frozenset((tag, other)) for tag, others in said.items() for other, whether in others.items() if whether}
    for tag, others in said.items():
        for other, whether in others.items():
            if not whether and frozenset((tag, other)) not in same:
                assert fate[tag] != fate[other]


def test_a_contradiction_is_listed() -> None:
    rows = [("b", ["a"], ["a"]), ("c", ["a", "b"], ["b"])]
    said = pl.DataFrame(
        [
            {"tag": f"{tag} word", "candidates": [f"{o} word" for o in seen], "same": [f"{o} word" for o in same]}
            for tag, seen, same in rows
        ]
    )
    data = frame(*[["a word"]] * 3, *[["b word"]] * 2, ["c word"])
    done = instag.normalize(data, judgments=said, embedder=None, min_count=None, min_support=None)
    assert done.vocabulary.tags["members"].to_list() == [["a word", "b word"], ["c word"]]
    assert done.apart.rows() == [
        (
            "b word",
            "c word",
            "the same, says judgments; kept apart: judgments says that they differ (a word / c word)",
        )
    ]


# Answers that are none


def test_names_that_were_not_given_count_for_nothing() -> None:
    def dreaming(questions: list[instag.Question]) -> list[instag.Judgement]:
        return [instag.Judgement(same=[q.tag, "unicorn", "A Tag"], broader=["a tag", "dragon"]) for q in questions]

    with pytest.warns(instag.InstagWarning, match="names in the judge's answers are ignored") as caught:
        done = instag.normalize(frame(["a tag"], ["a tag"], ["a tag here"]), judge=dreaming, embedder=None, min_count=1)
    counted = "(2 are no candidates, 1 are the same and broader at once, 1 are the tag itself): 'a tag here', 'unicorn'"
    assert counted in str(caught[0].message)
    assert done.vocabulary.tags["tag"].to_list() == ["a tag"]


def test_names_in_a_file_that_are_no_tags_here_are_counted() -> None:
    with pytest.warns(
        instag.InstagWarning, match=r"^judgments: 1 names in them are not tags .*, and are ignored: 'poem'$"
    ):
        done = instag.normalize(
            frame(["haiku"], ["verse"]),
            judgments=judged({"haiku": ((), ("poem", "Verse")), "sonnet": ((), ("song",))}),
            embedder=None,
            min_count=1,
        )
    assert done.vocabulary.tree.select("tag", "broader").rows() == [("verse", []), ("haiku", ["verse"])]
    with pytest.warns(instag.InstagWarning, match=r"^judgments: none of their 1 tags is in these data$"):
        instag.normalize(frame(["verse"]), judgments=judged({"sonnet": ((), ())}), embedder=None, min_count=1)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda _: None, "judge <lambda>: expected 1 judgements, one for each question; found None"),
        (lambda _: [], "judge <lambda>: expected 1 judgements, one for each question; found 0"),
        (lambda qs: ["same"] * len(qs), "judge <lambda>: expected an instag.Judgement for 'a tag here'; found 'same'"),
        (
            lambda qs: [instag.Judgement(same="a tag")] * len(qs),
            "judge <lambda>: expected lists of candidates for 'a tag here'; found 'a tag'",
        ),
    ],
)
def test_what_is_no_answer(answer: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.normalize(frame(["a tag"], ["a tag"], ["a tag here"]), judge=answer, embedder=None, min_count=1)
    assert str(error.value) == message


def test_what_is_no_judge() -> None:
    with pytest.raises(instag.InputError, match=r"^judge: expected .*; found 7$"):
        instag.normalize(frame(["a"]), judge=7, embedder=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: expected one judgement in JSON on each line; found "),
        ("[]", 'line 2: expected a judgement such as {"tag": '),
        ('{"tag": 5}', "line 2: expected a judgement such as "),
        ('{"tag": "a", "same": "b"}', "line 2: same: expected a list of tags; found b"),
        ('{"tag": "a", "broader": [1]}', "line 2: broader: expected a list of tags; found [1]"),
        ('{"tag": "a", "count": -1}', "line 2: count: expected a number of rows; found -1"),
        ('{"tag": "a", "reasons": {"b": 1}}', "line 2: reasons: expected an object from tags to a few words; found "),
        ('{"tag": "a", "reasons": [1]}', "line 2: reasons: expected an object from tags to a few words; found "),
    ],
)
def test_files_that_are_damaged(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "said.jsonl"
    path.write_text(f'{{"tag": "b"}}\n{line}\n')
    with pytest.raises(instag.InputError) as error:
        instag.normalize(frame(["a"]), judgments=path, embedder=None)
    assert str(error.value).startswith(f"{path}, {message}")
    with pytest.raises(FileNotFoundError, match="expected a file of judgements"):
        instag.normalize(frame(["a"]), judgments=tmp_path / "none.jsonl", embedder=None)


# Circles


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_no_circle_is_left_and_no_more_is_cut_than_must_be(edges: list[tuple[int, int]]) -> None:
    place = {tag: tag for tag in range(7)}
    parents, broken = acyclic(edges, place)

    def above(tag: int) -> set[int]:
        found: set[int] = set()
        waiting = [*parents.get(tag, ())]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += parents.get(each, ())
        return found

    assert all(tag not in above(tag) for tag in range(7))
    kept = {(tag, each) for tag, some in parents.items() for each in some}
    assert kept | {*broken} == {edge for edge in edges if edge[0] != edge[1]}
    # What was cut would close a circle, and leads to a rarer tag.
    assert all(tag < rarer and tag in above(rarer) for tag, rarer in broken)
    assert acyclic(edges[::-1], place)[0] == parents


def test_the_nearest_that_stand() -> None:
    parents = {5: [4, 3], 4: [1], 3: [2], 2: [0]}
    assert nearest(5, parents, lambda tag: tag in {0, 1}) == [1]
    assert nearest(5, parents, lambda tag: tag == 0) == [0]
    assert nearest(5, parents, lambda _: False) == []


# Candidates


def slow(vectors: np.ndarray[Any, Any]) -> list[list[int]]:
    """The nearest before each, compared one by one."""
    found = []
    for place in range(len(vectors)):
        scores = [(-round(float(vectors[place] @ vectors[other]) * 10_000), other) for other in range(place)]
        near = [other for _, other in sorted(scores)]
        found.append(near[:MOST])
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_candidates_are_the_nearest_before(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Whole numbers, so that no rounding stands between the two ways.
    vectors = rng.integers(-3, 4, (size, 8)).astype(np.float32)
    vectors[~vectors.any(axis=1)] = 1
    found = list(candidates([f"word{nth}x" for nth in range(size)], vectors))
    assert [sorted(some) for some in found] == [sorted(some) for some in slow(vectors)]
    assert all(len(some) == min(place, MOST) for place, some in enumerate(found))


def test_candidates_found_otherwise_have_places_of_their_own() -> None:
    texts = ["user interface", "user", *[f"tag{nth}" for nth in range(300)], "ui", "user interface design"]
    vectors = np.zeros((len(texts), 2), np.float32)
    vectors[:, 0] = 1
    vectors[2:160] = [0.6, 0.8]
    by = list(candidates(texts, vectors))
    assert by[-2][0] == 0
    assert by[-1][:2] == [0, 1]
    assert len(by[-1]) == MOST
    # The nearest of all are many, and alike; the rest are among the most frequent.
    assert sum(place < 150 for place in by[-1]) >= 2 + FREQUENT
    assert list(candidates(texts, None))[-1] == [0, 1]


def test_companions_fill_the_places_that_are_left() -> None:
    asked = {}

    def listening(questions: list[instag.Question]) -> list[instag.Judgement]:
        asked.update({question.tag: question.candidates for question in questions})
        return [instag.Judgement() for _ in questions]

    data = frame(*[["sun", "sea"]] * 2, ["sun"], ["moss"], ["moss"])
    instag.normalize(data, judge=listening, embedder=None, min_count=1)
    assert asked == {"sea": ("sun",)}


# In a file, and on other data


def test_a_judged_vocabulary_is_saved_and_applied(tmp_path: Path) -> None:
    data = frame(*[["poem", "verse"]] * 3, ["limerick"], ["prose"], ["prose"], ["prose"])
    said = judged({"limerick": ((), ("poem", "verse"))})
    made = instag.normalize(data, judgments=said, embedder=None, min_count=3, min_support=None).vocabulary
    made.save(tmp_path / "v.parquet")
    loaded = instag.Vocabulary.load(tmp_path / "v.parquet")
    assert loaded.hierarchy is not None
    assert made.hierarchy is not None
    assert loaded.hierarchy.equals(made.hierarchy)
    assert loaded.settings == made.settings
    assert loaded.tree.rows() == [
        ("poem", [], 0, 4, 4 / 7),
        ("verse", [], 0, 4, 4 / 7),
        ("prose", [], 0, 3, 3 / 7),
    ]
    more = frame(["limerick", "prose"], ["Limericks"], ["ode"], ["fog"], None)
    asked: list[str] = []

    def listening(questions: list[instag.Question]) -> list[instag.Judgement]:
        asked.extend(question.tag for question in questions)
        return [instag.Judgement(broader=["verse"]) for _ in questions]

    applied = loaded.apply(more)
    assert applied.data["tags"].to_list() == [["poem", "verse", "prose"], ["poem", "verse"], [], [], None]
    assert applied.new["tag"].to_list() == ["fog", "ode"]
    assert applied.drift.rows() == [("vocabulary", 2, 2, 0.4), ("rules", 1, 1, 0.2), ("new", 2, 2, 0.4)]
    placed = loaded.apply(more, judgments=judged({"ode": (("poem",), ()), "fog": ((), ("prose", "verse"))}))
    assert placed.data["tags"].to_list()[2:4] == [["poem"], ["verse", "prose"]]
    assert placed.new.is_empty()
    assert dict(placed.merges.select("from", "step").rows())["ode"] == "judge"
    named = frame(["free verse"])
    assert loaded.apply(named, judge=listening).data["tags"].to_list() == [["verse"]]
    assert asked == ["free verse"]


def test_the_tree() -> None:
    data = frame(*[["art"]] * 5, *[["music", "art"]] * 4, *[["jazz"]] * 2, ["song", "tax"], ["song"])
    said = judged({"music": ((), ("art",)), "jazz": ((), ("music",)), "song": ((), ("jazz", "art"))})
    options: dict[str, Any] = {"embedder": None, "min_count": 1, "min_support": None}
    vocabulary = instag.normalize(data, judgments=said, **options).vocabulary
    assert vocabulary.tree.rows() == [
        ("art", [], 0, 9, 1.0),
        ("music", ["art"], 1, 4, 8 / 13),
        ("jazz", ["music"], 2, 2, 4 / 13),
        ("song", ["art", "jazz"], 1, 2, 2 / 13),
        ("tax", [], 0, 1, 1 / 13),
    ]
    with pytest.raises(instag.InputError, match=r"^tree: the vocabulary has no broader tags"):
        _ = instag.normalize(data, **options).vocabulary.tree

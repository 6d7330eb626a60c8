"""Edits of a vocabulary, rolling tags up, and the measures of a vocabulary."""

from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

OPTIONS: dict[str, Any] = {"embedder": None, "min_support": None}
ROWS = [
    ["tale"],
    ["tale", "story"],
    ["story"],
    ["story"],
    ["limerick"],
    ["poem"],
    ["poem"],
    ["poem", "verse"],
    ["misc"],
]
SAID = {"limerick": ["poem"], "poem": ["text"], "story": ["text"], "tale": ["story"]}


def frame(*rows: Any) -> pl.DataFrame:
    return pl.DataFrame({"tags": list(rows)}, schema={"tags": pl.List(pl.String)})


def judged(said: dict[str, list[str]]) -> pl.DataFrame:
    return pl.DataFrame({"tag": list(said), "broader": list(said.values())})


@pytest.fixture
def vocabulary() -> instag.Vocabulary:
    return instag.normalize(frame(*ROWS, ["text"]), judgments=judged(SAID), min_count=2, **OPTIONS).vocabulary


def tags(of: instag.Vocabulary) -> dict[str, tuple[int, list[str]]]:
    return {tag: (count, members) for tag, count, members in of.tags.iter_rows()}


def test_what_is_edited(vocabulary: instag.Vocabulary, tmp_path: Path) -> None:
    assert tags(vocabulary) == {"poem": (4, ["poem"]), "story": (3, ["story"]), "tale": (2, ["tale"])}
    assert vocabulary.dropped == ["misc", "text", "verse"]
    file = tmp_path / "edits.txt"
    file.write_text(
        '# mine\nmerge tale into story\n\nrename poem to "poems, all"  # better\nkeep misc\nbroader misc: story\n'
    )
    edited = vocabulary.edit(file)
    assert tags(edited) == {"story": (5, ["story", "tale"]), "poems, all": (4, ["poem"]), "misc": (1, ["misc"])}
    assert edited.dropped == ["text", "verse"]
    assert edited.tree.select("tag", "broader", "level").rows() == [
        ("story", [], 0),
        ("misc", ["story"], 1),
        ("poems, all", [], 0),
    ]
    merges = {line["from"]: line for line in edited.merges.iter_rows(named=True)}
    assert (merges["tale"]["to"], merges["tale"]["step"]) == ("story", "edit")
    assert merges["tale"]["why"] == f"merge tale into story ({file}, line 2)"
    assert merges["limerick"]["to"] == "poems, all"
    assert "misc" not in merges
    assert vocabulary.diff(edited).select("raw", "before", "after").rows() == [
        ("poem", "poem", "poems, all"),
        ("tale", "tale", "story"),
        ("misc", None, "misc"),
    ]
    path = tmp_path / "v.parquet"
    edited.save(path)
    again = instag.Vocabulary.load(path)
    assert (
        again.edits
        == edited.edits
        == (
            "merge tale into story",
            'rename poem to "poems, all"',
            "keep misc",
            "broader misc: story",
        )
    )
    assert again.edit([]).tags.equals(edited.tags)
    applied = again.apply(frame(["tale", "misc", "limerick", "poem", "text"]))
    assert applied.data["tags"].to_list() == [["story", "misc", "poems, all"]]


def test_splitting_and_dropping() -> None:
    made = instag.normalize(frame(["Code", "code"], ["code"], ["x"]), embedder=None, min_count=1).vocabulary
    edited = made.edit(["split Code from code", "drop x"])
    assert tags(edited) == {"Code": (1, ["Code"]), "code": (1, ["code"])}
    assert edited.dropped == ["x"]
    assert edited.apply(frame(["Code", "x"])).data["tags"].to_list() == [["Code"]]


def test_what_is_below_a_tag_that_goes_stands_below_what_is_above_it() -> None:
    said = {"b": ["a"], "c": ["b"]}
    made = instag.normalize(frame(["a"], ["b"], ["c"]), judgments=judged(said), min_count=1, **OPTIONS).vocabulary
    assert made.edit(["drop b"]).tree.select("tag", "broader").rows() == [("a", []), ("c", ["a"])]
    assert made.edit(["merge b into a"]).tree.select("tag", "broader").rows() == [("a", []), ("c", ["a"])]


def test_the_order_of_lines_plays_no_part(vocabulary: instag.Vocabulary) -> None:
    lines = ["merge tale into story", "rename story to stories", "broader poem: stories", "keep misc"]
    made = [vocabulary.edit(list(some)) for some in permutations(lines)]
    assert all(each.tags.equals(made[0].tags) and each.tree.equals(made[0].tree) for each in made)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["join a b"], "edits, line 1: expected one of merge A into B, split A from B, "),
        (["merge tale"], "edits, line 1: expected merge A into B; found 'merge tale'"),
        (["merge a into b into c"], "expected merge A into B (a tag that has this word in it needs quotes)"),
        (["drop magic"], "edits, line 1: the vocabulary has no tag 'magic'; instag vocabulary show --tag says"),
        (["merge tale into tale"], "edits, line 1: expected two tags; found 'tale' twice"),
        (
            ["drop tale", "merge tale into story"],
            "line 2: 'merge tale into story' contradicts 'drop tale' (edits, line 1)",
        ),
        (
            ["drop story", "merge tale into story"],
            "line 2: 'merge tale into story' needs the tag 'story', and 'drop story'",
        ),
        (["merge tale into story", "merge story into tale"], "needs the tag 'story', and 'merge story into tale'"),
        (["rename tale to poem"], "there is a tag 'poem' already; to join the two, write merge … into …"),
        (["split verse from poem"], "expected a raw tag that became 'poem'; found 'verse'"),
        (["keep magic"], "expected a raw tag that was dropped; found 'magic'"),
        (["broader story: tale"], "'broader story: tale' closes a circle: 'tale' is below 'story' already"),
    ],
)
def test_what_is_no_edit(vocabulary: instag.Vocabulary, lines: list[str], message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        vocabulary.edit(lines)
    assert message in str(error.value)


def test_a_file_that_is_not_there(vocabulary: instag.Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="expected a text file of edits"):
        vocabulary.edit(tmp_path / "none.txt")


# Rolling up

ART = frame(
    ["painting"], ["jazz", "painting", "song"], ["song"], ["tax"], None, [], ["jazz"], ["art"], ["music"], ["Jazz!"]
)
BELOW = {"painting": ["art"], "music": ["art"], "jazz": ["music"], "song": ["music"]}


@pytest.fixture
def art() -> instag.Vocabulary:
    return instag.normalize(ART, judgments=judged(BELOW), min_count=1, **OPTIONS).vocabulary


@pytest.mark.parametrize(
    ("to", "topics"),
    [
        (["music", "tax"], ["other", "music", "music", "tax", None, "other", "music", "other", "music", "music"]),
        ("level 0", ["art", "art", "art", "tax", None, "other", "art", "art", "art", "art"]),
        (
            "level 1",
            ["painting", "music", "music", "tax", None, "other", "music", "other", "music", "music"],
        ),
        (2, ["art", "music", "music", "other", None, "other", "music", "art", "music", "music"]),
    ],
)
def test_rolled_up(art: instag.Vocabulary, to: Any, topics: list[str | None]) -> None:
    rolled = instag.roll_up(ART, art, to=to)
    assert rolled["topic"].to_list() == topics
    assert rolled.drop("topic").equals(ART)


def test_a_rolled_column_is_one_to_group_by(art: instag.Vocabulary) -> None:
    rolled = instag.roll_up(ART, art, to=["music"], column="kind", other=None)
    assert rolled["kind"].to_list()[0] is None
    analysed = instag.analyze(instag.roll_up(ART, art, to=["music"], column="kind"), by="kind")
    assert "music" in str(analysed.summary)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": ["magic"]}, "to: expected tags of the vocabulary; found 'magic'"),
        ({"to": []}, "to: found no tags"),
        ({"to": "top"}, "to: expected a number of tags, a level such as 'level 1', or a list of tags; found 'top'"),
        ({"to": 0}, "to: expected a number of tags, a level such as 'level 1', or a list of tags; found 0"),
        ({"to": 1, "column": "tags"}, "column 'tags' exists already: choose another name with `column`, or drop it"),
    ],
)
def test_what_cannot_be_rolled_up(art: instag.Vocabulary, options: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.roll_up(ART, art, **options)
    assert message in str(error.value)
    with pytest.raises(instag.InputError, match=r"^tree: the vocabulary has no broader tags"):
        instag.roll_up(ART, instag.normalize(ART, min_count=1, **OPTIONS).vocabulary, to=1)


# Selecting with broader tags


def test_broader_tags_count_as_further_tags(tmp_path: Path) -> None:
    said = {"jazz": ["music"], "song": ["music"], "rent": ["money"]}
    rows = [["jazz"], ["song"], ["rent"], ["jazz", "song"], ["music"], ["money"], None]
    vocabulary = instag.normalize(frame(*rows), judgments=judged(said), min_count=1, **OPTIONS).vocabulary
    data = frame(["jazz"], ["song"], ["rent"], ["unknown"], None)
    # A new tag of money is worth more than another of music, once there is one of music.
    with pytest.warns(instag.InstagWarning, match="null tags"):
        plain = instag.select(data, 3, method="gain", details=True)
    assert plain["gain"].to_list() == [1, 1, 1]
    vocabulary.save(tmp_path / "v.parquet")
    for tree in (vocabulary, tmp_path / "v.parquet"):
        with pytest.warns(instag.InstagWarning, match="null tags"):
            picked = instag.select(data, 3, method="gain", tree=tree, details=True)
        assert picked["tags"].to_list() == [["jazz"], ["rent"], ["song"]]
        assert picked["gain"].to_list() == pytest.approx([2, 2, 2**0.5], abs=1e-6)
    assert instag.certify(data, [0, 2, 1], tree=vocabulary).share == pytest.approx(1, abs=1e-3)
    for wrong, message in (
        ({"tree": 5}, "tree: expected a vocabulary that was made with a judge, or its file; found 5"),
        ({"tree": vocabulary, "target": {"jazz": 1.0}}, "tree, target: a target has no broader tags"),
    ):
        with pytest.raises(instag.InputError, match=message):
            instag.select(data, 1, method="gain", **wrong)

"""Vocabularies: in a file, on other data, beside each other."""

import re
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

import instag
from instag.normalization import vocabulary_file
from instag.normalization.history import MERGES

ROWS = [["Unit Test", "C++"], ["Unit Test", "unit tests"], ["email writing", "rare"], ["email writing"]]


def frame(*rows: Any) -> pl.DataFrame:
    return pl.DataFrame({"tags": list(rows)}, schema={"tags": pl.List(pl.String)})


@pytest.fixture
def vocabulary() -> instag.Vocabulary:
    # C++ is given once, as "rare" is.
    return instag.normalize(frame(*ROWS, ["C++"]), min_count=2, steps=["rules", "frequency", "semantic"]).vocabulary


def test_round_trip(vocabulary: instag.Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.parquet"
    vocabulary.save(path)
    loaded = instag.Vocabulary.load(path)
    assert loaded.tags.equals(vocabulary.tags)
    assert loaded.dropped == vocabulary.dropped == ["rare"]
    assert loaded.merges.equals(vocabulary.merges)
    assert loaded.merges.select("from", "to").rows() == [("unit tests", "Unit Test"), ("rare", None)]
    assert loaded.steps.equals(vocabulary.steps)
    assert loaded.settings == vocabulary.settings
    assert loaded.embedder == vocabulary.embedder == "minilm"
    assert loaded.vectors is not None
    assert vocabulary.vectors is not None
    assert (loaded.vectors == vocabulary.vectors).all()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert repr(loaded) == "<Vocabulary of 3 tags from 4 raw tags; 1 dropped>"


def test_round_trip_without_an_embedder_and_without_tags(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.parquet"
    for tags in (["a"], []):
        made = instag.normalize(frame(tags), embedder=None).vocabulary
        made.save(path)
        loaded = instag.Vocabulary.load(path)
        assert loaded.tags.equals(made.tags)
        assert loaded.merges.equals(made.merges)
        assert loaded.vectors is None
    instag.normalize(frame([])).vocabulary.save(path)
    assert len(instag.Vocabulary.load(path)) == 0
    assert instag.Vocabulary.load(path).apply(frame(["a"])).new["tag"].to_list() == ["a"]


def test_merges_stand_beside_the_tag_that_they_made() -> None:
    merges = pl.DataFrame(
        {"from": ["a", "b", "c", "d", "e"], "to": ["x", None, "z", "x", None]}, schema_overrides=MERGES
    )
    merges = merges.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MERGES.items() if name not in merges.columns
    )
    tags = pl.Series("tag", ["x", "y", "z", None])
    found = vocabulary_file.merges_of(tags, merges.select(list(MERGES)))
    assert [None if some is None else [each["from"] for each in some] for some in found.to_list()] == [
        ["a", "d"], None, ["c"], ["b", "e"],
    ]  # fmt: skip


def test_known_and_unknown_tags(vocabulary: instag.Vocabulary) -> None:
    given = frame(["unit tests", "rare", "c++"], ["UNIT-TEST", "e-mail writing", "writing of emails"], ["poetry"], None)
    applied = vocabulary.apply(given)
    assert applied.data["tags"].to_list() == [["Unit Test", "C++"], ["Unit Test", "email writing"], [], None]
    assert applied.data["raw_tags"].equals(given["tags"].alias("raw_tags"))
    assert applied.new.select("tag", "count").rows() == [("poetry", 1)]
    assert applied.new["nearest"][0] in vocabulary.tags["tag"].to_list()
    steps = dict(applied.merges.select("from", "step").rows())
    assert steps == {
        "unit tests": "vocabulary",
        "rare": "vocabulary",
        "c++": "rules",
        "UNIT-TEST": "rules",
        "e-mail writing": "rules",
        "writing of emails": "semantic",
        "poetry": "new",
    }
    kept = vocabulary.apply(frame(["Poetry!", "C"]), new="keep")
    assert kept.data["tags"].to_list() == [["poetry", "c"]]


def test_applying_twice_changes_nothing(vocabulary: instag.Vocabulary) -> None:
    once = vocabulary.apply(frame(["UNIT-TEST", "Poetry!"], ["rare"]), new="keep").data
    assert vocabulary.apply(once, new="keep").data.equals(once)


def test_an_embedder_that_was_a_function_is_asked_for() -> None:
    def embed(texts: list[str]) -> list[list[float]]:
        return [[1.0, float(text == "dog")] for text in texts]

    made = instag.normalize(frame(["cat"]), embedder=embed, guards=False).vocabulary
    with pytest.warns(
        instag.InstagWarning, match=r"^embedder: the vocabulary was made with 'embed', which is not saved"
    ):
        assert made.apply(frame(["tiger"])).data["tags"].to_list() == [[]]
    assert made.apply(frame(["tiger", "dog"]), embedder=embed).data["tags"].to_list() == [["cat"]]
    assert made.apply(frame(["tiger"]), embedder=None).new["tag"].to_list() == ["tiger"]


def test_diff() -> None:
    made: dict[str, Any] = {"min_count": 2, "steps": ["rules", "frequency"]}
    one = [["a b", "c", "gone", "e"], ["a b", "c", "gone", "f f"], ["a b", "gone", "F f"]]
    other = [["a_b", "a b", "a_b", "c"], ["a_b", "e"], ["e", "new"], ["new", "F f", "f F"], ["F f"], ["f f", "f F"]]
    before = instag.normalize(frame(*one), **made).vocabulary
    after = instag.normalize(frame(*other), **made).vocabulary
    assert (before.dropped, after.dropped) == (["e"], ["c"])
    assert before.diff(after).rows() == [
        ("a b", "a b", "a_b", "moved", 3),
        ("c", "c", None, "dropped", 2),
        ("e", None, "e", "restored", 2),
        ("gone", "gone", None, "removed", 3),
        ("f F", None, "F f", "added", 3),
        ("a_b", None, "a_b", "added", 2),
        ("new", None, "new", "added", 2),
    ]
    assert before.diff(before).is_empty()


def test_what_is_no_vocabulary(tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(other)
    with pytest.raises(instag.InputError, match="expected a vocabulary that this version of instag saved"):
        instag.Vocabulary.load(other)
    other.write_text("no table")
    with pytest.raises(instag.InputError, match="expected a vocabulary; it cannot be read: it is not a Parquet file"):
        instag.Vocabulary.load(other)
    with pytest.raises(FileNotFoundError, match="there is no such file: expected a vocabulary"):
        instag.Vocabulary.load(tmp_path / "missing.parquet")
    with pytest.raises(instag.InputError, match=r"^new: expected one of drop, keep; found 'merge'$"):
        instag.normalize(frame(["a"]), embedder=None).vocabulary.apply(frame(["a"]), new="merge")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"form": "2"}, "expected a vocabulary that this version of instag saved; found other data"),
        ({"embedder": None}, "found a damaged one (KeyError: 'embedder'): make it again with instag normalize"),
        ({"steps": "5"}, "found a damaged one (TypeError: "),
        ({"colour": '"red"'}, "found a damaged one (TypeError: "),
        ({"": "}"}, "found a damaged one (JSONDecodeError: "),
    ],
)
def test_a_damaged_vocabulary(
    vocabulary: instag.Vocabulary, tmp_path: Path, edit: dict[str, str | None], message: str
) -> None:
    path = tmp_path / "vocabulary.parquet"
    vocabulary.save(path)
    written = orjson.loads(pl.read_parquet_metadata(path)["instag vocabulary"])
    for name, value in edit.items():
        written.pop(name, None)
        if value is not None and name:
            written[name] = orjson.loads(value)
    text = orjson.dumps(written).decode() + edit.get("", "")  # type: ignore[operator]
    pl.read_parquet(path).write_parquet(path, metadata={"instag vocabulary": text})
    with pytest.raises(instag.InputError, match=re.escape(message)) as error:
        instag.Vocabulary.load(path)
    assert str(error.value).startswith(f"{path}: expected a vocabulary")


def test_a_vocabulary_with_other_columns(vocabulary: instag.Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.parquet"
    vocabulary.save(path)
    metadata = {"instag vocabulary": pl.read_parquet_metadata(path)["instag vocabulary"]}
    whole = pl.read_parquet(path)
    for frame in (whole.drop("members"), whole.with_columns(count=pl.lit("many")), whole.clear()):
        frame.write_parquet(path, metadata=metadata)
        with pytest.raises(instag.InputError, match="expected a vocabulary; found a damaged one"):
            instag.Vocabulary.load(path)


def test_a_failed_save_leaves_the_older_file(vocabulary: instag.Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(instag.InputError):
        vocabulary.save(tmp_path / "missing" / "vocabulary.parquet")
    assert list(tmp_path.iterdir()) == []


def test_guards_hold_for_unseen_tags() -> None:
    def embed(texts: list[str]) -> list[list[float]]:
        return [[1.0] for _ in texts]

    unseen = frame(["unsafe content", "content, safe"])
    made = instag.normalize(frame(["safe content"]), embedder=embed).vocabulary
    applied = made.apply(unseen, embedder=embed)
    assert applied.data["tags"].to_list() == [["safe content"]]
    assert applied.new.rows() == [("unsafe content", 1, "safe content", 1.0)]
    made = instag.normalize(frame(["safe content"]), embedder=embed, guards=False).vocabulary
    assert made.apply(unseen, embedder=embed).new.is_empty()


def test_unseen_tags_are_matched_by_stem_where_the_vocabulary_was() -> None:
    made = instag.normalize(frame(["organ"]), stem="paper", embedder=None).vocabulary
    assert made.apply(frame(["organization"])).data["tags"].to_list() == [["organ"]]
    made = instag.normalize(frame(["organ"]), embedder=None).vocabulary
    assert made.apply(frame(["organization", "organs"])).new["tag"].to_list() == ["organization"]


def test_without_stems_inflections_stay_apart_in_other_data_too() -> None:
    made = instag.normalize(frame(["organ", "role play"]), stem=False, embedder=None).vocabulary
    applied = made.apply(frame(["organs", "roleplay", "Organ"]))
    assert applied.data["tags"].to_list() == [["role play", "organ"]]
    assert applied.new["tag"].to_list() == ["organs"]


def test_of_several_tags_alike_the_surest_spelling_counts() -> None:
    # "xray" and "x rays" are apart, for a single letter differs; the latter is more frequent, the former surer.
    made = instag.normalize(frame(["x rays"], ["x rays"], ["xray"]), embedder=None).vocabulary
    assert made.tags["tag"].to_list() == ["x rays", "xray"]
    applied = made.apply(frame(["x ray"]))
    assert applied.data["tags"].to_list() == [["xray"]]
    assert applied.merges["why"].to_list() == ["differ only by spaces: x ray / xray"]


def test_vectors_of_another_width_are_refused() -> None:
    made = instag.normalize(frame(["cat"]), embedder=lambda texts: [[1.0, 0.0] for _ in texts]).vocabulary
    with pytest.raises(instag.InputError, match=r"expected vectors of 2 numbers, as the vocabulary has .*; found 3$"):
        made.apply(frame(["tiger"]), embedder=lambda texts: [[1.0, 0.0, 0.0] for _ in texts])

"""Vocabularies that an earlier version saved, kept beside this file.

People keep vocabularies for years, beside data that were selected by them. If one of these tests fails, a change to a
field, an order or a rule has made files that are out there unreadable, or has given them another meaning: then the new
code has to read the old form as well. Never make the files again to please a test.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag

FOLDER = Path(__file__).parent / "golden"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
NAMES = list(EXPECTED["vocabularies"])


def rows(frame: pl.DataFrame) -> list[list[Any]]:
    return [[round(each, 3) if isinstance(each, float) else each for each in row] for row in frame.rows()]


def as_json(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in summary.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_vocabulary_is_read_as_it_was(name: str) -> None:
    expected, loaded = EXPECTED["vocabularies"][name], instag.Vocabulary.load(FOLDER / f"{name}.parquet")
    assert rows(loaded.tags) == expected["tags"]
    assert loaded.dropped == expected["dropped"]
    assert rows(loaded.merges) == expected["merges"]
    assert rows(loaded.steps) == expected["steps"]
    read = as_json(loaded.summary())
    assert {key: read[key] for key in expected["settings"]} == expected["settings"]
    assert (loaded.vectors is None) == (loaded.embedder is None)


@pytest.mark.filterwarnings("ignore:embedder minilm:instag.InstagWarning")
@pytest.mark.parametrize("name", NAMES)
def test_a_saved_vocabulary_is_applied_as_it_was(name: str) -> None:
    expected, loaded = EXPECTED["vocabularies"][name], instag.Vocabulary.load(FOLDER / f"{name}.parquet")
    new = pl.DataFrame({"tags": EXPECTED["new"]}, schema={"tags": pl.List(pl.String)})
    applied = loaded.apply(new)
    assert applied.data["tags"].to_list() == expected["applied"]
    assert rows(applied.merges) == expected["applied_merges"]
    assert rows(applied.new) == expected["applied_new"]


@pytest.mark.filterwarnings("ignore:embedder minilm:instag.InstagWarning", "ignore:the step:instag.InstagWarning")
@pytest.mark.parametrize("name", NAMES)
def test_normalising_again_gives_the_same_file(name: str, tmp_path: Path) -> None:
    made = instag.normalize(pl.DataFrame({"tags": EXPECTED["rows"]}), **EXPECTED["vocabularies"][name]["options"])
    made.vocabulary.save(tmp_path / "again.parquet")
    before, after = (pl.read_parquet(path) for path in (FOLDER / f"{name}.parquet", tmp_path / "again.parquet"))
    assert after.schema == before.schema
    # The last digits of a vector are its machine's.
    assert rows(after.drop("vector", "merges")) == rows(before.drop("vector", "merges"))
    files = (FOLDER / f"{name}.parquet", tmp_path / "again.parquet")
    one, other = (pl.read_parquet_metadata(path)["instag vocabulary"] for path in files)
    assert json.loads(other) == json.loads(one)

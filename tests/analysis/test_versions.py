"""Two sets side by side: what is counted, how far they are apart, and how that is shown."""

import json
from pathlib import Path

import orjson
import polars as pl
import pytest

import instag
import shell

OLD = pl.DataFrame(
    {
        "source": ["a", "a", "b", "b"],
        "prompt": ["Name a bird of the far north", "Add 1 and 2", "Add 1 and 2", "Prove that it is so"],
        "tags": [["birds"], ["math"], ["math", "sums"], None],
    }
)
NEW = pl.DataFrame(
    {
        "source": ["a", "c"],
        "prompt": ["Name a bird of the FAR north", "A poem about rain"],
        "tags": [["birds", "naming"], ["poetry"]],
    }
)


def test_what_is_counted() -> None:
    found = instag.compare(OLD, NEW, names=("old", "new"))
    values = {measure: (one, other) for measure, one, other in found.summary.iter_rows()}
    assert values["rows"] == (4, 2)
    assert values["rows with tags"] == (3, 2)
    assert values["distinct tags"] == (3, 3)
    assert values["tags a row"] == (4 / 3, 1.5)
    assert values["coverage of the other's tags"] == (1 / 3, 1 / 3)
    assert values["rows with a near-copy in the other"] == (1, 1)
    assert values["rows with a near-copy beside them"] == (2, 0)
    assert found.gained.rows() == [("naming", 1), ("poetry", 1)]
    assert found.lost.rows() == [("math", 2), ("sums", 1)]
    assert found.sources.select("source", "n_a", "n_b").sort("source").rows() == [("a", 2, 1), ("b", 2, 0), ("c", 0, 1)]
    # Of old's four assignments one is of birds, of new's three: a quarter and a third.
    assert found.distances == {"tags": pytest.approx(0.75), "sources": 0.5}
    assert found.tags.filter(pl.col("tag") == "birds").row(0) == ("birds", 1, 1, 0.25, 0.5, 0.25)


def test_a_row_is_as_long_as_its_whole_conversation() -> None:
    turns = [("user", "Why?"), ("assistant", "For it was so."), ("user", "And then?"), ("assistant", "Nothing.")]
    data = pl.DataFrame({"messages": [[{"role": role, "content": content} for role, content in turns]]})
    found = instag.compare(data, data.with_columns(messages=pl.col("messages").list.head(2)))
    values = {measure: (one, other) for measure, one, other in found.summary.iter_rows()}
    texts = [content for _, content in turns]
    assert values["characters a row"] == (len("\n".join(texts)), len("\n".join(texts[:2])))


def test_how_it_is_shown() -> None:
    found = instag.compare(OLD, NEW, names=("old", "new"))
    lines = repr(found).splitlines()
    assert lines[0].split() == ["old", "new"]
    assert "tags gained: 2: naming (1), poetry (1)" in lines
    assert max(map(len, lines)) <= 80
    assert json.loads(json.dumps(found.to_dict()))["lost"][0] == {"tag": "math", "n": 2}


def test_sets_without_tags_sources_or_texts_are_compared_as_far_as_they_go() -> None:
    found = instag.compare(OLD.select("prompt"), NEW.select("prompt"))
    assert found.tags.is_empty()
    assert found.distances == {}
    numbers = instag.compare(pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [1, 2]}))
    assert numbers.summary.rows() == [("rows", 1.0, 2.0)]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(instag.InputError, match="b: expected rows to compare; found none"):
        instag.compare(OLD, NEW.head(0))
    with pytest.raises(instag.InputError, match="no column 'topics'"):
        instag.compare(OLD, NEW, tags="topics")
    with pytest.raises(instag.InputError, match="no column 'tags'"):
        instag.compare(OLD, NEW.drop("tags"))


def test_the_command_prints_tables_json_and_a_report(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("old.jsonl", "new.jsonl")]
    for frame, path in zip((OLD, NEW), paths, strict=True):
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in frame.to_dicts()))
    said = shell.instag("compare", *paths).stdout
    assert said.splitlines()[0].split() == ["old.jsonl", "new.jsonl"]
    page = tmp_path / "report.html"
    done = shell.instag("compare", *paths, "--json", "--report", page)
    assert orjson.loads(done.stdout)["gained"][0]["tag"] == "naming"
    assert "old.jsonl and new.jsonl" in page.read_text()

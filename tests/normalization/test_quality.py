"""The table of quality, on topics made up."""

import json
from pathlib import Path

import polars as pl
import pytest

import counts
import instag
import quality
from instag.embedding.minilm import MiniLM

TOPICS = [
    {"topic": "unit-test", "aliases": ["unit-tests", "unittest", "pytest-suite"], "related": ["integration-test"]},
    {"topic": "node.js", "aliases": ["nodejs"], "related": ["deno", "unit-test"]},
    # The same pair from the other side counts once.
    {"topic": "deno", "aliases": [], "related": ["node.js"]},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "topics.json"
    path.write_text(json.dumps(TOPICS))
    return path


def test_pairs_and_weights(file: Path) -> None:
    topics = quality.Topics.read(file)
    assert topics.aliases == [
        ("node.js", "nodejs"),
        ("pytest-suite", "unit-test"),
        ("unit-test", "unit-tests"),
        ("unit-test", "unittest"),
    ]
    assert topics.related == [("deno", "node.js"), ("integration-test", "unit-test"), ("node.js", "unit-test")]
    assert [topics.names.count(name) for name in ("unit-test", "node.js", "deno", "nodejs")] == [3, 3, 3, 1]


def test_what_ends_in_one_tag(file: Path) -> None:
    topics = quality.Topics.read(file)
    right, wrong = topics.merged({"embedder": None})
    assert right == [("node.js", "nodejs"), ("unit-test", "unit-tests"), ("unit-test", "unittest")]
    assert wrong == []
    alike = {"embedder": lambda texts: [[1.0, 0.0] for _ in texts], "guards": False}
    assert topics.merged(alike) == (topics.aliases, topics.related)


def test_the_table(file: Path) -> None:
    printed: list[str] = []
    quality.main([str(file)], printed.append)
    assert printed[:3] == [
        "4 pairs of a topic and its alias, 3 of related topics",
        "| method | distance | recall | wrong merges |",
        "|---|---|---|---|",
    ]
    assert len(printed) == 3 + 4 * 3 + 1
    assert printed[9] == "| guarded rules alone | | 75.0 % | 0 (0.00 %) |"
    assert printed[10].startswith("| guarded, star (the default) | 0.05 | 75.0 % | 0 ")
    assert printed[11].startswith("| | 0.10 |")


def test_judgements_are_replayed(file: Path, tmp_path: Path) -> None:
    said = tmp_path / "said.jsonl"
    lines = [{"tag": "pytest-suite", "same": ["unit-test"], "broader": []}, {"tag": "deno", "same": [], "broader": []}]
    said.write_text("\n".join(map(json.dumps, lines)))
    rows = list(quality.judged(quality.Topics.read(file), MiniLM(), said))
    assert rows == [
        "| a judge, replayed after the default | 0.05 | 100.0 % | 0 (0.00 %) |",
        "| its judgements as a file | 0.05 | 100.0 % | 0 (0.00 %) |",
    ]


def test_counts_by_step(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    path.write_text("\n".join(json.dumps({"tags": tags}) for tags in (["Code", "code"], ["code"], ["rare"])))
    printed: list[str] = []
    counts.main([str(path), "--min-count", "2"], printed.append)
    assert printed[0] == "3 rows, min_count 2"
    assert printed[3:5] == [
        "| raw | 3 | 100.0 % | 4 | 100.0 % |  |",
        "| frequency | 1 | 33.3 % | 2 | 50.0 % | 8,541 |",
    ]
    path.write_text('{"tag": "code", "count": 5}\n{"tag": "rare", "count": 1}\n')
    printed.clear()
    counts.main([str(path), "--counts", "--min-count", "2"], printed.append)
    assert printed[0] == "6 rows, min_count 2"
    assert printed[4] == "| frequency | 1 | 50.0 % | 5 | 83.3 % | 8,541 |"


def test_counts_say_what_is_kept(tmp_path: Path) -> None:
    path, said = tmp_path / "pool.jsonl", tmp_path / "said.jsonl"
    rows = [["poetry", "night shift"], ["poetry"], ["haiku"], ["night shift"], ["tax"], []]
    path.write_text("\n".join(json.dumps({"tags": tags}) for tags in rows))
    said.write_text(json.dumps({"tag": "haiku", "same": [], "broader": ["poetry"]}))
    last = {}
    for options in ((), ("--judgments", str(said)), ("--replay", str(said))):
        printed: list[str] = []
        counts.main([str(path), "--min-count", "2", *options], printed.append)
        last[options[:1]] = printed[-1]
    assert last[()] == "66.7 % of the raw assignments are kept; samples that lose all tags: 2"
    assert (
        last[("--judgments",)]
        == last[("--replay",)]
        == "83.3 % of the raw assignments are kept; samples that lose all tags: 1"
    )
    printed = []
    counts.main([str(path), "--min-count", "1", "--steps", "rules,frequency"], printed.append)
    assert [line.split()[1] for line in printed[3:-1]] == ["raw", "rules", "frequency"]


def test_quality_by_pairs_and_readings() -> None:
    one = pl.DataFrame({"tags": [["Story", "code"], ["code"], None, []]})
    two = pl.DataFrame({"tags": [["story"], ["codes", "C"], ["x"], []]})
    vocabulary = instag.normalize(pl.concat([one, two]), embedder=None, min_count=1).vocabulary
    found = instag.vocabulary_quality(
        vocabulary,
        aliases=[("code", "codes"), ("story", "unknown"), ("unknown", "other")],
        related=[("C", "code"), ("Story", "story")],
        readings=(one, two),
    )
    assert (found.joined, found.aliases, found.wrong, found.related) == (1, 3, 1, 2)
    assert found.recall == pytest.approx(1 / 3)
    assert found.f1_before == 0
    assert found.f1_after == pytest.approx(2 * 2 / (3 + 4))
    only = instag.vocabulary_quality(vocabulary, aliases=[("code", "codes")])
    assert (only.related, only.f1_after, str(only)) == (None, None, "1 of 1 aliases joined")
    with pytest.raises(instag.InputError, match=r"^vocabulary_quality: expected aliases, related or readings"):
        instag.vocabulary_quality(vocabulary)
    with pytest.raises(
        instag.InputError, match=r"^readings: expected the same number of rows in both, .* found 4 and 1$"
    ):
        instag.vocabulary_quality(vocabulary, readings=(one, two.head(1)))

"""The table of quality, on topics made up."""

import json
from pathlib import Path

import pytest
import quality

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
    told: list[str] = []
    quality.main([str(file)], told.append)
    assert told[:3] == [
        "4 pairs of a topic and its alias, 3 of related topics",
        "| method | distance | recall | wrong merges |",
        "|---|---|---|---|",
    ]
    assert len(told) == 3 + 4 * 3 + 1
    assert told[9] == "| guarded rules alone | | 75.0 % | 0 (0.00 %) |"
    assert told[10].startswith("| guarded, star (the default) | 0.05 | 75.0 % | 0 ")
    assert told[11].startswith("| | 0.10 |")

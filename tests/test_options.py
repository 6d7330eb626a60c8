"""Every option of `instag normalize` and `instag report` reaches what it is for."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import instag
from calls import FRAME, LAZY, Call, Calls, all_of, taken_down
from instag.cli.normalize import normalize
from instag.cli.report import report
from instag.embedding import OpenAIEmbedder
from instag.normalization import Vocabulary


@pytest.fixture
def calls() -> Iterator[Calls]:
    with taken_down() as calls:
        yield calls


def test_normalize(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("instag.cli.normalize")
    output, vocabulary, merges, apart = (tmp_path / name for name in ("out.jsonl", "v.parquet", "merges.csv", "a.csv"))

    class Saved(list[str]):
        save = staticmethod(calls.noting("save"))

    tables = {"data": FRAME, "merges": FRAME, "apart": FRAME, "steps": FRAME}
    calls.expect(instag, "normalize", SimpleNamespace(vocabulary=Saved(), **tables))
    for name in ("show_steps", "show_merges"):
        monkeypatch.setattr(module, name, lambda *_: None)
    given = {
        "source": ["IN.jsonl"],
        "output": ["-o", str(output)],
        "vocabulary": ["--vocabulary", str(vocabulary)],
        "merges": ["--merges", str(merges)],
        "apart": ["--apart", str(apart)],
        "tags": ["--tags", "other tags"],
        "steps": ["--steps", "rules,semantic"],
        "min_count": ["--min-count", "3"],
        "stem": ["--stem", "paper"],
        "distance": ["--distance", "0.07"],
        "embedder": ["--embedder", "openai:small"],
        "base_url": ["--base-url", "http://there/v1"],
        "guards": ["--no-guards"],
        "linkage": ["--linkage", "dbscan"],
        "min_samples": ["--min-samples", "4"],
        "max_diameter": ["--max-diameter", "0.3"],
        "min_support": ["--min-support", "6"],
        "min_confidence": ["--min-confidence", "0.8"],
        "format": ["--format", "alpaca"],
        "to": ["--to", "messages"],
    }
    assert all_of(normalize, given)
    monkeypatch.setattr(OpenAIEmbedder, "__eq__", lambda mine, other: repr(mine) == repr(other))
    options = {
        "tags": "other tags",
        "steps": ["rules", "semantic"],
        "min_count": 3,
        "stem": "paper",
        "distance": 0.07,
        "embedder": OpenAIEmbedder("small", base_url="http://there/v1"),
        "guards": False,
        "linkage": "dbscan",
        "min_samples": 4,
        "max_diameter": 0.3,
        "min_support": 6,
        "min_confidence": 0.8,
    }
    expected: list[Call] = [
        ("load", ["IN.jsonl"], {"format": "alpaca"}),
        ("normalize", [], options),
        ("write", [output], {"format": "messages"}),
        ("save", [vocabulary], {}),
        ("write", [merges], {}),
        ("write", [apart], {}),
    ]
    calls.check("normalize", given, {"source", "output"}, expected)


def test_report(calls: Calls, tmp_path: Path) -> None:
    module = import_module("instag.cli.report")
    output, figures = tmp_path / "out.html", tmp_path / "figures"
    calls.expect(instag, "analyze")
    calls.expect(instag, "report")
    calls.expect(instag, "figures", [])
    calls.expect(module, "show")
    calls.expect(Vocabulary, "load", "the vocabulary")
    given = {
        "source": ["IN.jsonl"],
        "output": ["-o", str(output)],
        "by": ["--by", "kind"],
        "tags": ["--tags", "other tags"],
        "selection": ["--selection", "mine=subset.jsonl"],
        "vocabulary": ["--vocabulary", "v.parquet"],
        "folder": ["--figures", str(figures)],
        "title": ["--title", "A heading"],
        "query": ["--query", "asked"],
        "format": ["--format", "alpaca"],
    }
    assert all_of(report, given)
    expected: list[Call] = [
        ("scan", ["IN.jsonl"], {"format": "alpaca", "query": "asked"}),
        ("scan", ["subset.jsonl"], {"format": "auto", "query": "asked"}),
        ("load", [Path("v.parquet")], {}),
        ("analyze", [], {"by": "kind", "tags": "other tags", "selections": {"mine": LAZY}}),
        ("report", [output], {"vocabulary": "the vocabulary", "title": "A heading"}),
        ("figures", [figures], {"vocabulary": "the vocabulary"}),
        ("show", [], {}),
    ]
    calls.check("report", given, {"source"}, expected)

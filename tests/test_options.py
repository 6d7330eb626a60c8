"""Every option of `instag normalize` and `instag report` reaches what it is for."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import instag
from calls import FRAME, LAZY, Call, Calls, all_of, read_with, taken_down
from instag.choices import DISTANCE, MIN_SUPPORT
from instag.cli.app import command
from instag.cli.normalize import normalize
from instag.cli.report import report
from instag.embedding import OpenAIEmbedder
from instag.normalization import Vocabulary
from instag.recipe.options import ALIKE, OWN

# The options of a judge, and as what they reach it.
JUDGED = {
    "judge": ["--judge", "model"],
    "base_url": ["--base-url", "http://there/v1", "--base-url", "http://elsewhere/v1"],
    "api_key_env": ["--api-key-env", "MY_KEY"],
    "header": ["--header", "X-Team: red"],
    "insecure": ["--insecure"],
    "journal": ["--journal", "old.journal", "--journal", "answers.journal"],
    "shard": ["--shard", "1/3"],
    "concurrency": ["--concurrency", "3"],
    "rpm": ["--rpm", "50"],
    "tpm": ["--tpm", "5000"],
    "max_cost": ["--max-cost", "1.5"],
    "price": ["--price", "0.1,0.2"],
    "attempts": ["--attempts", "2"],
    "reask": ["--reask", "4"],
    "timeout": ["--timeout", "9"],
    "patience": ["--patience", "8"],
    "max_unread": ["--max-unread", "0.25"],
    "max_tokens": ["--max-tokens", "77"],
    "temperature": ["--temperature", "0.5"],
    "structured": ["--structured", "none"],
    "extra_body": ["--extra-body", '{"seed": 7}'],
    "retry_unread": ["--retry-unread"],
    "limit": ["--limit", "4"],
}
ASKING = {
    "base_url": ["http://there/v1", "http://elsewhere/v1"],
    "api_key": "from the environment",
    "headers": {"X-Team": "red"},
    "insecure": True,
    "journal": [Path("old.journal"), Path("answers.journal")],
    "shard": "1/3",
    "concurrency": 3,
    "rpm": 50.0,
    "tpm": 5000.0,
    "max_cost": 1.5,
    "price": (0.1, 0.2),
    "attempts": 2,
    "reask": 4,
    "timeout": 9.0,
    "patience": 8.0,
    "max_unread": 0.25,
    "max_tokens": 77,
    "temperature": 0.5,
    "structured": "none",
    "extra_body": {"seed": 7},
    "retry_unread": True,
    "limit": 4,
}


@pytest.fixture
def calls() -> Iterator[Calls]:
    with taken_down() as calls:
        yield calls


def test_normalize(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("instag.cli.normalize")
    names = ("out.jsonl", "v.parquet", "merges.csv", "a.csv", "judged.jsonl")
    output, vocabulary, merges, apart, judged = (tmp_path / name for name in names)

    class Saved(list[str]):
        save = staticmethod(calls.noting("save"))

    tables = {"data": FRAME, "merges": FRAME, "apart": FRAME, "steps": FRAME, "judgments": FRAME}
    monkeypatch.setenv("MY_KEY", "from the environment")
    judge = SimpleNamespace(tally=None, journal=tmp_path / "answers.journal")
    calls.expect(instag, "ModelJudge", judge)
    calls.expect(instag, "write_judgments")
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
        "guards": ["--no-guards"],
        "linkage": ["--linkage", "dbscan"],
        "min_samples": ["--min-samples", "4"],
        "max_diameter": ["--max-diameter", "0.3"],
        "min_support": ["--min-support", "6"],
        "min_confidence": ["--min-confidence", "0.8"],
        "to": ["--to", "messages"],
        "rows_per_file": ["--rows-per-file", "7"],
        "judgments": ["--judgments", "known.jsonl"],
        "judgments_out": ["--judgments-out", str(judged)],
        **JUDGED,
    }
    assert all_of(normalize, given, {"dry_run": [], "api_key_file": []})
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
        "judge": judge,
        "judgments": [Path("known.jsonl")],
    }
    expected: list[Call] = [
        ("ModelJudge", ["model"], ASKING),
        ("load", ["IN.jsonl"], read_with(to="messages")),
        ("normalize", [], options),
        ("write", [output], {"format": "messages", "metadata": {}, "rows_per_file": 7}),
        ("save", [vocabulary], {}),
        ("write", [merges], {}),
        ("write", [apart], {}),
        ("write_judgments", [judged], {}),
    ]
    calls.check("normalize", given, {"source", "output"}, expected)


def test_report(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
        "curve": ["--curve", "0.3"],
        "quality": ["--quality", "score"],
        "cost": ["--cost", "tokens"],
        "cost_exponent": ["--cost-exponent", "0.5"],
        "group": ["--group", "kind"],
        "at_least": ["--at-least", "a=2"],
        "at_most": ["--at-most", "b=30%"],
        "budget": ["--budget", "70"],
        "weights": ["--weights", "weights.csv"],
        "quality_missing": ["--quality-missing", "0.5"],
        "min_cost": ["--min-cost", "2"],
        "max_cost": ["--max-cost", "9"],
        "start": ["--start", "kind"],
        "target": ["--target", "traffic.jsonl"],
        "tree": ["--tree", "tree.parquet"],
        "similarity": ["--similarity", "0.8"],
        "embedder": ["--embedder", "openai:small"],
        "base_url": ["--base-url", "http://there/v1"],
        "query": ["--query", "asked"],
        "format": ["--format", "alpaca"],
    }
    assert all_of(report, given)
    monkeypatch.setattr(OpenAIEmbedder, "__eq__", lambda mine, other: repr(mine) == repr(other))
    gain = {
        "curve": 0.3,
        "quality": "score",
        "cost": "tokens",
        "cost_exponent": 0.5,
        "group": "kind",
        "at_least": {"a": 2},
        "at_most": {"b": "30%"},
        "budget": 70,
        "weights": "weights.csv",
        "quality_missing": 0.5,
        "min_cost": 2.0,
        "max_cost": 9.0,
        "start": "kind",
        "target": "traffic.jsonl",
        "tree": "tree.parquet",
        "similarity": 0.8,
        "embedder": OpenAIEmbedder("small", base_url="http://there/v1"),
    }
    expected: list[Call] = [
        ("scan", ["IN.jsonl"], read_with(query="asked", format="alpaca")),
        ("scan", ["subset.jsonl"], read_with(query="asked")),
        ("load", [Path("v.parquet")], {}),
        ("analyze", [], {"by": "kind", "tags": "other tags", "selections": {"mine": LAZY}, "gain": gain}),
        ("report", [output], {"vocabulary": "the vocabulary", "title": "A heading"}),
        ("figures", [figures], {"vocabulary": "the vocabulary"}),
        ("show", [], {}),
    ]
    calls.check("report", given, {"source"}, expected)


@pytest.mark.parametrize(
    ("command", "function"),
    [
        ("audit.audit", instag.audit),
        ("explore.explore", instag.explore),
        ("normalize.normalize", instag.normalize),
        ("select.select", instag.select),
        ("select.rank", instag.rank),
        ("sweep.sweep", instag.sweep),
        ("tag.tag", instag.tag),
        ("tag.tag", instag.estimate),
        ("vocabulary.apply", Vocabulary.apply),
    ],
)
def test_an_option_that_is_left_out_is_what_it_is_in_python(command: str, function: Callable[..., Any]) -> None:
    module, name = command.split(".")
    shown = inspect.signature(getattr(import_module(f"instag.cli.{module}"), name)).parameters
    own = inspect.signature(function).parameters
    # Text on the command line, which its command reads.
    read = {"guarded": True, str(DISTANCE): DISTANCE, str(MIN_SUPPORT): MIN_SUPPORT, "5": 5}
    both = [option for option in shown if option in own and shown[option].default is not inspect.Parameter.empty]
    left_out = {option: shown[option].default for option in both}
    assert len(both) > 1
    assert {option: read.get(value, value) for option, value in left_out.items()} == {
        option: None if own[option].default == () else own[option].default for option in both
    }


# Options that a recipe and the command line describe in words of their own, and why.
APART = {
    "api_key_env": "the command line has a default",
    "header": "the command line shows the form beside the option",
    "max_cost": "that of a recipe is for all of its runs",
    "journal": "a recipe has one of its own, and is given others",
    "steps": "the command line takes one text",
    "target": "a recipe tags and normalises it too",
    "tree": "a recipe makes one",
    "format": "a recipe writes conversations only",
    "trainers": "the command line makes the output a folder",
}


def test_a_recipe_describes_options_as_the_command_line_does() -> None:
    compared = 0
    for step, table in OWN.items():
        others = {key: name for (table_name, name), key in ALIKE.items() if table_name == step}
        parameters = {
            each.name: each for each in command({"write": "convert", "source": "convert"}.get(step, step)).params
        }
        for name, option in table.items():
            shown = parameters.get(name) or parameters.get(others.get(name, ""))
            if shown is not None and name not in APART:
                said = shown.help.removeprefix("gain: ").replace("repeat it for", "a list for")
                assert option.help.casefold() == said.casefold(), (step, name)
                compared += 1
    assert compared > 20

"""The report of a recipe values its rows by the objective that `[select]` chose them by."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from recipes import rows

PLAIN = 'budget = 20\nmethod = "coverage"\n'


def described(folder: Path, select: str, report: str = "") -> tuple[str, dict[str, Any]]:
    """The report of the recipe with another selection, and what its manifest says of the selection."""
    path = folder / "recipe.toml"
    path.write_text(path.read_text().replace(PLAIN, select) + f"\n[report]\n{report}")
    instag.run(path)
    manifest = json.loads((folder / "out/manifest.json").read_text())
    return (folder / "out/report.html").read_text("utf-8"), manifest["selection"]


@pytest.mark.parametrize(
    "options",
    [
        "budget = 20",
        'budget = 200\ncost = "words"\nmin_cost = 3',
        'budget = 60\ncost = "tokens"\ntokenizer = "tokenizer.json"',
        'budget = 20\nquality = "quality"\nquality_missing = 0.5',
        'budget = 20\ngroup = "source"\nat_least = { second = 12 }',
        'budget = 20\ntarget = "more.jsonl"',
        'budget = 20\nstart = "more.jsonl"',
        'budget = 20\nweights = "weights.csv"',
        "budget = 20\ncurve = 0.3",
    ],
)
def test_rows_are_valued_as_they_were_chosen(folder: Path, options: str) -> None:
    rows("more", 9).write_ndjson(folder / "more.jsonl")
    pl.DataFrame({"tag": ["bread", "tides"], "weight": [3.0, 0.0]}).write_csv(folder / "weights.csv")
    words = {"version": "1.0", "model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"}}
    (folder / "tokenizer.json").write_text(json.dumps(words))
    page, found = described(folder, f'method = "gain"\n{options}\n')
    assert f">{found['value']:,.2f}<" in page.replace("<bdi>", "").replace("</bdi>", "")


def test_a_report_may_have_an_objective_of_its_own(folder: Path) -> None:
    page, _ = described(folder, 'method = "gain"\nbudget = 20\ncurve = 0.3\n', "gain = { curve = 0.8 }\n")
    assert "Σ n^0.8" in page


def test_rows_chosen_without_an_objective_are_valued_by_the_usual_one(folder: Path) -> None:
    page, _ = described(folder, PLAIN)
    assert "Σ n^0.5" in page


def test_another_objective_that_takes_the_same_rows_is_reported(folder: Path) -> None:
    first, _ = described(folder, 'method = "gain"\nbudget = 20\ncurve = 0.3\n')
    instag.run(folder / "recipe.toml", set=["select.curve=0.31"])
    assert "Σ n^0.31" in (folder / "out/report.html").read_text("utf-8")
    assert "Σ n^0.31" not in first

"""Writing what a format or a trainer cannot hold."""

import csv
import gzip
import json
import warnings
from pathlib import Path

import polars as pl
import pytest

import instag
from recipes import rows


def mixed(folder: Path, change: pl.Expr) -> None:
    """Rows of which the second and the last have something else in an answer."""
    frame = (
        rows("First", 12)
        .with_row_index("nth")
        .with_columns(messages=pl.when(pl.col("nth").is_in([1, 11])).then(change).otherwise("messages"))
    )
    instag.write(frame.drop("nth"), folder / "first.jsonl")


@pytest.mark.parametrize(
    ("write", "change", "wrong"),
    [
        (
            'format = "alpaca"',
            pl.col("messages").list.tail(1),
            r"recipe\.toml, line 3: \[write\] data/train\.jsonl: row 2 \(first\.jsonl, row 2\): alpaca has no place for",
        ),
        (
            'trainers = ["trl"]\nmodel = "Qwen/Qwen3-4B"',
            pl.col("messages").list.head(1),
            r"line 3: .* row 2 \(first\.jsonl, row 2\), 12 \(first\.jsonl, row 12\)\): leave them out with skip = true, or",
        ),
    ],
)
def test_an_error_says_where_the_rows_came_from(folder: Path, write: str, change: pl.Expr, wrong: str) -> None:
    """The files that it is about are never written, so that nobody can look there."""
    mixed(folder, change)
    recipe = folder / "recipe.toml"
    recipe.write_text(f'[[source]]\nfiles = ["first.jsonl"]\n[write]\n{write}\n')
    with pytest.raises(instag.InputError, match=wrong) as raised:
        instag.run(recipe, say=lambda _: None)
    assert ".instag" not in str(raised.value)
    recipe.write_text(
        recipe.read_text().replace('"alpaca"', '"messages"') + ("skip = true\n" if "trl" in write else "")
    )
    with warnings.catch_warnings(record=True) as left_out:
        warnings.simplefilter("always")
        instag.run(recipe, say=lambda _: None)
    assert len(left_out) == ("trl" in write)


@pytest.mark.parametrize("split", ["", "[split]\nvalidation = 3\n"])
def test_rows_that_a_trainer_cannot_hold_are_in_no_part(folder: Path, split: str) -> None:
    mixed(folder, pl.col("messages").list.head(1))
    table = '[[source]]\nfiles = ["first.jsonl"]\n[normalize]\nsteps = ["rules"]\n[select]\nbudget = 12\n'
    write = '[write]\ntrainers = ["trl"]\nmodel = "Qwen/Qwen3-4B"\nskip = true\n[card]\n'
    (folder / "recipe.toml").write_text(table + split + write)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        instag.run(folder / "recipe.toml")
    rows_of = list(csv.DictReader((folder / "out/rows.csv").read_text("utf-8").splitlines()))
    assert sorted(row["row"] for row in rows_of if not row["part"]) == ["12", "2"]
    assert len(rows_of) == 12
    with gzip.open(folder / "out/dropped.csv.gz", "rt", encoding="utf-8") as file:
        dropped = [(row["step"], row["reason"], row["source_row"]) for row in csv.DictReader(file)]
    why = "trl cannot hold it: no turn of the assistant's to learn from"
    assert sorted(dropped) == [("write", why, "12"), ("write", why, "2")]
    assert f"| write | {why} | 2 |" in (folder / "out/README.md").read_text()
    steps = json.loads((folder / "out/manifest.json").read_text())["steps"]
    assert next(step["dropped"] for step in steps if step["name"] == "write") == {why: 2}
    found = {check.what: check.holds for check in instag.verify(folder / "out", replay=True)}
    assert found.pop("split", None) is None
    assert set(found.values()) == {True}
    said: list[str] = []
    instag.run(folder / "recipe.toml", say=said.append)
    assert "nothing to do" in said[-1]


@pytest.mark.parametrize(("query", "holds"), [("messages", True), ("topic", None)])
def test_a_split_by_copies_in_a_column_is_made_again_where_it_is_kept(
    folder: Path, query: str, *, holds: bool | None
) -> None:
    rows("First", 20).with_columns(topic=pl.lit("Topic ") + pl.int_range(20).cast(pl.String)).write_ndjson(
        folder / "first.jsonl"
    )
    table = '[[source]]\nfiles = ["first.jsonl"]\n[normalize]\nsteps = ["rules"]\n[select]\nbudget = 12\n'
    (folder / "recipe.toml").write_text(
        f'{table}[split]\nvalidation = 3\nquery = "{query}"\nthreshold = 1.0\n[write]\n'
    )
    instag.run(folder / "recipe.toml")
    found = {check.what: check.holds for check in instag.verify(folder / "out", replay=True)}
    assert {what: each for what, each in found.items() if what.startswith("split")} == (
        {"split into train": True, "split into val": True} if holds else {"split": None}
    )


def test_columns_that_steps_add_may_be_named(folder: Path) -> None:
    table = (
        '[[source]]\nfiles = ["first.jsonl"]\n[dedup]\naction = "mark"\n[decontaminate]\nagainst = "second-a.jsonl"\n'
    )
    more = 'action = "mark"\n[normalize]\nsteps = ["rules"]\n[split]\nby = "contaminated"\n[write]\n'
    names = ["duplicate_of", "likeness", "contaminated", "item", "share", "raw_tags"]
    (folder / "recipe.toml").write_text(f"{table}{more}keep = {json.dumps(names)}\n")
    instag.run(folder / "recipe.toml")
    line = json.loads((folder / "out/data/train.jsonl").read_text().partition("\n")[0])
    assert [*line] == ["messages", *names]

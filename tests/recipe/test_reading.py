"""Reading: each row is found again in the file that it came from, by its number there."""

import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from instag.io import read
from recipes import rows

ROAD = '[[source]]\nname = "first"\nfiles = [{files}]\n{more}[[source]]\nname = "other"\nfiles = ["other.jsonl"]\n[split]\n'


def placed(folder: Path, files: str, more: str = "") -> pl.DataFrame:
    """What rows.csv says of the rows of the first source, and what was asked there."""
    rows("other", 3).write_ndjson(folder / "other.jsonl")
    (folder / "recipe.toml").write_text(ROAD.format(files=files, more=more))
    instag.run(folder / "recipe.toml")
    written = pl.read_csv(folder / "out/rows.csv", schema_overrides={"file": pl.String})
    asked = [
        pl.read_parquet(folder / f"out/data/{part}.parquet").select(part=pl.lit(part), messages="messages")
        for part in ("train", "val")
    ]
    whole = pl.concat([written.select(pl.exclude("part")), pl.concat(asked)], how="horizontal")
    assert whole.get_column("part").to_list() == written.get_column("part").to_list()
    of_other = whole.filter(source="other")
    assert sorted(of_other.select("file", "row").iter_rows()) == [("other.jsonl", n) for n in (1, 2, 3)]
    return whole.filter(source="first")


def stands_there(folder: Path, found: pl.DataFrame) -> None:
    """Each row is that row of its file."""
    for name, row, messages in found.select("file", "row", "messages").iter_rows():
        turns = read(folder / name).row(row - 1, named=True)["messages"]
        assert [turn["content"] for turn in turns] == [turn["content"] for turn in messages]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("count", [2, 20])
def test_of_several_files_each_row_has_its_own(tmp_path: Path, kind: str, count: int) -> None:
    sizes = [3 + n % 4 for n in range(count)]
    for nth, size in enumerate(sizes):
        frame = rows(f"file {nth}", size)
        if kind == "jsonl":
            frame.write_ndjson(tmp_path / f"part-{nth:02d}.jsonl")
        else:
            frame.write_parquet(tmp_path / f"part-{nth:02d}.parquet")
    found = placed(tmp_path, f'"part-*.{kind}"')
    assert found.height == sum(sizes)
    stands_there(tmp_path, found)


def test_rows_are_counted_before_where_and_sample_take_some(tmp_path: Path) -> None:
    for nth in range(3):
        rows(f"file {nth}", 30).write_ndjson(tmp_path / f"part-{nth}.jsonl")
    found = placed(tmp_path, '"part-*.jsonl"', 'where = "score >= 0.5"\nsample = 20\n')
    assert found.height == 20
    assert found.get_column("row").min() == 16
    assert found.get_column("file").n_unique() == 3
    stands_there(tmp_path, found)


def test_files_in_folders_and_columns_of_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "more" / "below").mkdir(parents=True)
    own = rows("a", 5).with_columns(source_row=pl.lit(99), source_file=pl.lit("mine"), source=pl.lit("theirs"))
    own.write_ndjson(tmp_path / "more/below/a.jsonl")
    found = placed(tmp_path, '"more/below/a.jsonl"')
    assert sorted(found.select("file", "row").iter_rows()) == [("more/below/a.jsonl", n) for n in range(1, 6)]


def test_files_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("a", "b"):
            lines = [json.dumps(row) for row in rows(name, 2).to_dicts()]
            archive.writestr(f"{name}.jsonl", "\n".join(lines))
    found = placed(tmp_path, '"all.zip"')
    places = [("all.zip/a.jsonl", 1), ("all.zip/a.jsonl", 2), ("all.zip/b.jsonl", 1), ("all.zip/b.jsonl", 2)]
    assert sorted(found.select("file", "row").iter_rows()) == places


def test_a_conversation_of_a_tree_has_the_row_of_its_last_message(tmp_path: Path) -> None:
    tree = [("1", None, "prompter", "Why?"), ("2", "1", "assistant", "So."), ("3", None, "prompter", "How?")]
    tree.append(("4", "3", "assistant", "Thus."))
    frame = pl.DataFrame(tree, schema=["message_id", "parent_id", "role", "text"], orient="row")
    frame.write_ndjson(tmp_path / "tree.jsonl")
    with pytest.warns(instag.InstagWarning, match="4 rows of message trees became 2 conversations"):
        found = placed(tmp_path, '"tree.jsonl"')
    assert sorted(found.get_column("row")) == [2, 4]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7", 7),
        (1.5, [1]),
        ({"a": 1}, [1]),
        ([{"type": "function"}], '[{"type": "function"}]'),
        ({"a": 1}, {"a": "b", "c": [None]}),
        (2**63, -1),
    ],
)
def test_values_of_other_types_in_another_source_stay_as_they_are(tmp_path: Path, one: Any, other: Any) -> None:
    for name, value in (("first", one), ("other", other)):
        turns = [{"role": "user", "content": f"Why {name}?"}, {"role": "assistant", "content": "So.", "said": value}]
        lines = [{"messages": turns, "tools": value if isinstance(value, str | list) else None, "id": value}] * 3
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    keep = '[[source]]\nfiles = ["first.jsonl"]\n[[source]]\nfiles = ["other.jsonl"]\n[write]\nkeep = "id,source"\n'
    (tmp_path / "recipe.toml").write_text(keep)
    instag.run(tmp_path / "recipe.toml")
    assert all(check.holds for check in instag.verify(tmp_path / "out"))
    for line in map(json.loads, (tmp_path / "out/data/train.jsonl").read_text().splitlines()):
        value = {"first": one, "other": other}[line["source"]]
        assert (line["id"], line["messages"][1]["said"]) == (value, value)
        assert line.get("tools") == (value if isinstance(value, str | list) else None)


def test_a_column_without_a_name_is_one_like_any_other(tmp_path: Path) -> None:
    lines = "".join(f"{n},Why {n}?,So {n}.\n" for n in range(9))
    (tmp_path / "first.csv").write_text(f",prompt,completion\n{lines}")
    recipe = '[[source]]\nfiles = ["first.csv"]\n[clean]\nmin_characters = 6\n[dedup]\nthreshold = 1.0\n[split]\n'
    (tmp_path / "recipe.toml").write_text(recipe)
    frames = instag.run(tmp_path / "recipe.toml")
    assert frames["dedup"].collect().get_column("").to_list() == list(map(str, range(9)))

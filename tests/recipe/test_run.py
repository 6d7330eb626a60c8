"""A recipe run: its result, what is done again, and what a manifest finds."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag


def run(folder: Path, **options: Any) -> list[str]:
    said: list[str] = []
    instag.run(folder / "recipe.toml", say=said.append, **options)
    return said


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All that a run writes but the manifest, which has the time in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "out").rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def test_a_whole_road(folder: Path) -> None:
    frames = instag.run(folder / "recipe.toml")
    assert list(frames) == ["read", "dedup", "normalize", "select", "split"]
    read = frames["read"].collect()
    assert read.group_by("source").len().sort("source").rows() == [("first", 40), ("second", 30)]
    assert read.get_column("quality").null_count() == 40
    train = [json.loads(line) for line in (folder / "out/data/train.jsonl").read_text().splitlines()]
    val = [json.loads(line) for line in (folder / "out/data/val.jsonl").read_text().splitlines()]
    assert (len(train), len(val), set(train[0])) == (16, 4, {"messages"})
    with (folder / "out/rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["part"] for row in rows] == ["train"] * 16 + ["val"] * 4
    assert sorted(int(row["rank"]) for row in rows) == list(range(1, 21))
    first = rows[0]
    again = pl.read_ndjson(folder / "first.jsonl") if first["source"] == "first" else None
    if again is not None:
        assert again["messages"][int(first["row"]) - 1].to_list() == train[0]["messages"]
    assert (folder / "out/vocabulary.parquet").exists()


def test_nothing_is_done_twice(folder: Path) -> None:
    run(folder)
    before = bytes_of(folder)
    said = run(folder)
    assert [line.split(",")[0] for line in said[:6]] == [
        f"{step}: cached" for step in ("read", "dedup", "normalize", "select", "split", "write")
    ]
    assert bytes_of(folder) == before
    said = run(folder, dry_run=True, set=["select.budget=10"])
    assert said[3:] == [
        "select: to do (budget 20 → 10); at most 58 rows",
        "split: to do, after what comes before; at most 10 rows",
        "write: to do, after what comes before; at most 10 rows",
    ]
    assert bytes_of(folder) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("dedup.threshold=0.7", "dedup: threshold 0.8 → 0.7"),
        ("select.budget=10", "select: budget 20 → 10"),
        ("select.method=random", "select: method coverage → random"),
        ("split.validation=0.5", "split: validation 0.2 → 0.5"),
        ("normalize.min_count=3", "normalize: min_count 2 → 3"),
        ("seed=8", "read: seed 7 → 8"),
        ("write.format=sharegpt", "write: format"),
    ],
)
def test_any_edit_gives_what_a_fresh_run_gives(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, change: str, said: str
) -> None:
    fresh = tmp_path_factory.mktemp("fresh")
    shutil.copytree(folder, fresh, dirs_exist_ok=True)
    run(folder)
    assert any(line.startswith(said) for line in run(folder, set=[change]))
    run(fresh, set=[change])
    assert bytes_of(folder) == bytes_of(fresh)


def test_a_step_with_the_same_output_redoes_nothing_below(folder: Path) -> None:
    run(folder, set=["dedup.threshold=0.97"])
    said = run(folder, set=["dedup.threshold=0.98"])
    assert said[1] == "dedup: threshold 0.97 → 0.98"
    assert said[3].startswith("normalize: cached")


def test_a_changed_file_is_named(folder: Path) -> None:
    run(folder)
    text = (folder / "second-b.jsonl").read_text()
    (folder / "second-b.jsonl").write_text(text.replace("Answer 3.", "Answer three."))
    assert run(folder, dry_run=True)[0] == "read: to do (second: second-b.jsonl changed): 70 rows"


def test_a_moved_folder_and_other_limits_redo_nothing(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run(folder)
    moved = tmp_path_factory.mktemp("moved") / "there"
    shutil.move(folder, moved)
    assert all("cached" in line for line in run(moved)[:6])


def test_until_from_and_a_rehearsal(folder: Path) -> None:
    assert run(folder, until="dedup")[-1].startswith("nothing is written yet")
    assert run(folder, start="normalize")[2] == "normalize: asked for"
    with pytest.warns(instag.errors.InstagWarning, match="20 samples were asked for, and 10 have tags"):
        run(folder, limit=5)
    assert len(pl.read_csv(folder / "out-trial/rows.csv")) <= 10
    with pytest.raises(instag.InputError, match="until: expected a step of the recipe, one of read, dedup"):
        run(folder, until="tag")


def checks(folder: Path, **options: Any) -> dict[str, bool | None]:
    return {check.what: check.holds for check in instag.verify(folder / "out/manifest.json", **options)}


def test_verify_finds_nothing_where_nothing_changed(folder: Path) -> None:
    run(folder)
    found = checks(folder, replay=True)
    assert set(found.values()) == {True}
    assert {
        "outputs",
        "source first",
        "source second",
        "rows of train",
        "rows of val",
        "selection",
        "split into train",
        "split into val",
    } == set(found)


def edit_source(folder: Path) -> None:
    path = folder / "first.jsonl"
    path.write_bytes(path.read_bytes().replace(b"bread", b"Bread", 1))


def edit_row(folder: Path) -> None:
    path = folder / "out/data/train.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Answer", b"answer", 1))


def swap_rows(folder: Path) -> None:
    path = folder / "out/data/train.jsonl"
    first, second, *others = path.read_text().splitlines(keepends=True)
    path.write_text("".join([second, first, *others]))


def move_row(folder: Path) -> None:
    train, val = folder / "out/data/train.jsonl", folder / "out/data/val.jsonl"
    first, *others = train.read_text().splitlines(keepends=True)
    train.write_text("".join(others))
    val.write_text(val.read_text() + first)


def another_seed(folder: Path) -> None:
    path = folder / "out/manifest.json"
    manifest = json.loads(path.read_text())
    next(step for step in manifest["steps"] if step["name"] == "split")["options"]["seed"] = 8
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (edit_source, {"source first"}),
        (edit_row, {"outputs", "rows of train"}),
        (swap_rows, {"outputs", "rows of train"}),
        (move_row, {"outputs", "rows of train", "rows of val"}),
        (another_seed, {"split into train", "split into val"}),
    ],
)
def test_verify_finds_every_change(folder: Path, change: Any, wrong: set[str]) -> None:
    run(folder)
    change(folder)
    found = checks(folder, replay=change is another_seed)
    assert {what for what, holds in found.items() if holds is False} == wrong


def test_verify_elsewhere(folder: Path, tmp_path: Path) -> None:
    run(folder)
    alone = tmp_path / "alone"
    shutil.copytree(folder / "out", alone / "out")
    assert checks(alone)["source first"] is None
    assert checks(alone, data=folder)["source first"] is True
    line = [sys.executable, "-m", "instag", "verify", str(alone / "out/manifest.json")]
    assert subprocess.run(line, check=False, capture_output=True).returncode == 0
    assert subprocess.run([*line, "--strict"], check=False, capture_output=True).returncode == 1


def test_a_new_recipe_runs(folder: Path) -> None:
    line = [sys.executable, "-m", "instag", "recipe", "new", "first.jsonl", "second-a.jsonl", "-o", "new.toml"]
    subprocess.run(line, check=True, capture_output=True, cwd=folder)
    frames = instag.run(folder / "new.toml", set=["select.budget=5", "normalize.steps=rules", "split.validation=2"])
    assert frames["select"].collect().height == 5


def test_what_is_wrong_later_is_said_and_nothing_is_written(folder: Path) -> None:
    text = (folder / "recipe.toml").read_text().replace("budget = 20", "budget = -1")
    (folder / "recipe.toml").write_text(text)
    with pytest.raises(instag.InputError, match="budget"):
        run(folder)
    assert not (folder / "out").exists()
    assert not list((folder / ".instag").rglob("*.draft"))

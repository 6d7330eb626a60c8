"""Runs of recipes: the result, what is done again, and what a manifest shows."""

import csv
import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
import shell
from instag.recipe import CostError
from instag.recipe.cache import Cache
from model_server import Server
from recipes import bytes_of, rows


def run(folder: Path, **options: Any) -> list[str]:
    said: list[str] = []
    instag.run(folder / "recipe.toml", say=said.append, **options)
    return said


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
    assert run(folder, dry_run=True)[0] == "read: to do (second: second-b.jsonl (file 2) changed): 70 rows"


def test_files_count_in_their_order_also_where_their_names_are_the_same(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        rows(place, 20).write_ndjson(tmp_path / place / "x.jsonl")
    recipe = '[[source]]\nname = "both"\nfiles = ["{}/x.jsonl", "{}/x.jsonl"]\n[select]\nbudget = 5\n'
    (tmp_path / "recipe.toml").write_text(recipe.format("a", "b"))
    run(tmp_path)
    assert run(tmp_path, dry_run=True)[0].startswith("read: cached")
    (tmp_path / "recipe.toml").write_text(recipe.format("b", "a"))
    assert run(tmp_path, dry_run=True)[0].startswith(
        "read: to do (both: x.jsonl changed, both: x.jsonl (file 2) changed)"
    )
    (tmp_path / "recipe.toml").write_text(recipe.format("a", "b"))
    rows("c", 20).write_ndjson(tmp_path / "b" / "x.jsonl")
    assert run(tmp_path, dry_run=True)[0].startswith("read: to do (both: x.jsonl (file 2) changed)")


def test_a_moved_folder_and_other_limits_redo_nothing(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run(folder)
    moved = tmp_path_factory.mktemp("moved") / "there"
    shutil.move(folder, moved)
    assert all("cached" in line for line in run(moved)[:6])


def test_until_from_and_a_trial(folder: Path) -> None:
    assert run(folder, until="dedup")[-1].startswith("nothing is written yet")
    assert run(folder, start="normalize")[2] == "normalize: asked for"
    with pytest.warns(instag.errors.InstagWarning, match="20 samples were asked for, but 10 have tags"):
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


def options_of(folder: Path, step: str, **options: Any) -> None:
    path = folder / "out/manifest.json"
    manifest = json.loads(path.read_text())
    next(each for each in manifest["steps"] if each["name"] == step)["options"].update(options)
    path.write_text(json.dumps(manifest))


def another_order_of_ties(folder: Path) -> None:
    options_of(folder, "select", seed=5)


def another_budget(folder: Path) -> None:
    options_of(folder, "select", budget=19)


def edited_manifest(folder: Path, **edits: Any) -> None:
    path = folder / "out/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | edits))


def another_seed_of_all(folder: Path) -> None:
    edited_manifest(folder, seed=9)


def fewer_outputs(folder: Path) -> None:
    edited_manifest(folder, outputs=[])


def other_tags(folder: Path) -> None:
    path = folder / "out/pool_tags.parquet"
    pool = pl.read_parquet(path)
    pool.with_columns(tags=pl.col("tags").reverse()).write_parquet(path)


def a_lost_file(folder: Path) -> None:
    (folder / "out/data/val.jsonl").unlink()


def a_pool_of_fewer(folder: Path) -> None:
    path = folder / "out/pool_tags.parquet"
    pool = pl.read_parquet(path)
    taken = pl.read_csv(folder / "out/rows.csv").get_column("key")
    others = pool.filter(~pl.col("key").is_in(taken.implode()))
    pool.filter(pl.col("key") != others.item(0, "key")).write_parquet(path)


def a_damaged_pool(folder: Path) -> None:
    path = folder / "out/pool_tags.parquet"
    path.write_bytes(path.read_bytes()[:-9])


def no_list_of_rows(folder: Path) -> None:
    (folder / "out/rows.csv").unlink()


def outputs_without_hashes(folder: Path) -> None:
    edited_manifest(folder, outputs=[{"path": "rows.csv"}])


def steps_without_names(folder: Path) -> None:
    edited_manifest(folder, steps=[{}])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (a_pool_of_fewer, {"outputs", "pool"}),
        (a_damaged_pool, {"outputs", "selection"}),
        (no_list_of_rows, {"outputs", "rows", "selection"}),
        (outputs_without_hashes, {"manifest", "outputs"}),
        (steps_without_names, {"manifest", "selection"}),
        (another_order_of_ties, {"selection"}),
        (another_budget, {"manifest", "selection"}),
        (another_seed_of_all, {"manifest"}),
        (fewer_outputs, {"manifest"}),
        (other_tags, {"outputs", "selection"}),
        (a_lost_file, {"outputs", "rows of val"}),
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
    found = checks(folder, replay=change not in (edit_source, edit_row, swap_rows, move_row))
    assert wrong <= {what for what, holds in found.items() if holds is False}
    untouched = {"source first", "source second"} - wrong
    assert all(found[what] for what in untouched)


def test_a_manifest_may_be_laid_out_anew(folder: Path) -> None:
    run(folder)
    edited_manifest(folder)
    assert "manifest" not in checks(folder)


def test_verify_elsewhere(folder: Path, tmp_path: Path) -> None:
    run(folder)
    alone = tmp_path / "alone"
    shutil.copytree(folder / "out", alone / "out")
    assert checks(alone)["source first"] is None
    assert checks(alone, data=folder)["source first"] is True
    shell.instag("verify", alone / "out/manifest.json")
    shell.instag("verify", alone / "out/manifest.json", "--strict", code=1)


def test_a_new_recipe_runs(folder: Path) -> None:
    shell.instag("recipe", "new", "first.jsonl", "second-a.jsonl", "-o", "new.toml", cwd=folder)
    frames = instag.run(folder / "new.toml", set=["select.budget=5", "normalize.steps=rules", "split.validation=2"])
    assert frames["select"].collect().height == 5


def test_what_is_wrong_later_is_said_and_nothing_is_written(folder: Path) -> None:
    text = (folder / "recipe.toml").read_text().replace("budget = 20", "budget = -1")
    (folder / "recipe.toml").write_text(text)
    with pytest.raises(instag.InputError, match="budget"):
        run(folder)
    assert not (folder / "out").exists()
    assert not list((folder / ".instag").rglob("*.draft"))


def test_a_second_run_waits_for_the_first(folder: Path) -> None:
    held, waiting = Cache(folder / ".instag"), threading.Event()
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        waiting.set()

    with held.lock(print):
        second = threading.Thread(target=lambda: instag.run(folder / "recipe.toml", say=say))
        second.start()
        assert waiting.wait(60)
        assert said == [f"another run of a recipe in {folder} is in progress: waiting for it"]
        assert not (folder / "out").exists()
    second.join(120)
    assert (folder / "out/manifest.json").exists()


def test_what_people_put_into_the_output_stays(folder: Path) -> None:
    run(folder, set=["write.trainers=axolotl", "write.model=Qwen/Qwen3-4B", "write.format=messages"])
    (folder / "out/data/mine.jsonl").write_text("{}\n")
    config = folder / "out/axolotl.yaml"
    config.write_text(config.read_text().replace("lora_r: 16", "lora_r: 64"))
    said = run(folder, set=["write.trainers=axolotl", "write.model=Qwen/Qwen3-8B", "split.validation=0.3"])
    assert (folder / "out/data/mine.jsonl").exists()
    assert "lora_r: 64" in config.read_text()
    assert any("somebody has edited it" in each for each in said)
    run(folder, set=["select.budget=15"])
    assert not (folder / "out/data/dataset_info.json").exists()


def test_a_card_says_what_was_done(folder: Path) -> None:
    with (folder / "recipe.toml").open("a") as file:
        file.write('\n[card]\nlanguage = "en"\n')
    run(folder)
    card = (folder / "out/README.md").read_text()
    assert "| first | mit |" in card
    assert "| second | not given |" in card
    assert "| dedup | 70 | " in card
    assert "with the method `coverage`" in card
    assert "## Tags" in card
    run(folder, set=["select.budget=10"])
    assert "10 of " in (folder / "out/README.md").read_text(), "the card of an earlier run was taken for somebody's own"


def test_the_cache_is_cleared_and_answers_stay(folder: Path, server: Server) -> None:
    line = ["tag.model=m", f"tag.base_url={server.url}", "normalize.min_count=1"]
    run(folder, set=line)
    asked = server.answers.total()
    shown = shell.instag("cache", "show", folder).stdout
    [journal] = [path.name for path in (folder / ".instag/journals").glob("*.journal")]
    assert "dedup" in shown
    assert journal in shown
    shell.instag("cache", "clear", folder / "recipe.toml")
    assert not (folder / ".instag/cache").exists()
    run(folder, set=line)
    assert server.answers.total() == asked
    wrong = shell.instag("cache", "clear", folder, "--answers", "x", code=1)
    assert journal in wrong.stderr
    shell.instag("cache", "clear", folder, "--answers", journal)
    assert not (folder / ".instag/journals" / journal).exists()


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_max_cost_is_of_all_runs_together(folder: Path, server: Server) -> None:
    # A question and its answer are 18 tokens: $1.80 at this price; a request reserves the longest answer.
    line = [
        "tag.model=m",
        f"tag.base_url={server.url}",
        "tag.price=100000,100000",
        "tag.max_tokens=10",
        "tag.concurrency=1",
    ]
    line += ["tag.structured=none", "normalize.min_count=1"]
    with pytest.raises(
        CostError,
        match=r"\[tag\] max_cost: \$.* of \$100 are spent by the runs of this recipe, and .* questions are left",
    ):
        run(folder, set=[*line, "tag.max_cost=100"])
    first = server.answers.total()
    assert 0 < first < 70
    with pytest.raises(CostError):
        run(folder, set=[*line, "tag.max_cost=100"])
    assert server.answers.total() <= first + 1
    run(folder, set=[*line, "tag.max_cost=100000"])
    assert set(server.answers.values()) == {1}
    manifest = json.loads((folder / "out/manifest.json").read_text())
    assert manifest["dollars"] == pytest.approx(1.8 * server.answers.total())


def test_a_file_is_hashed_again_where_that_is_asked(folder: Path) -> None:
    run(folder)
    path = folder / "first.jsonl"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"bread", b"Bread", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run(folder, dry_run=True)[0].startswith("read: cached")
    assert run(folder, dry_run=True, rehash=True)[0].startswith("read: to do (first: first.jsonl changed)")


def test_nothing_to_do_is_said_and_written(folder: Path) -> None:
    run(folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*")}
    assert run(folder)[-1] == f"nothing to do: {folder / 'out'} is as this recipe makes it"
    assert {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*")} == before
    (folder / "out/data/train.jsonl").write_text("")
    assert run(folder)[-1].startswith("next: instag verify")
    assert set(checks(folder).values()) == {True}


def test_a_judge_asks_once_and_its_broader_tags_count(folder: Path, server: Server) -> None:
    recipe = (
        (folder / "recipe.toml")
        .read_text()
        .replace(
            'steps = ["rules", "frequency"]\n',
            f'judge = {{ model = "m", base_url = "{server.url}", max_cost = 1.0, price = [0.1, 0.1] }}\nembedder = "none"\n',
        )
    )
    recipe = recipe.replace('method = "coverage"', 'method = "gain"\ntree = true')
    (folder / "recipe.toml").write_text(recipe)
    run(folder)
    asked = server.answers.total()
    assert asked
    manifest = json.loads((folder / "out/manifest.json").read_text())
    step = next(each for each in manifest["steps"] if each["name"] == "normalize")
    assert (step["model"], step["questions"]) == ("m", asked)
    assert manifest["dollars"] == pytest.approx(asked * 18 * 0.1 / 1e6, abs=1e-6)
    assert set(checks(folder, replay=True).values()) == {True}
    run(folder, set=["normalize.min_count=1"])
    assert set(server.answers.values()) == {1}


def test_what_may_cost_more_than_a_dollar_wants_consent(folder: Path, server: Server) -> None:
    line = ["tag.model=m", f"tag.base_url={server.url}", "tag.price=1000,1000", "normalize.min_count=1"]
    with pytest.raises(instag.InputError, match=r"\[tag\] 58 questions may cost about \$.*: set it, or run with --yes"):
        run(folder, set=line)
    assert not server.answers
    run(folder, set=line, yes=True)
    assert len(server.answers) == 58


def test_journals_of_other_machines_are_read(
    folder: Path, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = ["tag.model=m", f"tag.base_url={server.url}", "normalize.min_count=1"]
    run(folder, set=line)
    [journal] = (folder / ".instag/journals").glob("*.journal")
    other = tmp_path_factory.mktemp("other")
    for path in [*folder.glob("*.jsonl"), folder / "recipe.toml"]:
        shutil.copy(path, other)
    shutil.copy(journal, other / "theirs.journal")
    before = bytes_of(folder)
    run(
        other,
        set=[
            "tag.model=m",
            "tag.base_url=http://127.0.0.1:9/v1",
            "normalize.min_count=1",
            "tag.journal=theirs.journal",
        ],
    )
    assert bytes_of(other) == before


def test_a_judge_of_paraphrases_asks_once(folder: Path, server: Server) -> None:
    asked = "What do loaves and the sea have in common?"
    (folder / "benchmark.jsonl").write_text(json.dumps({"question": asked, "answer": "Waves."}) + "\n")
    table = f"""
[decontaminate]
against = "benchmark.jsonl"
judge = {{ model = "m", from = 0.2, base_url = "{server.url}", price = [1.0, 1.0] }}
"""
    (folder / "recipe.toml").write_text((folder / "recipe.toml").read_text() + table)
    with pytest.raises(instag.InputError, match=r"\[decontaminate\] .* no max_cost: set it, or run with --yes"):
        run(folder, until="decontaminate", set=["decontaminate.price=[1e5, 1e5]"])
    assert not server.answers
    run(folder, set=["decontaminate.max_cost=5.0"])
    questions = server.answers.total()
    assert questions
    manifest = json.loads((folder / "out/manifest.json").read_text())
    step = next(each for each in manifest["steps"] if each["name"] == "decontaminate")
    assert (step["model"], step["questions"]) == ("m", questions)
    assert (folder / "out/candidates.jsonl").read_text().count("\n") >= questions
    run(folder, set=["decontaminate.max_cost=5.0", "dedup.threshold=0.99"])
    assert set(server.answers.values()) == {1}


def test_weights_earlier_rows_and_costs_are_replayed(folder: Path) -> None:
    weights = pl.DataFrame({"tag": ["bread", "tides", "chess"], "weight": [5.0, 2.0, 0.0]})
    weights.write_csv(folder / "weights.csv")
    rows("before", 6).select("messages", "tags").write_ndjson(folder / "before.jsonl")
    line = ["select.method=gain", "select.cost=words", "select.budget=250", "select.weights=weights.csv"]
    line += ["select.start=before.jsonl", "select.curve=0.7", "normalize.min_count=1", "normalize.stem=none"]
    run(folder, set=line)
    out = folder / "out"
    assert {"weights.parquet", "start_tags.parquet", "pool_tags.parquet"} <= {path.name for path in out.iterdir()}
    assert "messages" not in pl.read_parquet(out / "start_tags.parquet").columns
    found = checks(folder, replay=True)
    assert set(found.values()) == {True}, found
    for name, change in (
        ("weights.parquet", (pl.col("weight").cast(pl.Float64).clip(0, 3) * -1 + 3)),
        ("start_tags.parquet", pl.col("tags").list.reverse()),
    ):
        kept = (out / name).read_bytes()
        frame = pl.read_parquet(out / name)
        (frame.with_columns(change) if name.startswith("weights") else frame.head(1)).write_parquet(out / name)
        assert checks(folder, replay=True)["selection"] is False, name
        (out / name).write_bytes(kept)
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["selection"]["value"] *= 1.01
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert checks(folder, replay=True)["certificate"] is False


def test_a_manifest_of_a_newer_version_is_refused_by_name(folder: Path) -> None:
    run(folder)
    path = folder / "out/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"manifest": 99}))
    with pytest.raises(instag.InputError, match="manifest 99 is of a newer instag; this one reads up to"):
        instag.verify(path)


def test_each_input_that_made_a_step_necessary_is_said(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.make("dedup", "key", {}, {"a": "1", "b": "2"}):
        pass
    assert cache.why("dedup", {}, {"b": "3", "c": "4"}) == "a is gone, b changed, c is new"
    assert cache.why("dedup", {}, {"a": "1", "b": "2"}) == "its result is gone"

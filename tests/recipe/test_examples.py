"""The recipes in examples/ are right, and the one that needs no model runs to its end."""

import shutil
from pathlib import Path

import pytest

import instag
from instag.recipe.checking import read_recipe

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_right(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    (tmp_path / "data").mkdir()
    instag.write(instag.load_sample(), tmp_path / "data" / "sample.jsonl")
    (tmp_path / "judgments.jsonl").touch()
    shutil.copy(path, tmp_path / "recipe.toml")
    assert read_recipe(tmp_path / "recipe.toml").name == path.stem


def test_from_tags_and_judgements_to_a_folder_to_train_from(tmp_path: Path) -> None:
    data = ROOT / "python" / "instag" / "sample_data"
    (tmp_path / "data").mkdir()
    for path in data.glob("*.jsonl"):
        shutil.copy(path, tmp_path / "data")
    shutil.copy(data / "judgments" / "judgments.jsonl", tmp_path)
    recipe = (ROOT / "examples" / "recipes" / "judged.toml").read_text("utf-8").partition("[report]")[0]
    (tmp_path / "recipe.toml").write_text(recipe)
    instag.run(tmp_path / "recipe.toml")
    written = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert {"axolotl.yaml", "llama-factory.yaml", "trl.yaml", "data/train.jsonl", "data/val.jsonl"} <= written
    assert {check.holds for check in instag.verify(tmp_path / "out" / "manifest.json", replay=True)} == {True}

"""The recipes in examples/ run to their end, with a server on this machine in the place of a model."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import instag
from instag.sample import FOLDER, lay_out
from model_server import Server

EXAMPLES = Path(__file__).parents[2] / "examples" / "recipes"
SMALL = ["normalize.min_count=1", "normalize.embedder=none"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with samples that have no tags."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    sample = instag.load_sample().drop("tags", "query_tags")
    (tmp_path / "data").mkdir()
    for source in ("chat", "code"):
        instag.write(sample.filter(source=source).head(40), tmp_path / "data" / f"{source}.jsonl")
    for path in EXAMPLES.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_there_is_an_example_of_each_kind() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.toml")}
    assert names == {"first-evening", "token-budget", "towards-a-target", "local-model", "several-endpoints"}


def test_the_first_evening(home: Path, server: Server) -> None:
    line = [*SMALL, "select.budget=20", "split.validation=0.1", f"tag.base_url={server.url}", "tag.price=0.1,0.1"]
    said: list[str] = []
    instag.run(home / "first-evening.toml", set=line, dry_run=True, say=said.append)
    questions = (
        instag.read([str(home / "data" / f"{name}.jsonl") for name in ("chat", "code")])["queries"].list.len().sum()
    )
    assert any(each.startswith("tag: to do") and f"{questions} questions, about $0.0" in each for each in said)
    assert not (home / "out").exists()
    assert not server.answers
    with pytest.warns(instag.InstagWarning, match="20 samples were asked for"):
        instag.run(home / "first-evening.toml", set=line, limit=5)
    assert {"README.md", "axolotl.yaml", "llama-factory.yaml", "trl.yaml", "report.html"} <= files(home / "out-trial")
    instag.run(home / "first-evening.toml", set=line)
    assert {"data/train.jsonl", "data/val.jsonl", "data/dataset_info.json"} <= files(home / "out")
    assert set(server.answers.values()) == {1}, "what the trial had asked was asked again"
    assert {check.holds for check in instag.verify(home / "out", replay=True)} == {True}


def test_a_budget_of_tokens_with_quotas(home: Path) -> None:
    for source in ("chat", "code"):
        rows = instag.load_sample().filter(source=source)
        scored = rows.with_columns(reward=pl.int_range(pl.len()) % 5 + 1.0)
        instag.write(scored, home / "data" / f"{source}.jsonl")
    shutil.copy(FOLDER / "answers" / "tokenizer.json", home)
    instag.run(home / "token-budget.toml", set=["select.budget=20000", *SMALL])
    manifest = json.loads((home / "out" / "manifest.json").read_text())
    selection = manifest["selection"]
    assert (selection["in"], selection["budget"]) == ("tokens", 20_000)
    assert 19_000 < selection["reached"] <= 20_000
    assert {each["of"] for each in selection["at_least"]} == {"chat", "code"}
    assert all(each["reached"] >= each["asked"] for each in selection["at_least"])
    assert 0 < selection["value"] <= selection["bound"] * (1 + 1e-9)
    assert {check.holds for check in instag.verify(home / "out", replay=True)} == {True}


def test_towards_a_target(home: Path, server: Server) -> None:
    asked = [f"How do I sort {what} by hand, number {n}?" for n, what in enumerate(["cards", "mail", "bolts"] * 5)]
    (home / "traffic.jsonl").write_text("".join(json.dumps({"prompt": each}) + "\n" for each in asked))
    line = [*SMALL, "select.budget=20", "split.validation=4", f"tag.base_url={server.url}", "tag.price=0.1,0.1"]
    said: list[str] = []
    instag.run(home / "towards-a-target.toml", set=line, dry_run=True, say=said.append)
    instag.run(home / "towards-a-target.toml", set=line)
    assert any(f"{len(server.answers)} questions" in each for each in said), "the target is counted in the plan"
    assert len([text for text in server.answers if "by hand, number" in text]) == len(asked)
    target = pl.read_parquet(home / "out" / "target_tags.parquet")
    assert target.columns == ["tag", "share"]
    assert {check.holds for check in instag.verify(home / "out", replay=True)} == {True}


def test_a_model_on_this_machine(home: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    instag.run(home / "local-model.toml", set=[*SMALL, "select.budget=20", f"tag.base_url={server.url}"])
    first = json.loads((home / "out" / "data" / "train.jsonl").read_text().splitlines()[0])
    assert "conversations" in first


def test_several_endpoints(home: Path, server: Server, other_server: Server) -> None:
    addresses = f'["{server.url}", "{other_server.url}"]'
    instag.run(home / "several-endpoints.toml", set=[*SMALL, "tag.concurrency=2", f"tag.base_url={addresses}"])
    both = server.answers + other_server.answers
    assert set(both.values()) == {1}
    assert server.answers
    assert other_server.answers


def test_the_demo_needs_neither_key_nor_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    recipe = lay_out(tmp_path / "demo")
    assert not any("query_tags" in line for line in (tmp_path / "demo/data/chat.jsonl").read_text().splitlines())
    frames = instag.run(recipe)
    # The answers that come with instag are the tags of the samples.
    tagged = frames["tag"].select("id", "query_tags").collect()
    given = instag.load_sample().select("id", "query_tags")
    other = tagged.join(given, on="id").filter(pl.col("query_tags") != pl.col("query_tags_right"))
    # It asks what another sample asks too, and a question has one answer.
    assert other.get_column("id").to_list() == ["chat-029"]
    out = tmp_path / "demo" / "out"
    assert {
        "README.md", "axolotl.yaml", "llama-factory.yaml", "trl.yaml", "report.html", "rows.csv", "dropped.csv.gz",
        "data/train.jsonl", "data/val.jsonl", "data/dataset_info.json", "vocabulary.parquet", "pool_tags.parquet",
    } <= files(out)  # fmt: skip
    assert {check.holds for check in instag.verify(out, replay=True)} == {True}
    page = (out / "report.html").read_text()
    tree = pl.read_parquet(out / "vocabulary.parquet")
    assert "programming" in page
    assert tree.height
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["selection"]["reached"] <= 20_000
    said: list[str] = []
    instag.run(recipe, say=said.append)
    assert said[-1].startswith("nothing to do")

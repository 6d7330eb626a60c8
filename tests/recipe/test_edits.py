"""Whatever is edited in a recipe, a run that goes on from what is there gives the bytes of a fresh one."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import instag
from recipes import RECIPE, bytes_of, rows

# What each key may be.
VALUES: dict[str, list[Any]] = {
    "seed": [0, 8],
    "name": ["other"],
    "clean.min_characters": [1, 60],
    "clean.answered": [True],
    "dedup.threshold": [0.4, 0.9, 1.0],
    "dedup.method": ["exact"],
    "dedup.keep": ["longest"],
    "normalize.min_count": [1, 12, "none"],
    "normalize.stem": ["paper", "none"],
    "normalize.steps": ['["rules"]', '["frequency", "rules"]'],
    "select.budget": [5, 0.2, "30%"],
    "select.method": ["complexity-first", "random", "gain"],
    "select.seed": [1, 2],
    "split.validation": [2, 0.4],
    "split.test": [1, 0.2],
    "split.seed": [1, 2],
    "write.format": ["sharegpt", "alpaca"],
    "write.keep": ["key"],
    "card.license": ["mit"],
}
# Keys that change nothing of these rows.
SILENT = {"clean.answered", "dedup.keep", "normalize.stem", "normalize.steps"}
EDIT = st.sampled_from(sorted(VALUES)).flatmap(lambda key: st.tuples(st.just(key), st.sampled_from(VALUES[key])))


def value(found: Any) -> str:
    return str(found).lower() if isinstance(found, bool) else str(found)


def outcome(folder: Path, edits: list[tuple[str, Any]]) -> dict[str, bytes] | str:
    """What a run writes, or what it says is wrong."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    try:
        instag.run(folder / "recipe.toml", set=[f"{key}={value(found)}" for key, found in edits])
    except instag.InputError as error:
        return str(error).replace(str(folder), "")
    return bytes_of(folder)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose cache sees all edits, one after the other."""
    folder = tmp_path_factory.mktemp("lasting")
    rows("first", 40).write_ndjson(folder / "first.jsonl")
    rows("second", 30).write_ndjson(folder / "second-a.jsonl")
    rows("third", 20).write_ndjson(folder / "second-b.jsonl")
    (folder / "recipe.toml").write_text(f"{RECIPE}\n[card]\n")
    return folder


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(edits=st.lists(EDIT, min_size=1, max_size=2, unique_by=lambda edit: edit[0]))
def test_any_edit_gives_the_bytes_of_a_fresh_run(
    lasting: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, Any]]
) -> None:
    fresh = tmp_path_factory.mktemp("fresh")
    for path in lasting.iterdir():
        if path.is_file():
            shutil.copy(path, fresh)
    assert outcome(lasting, edits) == outcome(fresh, edits)
    shutil.rmtree(fresh)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize("key", sorted(VALUES))
def test_each_key_counts(lasting: Path, tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    # After the whole recipe, so that what it gave would be taken where a key did not count.
    outcomes = [outcome(lasting, [])]
    for found in VALUES[key]:
        outcomes.append(outcome(lasting, [(key, found)]))
        fresh = tmp_path_factory.mktemp("fresh")
        for path in lasting.iterdir():
            if path.is_file():
                shutil.copy(path, fresh)
        assert outcomes[-1] == outcome(fresh, [(key, found)])
    assert any(each != outcomes[0] for each in outcomes[1:]) or key in SILENT


@pytest.mark.parametrize("table", ["dedup", "normalize", "split", "write", "card"])
def test_a_table_that_is_left_out_is_a_step_left_out(
    lasting: Path, tmp_path_factory: pytest.TempPathFactory, table: str
) -> None:
    text = f"{RECIPE}\n[card]\n"
    head, _, rest = text.partition(f"[{table}]")
    without = head + (rest[rest.index("\n[") + 1 :] if "\n[" in rest else "")
    fresh = tmp_path_factory.mktemp("fresh")
    for path in lasting.glob("*.jsonl"):
        shutil.copy(path, fresh)
    for folder in (lasting, fresh):
        (folder / "recipe.toml").write_text(without)
    try:
        assert outcome(lasting, []) == outcome(fresh, [])
        assert table not in instag.run(fresh / "recipe.toml")
    finally:
        (lasting / "recipe.toml").write_text(text)


@pytest.mark.parametrize(
    "change",
    ["tag.concurrency=2", "tag.rpm=100", "tag.timeout=9.0", "tag.max_cost=3.0", 'tag.price="1,2"', "tag.attempts=2"],
)
def test_what_changes_no_answer_redoes_nothing(folder: Path, server: Any, change: str) -> None:
    line = ["tag.model=m", f"tag.base_url={server.url}", "tag.price=1,1", "normalize.embedder=none"]
    instag.run(folder / "recipe.toml", set=line)
    asked = server.answers.total()
    said: list[str] = []
    instag.run(folder / "recipe.toml", set=[*line, change], say=said.append)
    assert all(": cached" in each for each in said[:7])
    assert server.answers.total() == asked
